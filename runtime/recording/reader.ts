/** Reads recordings as foreign data: whatever their bytes are, they cost bounded memory and end in frames or in words. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeFrames, decodeHeader, type RecordedFrame } from './frames.js';
import { headBytes, readHead, unpack } from './member.js';

/** A recording cannot be read any further. */
export class DamagedRecording extends Error {}

/** What is expected of a recording, and wanted of it. */
export interface Reading {
  /** Members that hold only what came before are skipped; some earlier frames may still be given. */
  readonly sinceMs: number;
  readonly mostFrameBytes: number;
}

/** Frames of a batch that is written at once, beside one that is larger, take less. */
const batchBytes = 2 ** 19;
/** A member that cannot be compressed gets larger by less. */
const mostGrowth = 2 ** 16;
const mostHeaderBytes = 2 ** 12;
/** Others get their turn after so many bytes of frames, to which each frame adds some of its own. */
const turnBytes = 2 ** 16;
const frameCostBytes = 2 ** 8;

const dayMs = 86_400_000;
/** Later years have five digits, and no feed. */
const latestMs = Date.UTC(10_000, 0, 1);

/**
 * The frames of a recording, in the order in which they came.
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
      if (at === 0 || (head.newestS + 1) * 1_000 > reading.sinceMs) {
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

/** Opens a file, and nothing else that stands under its name: no link, and no pipe, for whose writer it would wait. */
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
  // A link and a socket, which are not opened at all.
  if (error.code === 'ELOOP' || error.code === 'EMLINK' || error.code === 'ENXIO') {
    throw new DamagedRecording('it is no regular file');
  }
  throw error;
}

/** When the first frame came, wall clock ms; all others came on the same day. */
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
      if (cost < turnBytes) continue;
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

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
