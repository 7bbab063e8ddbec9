import { longestLine } from '../core/log.js';
import { oneLine } from '../core/quoting.js';
import { describeThrown } from '../core/thrown.js';
import type { Hub } from '../stream/hub.js';

/** The process ends after this time, even with open sockets. */
const patienceMs = 800;

/**
 * Ends the process cleanly on signals, broken output and uncaught errors.
 *
 * @param before runs first, once
 * @returns ends the process with a code; only the first call counts
 */
export function endOf(hub: Hub, before: () => void = () => {}): (code: number) => void {
  let ending = false;
  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(code), patienceMs).unref();
    before();
    void hub.close().finally(() => process.exit(code));
  };
  guard(end);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(0));
  process.stdout.on('error', () => end(0));
  process.stderr.on('error', () => end(0));
  return end;
}

/**
 * Reports where uncaught errors were thrown, without their messages, and ends the process with 1.
 *
 * @param end ends the process; by default once the report is written
 * @returns stops this, once another handler is in place
 */
export function guard(end: (code: number) => void = exitSoon): () => void {
  const crash = (error: unknown): void => {
    end(1);
    process.stderr.write(`${oneLine(`mcp-polygon failed: ${describeThrown(error)}`, longestLine)}\n`);
  };
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  for (const event of events) process.on(event, crash);
  return () => {
    for (const event of events) process.off(event, crash);
  };
}

function exitSoon(code: number): void {
  setImmediate(() => process.exit(code));
}
