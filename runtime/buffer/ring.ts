/** Bytes in order of arrival, in chunks that are reused. */
interface Chunk {
  readonly bytes: Buffer;
  /** Offset of its first byte. */
  readonly base: number;
}

const largestChunk = 2 ** 20;
const smallestChunk = 2 ** 12;
/** How many chunks a full ring has. */
const usualChunks = 16;

/** Offsets count all bytes ever written. Each piece is whole in one chunk. */
export class ByteRing {
  private readonly chunkBytes: number;
  /** Oldest first. */
  private chunks: Chunk[] = [];
  private spare: Buffer | undefined;
  private written = 0;

  constructor(maxBytes: number) {
    this.chunkBytes = Math.min(Math.max(Math.ceil(maxBytes / usualChunks), smallestChunk), largestChunk);
  }

  /** Offset after the last byte written. */
  get end(): number {
    return this.written;
  }

  /** Copies a piece. @returns its offset */
  write(data: Buffer): number {
    const size = data.length;
    let chunk = this.chunks[this.chunks.length - 1];
    if (!chunk || chunk.base + chunk.bytes.length - this.written < size) chunk = this.extend(size);
    chunk.bytes.set(data, this.written - chunk.base);
    this.written += size;
    return this.written - size;
  }

  /** Bytes of a piece that is still held; a view, good until the next release. */
  read(offset: number, length: number): Buffer {
    const { bytes, base } = this.chunks[this.chunkAt(offset)]!;
    return bytes.subarray(offset - base, offset - base + length);
  }

  /** Bytes from an offset on, as far as they lie together; a view, good until the next release. */
  readOn(offset: number): Buffer {
    const index = this.chunkAt(offset);
    const { bytes, base } = this.chunks[index]!;
    return bytes.subarray(offset - base, (this.chunks[index + 1]?.base ?? this.written) - base);
  }

  /** Releases the pieces before an offset. */
  release(offset: number): void {
    // Usually it is still in the first chunk.
    if (this.chunks.length < 2 || offset < this.chunks[1]!.base) return;
    const first = this.chunkAt(offset);
    const gone = this.chunks.splice(0, first);
    this.spare ??= gone.find(({ bytes }) => bytes.length === this.chunkBytes)?.bytes;
  }

  clear(): void {
    this.chunks = [];
    this.spare = undefined;
  }

  /** Index of the last chunk that begins at or before an offset. */
  private chunkAt(offset: number): number {
    let low = 0;
    let high = this.chunks.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.chunks[middle]!.base <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private extend(size: number): Chunk {
    const reused = size <= this.chunkBytes ? this.spare : undefined;
    if (reused) this.spare = undefined;
    const bytes = reused ?? Buffer.allocUnsafeSlow(Math.max(size, this.chunkBytes));
    const chunk = { bytes, base: this.written };
    this.chunks.push(chunk);
    return chunk;
  }
}
