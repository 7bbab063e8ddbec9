import { afterEach, describe, expect, test } from 'vitest';
import { prints } from '../support/prints.js';
import { type Answer, granted, Hands, Scene } from '../support/scene.js';

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

async function open(channels: readonly string[], ...more: Parameters<typeof Scene.open>): Promise<Scene> {
  scene = await Scene.open(...more);
  await scene.start(...channels);
  return scene;
}

interface Series {
  readonly bars: readonly Record<string, unknown>[];
  readonly [key: string]: unknown;
}

async function ask(args: object = {}): Promise<Answer & { readonly symbols: readonly Series[]; notes: string[] }> {
  const answer = await scene!.call('read_bars', { market: 'stocks', symbols: ['AAPL'], interval: '1m', ...args });
  return answer as Awaited<ReturnType<typeof ask>>;
}

async function barsOf(args: object = {}): Promise<readonly Record<string, unknown>[]> {
  const { symbols } = await ask(args);
  return symbols[0]!.bars;
}

const trade = (time: string, p: number, s = 100, more: object = {}) => ({
  ev: 'T',
  sym: 'AAPL',
  x: 4,
  i: '1',
  z: 3,
  p,
  s,
  t: Date.parse(time),
  q: 1,
  ...more,
});

const minuteBar = (time: string, o: number, h: number, l: number, c: number, v: number, more: object = {}) => ({
  ev: 'AM',
  sym: 'AAPL',
  v,
  av: v,
  vw: o,
  o,
  c,
  h,
  l,
  a: o,
  z: 10,
  s: Date.parse(time),
  e: Date.parse(time) + 60_000,
  ...more,
});

describe('bars of trades', () => {
  const session = prints
    .filter(({ market, at }) => market === 'stocks' && at >= '2026-03-06T09' && at < '2026-03-06T15')
    .map(({ at, price, size, conditions }) => trade(at, price, size, { c: conditions }));
  // Keyed by hand from the letters of the table: what each print updates.
  const morning = [
    ['2026-03-06T14:30:00.000Z', 100.3, 100.46, 100.3, 100.46, 15_400, 6],
    ['2026-03-06T14:35:00.000Z', 100.47, 101.2, 100.47, 100.5, 500, 5],
    ['2026-03-06T14:40:00.000Z', 100.52, 100.56, 100.52, 100.56, 500, 5],
    ['2026-03-06T14:45:00.000Z', 100.6, 100.6, 99.2, 100.6, 500, 5],
    ['2026-03-06T14:50:00.000Z', 100.61, 101.5, 100.61, 100.62, 500, 5],
    ['2026-03-06T14:55:00.000Z', 100.63, 100.66, 100.63, 100.66, 500, 5],
  ];
  const table = (bars: readonly Record<string, unknown>[]) =>
    bars.map(({ start_time, open: o, high, low, close, volume, trades }) => [
      start_time,
      o,
      high,
      low,
      close,
      volume,
      trades,
    ]);

  test('are those that a person computes by the conditions', async () => {
    const { send } = await opened(['T.AAPL']);
    await send(...session);
    const answer = await ask({ interval: '5m', session: 'regular' });
    expect(answer.symbols[0]).toMatchObject({ symbol: 'AAPL', from: 'trades', channel: 'T.AAPL', silence: null });
    expect(answer).toMatchObject({ interval: '5m', source: 'stream', omitted: 0 });
    expect(table(answer.symbols[0]!.bars)).toEqual(morning);
    expect(answer.symbols[0]!.bars.map(({ vwap }) => vwap)).toEqual([
      100.6253896, 104.614, 112.526, 94.56, 104.746, 102.916,
    ]);
  });

  test('are the same where the trades come late, and in another order', async () => {
    const { send } = await opened(['T.AAPL']);
    await send(...session.toReversed());
    const bars = await barsOf({ interval: '5m', session: 'regular' });
    // Two prints of one second cannot be told apart by their time.
    expect(table(bars).map(row => row.slice(2, 4))).toEqual(morning.map(row => row.slice(2, 4)));
    expect(table(bars).map(row => row[5])).toEqual(morning.map(row => row[5]));
  });

  test('have no price where no trade may move one', async () => {
    const { send } = await opened(['T.AAPL']);
    await send(...session);
    const bars = await barsOf({ interval: '1h', to: '2026-03-06T14:00:00Z' });
    expect(table(bars)).toEqual([
      ['2026-03-06T09:00:00.000Z', 100, 101, 100, 101, 550, 3],
      ['2026-03-06T10:00:00.000Z', 99, 99, 99, 99, 100, 1],
      ['2026-03-06T11:00:00.000Z', null, null, null, null, 10, 1],
      ['2026-03-06T12:00:00.000Z', null, null, null, null, 500, 1],
      ['2026-03-06T13:00:00.000Z', 99.5, 99.5, 99.5, 99.5, 100, 1],
    ]);
  });

  test('of a day begin at midnight in New York', async () => {
    const { send } = await opened(['T.AAPL']);
    await send(...session);
    expect(await barsOf({ interval: '1d' })).toMatchObject([{ start_time: '2026-03-06T05:00:00.000Z', open: 100 }]);
  });

  test('take fractions of a share into the volume', async () => {
    const { send } = await opened(['T.AAPL']);
    await send(
      trade('2026-03-06T15:00:00Z', 10, 0, { ds: '0.5' }),
      trade('2026-03-06T15:00:01Z', 10, 1, { ds: '1.25' }),
    );
    expect(await barsOf()).toMatchObject([{ volume: 1.75, vwap: 10, trades: 2 }]);
  });

  test('of so many begin with the oldest', async () => {
    const { send } = await opened(['T.AAPL']);
    await send(...[1, 2, 3, 4, 5].map(second => trade(`2026-03-06T15:00:0${second}Z`, second)));
    expect(await barsOf({ interval: '2t' })).toEqual([
      {
        start_time: '2026-03-06T15:00:01.000Z',
        end_time: '2026-03-06T15:00:02.000Z',
        open: 1,
        high: 2,
        low: 1,
        close: 2,
        volume: 200,
        vwap: 1.5,
        trades: 2,
      },
      expect.objectContaining({ open: 3, close: 4 }),
      expect.objectContaining({ open: 5, close: 5, trades: 1, partial: true }),
    ]);
  });
});

