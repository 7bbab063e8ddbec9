import { describe, expect, test } from 'vitest';
import { suite } from '../../generated/suite.js';
import { Columns } from '../../runtime/buffer/columns.js';
import { NumberReader } from '../../runtime/decode/numbers/number-reader.js';
import { SymbolTotals, type Totals } from '../../runtime/market/totals/symbol-totals.js';
import { Turnover } from '../../runtime/market/turnover.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { Random } from '../../runtime/simulator/random.js';
import { Held } from '../support/held.js';
import { marketOf } from '../support/markets.js';
import { effectsByCode } from '../support/number-differential.js';
import { tries } from '../support/property.js';

const { seed, numRuns } = tries(20);
const stocks = marketOf('stocks');
const unknownCode = 99;
/** What codes allow, as in the table: last, high and low, volume. */
const allowed: Readonly<Record<number, readonly [boolean, boolean, boolean]>> = {
  0: [true, true, true],
  2: [false, false, true],
  3: [false, false, false],
  4: [false, true, true],
  [unknownCode]: [false, false, true],
};

/** A message of a symbol; amounts are texts, as they are sent. */
type Sent =
  | { ev: 'T'; sym: string; p?: string; s?: string; ds?: string; c?: readonly number[] }
  | { ev: 'Q'; sym: string; bp: string }
  | { ev: 'AM'; sym: string; s: number; o: string; h: string; l: string; c: string; v: string; vw?: string };

function wire(sent: Sent): string {
  const members = Object.entries(sent).map(([key, value]) => {
    const isBare = key !== 'ev' && key !== 'sym' && key !== 'ds';
    return `"${key}":${isBare ? (Array.isArray(value) ? JSON.stringify(value) : value) : JSON.stringify(value)}`;
  });
  return `{${members.join()}}`;
}

/** So many decimals that no amount here has more. */
const scale = 40;

function exact(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(scale, '0'));
}

