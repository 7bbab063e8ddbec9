/** Removes the connection's key from a frame before it is recorded. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RecordedFrame } from './frames.js';
import type { QueuedFrame } from './queue.js';

/** Bytes searched in one turn of the event loop. */
const atOnceBytes = 2 ** 19;
/** No spelling of a key is longer. */
const longestSpelling = 2 ** 14;

/** Replaces a large frame that contains the key. */
const nothing = Buffer.from('[]');

/** @returns the frame as it came, or without the key */
export async function cleanFrame({ atMs, data, key }: QueuedFrame): Promise<RecordedFrame> {
  if (data.length <= atOnceBytes) return marked(atMs, data, key.cleanBytes(data));
  for (let at = 0; at < data.length; at += atOnceBytes) {
    const piece = data.subarray(at, at + atOnceBytes + longestSpelling);
    if (key.cleanBytes(piece) !== piece) return marked(atMs, data, nothing);
    await nextTurn();
  }
  return { atMs, data };
}

function marked(atMs: number, data: Buffer, clean: Buffer): RecordedFrame {
  return clean === data ? { atMs, data } : { atMs, data: clean, cleaned: true };
}