async function opened(channels: readonly string[], ...more: Parameters<typeof Scene.open>) {
  const made = await open(channels, ...more);
  return { scene: made, send: (...events: readonly object[]) => made.send(...events) };
}

describe('bars of shorter bars', () => {
  test('count a bar that comes again in its last version, and take a late one in', async () => {
    const { send } = await opened(['AM.AAPL']);
    await send(
      minuteBar('2026-03-06T15:01:00Z', 11, 13, 10, 12, 20),
      minuteBar('2026-03-06T15:02:00Z', 12, 12, 12, 12, 5),
      minuteBar('2026-03-06T15:00:00Z', 9, 10, 8, 10, 10),
      minuteBar('2026-03-06T15:01:00Z', 11, 14, 10, 12, 25),
    );
    const { symbols } = await ask({ interval: '5m' });
    expect(symbols).toMatchObject([
      {
        from: 'bars',
        channel: 'AM.AAPL',
        bars: [
          { start_time: '2026-03-06T15:00:00.000Z', open: 9, high: 14, low: 8, close: 12, volume: 40, trades: null },
        ],
      },
    ]);
    // (9 x 10 + 11 x 25 + 12 x 5) / 40
    expect(symbols[0]!.bars[0]!.vwap).toBe(10.625);
  });

  test('prefer trades, which are subscribed and came', async () => {
    const { send } = await opened(['AM.AAPL', 'T.AAPL']);
    await send(minuteBar('2026-03-06T15:00:00Z', 9, 10, 8, 10, 10));
    expect((await ask()).symbols[0]).toMatchObject({ from: 'bars' });
    await send(trade('2026-03-06T15:01:00Z', 5));
    expect((await ask()).symbols[0]).toMatchObject({ from: 'trades', bars: [{ open: 5 }] });
  });

  test('cannot be shorter, which is said with the call that helps', async () => {
    const { send } = await opened(['AM.AAPL']);
    await send(minuteBar('2026-03-06T15:00:00Z', 9, 10, 8, 10, 10));
    const { symbols } = await ask({ interval: '30s' });
    expect(symbols).toEqual([
      {
        symbol: 'AAPL',
        from: null,
        channel: null,
        bars: [],
        count: 0,
        omitted: 0,
        silence:
          'AM.AAPL brings bars of 1m, of which 30s cannot be built: call subscribe_stocks_channels with {"channels": ["T.AAPL"]}, or ask for 1m.',
      },
    ]);
    expect((await ask({ interval: '90s' })).symbols[0]).toMatchObject({ from: null });
  });
});

