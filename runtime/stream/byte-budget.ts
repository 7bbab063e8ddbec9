/** Bounds the bytes of all clients' buffers together. */
export class ByteBudget {
  private reserved = 0;

  constructor(private readonly bytes: number) {}

  /** Bytes in use. */
  get taken(): number {
    return this.reserved;
  }

  /** @returns whether there was room; otherwise nothing is taken */
  take(bytes: number): boolean {
    if (this.reserved + bytes > this.bytes) return false;
    this.reserved += bytes;
    return true;
  }

  give(bytes: number): void {
    this.reserved -= bytes;
  }
}
