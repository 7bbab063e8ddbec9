/** Whose turn it is: what each client asks for stands in a line of its own, and the lines are served in rotation. */

interface Line<T> {
  readonly waiting: T[];
  active: number;
}

export class FairQueue<T> {
  /** In the order in which the clients have their turns; a client that had one stands at the end. */
  private readonly lines = new Map<string, Line<T>>();

  /** @param activePerClient how many things of one client may be under way at the same time */
  constructor(private readonly activePerClient: number) {}

  add(client: string, item: T): void {
    const line = this.lines.get(client) ?? { waiting: [], active: 0 };
    this.lines.set(client, line);
    line.waiting.push(item);
  }

  /** Takes out the next item, which is under way from now on. @returns nothing if there is none that may begin */
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

  /** One thing of the client is no longer under way. */
  done(client: string): void {
    const line = this.lines.get(client);
    if (!line) return;
    line.active--;
    this.tidy(client, line);
  }

  /** Takes out an item whose turn has not come. */
  remove(client: string, item: T): void {
    const line = this.lines.get(client);
    const index = line?.waiting.indexOf(item) ?? -1;
    if (!line || index < 0) return;
    line.waiting.splice(index, 1);
    this.tidy(client, line);
  }

  /** How many clients have something here. */
  get clients(): number {
    return this.lines.size;
  }

  private tidy(client: string, { active, waiting }: Line<T>): void {
    if (active === 0 && waiting.length === 0) this.lines.delete(client);
  }
}
