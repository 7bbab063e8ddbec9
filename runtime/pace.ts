import { once } from 'node:events';
import { finished, PassThrough, pipeline, Readable, type Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';

const newline = 10;
const aheadBytes = 2 ** 18;
/** How long a host that has hung up may take to read an answer. */
const farewellMs = 150;

/**
 * The host's requests, line by line, and none while the host does not read its answers: what it has not read is then
 * one answer, not all of them, and what it still asks waits here as far as there is room, else in its own pipe. A host
 * that hangs up is so noticed although requests of it still wait.
 */
export function pace(stdin: Readable, stdout: Writable, patienceMs = farewellMs): Readable {
  return Readable.from(lines(stdin, stdout, patienceMs), { objectMode: false });
}

async function* lines(stdin: Readable, stdout: Writable, patienceMs: number): AsyncGenerator<Buffer> {
  const ahead = new PassThrough({ highWaterMark: aheadBytes });
  // Whoever reads what was read ahead is told of an error too.
  pipeline(stdin, ahead, () => {});
  for await (const chunk of ahead as AsyncIterable<Buffer>) {
    for (let start = 0; start < chunk.length; ) {
      const end = chunk.indexOf(newline, start) + 1 || chunk.length;
      if (stdout.writableNeedDrain && !(await isRead(stdin, stdout, patienceMs))) return;
      yield chunk.subarray(start, end);
      start = end;
      // A request that is answered at once has its answer written before the next one is let in.
      await nextTurn();
    }
  }
}

/** @returns whether the host reads what was written; false if it has hung up and does not */
async function isRead(stdin: Readable, stdout: Writable, patienceMs: number): Promise<boolean> {
  const patience = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const forget = finished(stdin, { writable: false }, () => {
    timer = setTimeout(() => patience.abort(), patienceMs);
  });
  try {
    await once(stdout, 'drain', { signal: patience.signal });
    return true;
  } catch {
    return false;
  } finally {
    forget();
    clearTimeout(timer);
  }
}

/** Resolves once the host has read what was written. */
export async function drained(stdout: Writable): Promise<void> {
  if (stdout.writableNeedDrain) await once(stdout, 'drain');
}
