/** As many as a double always keeps. */
const sumDigits = 15;

/** A sum of doubles that loses nothing on its way; null until something was added. */
export class Sum {
  private total: number | null = null;
  private lost = 0;

  get value(): number | null {
    return this.total === null ? null : Number((this.total + this.lost).toPrecision(sumDigits));
  }

  add(value: number): void {
    const before = this.total ?? 0;
    const after = before + value;
    this.lost += Math.abs(before) >= Math.abs(value) ? before - after + value : value - after + before;
    this.total = after;
  }
}
