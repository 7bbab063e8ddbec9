/** A process that keeps the newest events, in the server's buffer or as objects. Argument: `own` or `objects`. */
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { markets, suite } from '../../generated/suite.js';
import { hubOn } from '../support/bench.js';
import { handFrame } from '../support/hand-feed.js';
import { marketOf } from '../support/markets.js';
import { answerCalls } from './call.js';
import { eventsOf, framesOf } from './load.js';

const market = marketOf('stocks');
const events = eventsOf(market, 500, 2_000);
const usualBatch = 10;
const framesAtOnce = 500;

/** Takes in a frame and keeps its events. */
type Keep = (frame: Buffer) => void;

/** Keeps parsed objects, the newest in the place of the oldest. */
function keepObjects(capacity: number): Keep {
  const kept = new Array<unknown>(capacity).fill(undefined);
  let next = 0;
  return frame => {
    for (const event of JSON.parse(frame.toString())) kept[next++ % capacity] = event;
  };
}

function keepBytes(capacity: number): Keep {
  const bufferBytes = 512 * 2 ** 20;
  const stream = hubOn(suite, markets, 'realtime', { bufferMessages: capacity, bufferBytes }).stream(market.name);
  return frame => handFrame(stream, frame);
}

const begin = process.argv[2] === 'own' ? keepBytes : keepObjects;
let keep: Keep | undefined;

async function takeIn(count: number, frames: readonly Buffer[], batch: number, take: Keep): Promise<void> {
  for (let taken = 0; taken * batch < count; taken++) {
    take(frames[taken % frames.length]!);
    if (taken % framesAtOnce === 0) await nextTurn();
  }
}

function buffersOf(batch: number): Buffer[] {
  return framesOf(events, batch).map(frame => Buffer.from(frame));
}

function bytesInUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What collecting garbage took while events came and went. */
export interface Churn {
  readonly wallMs: number;
  readonly gcMs: number;
  readonly longestPauseMs: number;
}

const calls = {
  /** @returns bytes in use for each of so many events that are held */
  async fill(count: number): Promise<number> {
    const frames = buffersOf(usualBatch);
    const before = bytesInUse();
    keep = begin(count);
    await takeIn(count, frames, usualBatch, keep);
    return (bytesInUse() - before) / count;
  },

  async churn(count: number): Promise<Churn> {
    const frames = buffersOf(usualBatch);
    globalThis.gc?.();
    const pausesMs: number[] = [];
    const observer = new PerformanceObserver(list => pausesMs.push(...list.getEntries().map(entry => entry.duration)));
    await nextTurn();
    observer.observe({ entryTypes: ['gc'] });
    const beganMs = performance.now();
    await takeIn(count, frames, usualBatch, keep!);
    const wallMs = performance.now() - beganMs;
    await nextTurn();
    pausesMs.push(...observer.takeRecords().map(entry => entry.duration));
    observer.disconnect();
    return {
      wallMs,
      gcMs: pausesMs.reduce((sum, pauseMs) => sum + pauseMs, 0),
      longestPauseMs: Math.max(0, ...pausesMs),
    };
  },

  /** @returns bytes allocated on the heap for each of so many events; the young generation must have room for all */
  allocate(count: number, batch: number): number {
    const frames = buffersOf(batch);
    const take = begin(count);
    for (const frame of frames) take(frame);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let taken = 0; taken * batch < count; taken++) take(frames[taken % frames.length]!);
    return (process.memoryUsage().heapUsed - before) / count;
  },
};

export type StoreCalls = typeof calls;

answerCalls(calls);
