/** A process that takes in the feed as one of the clients does. Arguments: the client, URL of the vendor's package. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { answerCalls } from './call.js';
import { type ClientName, clientOf } from './clients.js';
import { queuedMs } from './queue.js';
import { percentileOf } from './spread.js';
import { stampUs } from './stamp.js';

const [name, vendor = ''] = process.argv.slice(2);
const client = clientOf(name as ClientName, vendor);
const quietMs = 25;

/** What happened in a stretch of time. */
export interface Stretch {
  /** In events or frames, as the client counts. */
  readonly count: number;
  /** Without the time in which others had the core. */
  readonly wallMs: number;
  readonly queuedMs: number;
  readonly cpuMs: number;
  /** How late the event loop came to a timer, 99 of 100 times at most. */
  readonly delayP99Ms: number;
}

export interface Latency {
  readonly frames: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const calls = {
  connect: (url: string, markets: readonly string[]) => client.connect(url, markets),

  async measure(durationMs: number): Promise<Stretch> {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const { count } = client;
    const cpu = process.cpuUsage();
    const queuedBefore = queuedMs();
    const beganMs = performance.now();
    delay.enable();
    await pause(durationMs);
    delay.disable();
    const { user, system } = process.cpuUsage(cpu);
    const queued = queuedMs() - queuedBefore;
    return {
      count: client.count - count,
      wallMs: performance.now() - beganMs - queued,
      queuedMs: queued,
      cpuMs: (user + system) / 1_000,
      delayP99Ms: delay.percentile(99) / 1e6,
    };
  },

  /** From the sender's stamp to the moment when the event can be read. */
  async follow(durationMs: number): Promise<Latency> {
    const latenciesMs: number[] = [];
    const end = client.follow(({ q }) => latenciesMs.push((stampUs() - (q as number)) / 1_000));
    await pause(durationMs);
    end();
    return {
      frames: latenciesMs.length,
      p50Ms: percentileOf(latenciesMs, 0.5),
      p99Ms: percentileOf(latenciesMs, 0.99),
    };
  },

  /** Resolves when nothing more comes. */
  async settle(): Promise<void> {
    client.deaf = true;
    for (let before = -1; before !== client.count; ) {
      before = client.count;
      await pause(quietMs);
    }
    client.deaf = false;
  },
};

export type ReceiverCalls = typeof calls;

answerCalls(calls);
