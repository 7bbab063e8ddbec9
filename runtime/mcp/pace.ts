import { once } from 'node:events';
import { finished, PassThrough, pipeline, Readable, type Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LineCutter, tooLong } from '../core/lines.js';
import { noteArrival } from '../pacing/arrivals.js';

const aheadBytes = 2 ** 18;
/** How long a host that closed its end may take to read an answer. */
const farewellMs = 150;
/** Of JSON-RPC. */
const parseError = -32_700;

export interface Pace {
  /** Longest line, with its line feed; a longer one is answered with an error and skipped. */
  readonly mostLineBytes: number;
  readonly patienceMs?: number;
}

/**
 * Reads the host's requests line by line, and pauses while the host does not read its answers. Then at most one answer
 * is pending, and further requests wait here as far as there is room, else in the pipe. So a host that hangs up is
 * noticed even while requests of it are waiting.
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
      // A request that is answered at once is answered before the next one is read.
      await nextTurn();
    }
  }
}

/** The JSON-RPC answer to a request whose id cannot be read. */
function refusal(mostLineBytes: number): string {
  const message = `A message is one line of at most ${mostLineBytes} bytes; this one is longer and was skipped.`;
  return `${JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: parseError, message } })}\n`;
}

/** @returns whether the host read what was written; false if it hung up without doing so */
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
