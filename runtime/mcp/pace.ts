import { once } from 'node:events';
import { finished, PassThrough, pipeline, Readable, type Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LineCutter, tooLong } from '../core/lines.js';
import { noteArrival } from '../pacing/arrivals.js';

const aheadBytes = 2 ** 18;
/** How long a host that has hung up may take to read an answer. */
const farewellMs = 150;
/** Of JSON-RPC. */
const parseError = -32_700;

export interface Pace {
  /** Of a line with its line feed; a longer one is answered with an error and skipped. */
  readonly mostLineBytes: number;
  readonly patienceMs?: number;
}

/**
 * The host's requests, line by line, and none while the host does not read its answers: what it has not read is then
 * one answer, not all of them, and what it still asks waits here as far as there is room, else in its own pipe. A host
 * that hangs up is so noticed although requests of it still wait.
 */
export function pace(stdin: Readable, stdout: Writable, pace: Pace): Readable {
  return Readable.from(lines(stdin, stdout, pace), { objectMode: false });
}

async function* lines(
  stdin: Readable,
  stdout: Writable,
  { mostLineBytes, patienceMs = farewellMs }: Pace,
): AsyncGenerator<Buffer> {
  const ahead = new PassThrough({ highWaterMark: aheadBytes });
  // Whoever reads what was read ahead is told of an error too.
  pipeline(stdin, ahead, () => {});
  const cutter = new LineCutter(mostLineBytes);
  for await (const chunk of ahead as AsyncIterable<Buffer>) {
    for (const line of cutter.cut(chunk)) {
      if (stdout.writableNeedDrain && !(await isRead(stdin, stdout, patienceMs))) return;
      noteArrival();
      if (line === tooLong) stdout.write(refusal(mostLineBytes));
      else yield line;
      // A request that is answered at once has its answer written before the next one is let in.
      await nextTurn();
    }
  }
}

/** What JSON-RPC answers where the request, and so its id, cannot be read. */
function refusal(mostLineBytes: number): string {
  const message = `A message is one line of at most ${mostLineBytes} bytes; this one is longer and was skipped.`;
  return `${JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: parseError, message } })}\n`;
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
