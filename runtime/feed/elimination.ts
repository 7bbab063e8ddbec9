/** Works out which names the feed refused, since a refusal names none. No I/O. */

/** Names of which `refused` were refused; it is not known which. */
export interface Doubt {
  readonly names: ReadonlySet<string>;
  readonly refused: number;
}

/** The names of a frame or of several, as far as they are open. */
interface Batch extends Doubt {
  readonly names: Set<string>;
  refused: number;
}

const namesShown = 5;

/** The outcome for the names of a frame. */
export interface Verdicts {
  readonly denied: readonly string[];
  /** Neither granted nor known to be refused. */
  readonly open: readonly string[];
}

function emptyBatch(): Batch {
  return { names: new Set(), refused: 0 };
}

/**
 * The feed answers frames in order, and within a frame it refuses before it grants. The refused names are known
 * only if there are as many refusals as names without a grant.
 *
 * @see polygon-docs/websockets/quickstart.md:111-119 `not authorized`
 */
export class Elimination {
  /** Names of the frame in flight. */
  private readonly flight = new Set<string>();
  /** Names of that frame that were dropped since; the feed answers them anyway. */
  private readonly dropped = new Set<string>();
  /** Names of earlier frames, dropped or not, that were not answered in time and may still be. */
  private overdue = emptyBatch();
  /** By name, for frames that get no more answers. */
  private readonly closed = new Map<string, Batch>();
  /** Refusals that arrived while a frame was in flight; they mean it or earlier frames. */
  private refusals = 0;

  /** Number of names of the newest frame without an answer. */
  get waiting(): number {
    return this.flight.size + this.dropped.size;
  }

  /** Names of earlier frames that may still be answered. */
  get late(): ReadonlySet<string> {
    return this.overdue.names;
  }

  /** Whether every name is answered: granted, or matched by one refusal each. */
  get settled(): boolean {
    return this.waiting === 0 || this.isAllRefused(this.waiting);
  }

  /** Why it is not known whether a name was refused. */
  doubtOf(name: string): Doubt | undefined {
    const batch = this.closed.get(name) ?? (this.overdue.names.has(name) ? this.overdue : undefined);
    return batch && batch.refused > 0 ? batch : undefined;
  }

  /** Wanted names of the newest frame without an answer. */
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

  /** A name is no longer wanted; its answer still arrives. */
  drop(name: string): void {
    if (this.flight.delete(name)) this.dropped.add(name);
  }

  /** @returns names that are now known to be refused */
  granted(name: string): string[] {
    this.dropped.delete(name);
    const denied: string[] = [];
    // If the name is overdue as well, the grant may answer either frame.
    if (!this.overdue.names.has(name) && this.flight.has(name)) denied.push(...this.closeOverdue(this.waiting - 1));
    this.flight.delete(name);
    return [...denied, ...this.served(name)];
  }

  /** A name is served, whatever the feed answered. @returns names that are now known to be refused */
  served(name: string): string[] {
    const batch = this.closed.get(name);
    this.closed.delete(name);
    batch?.names.delete(name);
    this.overdue.names.delete(name);
    const denied = batch ? this.solve(batch) : [];
    // While a frame is in flight, its answers cannot be told from those of earlier frames.
    return this.waiting === 0 ? [...denied, ...this.solve(this.overdue)] : denied;
  }

  /** The feed refused one name. @returns names that are now known to be refused; undefined if it can mean none */
  refused(): string[] | undefined {
    if (this.waiting > 0) {
      this.refusals++;
      return [];
    }
    if (this.overdue.names.size === 0) return undefined;
    this.overdue.refused++;
    return this.solve(this.overdue);
  }

  /** The frame timed out: its names without an answer become overdue. */
  settle(): Verdicts {
    const { flight, dropped, overdue } = this;
    const open = [...flight];
    if (this.isAllRefused(this.waiting)) {
      this.overdue = emptyBatch();
      this.forgetFlight();
      return { denied: [...open, ...overdue.names], open: [] };
    }
    for (const name of [...open, ...dropped]) overdue.names.add(name);
    overdue.refused += this.refusals;
    this.forgetFlight();
    return { denied: [], open };
  }

  /** The whole frame was refused, which answers all its names. */
  forgetFlight(): void {
    this.flight.clear();
    this.dropped.clear();
    this.refusals = 0;
  }

  /** Starts over for a new connection. */
  clear(): void {
    this.forgetFlight();
    this.overdue = emptyBatch();
    this.closed.clear();
  }

  /** @param others number of names of the newer frame that still wait for an answer */
  private isAllRefused(others: number): boolean {
    return this.overdue.refused + this.refusals >= this.overdue.names.size + others;
  }

  /**
   * Once a frame is answered, earlier frames get no more answers.
   *
   * @param others number of names of the newer frame that still wait for an answer
   */
  private closeOverdue(others: number): string[] {
    const { overdue } = this;
    const { names, refused } = overdue;
    if (names.size === 0) return [];
    const denied = this.isAllRefused(others) ? [...names] : [];
    this.overdue = emptyBatch();
    this.refusals = denied.length > 0 ? this.refusals + refused - names.size : 0;
    // Refusals that arrived while both frames waited may mean either.
    if (denied.length === 0) for (const name of names) this.closed.set(name, overdue);
    return denied;
  }

  /** If there are as many refusals as names left, all of these were refused. */
  private solve(batch: Batch): string[] {
    if (batch.names.size === 0 || batch.refused < batch.names.size) return [];
    const denied = [...batch.names];
    for (const name of denied) this.closed.delete(name);
    batch.names.clear();
    batch.refused = 0;
    return denied;
  }
}

/** @param own names that may be shown */
export function describeDoubt({ names, refused }: Doubt, own: ReadonlySet<string>): string {
  const told = [...names].filter(name => own.has(name));
  const list = `${told.slice(0, namesShown).join(', ')}${told.length > namesShown ? ' and others' : ''}`;
  const answer = 'The feed answered "not authorized" and did not say to which channel';
  if (told.length < names.size) return `${answer}: ${list} may be refused.`;
  return refused === 1
    ? `${answer}: one of these ${names.size} was refused, unknown which: ${list}.`
    : `${answer}: ${refused} of these ${names.size} were refused, unknown which: ${list}.`;
}
