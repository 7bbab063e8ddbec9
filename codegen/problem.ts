/** A place in a file, counted from 1. */
export interface Position {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Something wrong in the spec or in a citation, and where. */
export interface Problem {
  readonly at: Position;
  readonly message: string;
}

/** `spec/markets/stocks.yaml:41:7 message` */
export function describeProblem({ at, message }: Problem): string {
  return `${formatPosition(at)} ${message}`;
}

/** `spec/markets/stocks.yaml:41:7` */
export function formatPosition({ path, line, column }: Position): string {
  return `${path}:${line}:${column}`;
}

/** Sorted by place, without repeats. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const unique = new Map(problems.map(problem => [describeProblem(problem), problem]));
  return [...unique.values()].sort(
    (a, b) =>
      compare(a.at.path, b.at.path) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column ||
      compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
