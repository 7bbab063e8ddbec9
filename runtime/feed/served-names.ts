/** What the feed may hold on a connection, whatever it said: pure book-keeping. */
import { NamesByPrefix } from '../symbols/prefixes.js';

export class ServedNames {
  /** Names that were asked for and not given up. */
  private readonly asked = new Set<string>();
  /** Names that were given up, and that the feed has not said to have dropped. */
  private readonly leaving = new Set<string>();
  /** Names that were asked for and may be served or not: not answered, or called refused and perhaps in error. */
  private readonly unproven = new NamesByPrefix();

  /** Whether the feed may hold a name. */
  has(name: string): boolean {
    return this.asked.has(name);
  }

  /** The feed was asked for a name. */
  add(name: string): void {
    this.asked.add(name);
  }

  /**
   * The feed is asked to drop a name.
   *
   * @param isExpected whether it will probably say that it did
   * @returns whether it may hold the name
   */
  giveUp(name: string, isExpected: boolean): boolean {
    const mayBeHeld = this.asked.delete(name);
    if (mayBeHeld && isExpected) this.leaving.add(name);
    this.unproven.delete(name);
    return mayBeHeld;
  }

  /** The feed said that it dropped a name. @returns whether it was asked to */
  left(name: string): boolean {
    return this.leaving.delete(name);
  }

  /** Whether a name is served is known, or not known. */
  setProven(name: string, isProven: boolean): void {
    if (isProven || !this.asked.has(name)) this.unproven.delete(name);
    else this.unproven.add(name);
  }

  /** Whether it is known of every name whether it is served. */
  get isProven(): boolean {
    return this.unproven.isEmpty;
  }

  /** Prefixes of the names of which it is not known whether they are served. */
  get unprovenPrefixes(): Iterable<string> {
    return this.unproven.prefixes;
  }

  /**
   * Which of these names brought a message, if it was not known to be served and no other one can have brought it.
   *
   * @param isRefused a name that was called refused comes into question only where no other one does
   */
  provenOf(names: readonly string[], isRefused: (name: string) => boolean): string | undefined {
    const able = names.filter(name => this.asked.has(name) || this.leaving.has(name));
    const likely = able.filter(name => this.leaving.has(name) || !isRefused(name));
    const [only, ...others] = likely.length > 0 ? likely : able;
    return only !== undefined && others.length === 0 && this.unproven.has(only) ? only : undefined;
  }

  /** The connection is new. */
  clear(): void {
    for (const book of [this.asked, this.leaving, this.unproven]) book.clear();
  }
}
