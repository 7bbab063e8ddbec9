import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';

const newline = 10;

/**
 * The host's requests, line by line, and none while the host does not read its answers: what it has not read is then
 * one answer, not all of them, and what it still asks waits in its own pipe.
 */
export function pace(stdin: Readable, stdout: Writable): Readable {
  return Readable.from(lines(stdin, stdout), { objectMode: false });
}

async function* lines(stdin: Readable, stdout: Writable): AsyncGenerator<Buffer> {
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    for (let start = 0; start < chunk.length; ) {
      const end = chunk.indexOf(newline, start) + 1 || chunk.length;
      await drained(stdout);
      yield chunk.subarray(start, end);
      start = end;
      // A request that is answered at once has its answer written before the next one is let in.
      await nextTurn();
    }
  }
}

/** Resolves once the host has read what was written. */
export async function drained(stdout: Writable): Promise<void> {
  if (stdout.writableNeedDrain) await once(stdout, 'drain');
}