describe('what is not known of a bar', () => {
  /** 15:00:10 UTC. */
  const begun = async () => {
    const hands = new Hands();
    hands.wallMs = Date.parse('2026-03-06T15:00:10Z');
    const made = await opened(['T.AAPL'], granted, {}, hands.clock);
    return { ...made, hands };
  };

  test('makes it partial: the subscription began in it, or it still runs', async () => {
    const { send, hands } = await begun();
    await send(trade('2026-03-06T15:00:20Z', 1));
    await hands.pass(60_000);
    await send(trade('2026-03-06T15:01:05Z', 2));
    await hands.pass(60_000);
    await send(trade('2026-03-06T15:02:05Z', 3));
    const bars = await barsOf();
    expect(bars.map(({ open: o, partial }) => [o, partial])).toEqual([
      [1, true],
      [2, undefined],
      [3, true],
    ]);
  });

  test('makes it partial where messages left the buffer', async () => {
    const hands = new Hands();
    hands.wallMs = Date.parse('2026-03-06T14:50:00Z');
    const { send } = await opened(['T.AAPL'], granted, { bufferMessages: 4 }, hands.clock);
    await hands.pass(15 * 60_000);
    await send(...[0, 0, 1, 1, 2, 2].map((minute, index) => trade(`2026-03-06T15:0${minute}:0${index}Z`, 1)));
    expect((await barsOf()).map(({ trades, partial }) => [trades, partial])).toEqual([
      [2, true],
      [2, undefined],
    ]);
  });

  test('is marked as a gap where an outage touches it', async () => {
    const { send, hands, scene: made } = await begun();
    await send(trade('2026-03-06T15:00:10Z', 1));
    await hands.pass(60_000);
    await send(trade('2026-03-06T15:01:10Z', 2));
    made.socket.terminate();
    await made.until(() => made.stream.state === 'retrying');
    await hands.pass(60_000);
    await made.until(() => made.stream.state === 'live');
    await send(trade('2026-03-06T15:02:10Z', 3));
    await hands.pass(60_000);
    await send(trade('2026-03-06T15:03:10Z', 4));
    const answer = await ask();
    expect(answer.symbols[0]!.bars.map(({ open: o, gap }) => [o, gap])).toEqual([
      [1, undefined],
      [2, true],
      [3, true],
      [4, undefined],
    ]);
    expect(answer.outages).toHaveLength(1);
  });

  test('is filled with flat bars where that is asked for, while the market is open', async () => {
    const { send, hands } = await begun();
    await send(trade('2026-03-06T15:00:20Z', 7));
    await hands.pass(120_000);
    expect(await barsOf({ fill: 'previous' })).toEqual([
      expect.objectContaining({ open: 7, volume: 100 }),
      {
        start_time: '2026-03-06T15:01:00.000Z',
        open: 7,
        high: 7,
        low: 7,
        close: 7,
        volume: 0,
        vwap: null,
        trades: 0,
        filled: true,
      },
      expect.objectContaining({ start_time: '2026-03-06T15:02:00.000Z', filled: true, partial: true }),
    ]);
    // From 20:00 in New York on Friday to 04:00 on Monday nothing trades.
    await hands.pass(65 * 3_600_000);
    const hours = await barsOf({ interval: '1h', fill: 'previous' });
    expect(hours.map(({ start_time }) => start_time)).toEqual([
      ...Array.from({ length: 9 }, (_, hour) => new Date(Date.UTC(2026, 2, 6, 15 + hour)).toISOString()),
      '2026-03-07T00:00:00.000Z',
      '2026-03-09T08:00:00.000Z',
    ]);
  });
});

