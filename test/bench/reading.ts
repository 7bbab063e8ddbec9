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
  { task: 'summarizeAnew', what: 'summarize for the first time', each: 'message' },
  { task: 'waitOnChannel', what: 'wait on a channel', each: 'message' },
  { task: 'waitForSymbol', what: 'wait for a symbol, all channels', each: 'message' },
];

const usual: Fill = { messages: 100_000, symbols: 100 };
/** Beyond that, what costs time for each message is left out: it would take minutes. */
const mostForAll = 100_000;
const flat: Goal = atMost(2);

export const reading: Part = {
  name: 'reading',
  quick: true,
  async run({ programs, short, rounds }) {
    const sizes = (short ? [1_000, usual.messages] : [1_000, 10_000, usual.messages, 1_000_000]).map(
      (messages): Fill => ({ messages, symbols: usual.symbols }),
    );
    const widths = [1, usual.symbols, 10_000].map((symbols): Fill => ({ messages: usual.messages, symbols }));
    const fills = new Map([...sizes, ...(short ? [] : widths)].map(fill => [keyOf(fill), fill]));
    const readers = new Map<string, Child<ReaderCalls>>();
    for (const key of fills.keys()) readers.set(key, programs.start<ReaderCalls>('reader', key.split(' ')));

    const rows: Row[] = [];
    for (const cost of costs) {
      const chosen = [...fills].filter(([, { messages }]) => cost.each === 'call' || messages <= mostForAll);
      const contestants = chosen.map(([key, fill]) => [key, () => measure(readers.get(key)!, cost, fill)] as const);
      const baseline = { parse: () => measureParse(readers.get(keyOf(usual))!, cost) };
      const timings = await competeWarm(rounds, { ...Object.fromEntries(contestants), ...baseline });
      const largest = sizes.findLast(fill => chosen.some(([key]) => key === keyOf(fill)))!;
      rows.push(...rowsOf(cost, timings, largest, short ? undefined : widths));
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
async function measureParse(reader: Child<ReaderCalls>, { each }: Cost): Promise<number> {
  if (each === 'call') return (await reader.call('time', 'parse')) * 1_000;
  return ((await reader.call('time', 'parseAll')) * 1_000) / usual.messages;
}

function rowsOf(
  { what, each }: Cost,
  timings: Readonly<Record<string, number[]>>,
  largest: Fill,
  widths: readonly Fill[] | undefined,
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
  const [narrow, , wide] = widths ?? [];
  return [
    row(usual, each === 'call' ? 'JSON.parse of 50' : 'JSON.parse', 'parse'),
    row(largest, '1,000 held', keyOf({ messages: 1_000, symbols: usual.symbols }), flat),
    ...(narrow && wide ? [row(wide, 'one symbol', keyOf(narrow))] : []),
  ];
}
