import type { Child } from './child.js';
import type { Part } from './part.js';
import type { ReaderCalls, Task } from './reader.js';
import { compete } from './rounds.js';
import { atMost, type Goal, type Row, rowOf } from './row.js';

/** A buffer: how many messages, of how many symbols. */
interface Fill {
  readonly messages: number;
  readonly symbols: number;
}

/** Cost for a call, or for each message in the buffer. */
interface Cost {
  readonly task: Task;
  readonly what: string;
  readonly each: 'call' | 'message';
}

const costs: readonly Cost[] = [
  { task: 'newest', what: 'read the newest 50', each: 'call' },
  { task: 'symbol', what: 'read 10 of one symbol', each: 'call' },
  { task: 'summarize', what: 'summarize again', each: 'call' },
  { task: 'summarizeWindow', what: 'summarize a window', each: 'message' },
  { task: 'waitOnChannel', what: 'wait on a channel', each: 'message' },
  { task: 'waitForSymbol', what: 'wait for a symbol, all channels', each: 'message' },
];

const usualSymbols = 100;
const fewest: Fill = { messages: 1_000, symbols: usualSymbols };
const flat: Goal = atMost(2);

/** The buffer in which a cost is measured, one that is as large as can be waited for, and others that are wider. */
interface Buffers {
  readonly usual: Fill;
  readonly sizes: readonly Fill[];
  readonly widths: readonly Fill[];
}

function buffersFor({ each }: Cost, short: boolean): Buffers {
  const most = each === 'message' || short ? 10_000 : 1_000_000;
  const messages = Math.min(most, 100_000);
  const usual = { messages, symbols: usualSymbols };
  const sizes = [1_000, 10_000, 100_000, 1_000_000].filter(size => size <= most);
  return {
    usual,
    sizes: sizes.map(size => ({ messages: size, symbols: usualSymbols })),
    widths: short ? [] : [1, usualSymbols, 10_000].map(symbols => ({ messages, symbols })),
  };
}

export const reading: Part = {
  name: 'reading',
  quick: true,
  async run({ programs, short, rounds }) {
    const readers = new Map<string, Child<ReaderCalls>>();
    const readerOf = (fill: Fill): Child<ReaderCalls> => {
      const key = keyOf(fill);
      const reader = readers.get(key) ?? programs.start<ReaderCalls>('reader', key.split(' '));
      readers.set(key, reader);
      return reader;
    };
    const rows: Row[] = [];
    for (const cost of costs) {
      const buffers = buffersFor(cost, short);
      const fills = [...buffers.sizes, ...buffers.widths];
      const contestants = fills.map(fill => [keyOf(fill), () => measure(readerOf(fill), cost, fill)] as const);
      const parse = (): Promise<number> => measureParse(readerOf(buffers.usual), cost, buffers.usual);
      rows.push(...rowsOf(cost, await competeWarm(rounds, { ...Object.fromEntries(contestants), parse }), buffers));
    }
    await programs.close();
    return rows;
  },
};

type Contestants = Readonly<Record<string, () => Promise<number>>>;

/** The first round is for the compiler. */
async function competeWarm(rounds: number, contestants: Contestants): Promise<Record<string, number[]>> {
  await compete(1, contestants);
  return compete(rounds, contestants);
}

function keyOf({ messages, symbols }: Fill): string {
  return `${messages} ${symbols}`;
}

/** @returns µs */
async function measure(reader: Child<ReaderCalls>, { task, each }: Cost, { messages }: Fill): Promise<number> {
  const us = (await reader.call('time', task)) * 1_000;
  return each === 'call' ? us : us / messages;
}

/** @returns µs */
async function measureParse(reader: Child<ReaderCalls>, { each }: Cost, { messages }: Fill): Promise<number> {
  if (each === 'call') return (await reader.call('time', 'parse')) * 1_000;
  return ((await reader.call('time', 'parseAll')) * 1_000) / messages;
}

function rowsOf(
  { what, each }: Cost,
  timings: Readonly<Record<string, number[]>>,
  { usual, sizes, widths }: Buffers,
): Row[] {
  const unit = each === 'call' ? 'µs' : 'µs/message';
  const row = (of: Fill, name: string, against: string, goal?: Goal): Row =>
    rowOf('reading', {
      what: `${what}, ${of.messages.toLocaleString('en')} held, ${of.symbols.toLocaleString('en')} symbols`,
      unit,
      values: timings[keyOf(of)]!,
      against: { name, values: timings[against]! },
      ...(goal && { goal }),
    });
  const [narrow, , wide] = widths;
  return [
    row(usual, each === 'call' ? 'JSON.parse of 50' : 'JSON.parse', 'parse'),
    row(sizes.at(-1)!, '1,000 held', keyOf(fewest), flat),
    ...(narrow && wide ? [row(wide, 'one symbol', keyOf(narrow))] : []),
  ];
}
