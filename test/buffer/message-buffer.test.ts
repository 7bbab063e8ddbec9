import { describe, expect, test } from 'vitest';
import type { MessageBuffer } from '../../runtime/buffer/message-buffer.js';
import { type ChannelName, parseChannel } from '../../runtime/symbols/channels.js';
import { Held } from '../support/held.js';
import { marketOf } from '../support/markets.js';

/** Appends messages of a given size, numbered in `n`, each in a frame whose two brackets count as well. */
class Filling {
  readonly held: Held;
  private number = 0;

  constructor(maxMessages: number, maxBytes: number) {
    this.held = new Held(marketOf('stocks'), maxMessages, maxBytes);
  }

  add(count: number, bytes = 100): this {
    for (let index = 0; index < count; index++) {
      const event = JSON.stringify({ ev: 'T', sym: 'AAPL', n: this.number++, x: '' });
      const padded = event.replace('""', `"${'x'.repeat(bytes - event.length)}"`);
      this.held.take(`[${padded}]`, this.number);
    }
    return this;
  }

  get buffer(): MessageBuffer {
    return this.held.buffer;
  }

  get shape(): readonly number[] {
    const { oldestSeq, nextSeq, size, bytes } = this.buffer;
    return [oldestSeq, nextSeq, size, bytes];
  }

  numberAt(seq: number): unknown {
    return this.buffer.at(seq)?.raw.n;
  }
}

describe('a buffer', () => {
  test('is empty at first', () => {
    const filling = new Filling(10, 10_000);
    expect(filling.shape).toEqual([0, 0, 0, 0]);
    expect(filling.buffer.at(0)).toBeUndefined();
  });

  test('numbers messages in the order of their arrival', () => {
    const filling = new Filling(10, 10_000).add(3);
    expect(filling.shape).toEqual([0, 3, 3, 305]);
    expect([0, 1, 2].map(seq => filling.numberAt(seq))).toEqual([0, 1, 2]);
    expect(filling.buffer.at(2)!.seq).toBe(2);
  });

  test('drops the oldest when there are too many', () => {
    const filling = new Filling(10, 10_000).add(25);
    expect(filling.shape).toEqual([15, 25, 10, 1_019]);
    expect([15, 24].map(seq => filling.numberAt(seq))).toEqual([15, 24]);
  });

  test('drops the oldest when they are too large', () => {
    expect(new Filling(100, 550).add(10).shape).toEqual([5, 10, 5, 509]);
  });

  test('may be full to the last byte', () => {
    expect(new Filling(100, 509).add(5).shape).toEqual([0, 5, 5, 509]);
  });

  test('drops several for a large one', () => {
    expect(new Filling(100, 550).add(5).add(1, 400).shape).toEqual([4, 6, 2, 503]);
  });

  test('keeps a message that is too large as the only one', () => {
    const filling = new Filling(100, 550).add(5).add(1, 10_000);
    expect(filling.shape).toEqual([5, 6, 1, 10_001]);
    expect(filling.numberAt(5)).toBe(5);
    expect(filling.add(1).shape).toEqual([6, 7, 1, 101]);
    expect(filling.numberAt(6)).toBe(6);
  });

  test('knows nothing of what left it or is still to come', () => {
    const { buffer } = new Filling(10, 10_000).add(25);
    expect([-1, 0, 14, 25, 26, 1_000_000].map(seq => buffer.at(seq))).toEqual(Array(6).fill(undefined));
  });

  test('goes on numbering after it was cleared', () => {
    const filling = new Filling(10, 10_000).add(3);
    filling.buffer.clear();
    expect(filling.shape).toEqual([3, 3, 0, 0]);
    expect(filling.buffer.at(2)).toBeUndefined();
    expect(filling.add(1).shape).toEqual([3, 4, 1, 101]);
    expect(filling.numberAt(3)).toBe(3);
  });

  test('holds what comes after it overflowed and was cleared', () => {
    const filling = new Filling(10, 10_000).add(25);
    filling.buffer.clear();
    expect(filling.shape).toEqual([25, 25, 0, 0]);
    expect(filling.add(1).shape).toEqual([25, 26, 1, 101]);
    expect(filling.numberAt(25)).toBe(25);
  });

  test('stays in order over a hundred thousand messages', () => {
    const filling = new Filling(700, 1_000_000).add(100_000);
    expect(filling.shape).toEqual([99_300, 100_000, 700, 71_399]);
    for (let seq = 99_300; seq < 100_000; seq++) expect(filling.numberAt(seq)).toBe(seq);
    expect(filling.buffer.at(99_299)).toBeUndefined();
  });

  test('keeps whole frames that are larger than what it holds of others', () => {
    const filling = new Filling(100, 1_000_000);
    const events = Array.from({ length: 3 }, (_, n) => ({ ev: 'T', sym: 'AAPL', n, x: 'x'.repeat(300_000) }));
    filling.held.take(JSON.stringify(events));
    expect([0, 1, 2].map(seq => filling.numberAt(seq))).toEqual([0, 1, 2]);
    filling.add(10, 90_000);
    expect(filling.shape.slice(0, 3)).toEqual([3, 13, 10]);
    expect(filling.buffer.at(12)!.raw.x).toHaveLength(
      90_000 - JSON.stringify({ ev: 'T', sym: 'AAPL', n: 9, x: '' }).length,
    );
  });

  test('finds by time the first message that came since', () => {
    const { buffer } = new Filling(10, 10_000).add(25);
    // The message with seq n came at n + 1.
    expect([0, 16, 20, 25, 26].map(atMs => buffer.firstSince(atMs))).toEqual([15, 15, 19, 24, 25]);
  });

  test('finds the message of the same channel and symbol before one', () => {
    const held = new Held(marketOf('stocks'), 5);
    for (const [ev, symbol] of ['T A', 'Q A', 'T B', 'T A', 'Q A', 'T A'].map(text => text.split(' ')))
      held.add(ev!, symbol!);
    expect([1, 2, 3, 4, 5].map(seq => held.buffer.before(seq))).toEqual([undefined, undefined, undefined, 1, 3]);
  });

  test('knows the newest message of a channel and of a kind, held or not', () => {
    const market = marketOf('stocks');
    const held = new Held(market, 2);
    for (const [ev, symbol] of ['T A', 'Q A', 'T B'].map(text => text.split(' '))) held.add(ev!, symbol!);
    const newest = (name: string): number => held.buffer.newestOf(parseChannel(market, name) as ChannelName);
    expect(['T.A', 'T.B', 'T.*', 'Q.A', 'Q.*', 'Q.B', 'AM.*'].map(newest)).toEqual([0, 2, 2, 1, 1, -1, -1]);
    held.buffer.clear();
    expect(['T.A', 'T.*'].map(newest)).toEqual([-1, -1]);
  });
});

