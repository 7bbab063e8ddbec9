/** Names of channels, and their prefixes. */
export class ChannelSet {
  private readonly names = new Set<string>();
  private readonly prefixes = new Set<string>();

  get size(): number {
    return this.names.size + this.prefixes.size;
  }

  /** `PREFIX.SYMBOL`, in the order in which they came. */
  get all(): Iterable<string> {
    return this.names;
  }

  /** @param name `PREFIX.SYMBOL`, or `PREFIX.` for a symbol without a name */
  add(name: string): void {
    if (this.names.has(name)) return;
    const dot = name.indexOf('.');
    this.prefixes.add(name.slice(0, dot));
    if (dot < name.length - 1) this.names.add(name);
  }

  /** @param name `PREFIX.SYMBOL`, or `PREFIX.*` for any of these */
  has(name: string): boolean {
    return name.endsWith('.*') ? this.prefixes.has(name.slice(0, -2)) : this.names.has(name);
  }
}
