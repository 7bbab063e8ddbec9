import { setTimeout as pause } from 'node:timers/promises';
import { markets } from '../../generated/suite.js';
import { testKey } from '../support/bench.js';
import { HostedServer } from '../support/stdio.js';
import { loudChannels } from './load.js';
import type { Part } from './part.js';
import { compete } from './rounds.js';
import { type Goal, type Row, rowOf, valueAtMost } from './row.js';
import type { SenderCalls } from './sender.js';
import { percentileOf } from './spread.js';

const client = 'server';
const all = markets.map(({ name }) => name);
const batch = 10;
const warmUpMs = 300;

/** What is called in turn. */
const questions: readonly Question[] = [
  {
    what: 'read, status, wait',
    calls: [
      ['read_stream_messages', { market: 'stocks' }],
      ['get_stocks_stream_status', {}],
      ['wait_for_stream_message', { market: 'crypto', count: 1 }],
    ],
    goal: valueAtMost(50),
  },
  { what: 'summarize', calls: [['summarize_stream', { market: 'stocks' }]] },
];

interface Question {
  readonly what: string;
  readonly calls: readonly ToolCall[];
  readonly goal?: Goal;
}

type ToolCall = readonly [name: string, args: Record<string, unknown>];

/** How long each call took, and how fast events came in meanwhile. */
interface Answers {
  readonly tookMs: readonly number[];
  readonly eventsPerSecond: number;
}

export const calls: Part = {
  name: 'calls',
  quick: true,
  async run({ programs, short, rounds }) {
    const sender = programs.start<SenderCalls>('sender');
    const url = await sender.call('url');
    const server = await HostedServer.start({ POLYGON_FEED: `${url}/${client}`, POLYGON_API_KEY: testKey });
    try {
      for (const market of markets) {
        await ask(server, [`start_${market.name}_stream`, { channels: loudChannels(market) }]);
      }
      const durationMs = short ? 500 : 1_000;
      const rows: Row[] = [];
      for (const { what, calls: chosen, goal } of short ? questions.slice(0, 1) : questions) {
        const busy = async (): Promise<Answers> => {
          await sender.call('blast', client, all, batch);
          await pause(warmUpMs);
          const answers = await askFor(server, chosen, durationMs);
          await sender.call('halt');
          await pause(warmUpMs);
          return answers;
        };
        await busy();
        // A wait ends with the next message: without any it would last.
        const quiet = chosen.filter(([name]) => name !== 'wait_for_stream_message');
        const answers = await compete(rounds, { busy, idle: () => askFor(server, quiet, durationMs / 5) });
        rows.push(...rowsOf(what, answers.busy, answers.idle, goal));
      }
      return rows;
    } finally {
      await server.close();
      await programs.close();
    }
  },
};

async function ask(server: HostedServer, [name, args]: ToolCall): Promise<Record<string, unknown>> {
  const { isError, structuredContent } = await server.call(name, args);
  if (isError) throw new Error(`${name}: ${JSON.stringify(structuredContent)}`);
  return structuredContent as Record<string, unknown>;
}

async function received(server: HostedServer): Promise<number> {
  const answers = await Promise.all(all.map(market => ask(server, [`get_${market}_stream_status`, {}])));
  return answers.reduce((sum, { messages_received: count }) => sum + (count as number), 0);
}

async function askFor(server: HostedServer, chosen: readonly ToolCall[], durationMs: number): Promise<Answers> {
  const tookMs: number[] = [];
  const before = await received(server);
  const beganMs = performance.now();
  for (let index = 0; performance.now() - beganMs < durationMs; index++) {
    const askedMs = performance.now();
    await ask(server, chosen[index % chosen.length]!);
    tookMs.push(performance.now() - askedMs);
  }
  const seconds = (performance.now() - beganMs) / 1_000;
  return { tookMs, eventsPerSecond: ((await received(server)) - before) / seconds };
}

function rowsOf(what: string, busy: readonly Answers[], idle: readonly Answers[], goal: Goal | undefined): Row[] {
  const row = (unit: string, share: number, due?: Goal): Row => {
    const get = ({ tookMs }: Answers): number => percentileOf(tookMs, share);
    return rowOf('calls', {
      what: `${what}, six markets at full load`,
      unit,
      values: busy.map(get),
      against: { name: 'idle', values: idle.map(get) },
      ...(due && { goal: due }),
    });
  };
  const intake = { unit: 'events/s meanwhile', values: busy.map(({ eventsPerSecond }) => eventsPerSecond) };
  return [row('ms p50', 0.5), row('ms p99', 0.99, goal), rowOf('calls', { what, ...intake })];
}