describe('a hold', () => {
  const parsed = (filling: Filling, seq: number): unknown => filling.buffer.parse(seq).n;

  test('keeps messages readable that left, until it is released, and lets the bounds be', () => {
    const filling = new Filling(10, 10_000).add(10);
    const hold = filling.buffer.hold(3);
    filling.add(20_000);
    expect(filling.buffer.size).toBe(10);
    expect(filling.buffer.oldestSeq).toBe(20_000);
    expect(filling.buffer.readableSeq).toBe(3);
    expect([3, 9, 10_000].map(seq => parsed(filling, seq))).toEqual([3, 9, 10_000]);
    // They are read by whoever holds them, and by nobody else.
    expect(filling.buffer.at(3)).toBeUndefined();
    expect(filling.buffer.before(10)).toBeUndefined();
    expect(filling.buffer.before(10, 3)).toBe(9);
    hold.release();
    hold.release();
    expect(filling.buffer.readableSeq).toBe(20_000);
    expect(filling.add(5).numberAt(20_005)).toBe(20_005);
  });

  test('ends for each at its time where there are several', () => {
    const filling = new Filling(10, 10_000).add(10);
    const [early, late] = [filling.buffer.hold(2), filling.buffer.hold(7)];
    filling.add(100);
    early!.release();
    expect(filling.buffer.readableSeq).toBe(7);
    late!.release();
    expect(filling.buffer.readableSeq).toBe(100);
  });

  test('holds nothing that left before, and nothing after the buffer was cleared', () => {
    const filling = new Filling(10, 10_000).add(25);
    const hold = filling.buffer.hold(0);
    filling.add(10);
    expect(filling.buffer.readableSeq).toBe(15);
    expect(hold.isLost).toBe(false);
    filling.buffer.clear();
    expect(hold.isLost).toBe(true);
    hold.release();
    filling.add(30);
    expect(filling.buffer.readableSeq).toBe(55);
    expect(filling.numberAt(60)).toBe(60);
  });
});

describe('a buffer of more symbols than it tells apart', () => {
  const held = new Held(marketOf('stocks'), 1_000_000, 100_000_000);
  for (let from = 0; from < 100_010; from += 10) {
    held.take(
      JSON.stringify(Array.from({ length: 10 }, (_, index) => ({ ev: 'T', sym: `S${from + index}`, p: from }))),
    );
  }

  test('numbers 100,000 of them and counts the messages of the rest', () => {
    expect(held.buffer.symbols.size).toBe(100_000);
    expect(held.buffer.otherMessages).toBe(10);
  });

  test('still knows which symbol each message is of', () => {
    expect([0, 99_999, 100_000, 100_009].map(seq => held.buffer.symbolAt(seq))).toEqual([
      'S0',
      'S99999',
      'S100000',
      'S100009',
    ]);
  });

  test('finds the message before one among all of the rest', () => {
    const { seq } = held.add('T', 'S100003', { p: 1 });
    expect(seq).toBe(100_010);
    expect([seq, 100_001, 100_000].map(at => held.buffer.before(at))).toEqual([100_009, 100_000, undefined]);
  });
});
