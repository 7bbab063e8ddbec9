/** Bounds the bytes of all clients' buffers together. */
export class ByteBudget {
  private reserved = 0;

  constructor(private readonly bytes: number) {}

  /** Bytes in use. */
  get taken(): number {
    return this.reserved;
  }

  /**
   * @param spare what must stay free
   * @returns whether there was room; otherwise nothing is taken
   */
  take(bytes: number, spare = 0): boolean {
    if (this.reserved + bytes > this.bytes - spare) return false;
    this.reserved += bytes;
    return true;
  }

  give(bytes: number): void {
    this.reserved -= bytes;
  }
}
