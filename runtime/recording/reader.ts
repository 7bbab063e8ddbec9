/** Reads recordings as untrusted data: any bytes take bounded memory, and give frames or a `DamagedRecording`. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeFrames, decodeHeader, type RecordedFrame } from './frames.js';
import { headBytes, type MemberHead, readHead, unpack } from './member.js';

/** A recording cannot be read any further. */
export class DamagedRecording extends Error {}

/** What to read, and what to expect. */
export interface Reading {
  /** Skips members that hold only earlier frames; some earlier frames may still be yielded. */
  readonly sinceMs: number;
  readonly mostFrameBytes: number;
  /** Where the members begin that are read, besides the first one; absent: all. */
  readonly only?: ReadonlySet<number> | undefined;
}

/** A batch takes less, apart from one larger frame. */
const batchBytes = 2 ** 19;
/** Data that cannot be compressed grow by less. */
const mostGrowth = 2 ** 16;
const mostHeaderBytes = 2 ** 12;
/** Yields to the event loop after this many bytes of frames, with an overhead for each. */
const sliceBytes = 2 ** 16;
const frameCostBytes = 2 ** 8;

const dayMs = 86_400_000;
/** From here on, years have five digits. */
const latestMs = Date.UTC(10_000, 0, 1);

/**
 * The frames of a recording, by arrival.
 *
 * @throws DamagedRecording after the last frame before the damage
 */
export async function* readFrames(path: string, reading: Reading): AsyncGenerator<RecordedFrame> {
  const handle = await openRecording(path);
  try {
    const { size } = await handle.stat();
    let at = 0;
    let beginMs = Number.NaN;
    while (at < size) {
      const mostBytes = at === 0 ? mostHeaderBytes : reading.mostFrameBytes + batchBytes;
      const head = readHead(await bytesAt(handle, at, headBytes));
      if (!head || at + head.length > size) throw new DamagedRecording('a part is cut off or overwritten');
      if (head.length > mostBytes + mostGrowth) throw new DamagedRecording('a part is larger than any that is written');
      if (at === 0 || (holdsLater(head, reading.sinceMs) && (reading.only?.has(at) ?? true))) {
        const bytes = await unpackWhole(await bytesAt(handle, at, head.length), mostBytes);
        if (at > 0) yield* framesIn(bytes, beginMs);
        else beginMs = beginOf(bytes);
      }
      at += head.length;
    }
  } finally {
    await handle.close();
  }
}

/** Whether frames in a member may have come at that time or later. */
export function holdsLater({ newestS }: MemberHead, sinceMs: number): boolean {
  return (newestS + 1) * 1_000 > sinceMs;
}

/** Opens regular files only: no links, and no pipes, which would block until somebody writes. */
export async function openRecording(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(refuse);
  const isFile = await handle.stat().then(
    facts => facts.isFile(),
    () => false,
  );
  if (isFile) return handle;
  await handle.close();
  throw new DamagedRecording('it is no regular file');
}

function refuse(error: NodeJS.ErrnoException): never {
  // Links and sockets fail to open.
  if (error.code === 'ELOOP' || error.code === 'EMLINK' || error.code === 'ENXIO') {
    throw new DamagedRecording('it is no regular file');
  }
  throw error;
}

/** Arrival of the first frame, wall clock ms; all others arrived on the same day. */
function beginOf(bytes: Buffer): number {
  const header = decodeHeader(bytes);
  const beginMs = header ? Date.parse(header.started_at) : Number.NaN;
  if (beginMs >= 0 && beginMs < latestMs) return beginMs;
  throw new DamagedRecording('it does not begin as a recording');
}

async function* framesIn(bytes: Buffer, beginMs: number): AsyncGenerator<RecordedFrame> {
  let cost = 0;
  try {
    for (const frame of decodeFrames(bytes)) {
      if (Math.abs(frame.atMs - beginMs) >= dayMs) {
        throw new DamagedRecording('a frame came on another day than the first one');
      }
      yield frame;
      cost += frame.data.length + frameCostBytes;
      if (cost < sliceBytes) continue;
      cost = 0;
      await nextTurn();
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw new DamagedRecording(error.message);
    throw error;
  }
}

async function unpackWhole(member: Buffer, mostBytes: number): Promise<Buffer> {
  try {
    return await unpack(member, mostBytes);
  } catch (error) {
    const isLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new DamagedRecording(isLarge ? 'a part is larger than any that is written' : 'a part is overwritten');
  }
}

async function bytesAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
