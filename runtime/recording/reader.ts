import { type FileHandle, open } from 'node:fs/promises';
import { decodeFrames, decodeHeader, type RecordedFrame } from './frames.js';
import { headBytes, readHead, unpack } from './member.js';

/** A recording cannot be read any further. */
export class DamagedRecording extends Error {}

/**
 * The frames of a recording, in the order in which they came.
 *
 * @param sinceMs members that hold only what came before are skipped; some earlier frames may still be given
 * @throws DamagedRecording after the last frame before the damage
 */
export async function* readFrames(path: string, sinceMs: number): AsyncGenerator<RecordedFrame> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    let at = 0;
    while (at < size) {
      const head = readHead(await bytesAt(handle, at, headBytes));
      if (!head || at + head.length > size) throw new DamagedRecording('a part is cut off or overwritten');
      if (at === 0 || (head.newestS + 1) * 1_000 > sinceMs) {
        const bytes = await unpackWhole(await bytesAt(handle, at, head.length));
        if (at > 0) yield* framesIn(bytes);
        else if (!decodeHeader(bytes)) throw new DamagedRecording('it does not begin as a recording');
      }
      at += head.length;
    }
  } finally {
    await handle.close();
  }
}

function* framesIn(bytes: Buffer): Generator<RecordedFrame> {
  try {
    yield* decodeFrames(bytes);
  } catch (error) {
    if (error instanceof SyntaxError) throw new DamagedRecording(error.message);
    throw error;
  }
}

async function unpackWhole(member: Buffer): Promise<Buffer> {
  try {
    return await unpack(member);
  } catch {
    throw new DamagedRecording('a part is overwritten');
  }
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
