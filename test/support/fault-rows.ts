/** Faults of a feed and of the network, as rows of a table. */
import { expect, test } from 'vitest';
import type { Options } from '../../runtime/config/options.js';
import { type Fault, type Peer, status, trade } from './fault-feed.js';
import { FaultRun } from './fault-run.js';
import { outsideMb } from './memory.js';

export interface Row {
  /** Name of the fault, and the expected reaction. */
  readonly name: string;
  readonly fault: Fault;
  /** How many connections suffer the fault; default 1. */
  readonly times?: number;
  readonly options?: Partial<Options>;
  /** Every state of the stream, up to the one in which it should stay. */
  readonly states: string;
  /** Part of the answer of start. */
  readonly start?: object;
  /** Part of the status in the end. */
  readonly status?: object;
  /** How many connections were made in the end. */
  readonly attempts?: number;
  /** Further expectations. */
  readonly check?: (run: FaultRun) => Promise<void> | void;
  /** How long it may hold the event loop, ms; default `longestHoldMs`. */
  readonly holdMs?: number;
  /** How much memory may remain used afterwards, MiB. */
  readonly leftMb?: number;
  /** How much memory outside of the heap it may allocate, garbage included, MiB. */
  readonly takenMb?: number;
}

export const connected = 'connecting authenticating live';

export const dropped = `${connected} retrying ${connected}`;

export const always = Number.POSITIVE_INFINITY;

/** The entry of the ledger for a fault; `expectTimes` compares its times with those of the messages around it. */
export function outage(cause: string | RegExp): object {
  return { cause: expect.stringMatching(cause), channels: ['T.AAPL', 'Q.AAPL'] };
}

export function failed(text: string | RegExp, code = 'CONNECT_FAILED'): object {
  return { last_error: { code, message: expect.stringMatching(text) } };
}

/** A fault of the data, on a stream that is live and stays live. */
export function data(play: (peer: Peer) => void): { fault: Fault; states: string; attempts: number } {
  return { fault: { live: play }, states: connected, attempts: 1 };
}

/** A fault that ends a live stream after a trade; it reconnects by itself, and the ledger lists the outage. */
export function cut(play: (peer: Peer) => void, message: string | RegExp = ''): Omit<Row, 'name'> {
  return {
    fault: {
      live(peer) {
        peer.text(trade(1000));
        play(peer);
      },
    },
    states: dropped,
    attempts: 2,
    status: { reconnects: 1, outages: [outage(message)], ...failed(message) },
  };
}

export const denied = status('error', 'not authorized');

/** Expects every outage to last from the last message before it to the first one after it. */
export function expectTimes({ stocks }: FaultRun, told: readonly object[], beganMs: number): void {
  const { buffer, outages } = stocks;
  const arrival = (seq: number): string => iso(stocks.wallMs(buffer.arrivedMs(seq)));
  const times = outages.all.map(({ seq }) => ({
    from: seq > buffer.oldestSeq ? arrival(seq - 1) : expect.any(String),
    to: seq < buffer.nextSeq ? arrival(seq) : null,
  }));
  expect(told).toMatchObject(times);
  for (const { from, to } of told as { from: string; to: string | null }[]) {
    expect(Date.parse(from)).toBeGreaterThanOrEqual(beganMs);
    expect(Date.parse(to ?? from)).toBeGreaterThanOrEqual(Date.parse(from));
  }
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** @returns memory allocated outside of the heap in the end, MiB */
export async function play(row: Row): Promise<number> {
  const run = await FaultRun.open({ ...(row.options ? { options: row.options } : {}) });
  const beganMs = Date.now();
  try {
    await run.startSibling();
    run.feed.arm(row.fault, row.times);
    run.watch();
    const started = await run.start();
    if (row.start) expect(started.structured).toMatchObject(row.start);
    expect(started.isError).toBe(started.structured.state === 'refused');

    const rest = row.states.split(' ').at(-1);
    await run.until(`${row.states}`, () => run.states === row.states);
    if (rest === 'live') await run.expectData();
    const outside = outsideMb();
    await row.check?.(run);
    const status = await run.status();
    expect(status).toMatchObject({ state: rest, ...row.status });
    expectTimes(run, status.outages as object[], beganMs);
    // The log must have the last fault of the answer, too.
    const fault = status.last_error as { message: string } | null;
    if (fault) expect(run.log.join('')).toContain(`stocks: ${fault.message}`);
    if (row.attempts !== undefined) expect(run.feed.peers).toHaveLength(row.attempts);
    if (rest !== 'retrying') expect(run.stocks.nextRetryAtMs).toBeUndefined();
    await run.expectSiblingUnharmed();
    await run.finish();
    return outside;
  } finally {
    await run.close();
  }
}

export function declare(rows: readonly Row[]): void {
  test.each(rows)('$name', async row => void (await play(row)));
}