/** A sum as it is answered: a number, or digits beyond 2^53. */
function shown(sum: bigint): number | string {
  const digits = String(sum).padStart(scale + 1, '0');
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`.replace(/\.?0+$/, '');
  return Number(text) > Number.MAX_SAFE_INTEGER ? text : Number(text);
}

/** Keeps everything, and adds it up when asked. */
class Naive {
  readonly sent: { readonly seq: number; readonly message: Sent }[] = [];

  of(symbol: string): object | undefined {
    const own = this.sent.filter(({ message }) => message.sym === symbol);
    if (own.length === 0) return undefined;
    const trades = own.flatMap(({ seq, message }) =>
      message.ev === 'T' ? [{ seq, ...message, may: may(message) }] : [],
    );
    const priced = trades.filter(({ p }) => p !== undefined);
    const last = trades.filter(({ may: [isLast] }) => isLast);
    const opens = last.filter(({ p }) => p !== undefined);
    const prices = priced.filter(({ may: [, isHighLow] }) => isHighLow).map(({ p }) => Number(p));
    const counted = trades.filter(({ may: [, , isVolume] }) => isVolume);
    const sized = counted.filter(({ s, ds }) => (ds ?? s) !== undefined);
    const volume = sized.reduce((sum, { s, ds }) => sum + exact((ds ?? s)!), 0n);
    const quotes = own.filter(({ message }) => message.ev === 'Q');
    return {
      messages: own.length,
      trades: trades.length,
      ineligible: trades.filter(({ may: [isLast] }) => !isLast).length,
      quotes: quotes.length,
      last: last.at(-1)?.p === undefined ? null : Number(last.at(-1)!.p),
      lastSeq: last.at(-1)?.seq ?? -1,
      quoteSeq: quotes.at(-1)?.seq ?? -1,
      open: opens.length > 0 ? Number(opens[0]!.p) : null,
      high: prices.length > 0 ? Math.max(...prices) : null,
      low: prices.length > 0 ? Math.min(...prices) : null,
      volume: sized.length > 0 ? shown(volume) : null,
      vwap: averageOf(sized.filter(({ p }) => p !== undefined).map(({ p, s, ds }) => [p!, (ds ?? s)!])),
    };
  }

  barsOf(symbol: string): object | undefined {
    const bars = this.sent.flatMap(({ seq, message }) =>
      message.ev === 'AM' && message.sym === symbol ? [{ seq, ...message }] : [],
    );
    if (bars.length === 0) return undefined;
    const versions = [...new Map(bars.map(bar => [bar.s, bar])).values()].sort((a, b) => a.s - b.s);
    const prices = versions.flatMap(({ o, h, l, c }) => [o, h, l, c].map(Number));
    return {
      bars: versions.length,
      seq: versions.at(-1)!.seq,
      open: Number(versions[0]!.o),
      high: Math.max(...prices),
      low: Math.min(...prices),
      volume: shown(versions.reduce((sum, { v }) => sum + exact(v), 0n)),
      vwap: averageOf(versions.flatMap(({ v, vw }) => (vw === undefined ? [] : [[vw, v] as const]))),
    };
  }
}

function may({ c = [] }: Extract<Sent, { ev: 'T' }>): readonly boolean[] {
  return [0, 1, 2].map(index => c.every(code => allowed[code]![index]));
}

/** To nine digits; how it is rounded is compared with `Turnover` below. */
function averageOf(parts: readonly (readonly [price: string, size: string])[]): unknown {
  const size = parts.reduce((sum, [, other]) => sum + exact(other), 0n);
  if (size === 0n) return null;
  const turnover = parts.reduce((sum, [price, other]) => sum + exact(price) * exact(other), 0n);
  const average = Number((turnover * 10n ** 12n) / size / 10n ** BigInt(scale)) / 1e12;
  return expect.closeTo(average, Math.min(8, 9 - Math.ceil(Math.log10(Math.abs(average) + 1))));
}

class Stream {
  readonly held: Held;
  readonly totals: SymbolTotals;
  readonly naive = new Naive();
  readonly unknown: number[] = [];
  private readonly reader: NumberReader;

  constructor(maxMessages = 100_000, settle?: (effects: number, time: unknown) => number) {
    this.held = new Held(stocks, maxMessages, 100_000_000);
    this.reader = new NumberReader(stocks.channels, suite.numberKernel, effectsByCode);
    const columns = new Columns(this.held.buffer, this.reader);
    this.totals = new SymbolTotals(stocks, this.held.buffer, columns, {
      from: 0,
      noteUnknown: seq => this.unknown.push(seq),
      ...(settle && { settle }),
    });
  }

  send(...messages: readonly Sent[]): this {
    const seq = this.held.buffer.nextSeq;
    this.held.take(`[${messages.map(wire).join()}]`);
    this.naive.sent.push(...messages.map((message, index) => ({ seq: seq + index, message })));
    return this;
  }

  update(): Promise<void> {
    return this.totals.update(systemClock);
  }

  of(symbol: string): Totals | undefined {
    return this.totals.of(this.held.buffer.symbols.numberOf(symbol)!);
  }

  judge(symbols: readonly string[]): void {
    for (const symbol of symbols) {
      const [ours, theirs] = [this.of(symbol), this.naive.of(symbol)];
      if (theirs) expect({ symbol, ...ours }).toMatchObject({ symbol, ...theirs });
      else expect(ours).toBeUndefined();
      const bars = this.naive.barsOf(symbol);
      if (bars) expect({ symbol, ...ours!.bars.AGGREGATE_MINUTE }).toMatchObject({ symbol, ...bars });
    }
  }
}

const symbols = ['AAPL', 'MSFT', 'BRK.B', 'SPY'];

function randomMessage(random: Random): Sent {
  const sym = random.pick(symbols);
  const amount = (): string => {
    const kind = random.integer(0, 20);
    if (kind === 0) return `${random.integer(1, 9)}${'1234567890123456'.slice(random.integer(0, 8))}.5`;
    if (kind === 1) return String(random.integer(1, 9) * 10 ** 14 + random.integer(0, 999));
    return (random.integer(1, 1_000_000) / 10 ** random.integer(0, 5)).toString();
  };
  const price = (): string => (random.integer(1, 100_000) / 100).toString();
  if (random.chance(0.3)) return { ev: 'Q', sym, bp: price() };
  if (random.chance(0.3)) {
    const s = 1_790_000_000_000 + 60_000 * random.integer(0, 8);
    return {
      ev: 'AM',
      sym,
      s,
      o: price(),
      h: price(),
      l: price(),
      c: price(),
      v: String(random.integer(0, 1_000_000)),
      ...(random.chance(0.9) && { vw: price() }),
    };
  }
  return {
    ev: 'T',
    sym,
    ...(random.chance(0.98) && { p: price() }),
    ...(random.chance(0.98) && { s: String(random.integer(0, 500)) }),
    ...(random.chance(0.4) && { ds: amount() }),
    ...(random.chance(0.5) && {
      c: Array.from({ length: random.integer(0, 3) }, () => random.pick([0, 0, 0, 2, 3, 4, unknownCode])),
    }),
  };
}

describe('the totals of symbols', () => {
  test('are those that a naive reader adds up, however messages arrive', async () => {
    for (let run = 0; run < numRuns; run++) {
      const random = new Random(seed + run);
      const stream = new Stream();
      for (let frames = random.integer(1, 30); frames > 0; frames--) {
        stream.send(...Array.from({ length: random.integer(1, 40) }, () => randomMessage(random)));
        if (random.chance(0.3)) await stream.update();
      }
      await stream.update();
      stream.judge(symbols);
      const numbers = [...stream.totals.symbols()].map(number => stream.held.buffer.symbols.nameOf(number));
      expect(numbers.sort()).toEqual(symbols.filter(symbol => stream.naive.of(symbol)).sort());
    }
  });

  test('count on when messages leave the buffer, and say how many left before they were counted', async () => {
    const random = new Random(seed);
    const stream = new Stream(5_000);
    for (let times = 0; times < 5; times++) {
      for (let frames = 0; frames < 40; frames++) {
        stream.send(...Array.from({ length: 100 }, () => randomMessage(random)).filter(({ ev }) => ev !== 'AM'));
      }
      await stream.update();
    }
    expect(stream.totals.missed).toBe(0);
    stream.judge(symbols);
    for (let frames = 0; frames < 100; frames++)
      stream.send(...Array.from({ length: 100 }, () => ({ ev: 'Q' as const, sym: 'SPY', bp: '1' })));
    const before = stream.of('SPY')!.quotes;
    await stream.update();
    expect([stream.totals.missed, stream.of('SPY')!.quotes]).toEqual([5_000, before + 5_000]);
  });

  test('round an average as the sum of single messages does', async () => {
    const random = new Random(seed);
    const stream = new Stream();
    const turnover = new Turnover();
    for (let count = 0; count < 2_000; count++) {
      const [price, size] = [
        random.integer(1, 10_000_000) / 10_000,
        random.integer(1, 10_000) / 10 ** random.integer(0, 4),
      ];
      stream.send({ ev: 'T', sym: 'AAPL', p: String(price), ds: String(size) });
      turnover.add(size, price);
    }
    await stream.update();
    const { volume, vwap } = turnover;
    expect(stream.of('AAPL')).toMatchObject({ volume, vwap });
  });

  test('stay exact beyond 2^53', async () => {
    const stream = new Stream();
    const trade = { ev: 'T', sym: 'AAPL', p: '123456.789', s: '999999999999999' } as const;
    await stream.send(...Array(40).fill(trade), { ...trade, s: '0', ds: '0.0000000000000000000001' }).update();
    expect(stream.of('AAPL')).toMatchObject({ volume: '39999999999999960.0000000000000000000001', vwap: 123456.789 });
  });

  test('take a bar that comes again for the same bar, in whatever order', async () => {
    const stream = new Stream();
    const bar = (minute: number, v: string, o = '1'): Sent => ({
      ev: 'AM',
      sym: 'SPY',
      s: 1_790_000_000_000 + minute * 60_000,
      o,
      h: '3',
      l: '1',
      c: '2',
      v,
      vw: '2',
    });
    await stream.send(bar(1, '10'), bar(2, '20'), bar(1, '15')).update();
    expect(stream.of('SPY')!.bars.AGGREGATE_MINUTE).toMatchObject({ bars: 2, volume: 35, seq: 1 });
    // An earlier one that comes late is where the window opens.
    await stream.send(bar(0, '5', '1.5'), bar(2, '25')).update();
    expect(stream.of('SPY')!.bars.AGGREGATE_MINUTE).toMatchObject({ bars: 3, volume: 45, open: 1.5, seq: 4 });
  });

  test('ask which rule holds for a trade whose codes allow different things by two', async () => {
    // Code 5 allows volume by one rule and everything by the other, code 4 the same but for last.
    const asked: unknown[] = [];
    const stream = new Stream(100, (effects, time) => {
      asked.push(time);
      return time === 7 ? effects >> 3 : effects;
    });
    const frame = [7, 8, undefined].map(
      (time, index) =>
        `{"ev":"T","sym":"AAPL","p":${index + 1},"s":1,"c":[5]${time === undefined ? '' : `,"t":${time}`}}`,
    );
    stream.held.take(`[${frame.join()},{"ev":"T","sym":"AAPL","p":9,"s":1,"c":[2],"t":7}]`);
    await stream.update();
    expect(asked).toEqual([7, 8, Number.NaN]);
    expect(stream.of('AAPL')).toMatchObject({ last: 1, open: 1, high: 1, volume: 4, ineligible: 3 });
  });

  test('tell of trades with a code that is in no table', async () => {
    const stream = new Stream();
    await stream
      .send(
        { ev: 'T', sym: 'AAPL', p: '1', s: '1', c: [unknownCode] },
        { ev: 'T', sym: 'AAPL', p: '2', s: '1', c: [0] },
      )
      .update();
    expect(stream.unknown).toEqual([0]);
    expect(stream.of('AAPL')).toMatchObject({ trades: 2, ineligible: 1, last: 2, volume: 2 });
  });

  test('can be sorted by', async () => {
    const stream = new Stream();
    await stream
      .send({ ev: 'T', sym: 'AAPL', p: '1.5', s: '0', ds: '0.25' }, { ev: 'Q', sym: 'MSFT', bp: '1' })
      .update();
    const [apple, microsoft] = ['AAPL', 'MSFT'].map(name => stream.held.buffer.symbols.numberOf(name)!) as [
      number,
      number,
    ];
    const by = ['messages', 'last', 'high', 'volume', 'turnover'] as const;
    expect(by.map(key => stream.totals.sortable(apple, key))).toEqual([1, 1.5, 1.5, 0.25, 0.375]);
    expect(by.map(key => stream.totals.sortable(microsoft, key))).toEqual([
      1,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  test('are worked off in slices of time, between which the event loop runs, and by one caller for all', async () => {
    const stream = new Stream();
    const quotes = Array.from({ length: 100 }, () => ({ ev: 'Q' as const, sym: 'SPY', bp: '1' }));
    for (let frames = 0; frames < 100; frames++) stream.send(...quotes);
    // Each look at the clock finds it 6 ms later, and a slice has 10 ms.
    let elapsedMs = 0;
    const clock = { ...systemClock, elapsed: () => (elapsedMs += 6) };
    let loops = 0;
    const spin = (): void => {
      loops++;
      if (stream.of('SPY')?.messages !== 10_000) setImmediate(spin);
    };
    setImmediate(spin);
    await Promise.all([stream.totals.update(clock), stream.totals.update(clock), stream.totals.update(clock)]);
    expect(stream.of('SPY')).toMatchObject({ quotes: 10_000, messages: 10_000 });
    expect(loops).toBeGreaterThan(3);
  });
});

describe('the totals of a market with values', () => {
  test('have their range from them', async () => {
    const indices = marketOf('indices');
    const held = new Held(indices);
    const columns = new Columns(held.buffer, new NumberReader(indices.channels, undefined));
    const totals = new SymbolTotals(indices, held.buffer, columns, { from: 0 });
    held.take(
      '[{"ev":"V","T":"I:SPX","val":5000.5},{"ev":"V","T":"I:SPX","val":4999},{"ev":"V","T":"I:SPX","val":5001.25}]',
    );
    await totals.update(systemClock);
    expect(totals.of(held.buffer.symbols.numberOf('I:SPX')!)).toMatchObject({
      ...{ messages: 3, open: 5000.5, high: 5001.25, low: 4999, valueSeq: 2, volume: null, vwap: null, last: null },
    });
  });
});
