/** Numbers of held messages: reading them into columns, and adding them up from there. */
import { suite } from '../../generated/suite.js';
import { Columns } from '../../runtime/buffer/columns.js';
import { MessageBuffer } from '../../runtime/buffer/message-buffer.js';
import { segmentRows } from '../../runtime/buffer/rows.js';
import { FrameReader } from '../../runtime/decode/frame-reader.js';
import { NumberReader } from '../../runtime/decode/numbers/number-reader.js';
import { SymbolTotals } from '../../runtime/market/totals/symbol-totals.js';
import { marketOf } from '../support/markets.js';
import { eventsOf, framesOf } from './load.js';
import type { Part } from './part.js';
import { compete } from './rounds.js';
import { atMost, type Row, rowOf } from './row.js';

const longMessages = 1_000_000;
const shortMessages = 300_000;
const symbols = 10_000;
const bufferBytes = 256 * 2 ** 20;
const batch = 10;

/** What every message of a stock may update; what codes say is not measured. */
const market = marketOf('stocks');

export const columns: Part = {
  name: 'columns',
  quick: true,
  async run({ rounds, short }) {
    const messages = short ? shortMessages : longMessages;
    const texts = eventsOf(market, symbols, 2 * symbols);
    const buffer = fill(texts, messages);
    const kept = new Columns(buffer, new NumberReader(market.channels, suite.numberKernel));
    const plain = new Columns(buffer, new NumberReader(market.channels, undefined));
    const parse = async (): Promise<number> => time(messages, () => parseAll(texts, messages));
    const read = async (columns: Columns): Promise<number> => {
      forget(buffer);
      return time(messages, () => readAll(buffer, columns));
    };
    const contestants = {
      plain: () => read(plain),
      columns: () => read(kept),
      totals: async () => time(messages, () => addAll(buffer, kept)),
      parse,
      naive: async () => time(messages, () => addNaively(texts, messages)),
    };
    // The first round is for the compiler.
    await compete(1, contestants);
    const tookNs = await compete(rounds, contestants);
    const held = `${messages.toLocaleString('en')} held, ${symbols.toLocaleString('en')} symbols`;
    const parsed = { name: 'JSON.parse', values: tookNs.parse };
    const row = (what: string, measured: Omit<Parameters<typeof rowOf>[1], 'what' | 'unit'>): Row =>
      rowOf('columns', { what: `${what}, ${held}`, unit: 'ns/message', ...measured });
    return [
      row('read into columns', { values: tookNs.columns, against: parsed, goal: atMost(0.25) }),
      row('the same without WebAssembly', { values: tookNs.plain, against: parsed }),
      row('add up from columns', {
        values: tookNs.totals,
        against: { name: 'JSON.parse, a Map, floating point', values: tookNs.naive },
        goal: atMost(0.05),
      }),
      rowOf('columns', { what: held, unit: 'bytes of columns/message', values: [buffer.rows.numberBytes / messages] }),
    ];
  },
};

function fill(texts: readonly string[], messages: number): MessageBuffer {
  const buffer = new MessageBuffer(market, messages, bufferBytes);
  const reader = new FrameReader(market, suite, buffer.symbols);
  const frames = framesOf(texts, batch).map(text => Buffer.from(text));
  for (let taken = 0; taken * batch < messages; taken++) {
    const frame = frames[taken % frames.length]!;
    reader.read(frame);
    buffer.append(frame, reader.events, taken);
  }
  buffer.trim();
  if (buffer.size !== messages) throw new Error(`${buffer.size} messages are held instead of ${messages}`);
  return buffer;
}

/** Nothing has been read. */
function forget({ rows, oldestSeq, nextSeq }: MessageBuffer): void {
  for (let seq = oldestSeq; seq < nextSeq; seq += segmentRows) rows.segmentOf(seq).numbers = undefined;
  rows.segmentOf(nextSeq - 1).numbers = undefined;
}

function readAll({ oldestSeq, nextSeq }: MessageBuffer, from: Columns): void {
  for (let seq = oldestSeq; seq < nextSeq; ) seq += from.from(seq, nextSeq).count;
}

function addAll(buffer: MessageBuffer, from: Columns): void {
  const totals = new SymbolTotals(market, buffer, from, { from: buffer.oldestSeq });
  while (totals.step(buffer.nextSeq));
  const counted = [...totals.symbols()].reduce((sum, symbol) => sum + totals.sortable(symbol, 'messages'), 0);
  if (counted !== buffer.size) throw new Error(`${counted} messages were counted`);
}

function parseAll(texts: readonly string[], messages: number): void {
  for (let index = 0; index < messages; index++) JSON.parse(texts[index % texts.length]!);
}

interface Sums {
  messages: number;
  trades: number;
  open: number | undefined;
  last: number | undefined;
  high: number;
  low: number;
  volume: number;
  turnover: number;
  quote: number;
}

/** What the shortest program does: floats, whose sums are not exact, and no codes. */
function addNaively(texts: readonly string[], messages: number): void {
  const all = new Map<string, Sums>();
  for (let index = 0; index < messages; index++) {
    const message = JSON.parse(texts[index % texts.length]!);
    let sums = all.get(message.sym);
    if (!sums) {
      sums = {
        messages: 0,
        trades: 0,
        open: undefined,
        last: undefined,
        high: 0,
        low: 1e9,
        volume: 0,
        turnover: 0,
        quote: 0,
      };
      all.set(message.sym, sums);
    }
    sums.messages++;
    if (message.ev !== 'T') {
      sums.quote = index;
      continue;
    }
    sums.trades++;
    sums.open ??= message.p;
    sums.last = message.p;
    sums.high = Math.max(sums.high, message.p);
    sums.low = Math.min(sums.low, message.p);
    sums.volume += message.s;
    sums.turnover += message.s * message.p;
  }
}

/** @returns ns for each message */
function time(messages: number, work: () => void): number {
  const beganMs = performance.now();
  work();
  return ((performance.now() - beganMs) * 1e6) / messages;
}
