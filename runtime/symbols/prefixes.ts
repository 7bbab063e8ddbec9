/** Names of channels, and which prefixes they have. */

/** @param name a channel's name, such as `T.AAPL` */
export function prefixOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}

/** A set of names that knows which prefixes occur in it. */
export class NamesByPrefix {
  private readonly byPrefix = new Map<string, Set<string>>();

  /** Prefixes of the names. */
  get prefixes(): Iterable<string> {
    return this.byPrefix.keys();
  }

  get isEmpty(): boolean {
    return this.byPrefix.size === 0;
  }

  has(name: string): boolean {
    return this.byPrefix.get(prefixOf(name))?.has(name) ?? false;
  }

  add(name: string): void {
    const prefix = prefixOf(name);
    const names = this.byPrefix.get(prefix);
    if (names) names.add(name);
    else this.byPrefix.set(prefix, new Set([name]));
  }

  delete(name: string): void {
    const prefix = prefixOf(name);
    const names = this.byPrefix.get(prefix);
    if (names?.delete(name) && names.size === 0) this.byPrefix.delete(prefix);
  }

  clear(): void {
    this.byPrefix.clear();
  }
}
