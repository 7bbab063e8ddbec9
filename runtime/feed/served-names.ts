/** The names that the feed may hold on a connection, whatever it answered. No I/O. */
import { NamesByPrefix } from '../symbols/prefixes.js';

export class ServedNames {
  /** Requested names that were not given up. */
  private readonly asked = new Set<string>();
  /** Names that were given up, whose drop the feed has not confirmed. */
  private readonly leaving = new Set<string>();
  /** Requested names that may or may not be served: unanswered, or refused, perhaps by mistake. */
  private readonly unproven = new NamesByPrefix();

  /** Whether the feed may hold a name. */
  has(name: string): boolean {
    return this.asked.has(name);
  }

  /** A name was sent to the feed. */
  add(name: string): void {
    this.asked.add(name);
  }

  /**
   * The feed is being asked to drop a name.
   *
   * @param isExpected whether the feed will probably confirm it
   * @returns whether the feed may hold the name
   */
  giveUp(name: string, isExpected: boolean): boolean {
    const mayBeHeld = this.asked.delete(name);
    if (mayBeHeld && isExpected) this.leaving.add(name);
    this.unproven.delete(name);
    return mayBeHeld;
  }

  /** The feed confirmed that it dropped a name. @returns whether it was asked to */
  left(name: string): boolean {
    return this.leaving.delete(name);
  }

  /** Sets whether it is known if a name is served. */
  setProven(name: string, isProven: boolean): void {
    if (isProven || !this.asked.has(name)) this.unproven.delete(name);
    else this.unproven.add(name);
  }

  /** Whether the status of every name is known. */
  get isProven(): boolean {
    return this.unproven.isEmpty;
  }

  /** Prefixes of the names whose status is not known. */
  get unprovenPrefixes(): Iterable<string> {
    return this.unproven.prefixes;
  }

  /**
   * The one of these names that must have brought a message, if its status was not known.
   *
   * @param isRefused a refused name is considered only if there is no other candidate
   */
  provenOf(names: readonly string[], isRefused: (name: string) => boolean): string | undefined {
    const able = names.filter(name => this.asked.has(name) || this.leaving.has(name));
    const likely = able.filter(name => this.leaving.has(name) || !isRefused(name));
    const [only, ...others] = likely.length > 0 ? likely : able;
    return only !== undefined && others.length === 0 && this.unproven.has(only) ? only : undefined;
  }

  /** The connection is new. */
  clear(): void {
    for (const record of [this.asked, this.leaving, this.unproven]) record.clear();
  }
}
