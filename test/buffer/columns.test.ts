import { describe, expect, test } from 'vitest';
import { suite } from '../../generated/suite.js';
import { Columns } from '../../runtime/buffer/columns.js';
import { slotOf } from '../../runtime/decode/numbers/fields.js';
import { mostBytes, NumberReader } from '../../runtime/decode/numbers/number-reader.js';
import { Random } from '../../runtime/simulator/random.js';
import { Held } from '../support/held.js';
import { marketOf } from '../support/markets.js';
import { tries } from '../support/property.js';

const { seed } = tries(1);
const stocks = marketOf('stocks');

/** A buffer, its columns, and the reader behind them. */
class Filling {
  readonly held: Held;
  readonly reader = new NumberReader(stocks.channels, suite.numberKernel);
  readonly columns: Columns;
  private readonly random = new Random(seed);
  private sent = 0;

  constructor(maxMessages: number, maxBytes = 100_000_000) {
    this.held = new Held(stocks, maxMessages, maxBytes);
    this.columns = new Columns(this.held.buffer, this.reader);
  }

  /** Adds trades, quotes and messages of an unknown kind, the price or bid of each a number of its own. */
  add(count: number, perFrame = 50): this {
    for (let left = count; left > 0; left -= perFrame) {
      const events = Array.from({ length: Math.min(left, perFrame) }, () => this.event());
      this.held.take(`[${events.join()}]`);
    }
    return this;
  }

  private event(): string {
    const { random } = this;
    const number = ++this.sent;
    const sym = `S${random.integer(0, 99)}`;
    if (random.chance(0.05)) return `{"ev":"ZZ","sym":"${sym}","p":${number}}`;
    if (random.chance(0.5))
      return `{"ev":"Q","sym":"${sym}","bp":${number},"bs":1,"ap":2,"as":3,"i":"${'x'.repeat(random.integer(0, 90))}"}`;
    return `{"ev":"T","sym":"${sym}","p":${number},"s":5,"c":[1]}`;
  }

  /** What the columns say of all messages from a seq on, one line each, in stretches as they come. */
  tell(from = this.held.buffer.oldestSeq, end = this.held.buffer.nextSeq): string[] {
    const { buffer } = this.held;
    const lines: string[] = [];
    for (let seq = from; seq < end; ) {
      const { row, count, columns } = this.columns.from(seq, end);
      expect(count).toBeGreaterThan(0);
      for (let index = row; index < row + count; index++) {
        const channel = stocks.channels[columns.channels[index]!];
        const slot = channel ? slotOf(channel, channel.prefix === 'T' ? 'price' : 'bid.price') : -1;
        const number = slot < 0 ? undefined : columns.numbers[columns.first[index]! + slot];
        lines.push(`${channel?.prefix} ${buffer.symbols.nameOf(columns.symbols[index]!)} ${number}`);
      }
      seq += count;
    }
    return lines;
  }

  /** The same from the messages themselves. */
  tellParsed(from = this.held.buffer.oldestSeq, end = this.held.buffer.nextSeq): string[] {
    return Array.from({ length: end - from }, (_, index) => {
      const { ev, symbol, raw } = this.held.buffer.at(from + index)!;
      const isKnown = ev !== 'ZZ';
      return `${isKnown ? ev : undefined} ${symbol ?? undefined} ${isKnown ? (raw.p ?? raw.bp) : undefined}`;
    });
  }
}

describe('the columns of a buffer', () => {
  test('hold the numbers of its messages, over many segments and pieces of memory', () => {
    const filling = new Filling(50_000).add(15_000);
    expect(filling.tell()).toEqual(filling.tellParsed());
    expect(filling.reader.left).toBe(0);
  });

  test('go on where they ended when more comes, and read nothing twice', () => {
    const filling = new Filling(50_000);
    for (const count of [1, 10, 3_000, 1, 5_000, 77]) {
      filling.add(count);
      expect(filling.tell()).toEqual(filling.tellParsed());
    }
    // An escape is for JSON.parse, once.
    filling.held.take('[{"ev":"T","sym":"A","i":"\\n","p":1}]');
    for (let times = 0; times < 3; times++) expect(filling.tell().at(-1)).toBe('T A 1');
    expect(filling.reader.left).toBe(1);
  });

  test('begin anywhere, and end where they are told to', () => {
    const filling = new Filling(50_000).add(12_000);
    for (const [from, end] of [
      [9_000, 9_001],
      [4_095, 4_097],
      [8_192, 12_000],
      [5, 6],
      [0, 12_000],
    ] as const) {
      expect(filling.tell(from, end)).toEqual(filling.tellParsed(from, end));
    }
  });

  test('leave with their messages, and segments that are used again have none', () => {
    const filling = new Filling(6_000);
    for (let times = 0; times < 12; times++) {
      filling.add(2_500);
      if (times % 3 !== 1) expect(filling.tell()).toEqual(filling.tellParsed());
    }
    expect(filling.held.buffer.oldestSeq).toBeGreaterThan(20_000);
  });

  test('read what is left of a segment of which the first messages left unread', () => {
    const filling = new Filling(1_000).add(3_900);
    expect(filling.tell()).toEqual(filling.tellParsed());
    expect(filling.add(700).tell()).toEqual(filling.tellParsed());
  });

  test('are empty after the buffer was cleared', () => {
    const filling = new Filling(50_000).add(5_000);
    filling.tell();
    filling.held.buffer.clear(filling.held.buffer.symbols);
    expect(filling.held.buffer.rows.numberBytes).toBe(0);
    expect(filling.add(100).tell()).toEqual(filling.tellParsed());
  });

  test('have the numbers of messages that are larger than a piece', () => {
    const filling = new Filling(50_000);
    const large = `{"ev":"T","sym":"A","i":"${'x'.repeat(mostBytes)}","p":1.5}`;
    filling.held.take(`[${large}]`);
    filling.add(3);
    filling.held.take(`[{"ev":"T","sym":"B","p":2},${large},{"ev":"T","sym":"C","p":3}]`);
    expect(filling.tell()).toEqual(filling.tellParsed());
  });

  test('take memory only when they are asked for, and then 55 bytes or so for a message', () => {
    const filling = new Filling(50_000).add(16_384);
    expect(filling.held.buffer.rows.numberBytes).toBe(0);
    filling.tell();
    const bytes = filling.held.buffer.rows.numberBytes / 16_384;
    // Quotes have five numbers, trades four: 9 bytes each, and 10 for the message.
    expect(bytes).toBeGreaterThan(45);
    expect(bytes).toBeLessThan(55);
  });
});
