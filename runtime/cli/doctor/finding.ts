/** `fail`: something must be done. `skip`: not checked; the message says why. */
export type Result = 'ok' | 'note' | 'fail' | 'skip';

/** What a check found, for programs: snake_case. */
export type Facts = Readonly<Record<string, unknown>>;

/** The result of one check. */
export interface Finding {
  readonly check:
    | 'node'
    | 'variable'
    | 'key'
    | 'feed'
    | 'record'
    | 'proxy'
    | 'host'
    | 'clock'
    | 'rest'
    | 'caution'
    | 'market'
    | 'events';
  /** Which host or market. */
  readonly name?: string;
  readonly result: Result;
  /** One line for people. */
  readonly message: string;
  /** Further lines for people. */
  readonly details?: readonly string[];
  /** What to do about it. */
  readonly toDo?: string;
  /** The same for programs. */
  readonly facts?: Facts;
}

/** What to do, each thing once, with the names that it concerns. */
export function listToDos(findings: readonly Finding[]): string[] {
  const names = new Map<string, string[]>();
  for (const { toDo, name } of findings) {
    if (toDo !== undefined) names.set(toDo, [...(names.get(toDo) ?? []), ...(name === undefined ? [] : [name])]);
  }
  return [...names].map(([toDo, about]) => (about.length > 0 ? `${about.join(', ')}: ${toDo}` : toDo));
}

export function isFine(findings: readonly Finding[]): boolean {
  return findings.every(({ result }) => result !== 'fail');
}
