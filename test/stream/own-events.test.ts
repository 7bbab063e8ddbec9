import { describe, expect, test } from 'vitest';
import { suite } from '../../generated/suite.js';
import { MessageBuffer } from '../../runtime/buffer/message-buffer.js';
import { FrameReader } from '../../runtime/decode/frame-reader.js';
import { OwnEvents } from '../../runtime/stream/own-events.js';
import { SymbolTable } from '../../runtime/symbols/symbol-table.js';
import { marketOf } from '../support/markets.js';

const stocks = marketOf('stocks');

/** A client's buffer behind an upstream that tells so many symbols apart. */
class Kept {
  readonly asked = new Set<string>();
  readonly buffer = new MessageBuffer(stocks, 1_000, 100_000);
  private readonly all: SymbolTable;
  private readonly reader: FrameReader;
  private readonly own: OwnEvents;

  constructor(most = 100) {
    this.all = new SymbolTable(spelling => spelling, most);
    this.reader = new FrameReader(stocks, suite, this.all);
    this.own = new OwnEvents(stocks, this.all, this.buffer.symbols, name => this.asked.has(name));
  }

  ask(...names: readonly string[]): this {
    this.asked.clear();
    for (const name of names) this.asked.add(name);
    this.own.askedAnew();
    return this;
  }

  take(text: string): number {
    const frame = Buffer.from(text);
    this.reader.read(frame);
    const count = this.own.choose(frame, this.reader.events);
    this.buffer.append(this.own.bytes, this.own, 0);
    return count;
  }

  get events(): unknown[] {
    const { buffer } = this;
    return Array.from({ length: buffer.size }, (_, index) => buffer.at(buffer.oldestSeq + index)!.raw);
  }
}

const trade = (sym: string, p = 1) => ({ ev: 'T', sym, p });
const quote = (sym: string) => ({ ev: 'Q', sym, bp: 1 });

describe('the events of a client', () => {
  test('are those of channels that it asked for, whole and in their order', () => {
    const kept = new Kept().ask('T.AAPL', 'Q.*');
    const frame = [trade('MSFT'), trade('AAPL'), quote('MSFT'), trade('AAPL', 2), quote('AAPL')];
    expect(kept.take(JSON.stringify(frame))).toBe(4);
    expect(kept.events).toEqual([frame[1], frame[2], frame[3], frame[4]]);
  });

  test('have the bytes of the events alone, whatever stood between them', () => {
    const [mine, alone] = [new Kept().ask('T.AAPL'), new Kept().ask('T.AAPL')];
    mine.take(JSON.stringify([trade('MSFT'), trade('AAPL'), trade('MSFT'), trade('AAPL')]));
    alone.take(JSON.stringify([trade('AAPL')]));
    alone.take(JSON.stringify([trade('AAPL')]));
    expect(mine.buffer.bytes).toBe(alone.buffer.bytes);
  });

  test('are others as soon as it asks for others', () => {
    const kept = new Kept().ask('T.AAPL');
    expect(kept.take(JSON.stringify([trade('AAPL'), trade('MSFT')]))).toBe(1);
    expect(kept.ask('T.MSFT').take(JSON.stringify([trade('AAPL'), trade('MSFT')]))).toBe(1);
    expect(kept.ask().take(JSON.stringify([trade('AAPL'), trade('MSFT')]))).toBe(0);
    expect(kept.events).toEqual([trade('AAPL'), trade('MSFT')]);
  });

  test('are none of an unknown kind', () => {
    expect(new Kept().ask('T.*').take('[{"ev":"NEW","sym":"AAPL"}, {"ev":"T","sym":"AAPL","p":1}]')).toBe(1);
  });

  test('keep symbols of their own where others have filled those of the connection', () => {
    const kept = new Kept(2).ask('T.ZZZ', 'T.YYY');
    kept.take(JSON.stringify([trade('AAPL'), trade('MSFT'), trade('NVDA')]));
    expect(kept.take(JSON.stringify([trade('YYY'), trade('NVDA'), trade('ZZZ')]))).toBe(2);
    const { buffer } = kept;
    expect([0, 1].map(seq => buffer.symbolAt(seq))).toEqual(['YYY', 'ZZZ']);
    expect([buffer.symbols.size, buffer.otherMessages]).toEqual([2, 0]);
  });

  test('fit however large a frame is, and however many symbols it has', () => {
    const symbols = Array.from({ length: 4_000 }, (_, index) => `S${index}`);
    const kept = new Kept(10_000).ask('T.*');
    expect(kept.take(JSON.stringify(symbols.map(sym => trade(sym))))).toBe(4_000);
    expect(kept.take(JSON.stringify([trade('S3999')]))).toBe(1);
    expect(kept.buffer.symbolAt(4_000)).toBe('S3999');
  });
});
