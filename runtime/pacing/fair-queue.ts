/** A queue per client, served round-robin. */

interface Line<T> {
  readonly waiting: T[];
  active: number;
}

export class FairQueue<T> {
  /** In the order in which clients are served; a client that was served moves to the end. */
  private readonly lines = new Map<string, Line<T>>();

  /** @param activePerClient how many items of one client may run at the same time */
  constructor(private readonly activePerClient: number) {}

  add(client: string, item: T): void {
    const line = this.lines.get(client) ?? { waiting: [], active: 0 };
    this.lines.set(client, line);
    line.waiting.push(item);
  }

  /** Removes the next item and counts it as running. @returns undefined if none may start */
  next(): { readonly client: string; readonly item: T } | undefined {
    for (const [client, line] of this.lines) {
      if (line.active >= this.activePerClient || line.waiting.length === 0) continue;
      line.active++;
      this.lines.delete(client);
      this.lines.set(client, line);
      return { client, item: line.waiting.shift()! };
    }
    return undefined;
  }

  /** One item of the client has ended. */
  done(client: string): void {
    const line = this.lines.get(client);
    if (!line) return;
    line.active--;
    this.tidy(client, line);
  }

  /** Removes an item that has not started. */
  remove(client: string, item: T): void {
    const line = this.lines.get(client);
    const index = line?.waiting.indexOf(item) ?? -1;
    if (!line || index < 0) return;
    line.waiting.splice(index, 1);
    this.tidy(client, line);
  }

  /** How many clients have items here. */
  get clients(): number {
    return this.lines.size;
  }

  private tidy(client: string, { active, waiting }: Line<T>): void {
    if (active === 0 && waiting.length === 0) this.lines.delete(client);
  }
}
