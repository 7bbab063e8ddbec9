/** Whom a refusal means that names nobody: pure book-keeping of what was asked and of how often no was the answer. */

/** Names of which so many were refused, and nobody knows which. */
export interface Doubt {
  readonly names: ReadonlySet<string>;
  readonly refused: number;
}

interface Riddle extends Doubt {
  readonly names: Set<string>;
  refused: number;
}

const namesShown = 5;

/** What became of the names of a frame. */
export interface Verdicts {
  readonly denied: readonly string[];
  /** Neither granted nor surely refused. */
  readonly open: readonly string[];
}

function emptyRiddle(): Riddle {
  return { names: new Set(), refused: 0 };
}

/**
 * The feed answers frames in their order, and within a frame it refuses before it grants. Who was refused is known
 * only where as many were refused as are left without a grant.
 *
 * @see polygon-docs/websockets/quickstart.md:111-119 `not authorized`
 */
export class Elimination {
  /** Names of the frame that waits for its answers. */
  private readonly flight = new Set<string>();
  /** Names of that frame that were dropped meanwhile; they are answered all the same. */
  private readonly dropped = new Set<string>();
  /** Names of earlier frames that were not answered in time, dropped or not; perhaps they will be. */
  private overdue = emptyRiddle();
  /** Names of frames for which no more answers come, by name. */
  private readonly closed = new Map<string, Riddle>();
  /** Refusals that came while a frame waited: of it, or of earlier ones. */
  private refusals = 0;

  /** How many names of the newest frame have no answer. */
  get waiting(): number {
    return this.flight.size + this.dropped.size;
  }

  /** Names of earlier frames that may still be answered. */
  get late(): ReadonlySet<string> {
    return this.overdue.names;
  }

  /** Whether every name has its answer: a grant, or one refusal for each of the rest. */
  get settled(): boolean {
    return this.waiting === 0 || this.isAllRefused(this.waiting);
  }

  /** Why it is not known whether a name was refused. */
  doubtOf(name: string): Doubt | undefined {
    const riddle = this.closed.get(name) ?? (this.overdue.names.has(name) ? this.overdue : undefined);
    return riddle && riddle.refused > 0 ? riddle : undefined;
  }

  /** Names of the newest frame that are wanted and have no answer. */
  get inFlight(): readonly string[] {
    return [...this.flight];
  }

  /** A frame with these names was sent. */
  sent(names: readonly string[]): void {
    this.forgetFlight();
    for (const name of names) {
      this.flight.add(name);
      this.closed.delete(name);
    }
  }

  /** A name is no longer wanted; its answer comes all the same. */
  drop(name: string): void {
    if (this.flight.delete(name)) this.dropped.add(name);
  }

  /** @returns names that are thereby known to be refused */
  granted(name: string): string[] {
    this.dropped.delete(name);
    const denied: string[] = [];
    // A name that is owed an answer, too, does not say which frame it answers.
    if (!this.overdue.names.has(name) && this.flight.has(name)) denied.push(...this.closeOverdue(this.waiting - 1));
    this.flight.delete(name);
    return [...denied, ...this.served(name)];
  }

  /** A name is served, whatever was said of it. @returns names that are thereby known to be refused */
  served(name: string): string[] {
    const riddle = this.closed.get(name);
    this.closed.delete(name);
    riddle?.names.delete(name);
    this.overdue.names.delete(name);
    const denied = riddle ? this.solve(riddle) : [];
    // Before a frame that waits has its answers, those of earlier ones cannot be told from its own.
    return this.waiting === 0 ? [...denied, ...this.solve(this.overdue)] : denied;
  }

  /** The feed refused one name. @returns names that are thereby known to be refused, or nothing if none can be meant */
  refused(): string[] | undefined {
    if (this.waiting > 0) {
      this.refusals++;
      return [];
    }
    if (this.overdue.names.size === 0) return undefined;
    this.overdue.refused++;
    return this.solve(this.overdue);
  }

  /** No more time for the frame: what has no answer becomes overdue. */
  settle(): Verdicts {
    const { flight, dropped, overdue } = this;
    const open = [...flight];
    if (this.isAllRefused(this.waiting)) {
      this.overdue = emptyRiddle();
      this.forgetFlight();
      return { denied: [...open, ...overdue.names], open: [] };
    }
    for (const name of [...open, ...dropped]) overdue.names.add(name);
    overdue.refused += this.refusals;
    this.forgetFlight();
    return { denied: [], open };
  }

  /** The frame was refused whole: its names have their answer. */
  forgetFlight(): void {
    this.flight.clear();
    this.dropped.clear();
    this.refusals = 0;
  }

  /** The connection is new, and nothing was asked on it. */
  clear(): void {
    this.forgetFlight();
    this.overdue = emptyRiddle();
    this.closed.clear();
  }

  /** @param others names of the newer frame that are to be answered still */
  private isAllRefused(others: number): boolean {
    return this.overdue.refused + this.refusals >= this.overdue.names.size + others;
  }

  /**
   * Once a frame is answered, nothing more comes for those before it.
   *
   * @param others names of the newer frame that are to be answered still
   */
  private closeOverdue(others: number): string[] {
    const { overdue } = this;
    const { names, refused } = overdue;
    if (names.size === 0) return [];
    const denied = this.isAllRefused(others) ? [...names] : [];
    this.overdue = emptyRiddle();
    this.refusals = denied.length > 0 ? this.refusals + refused - names.size : 0;
    // Of refusals that came while both frames waited nobody can tell whose they were.
    if (denied.length === 0) for (const name of names) this.closed.set(name, overdue);
    return denied;
  }

  /** As many were refused as are left, so it is they. */
  private solve(riddle: Riddle): string[] {
    if (riddle.names.size === 0 || riddle.refused < riddle.names.size) return [];
    const denied = [...riddle.names];
    for (const name of denied) this.closed.delete(name);
    riddle.names.clear();
    riddle.refused = 0;
    return denied;
  }
}

/** @param own names that may be told */
export function describeDoubt({ names, refused }: Doubt, own: ReadonlySet<string>): string {
  const told = [...names].filter(name => own.has(name));
  const list = `${told.slice(0, namesShown).join(', ')}${told.length > namesShown ? ' and others' : ''}`;
  const answer = 'The feed answered "not authorized" and did not say to which channel';
  if (told.length < names.size) return `${answer}: ${list} may be refused.`;
  return refused === 1
    ? `${answer}: one of these ${names.size} was refused, unknown which: ${list}.`
    : `${answer}: ${refused} of these ${names.size} were refused, unknown which: ${list}.`;
}
