import { setTimeout as pause } from 'node:timers/promises';
import type { ClientName } from './clients.js';
import type { Part } from './part.js';
import type { Latency, ReceiverCalls } from './receiver.js';
import { compete } from './rounds.js';
import { type Goal, type Row, rowOf, valueAtMost } from './row.js';
import type { SenderCalls } from './sender.js';

const market = 'stocks';
const allRates = [1_000, 10_000, 100_000];
const shortRates = [10_000];
const goals: Readonly<Record<number, Goal>> = { 10000: valueAtMost(10) };
const warmUpMs = 200;

export const latency: Part = {
  name: 'latency',
  quick: true,
  async run({ programs, short, rounds }) {
    const sender = programs.start<SenderCalls>('sender');
    const url = await sender.call('url');
    const measureWith = async (name: ClientName): Promise<(rate: number) => Promise<Latency>> => {
      const receiver = programs.start<ReceiverCalls>('receiver', [name]);
      await receiver.call('connect', url, [market]);
      return async rate => {
        await sender.call('pace', name, market, rate);
        await pause(warmUpMs);
        const latency = await receiver.call('follow', 500);
        await sender.call('halt');
        await receiver.call('settle');
        return latency;
      };
    };
    const [own, parse] = [await measureWith('own'), await measureWith('parse')];
    await Promise.all([own(10_000).then(() => parse(10_000))]);
    const rows: Row[] = [];
    for (const rate of short ? shortRates : allRates) {
      const results = await compete(rounds, { own: () => own(rate), parse: () => parse(rate) });
      rows.push(...rowsOf(rate, results.own, results.parse));
    }
    await programs.close();
    return rows;
  },
};

function rowsOf(rate: number, own: readonly Latency[], parse: readonly Latency[]): Row[] {
  const goal = goals[rate];
  const row = (unit: string, get: (latency: Latency) => number, due?: Goal): Row =>
    rowOf('latency', {
      what: `${rate.toLocaleString('en')} events/s`,
      unit,
      values: own.map(get),
      against: { name: 'ws + JSON.parse', values: parse.map(get) },
      ...(due && { goal: due }),
    });
  return [row('ms p50', ({ p50Ms }) => p50Ms), row('ms p99', ({ p99Ms }) => p99Ms, goal)];
}
