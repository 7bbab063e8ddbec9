/** Splits a byte stream into lines, with a bound: a line that is too long is skipped as it arrives and takes no memory. */

const newline = 10;
const leastRoom = 2 ** 12;
/** The byte order mark, with which some programs begin a text. */
const byteOrderMark = Buffer.from('\ufeff');

/** Stands for a line that was too long. */
export const tooLong = Symbol('too long');

export class LineCutter {
  /** The chunks of the line that has not ended yet. */
  private held: Buffer = Buffer.alloc(0);
  private bytes = 0;
  private skipping = false;
  private isFirst = true;

  /** @param mostBytes of a line with its line feed */
  constructor(private readonly mostBytes: number) {}

  /** The lines that end in a chunk, with their line feeds, and `tooLong` as soon as one is. */
  *cut(chunk: Buffer): Generator<Buffer | typeof tooLong, void> {
    for (let start = 0; start < chunk.length; ) {
      const end = chunk.indexOf(newline, start) + 1;
      const part = chunk.subarray(start, end || chunk.length);
      start += part.length;
      if (this.skipping) {
        this.skipping = end === 0;
      } else if (this.bytes + part.length > this.mostBytes) {
        this.forget();
        this.skipping = end === 0;
        yield tooLong;
      } else if (end === 0) {
        this.hold(part);
      } else {
        yield this.complete(part);
      }
    }
  }

  private complete(part: Buffer): Buffer {
    if (this.bytes > 0) this.hold(part);
    const line = this.bytes > 0 ? this.held.subarray(0, this.bytes) : part;
    this.forget();
    const marked = this.isFirst && line.subarray(0, byteOrderMark.length).equals(byteOrderMark);
    this.isFirst = false;
    return marked ? line.subarray(byteOrderMark.length) : line;
  }

  /** However small the parts are in which a line comes, they take twice its size at most. */
  private hold(part: Buffer): void {
    const needed = this.bytes + part.length;
    if (needed > this.held.length) {
      const wider = Buffer.allocUnsafeSlow(Math.max(leastRoom, 2 * needed));
      this.held.copy(wider, 0, 0, this.bytes);
      this.held = wider;
    }
    part.copy(this.held, this.bytes);
    this.bytes = needed;
  }

  private forget(): void {
    this.held = Buffer.alloc(0);
    this.bytes = 0;
  }
}
