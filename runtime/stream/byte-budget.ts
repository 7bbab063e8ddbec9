/** How many bytes the buffers of many clients may take together. */
export class ByteBudget {
  private reserved = 0;

  constructor(private readonly bytes: number) {}

  /** How many are taken. */
  get taken(): number {
    return this.reserved;
  }

  /** @returns whether there was room; if not, nothing is taken */
  take(bytes: number): boolean {
    if (this.reserved + bytes > this.bytes) return false;
    this.reserved += bytes;
    return true;
  }

  give(bytes: number): void {
    this.reserved -= bytes;
  }
}
