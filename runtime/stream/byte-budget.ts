/** How many bytes the buffers of many clients may take together. */
export class ByteBudget {
  private taken = 0;

  constructor(private readonly bytes: number) {}

  /** @returns whether there was room; if not, nothing is taken */
  take(bytes: number): boolean {
    if (this.taken + bytes > this.bytes) return false;
    this.taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.taken -= bytes;
  }
}
