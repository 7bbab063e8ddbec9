/**
 * The format of a recording, unpacked: one line of JSON about the file, then frames. A frame is a line with its arrival
 * (wall clock, ms), its length in bytes, and a mark if a key was removed; then its bytes, otherwise unchanged, and a
 * line feed.
 */

/** A frame of the feed, and its arrival. */
export interface RecordedFrame {
  /** Arrival, wall clock ms. */
  readonly atMs: number;
  readonly data: Buffer;
  /** Whether the connection's key was removed from it. */
  readonly cleaned?: boolean;
}

/** The first line of a recording. */
export interface Header {
  readonly format: typeof format;
  readonly version: typeof version;
  readonly market: string;
  readonly feed: string;
  /** Arrival of the first frame, ISO 8601. */
  readonly started_at: string;
}

const format = 'mcp-polygon frames';
const version = 1;
const lineFeed = 10;
const longestLine = 40;
const cleanedMark = ' cleaned';

/** Most bytes that a frame takes besides its data. */
export const frameOverhead = longestLine;

export function encodeHeader(market: string, feed: string, startedAtMs: number): Buffer {
  const header: Header = { format, version, market, feed, started_at: new Date(startedAtMs).toISOString() };
  return Buffer.from(`${JSON.stringify(header)}\n`);
}

/** @returns undefined if it is no header of this version */
export function decodeHeader(bytes: Buffer): Header | undefined {
  try {
    const header = JSON.parse(bytes.toString()) as { readonly [name in keyof Header]?: unknown } | null;
    if (header?.format !== format || header.version !== version) return undefined;
    const texts = [header.market, header.feed, header.started_at];
    return texts.every(text => typeof text === 'string') ? (header as Header) : undefined;
  } catch {
    return undefined;
  }
}

export function encodeFrames(frames: readonly RecordedFrame[]): Buffer {
  const size = frames.reduce((sum, { data }) => sum + data.length + frameOverhead, 0);
  const bytes = Buffer.allocUnsafe(size);
  let end = 0;
  for (const { atMs, data, cleaned } of frames) {
    end += bytes.write(`${Math.round(atMs)} ${data.length}${cleaned ? cleanedMark : ''}\n`, end, 'latin1');
    end += data.copy(bytes, end);
    bytes[end++] = lineFeed;
  }
  return bytes.subarray(0, end);
}

/** @throws SyntaxError where the bytes are no frames, after yielding the frames before */
export function* decodeFrames(bytes: Buffer): Generator<RecordedFrame> {
  for (let at = 0; at < bytes.length; ) {
    const line = bytes.toString('latin1', at, at + longestLine);
    const [head, atMs, length, mark] = /^(\d{1,16}) (\d{1,10})( cleaned)?\n/.exec(line) ?? [];
    if (head === undefined) throw new SyntaxError('expected arrival and length of a frame');
    const start = at + head.length;
    const end = start + Number(length);
    if (bytes[end] !== lineFeed) throw new SyntaxError('a frame is shorter or longer than it says');
    yield { atMs: Number(atMs), data: bytes.subarray(start, end), ...(mark ? { cleaned: true } : {}) };
    at = end + 1;
  }
}