describe('the bars that are asked for', () => {
  const minutes = async (number: number) => {
    const { send } = await opened(['T.AAPL']);
    await send(
      ...Array.from({ length: number }, (_, minute) =>
        trade(new Date(Date.UTC(2026, 2, 6, 15, minute)).toISOString(), minute + 1),
      ),
    );
  };

  test('are the newest so many, or those of a time', async () => {
    await minutes(10);
    const opens = async (args: object) => (await barsOf(args)).map(({ open: o }) => o);
    expect(await opens({ count: 2 })).toEqual([9, 10]);
    expect(await opens({ from: '2026-03-06T15:02:00Z', to: '2026-03-06T15:05:00Z' })).toEqual([3, 4, 5]);
    expect(await opens({ from: '2026-03-06T15:02:30Z', count: 3 })).toEqual([8, 9, 10]);
    expect(await opens({ from: Date.UTC(2026, 2, 6, 15, 8), to: String(Date.UTC(2026, 2, 6, 15, 9)) })).toEqual([9]);
    expect(await opens({ from: '2026-03-06 15:09' })).toEqual([10]);
    expect((await ask({ from: '2027-01-01' })).symbols[0]).toMatchObject({
      bars: [],
      silence:
        'Bars from 2026-03-06T15:00:00.000Z to 2026-03-06T15:09:00.000Z can be built, and none in the time asked for.',
    });
  });

  test('are given page by page, so that nothing is lost or repeated', async () => {
    await minutes(30);
    const opens: unknown[] = [];
    let args: object = { max_bytes: 2_000 };
    for (let page = 0; page < 30; page++) {
      const answer = await ask(args);
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(2_000);
      opens.unshift(...answer.symbols[0]!.bars.map(({ open: o }) => o));
      if (answer.omitted === 0) break;
      const call = /call read_bars with (\{.*\}), or raise/.exec(answer.notes.join('\n'))![1]!;
      args = { ...JSON.parse(call), max_bytes: 2_000 };
    }
    expect(opens).toEqual(Array.from({ length: 30 }, (_, minute) => minute + 1));
  });

  test('come as one table where CSV is asked for, within its size', async () => {
    await minutes(30);
    const answer = await ask({ format: 'csv', count: 2, indicators: ['sma:2', 'bbands:2:1'] });
    expect(answer.csv).toBe(
      [
        'symbol,start_time,open,high,low,close,volume,vwap,trades,partial,gap,filled,indicators.sma:2,indicators.bbands:2:1.upper,indicators.bbands:2:1.middle,indicators.bbands:2:1.lower',
        'AAPL,2026-03-06T15:28:00.000Z,29,29,29,29,100,29,1,,,,28.5,29,28.5,28',
        'AAPL,2026-03-06T15:29:00.000Z,30,30,30,30,100,30,1,,,,29.5,30,29.5,29',
        '',
      ].join('\n'),
    );
    expect(answer.symbols[0]).not.toHaveProperty('bars');
    const small = await ask({ format: 'csv', max_bytes: 1_500 });
    expect(Buffer.byteLength(JSON.stringify(small))).toBeLessThanOrEqual(1_500);
    expect(small.omitted).toBeGreaterThan(0);
  });

  test('have indicators that know the bars before them', async () => {
    await minutes(5);
    const [last] = await barsOf({ count: 1, indicators: ['sma:3', 'vwap', 'rsi:14'] });
    expect(last!.indicators).toEqual({ 'sma:3': 4, vwap: 3, 'rsi:14': null });
  });

  test('stand in the text, too', async () => {
    await minutes(1);
    const text = JSON.stringify(await ask());
    expect(text).toContain('"open":1');
  });
});

describe('where nothing can be built', () => {
  test('the answer says which call brings bars', async () => {
    scene = await Scene.open();
    expect((await ask()).symbols[0]).toMatchObject({
      silence: 'The stream was not started: call start_stocks_stream.',
    });
    await scene.start('Q.AAPL');
    expect((await ask()).symbols[0]).toMatchObject({
      silence:
        'Nothing of AAPL that makes bars is subscribed: call subscribe_stocks_channels with {"channels": ["T.AAPL"]}.',
    });
  });

  test('a subscribed channel that brought nothing is silent for a reason', async () => {
    await open(['T.AAPL', 'T.MSFT']);
    await scene!.send({ ...trade('2026-03-06T15:00:00Z', 1), sym: 'MSFT' });
    const { symbols } = await ask({ symbols: ['AAPL', 'MSFT'] });
    expect(symbols).toMatchObject([{ symbol: 'AAPL', silence: expect.stringContaining('AAPL') }, { silence: null }]);
  });

  test('what left the buffer is said to have', async () => {
    const { send } = await opened(['T.*'], granted, { bufferMessages: 2 });
    await send(
      trade('2026-03-06T15:00:00Z', 1),
      ...[1, 2].map(p => ({ ...trade('2026-03-06T15:00:00Z', p), sym: 'MSFT' })),
    );
    expect((await ask()).symbols[0]).toMatchObject({
      silence: 'What came of AAPL has left memory; the next message brings a bar.',
    });
  });
});

describe('wrong arguments are refused, with an example', () => {
  test.each([
    [{ interval: '1y' }, 'interval, a text of 2 characters, is no length of bars'],
    [{ indicators: ['sna:20'] }, 'is no indicator; did you mean sma:20?'],
    [{ indicators: ['ichimoku'] }, 'there are sma:20, ema:9, rsi:14, macd:12:26:9, bbands:20:2, atr:14, vwap.'],
    [{ from: 'yesterday' }, 'from, a text of 9 characters, is no time.'],
    [{ from: '2026-13-01' }, 'from, a text of 10 characters, is no time.'],
    [{ from: '2026-03-06', to: '2026-03-05' }, 'from is not before to.'],
    [{ interval: '100t', fill: 'previous' }, 'fill is for bars of a time'],
    [{ symbols: ['no symbol'] }, 'symbols[0], a text of 9 characters, is no symbol'],
  ])('%j', async (args, message) => {
    scene = await Scene.open();
    const { error } = (await ask(args)) as unknown as { error: { code: string; message: string; hint: string } };
    expect(error.message).toContain(message);
    expect(error.hint).not.toBe('');
  });
});
