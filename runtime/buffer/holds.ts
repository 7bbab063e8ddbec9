/** Messages that stay readable when they leave. */
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
