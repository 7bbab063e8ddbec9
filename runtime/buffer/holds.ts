/** Messages that stay readable when they leave, or are looked at before they do. */
export interface Hold {
  /** The buffer was cleared: nothing of it can be read any more. */
  readonly isLost: boolean;
  release(): void;
}

/** Who still reads what. */
export class Holds {
  private readonly kept = new Set<{ readonly from: number; isLost: boolean }>();

  /**
   * @param from seq of the oldest message that is held
   * @param released called once
   */
  add(from: number, released: () => void): Hold {
    const held = { from, isLost: false };
    this.kept.add(held);
    return {
      get isLost() {
        return held.isLost;
      },
      release: () => {
        if (this.kept.delete(held)) released();
      },
    };
  }

  /** Seq of the oldest message that is held; another one where none older is. */
  oldest(other: number): number {
    let oldest = other;
    for (const { from } of this.kept) if (from < oldest) oldest = from;
    return oldest;
  }

  lose(): void {
    for (const held of this.kept) held.isLost = true;
    this.kept.clear();
  }
}

/** Who must see messages before they leave. */
export class Followers {
  private readonly kept = new Set<{ readonly leaving: (end: number) => void; isLost: boolean }>();

  /** @param leaving told that the messages before a seq leave next */
  add(leaving: (end: number) => void): Hold {
    const follower = { leaving, isLost: false };
    this.kept.add(follower);
    return {
      get isLost() {
        return follower.isLost;
      },
      release: () => void this.kept.delete(follower),
    };
  }

  tell(end: number): void {
    for (const { leaving } of this.kept) leaving(end);
  }

  lose(): void {
    for (const follower of this.kept) follower.isLost = true;
    this.kept.clear();
  }
}
