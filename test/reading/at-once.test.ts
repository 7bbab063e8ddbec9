/** What already holds, and what can never hold, is said at once. */
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { parseCondition } from '../../runtime/reading/conditions/condition-parser.js';
import { whyNever } from '../../runtime/reading/conditions/never.js';
import { Bench, callOn, clockFrom, routeTo } from '../support/bench.js';
import { closeAfterEach, open } from '../support/closing.js';
import { marketOf } from '../support/markets.js';

type Answer = Readonly<Record<string, unknown>>;

closeAfterEach();

const trade = (p: number, more: object = {}) => ({ ev: 'T', sym: 'AAPL', x: 4, i: '1', z: 3, p, s: 100, ...more });
const quote = (bp: number, ap: number, more: object = {}) => ({ ev: 'Q', sym: 'AAPL', bp, bs: 1, ap, as: 1, ...more });

interface Opened {
  readonly at?: string;
  readonly market?: string;
  readonly feed?: string;
}

/** A stream of these channels on a feed that passes for the vendor's. */
async function streaming(
  channels: readonly string[],
  { at = '2026-11-23T15:00:00Z', market = 'stocks', feed = 'realtime' }: Opened = {},
) {
  const bench = await Bench.open({ suite, markets, clock: clockFrom(Date.parse(at)) });
  open.push(bench);
  const { hub } = bench;
  const simulated = feed === 'simulated';
  hub.stream(market).open({
    endpoint: { feed, spelled: feed, urls: [], simulated, delayMinutes: 0 },
    ...routeTo(`${hub.settings.feed}${marketOf(market).paths[0]}`),
    ownership: { of: 'all' },
  });
  await callOn(hub, `start_${market}_stream`, { channels });
  const send = async (...events: readonly object[]): Promise<void> => {
    const stream = hub.stream(market);
    const due = stream.totals.received + events.length;
    bench.session(market).send(JSON.stringify(events));
    expect(await stream.changes.until(() => stream.totals.received >= due, 10_000)).toBe(true);
  };
  const wait = async (args: object = {}, abort?: AbortSignal): Promise<Answer> => {
    const answer = await callOn(hub, 'wait_for_stream_message', { market, timeout_s: 20, ...args }, abort);
    expect(answer.isError, answer.text).toBe(false);
    return answer.structured;
  };
  return {
    hub,
    bench,
    send,
    wait,
    cursor: async () => (await callOn(hub, 'read_stream_messages', { market, limit: 1 })).structured.cursor,
  };
}

/** The answer, if it is there although nothing happens, within so many turns of the event loop. */
async function atOnce(waiting: Promise<Answer>): Promise<Answer | undefined> {
  let answer: Answer | undefined;
  void waiting.then(given => {
    answer = given;
  });
  for (let round = 0; round < 200 && !answer; round++) await new Promise(resolve => setImmediate(resolve));
  return answer;
}

/** Whether it waits. */
async function waits(wait: (args: object, abort: AbortSignal) => Promise<Answer>, args: object): Promise<boolean> {
  const abort = new AbortController();
  const waiting = wait(args, abort.signal);
  const answer = await atOnce(waiting);
  abort.abort();
  await waiting;
  return answer === undefined;
}

const above = (value: number, more: object = {}) => ({ field: 'price', op: '>', value, ...more });

describe('a wait from now on ends at once where', () => {
  test('the price is where the condition wants it, with the message that says so', async () => {
    const { send, wait } = await streaming(['T.AAPL', 'Q.AAPL']);
    await send(trade(201), trade(202), quote(200, 203));
    const answer = await atOnce(wait({ condition: above(200) }));
    expect(answer).toMatchObject({ matched: true, messages: [{ price: 202 }], silence: null });
    expect(answer!.notes).toEqual([
      expect.stringMatching(/^It held before the wait began: the message came \d+\.\d s before\.$/),
    ]);
    // With its cursor, only what comes after counts.
    expect(await waits(wait, { condition: above(200), cursor: answer!.cursor })).toBe(true);
    expect(await waits(wait, { condition: above(202) })).toBe(true);
  });

  test('each of several symbols is where it should be', async () => {
    const { send, wait } = await streaming(['T.AAPL', 'T.MSFT']);
    await send(trade(201), trade(51, { sym: 'MSFT' }));
    const both = (apple: number) => ({
      all: [above(apple, { symbol: 'AAPL' }), above(50, { symbol: 'MSFT' })],
    });
    expect(await atOnce(wait({ condition: both(200) }))).toMatchObject({
      matched: true,
      messages: [{ symbol: 'MSFT' }],
    });
    expect(await waits(wait, { condition: both(201) })).toBe(true);
  });

  test('a spread or a volume is, of messages before the wait', async () => {
    const { send, wait } = await streaming(['T.AAPL', 'Q.AAPL']);
    await send(trade(100, { s: 300 }), trade(101, { s: 200 }), quote(99, 101));
    const volume = { field: 'window_volume', window_s: 60, op: '>=', value: 500 };
    const answer = await atOnce(wait({ condition: volume }));
    expect(answer).toMatchObject({ matched: true, messages: [{ price: 101 }] });
    expect(answer!.notes).toContain('At the last message: window_volume in 60 s 500.');
    expect(await atOnce(wait({ condition: { field: 'spread_bps', op: '==', value: 200 } }))).toMatchObject({
      matched: true,
    });
    expect(await atOnce(wait({ condition: { field: 'price', op: '<', value: 'ask.price' } }))).toBeUndefined();
  });
});

describe('a wait from now on goes on where', () => {
  test.each<[string, object]>([
    ['a size is of one trade alone', { field: 'size', op: '>', value: 1 }],
    ['an event is', { field: 'event', op: '==', value: 'TRADE' }],
    ['a crossing is over', { field: 'price', op: 'crosses_above', value: 150 }],
  ])('%s', async (_, condition) => {
    const { send, wait } = await streaming(['T.AAPL']);
    await send(trade(100), trade(201));
    expect(await waits(wait, { condition })).toBe(true);
  });

  test('every symbol is meant, more messages are wanted, or an outage came since', async () => {
    const { hub, bench, send, wait } = await streaming(['T.*']);
    await send(trade(201));
    expect(await waits(wait, { condition: above(200) })).toBe(true);
    expect(await waits(wait, { condition: above(200), channels: ['AAPL'], count: 2 })).toBe(true);
    expect(await waits(wait, { condition: above(200), channels: ['AAPL'] })).toBe(false);
    const stream = hub.stream('stocks');
    bench.session('stocks').terminate();
    await stream.changes.until(() => stream.state === 'retrying', 5_000);
    await stream.changes.until(() => stream.subscriptions.namesIn('accepted').length === 1, 5_000);
    expect(await waits(wait, { condition: above(200), channels: ['AAPL'] })).toBe(true);
  });
});

describe('a wait knows what came before it', () => {
  test('for a span, a crossing of two fields, and an indicator', async () => {
    const { send, wait, cursor } = await streaming(['T.AAPL', 'Q.AAPL']);
    await send(quote(99, 100), trade(100, { t: Date.parse('2026-11-23T15:00:00Z') }));
    const conditions = [
      { move_pct: 'price', window_s: 60, op: '>=', value: 1 },
      { field: 'price', op: 'crosses_above', value: 'ask.price' },
      { indicator: 'sma:2', interval: '1s', op: '==', value: 101, symbol: 'AAPL' },
    ];
    const from = await cursor();
    const waiting = conditions.map(condition => wait({ condition, cursor: from }));
    await send(trade(102, { t: Date.parse('2026-11-23T15:00:01Z') }));
    for (const answer of await Promise.all(waiting))
      expect(answer).toMatchObject({ matched: true, messages: [{ price: 102 }] });
    expect((await waiting[0]!).notes).toContain('At the last message: move_pct of price in 60 s 2.');
  });

  test('and takes in what its channels leave out, where it is compared with that', async () => {
    const { send, wait } = await streaming(['T.AAPL', 'Q.AAPL']);
    const waiting = wait({ channels: ['T.AAPL'], condition: { field: 'price', op: '>', value: 'ask.price' } });
    await send(trade(100), quote(99, 101), trade(101));
    await send(trade(102));
    expect(await waiting).toMatchObject({ matched: true, messages: [{ price: 102 }] });
  });

  test('and says in vain what it saw', async () => {
    const { send, wait } = await streaming(['T.AAPL', 'Q.AAPL']);
    const waiting = wait({ condition: { field: 'price', op: '>', value: 'ask.price' }, timeout_s: 1 });
    await send(quote(99, 101), trade(100));
    expect((await waiting).silence).toBe(
      '2 messages came, and none made the condition true. The last one had price 100, ask.price 101.',
    );
  });
});

describe('a wait ends at once where nothing can fulfil its condition, since', () => {
  const silenceOf = async (channels: readonly string[], args: object, opened?: Opened): Promise<unknown> => {
    const { wait } = await streaming(channels, opened);
    const answer = await atOnce(wait(args));
    expect(answer).toMatchObject({ matched: false, count: 0, state: 'live' });
    return answer!.silence;
  };

  test('one of the symbols that it needs is not subscribed', async () => {
    const condition = { all: [above(1, { symbol: 'AAPL' }), above(1, { symbol: 'MSFT' })] };
    expect(await silenceOf(['T.AAPL'], { condition })).toBe(
      'Nothing of T.MSFT is subscribed: call subscribe_stocks_channels with {"channels": ["T.MSFT"]}.',
    );
  });

  test('the channel that it needs is not subscribed for its symbol', async () => {
    const condition = { field: 'bid.price', op: '>', value: 1, symbol: 'AAPL' };
    expect(await silenceOf(['T.AAPL', 'Q.MSFT'], { condition })).toContain('{"channels": ["Q.AAPL"]}');
    const against = { field: 'price', op: '>', value: 'ask.price', symbol: 'AAPL' };
    expect(await silenceOf(['T.AAPL', 'Q.MSFT'], { condition: against })).toContain('{"channels": ["Q.AAPL"]}');
  });

  test('the contract has expired, with what is traded instead', async () => {
    const condition = above(1, { symbol: 'ESZ5' });
    expect(await silenceOf(['T.ESZ6'], { condition }, { market: 'futures' })).toBe(
      'ESZ5 expired in December 2025; the front month is ESZ6.',
    );
  });

  test('the market opens after its time, with when', async () => {
    const saturday = { at: '2026-01-17T17:00:00Z' };
    expect(await silenceOf(['T.AAPL'], { condition: above(1) }, saturday)).toBe(
      'US stocks: closed since Friday 20:00; opens Tuesday 04:00 in New York; messages are due from 2026-01-20T09:00:00.000Z.',
    );
    expect(await silenceOf(['T.ZCH7'], {}, { at: '2026-11-25T23:30:00Z', market: 'futures' })).toContain(
      'CBOT grain and oilseed futures: closed since 13:20 (eve of Thanksgiving); opens Friday 08:30 in Chicago;',
    );
  });

  test.each<[string, unknown, string]>([
    [
      'levels exclude each other',
      { all: [above(10), { field: 'price', op: '<', value: 5 }] },
      'its comparisons of price exclude each other',
    ],
    [
      'an oscillator has bounds',
      { indicator: 'rsi:14', interval: '1m', op: '>', value: 100, symbol: 'AAPL' },
      'rsi:14 of 1m bars is always from 0 to 100',
    ],
  ])('%s', async (_, condition, reason) => {
    expect(await silenceOf(['T.AAPL'], { condition })).toBe(`The condition can never hold: ${reason}.`);
  });
});

describe('a wait does not end at once where', () => {
  test('something may still come: just after the close, soon before the opening, or of other products', async () => {
    const goesOn = async (channels: readonly string[], at: string, market = 'stocks'): Promise<boolean> =>
      waits((await streaming(channels, { at, market })).wait, {});
    // Friday 20:01 and Monday 03:59:50 in New York.
    expect(await goesOn(['T.AAPL'], '2026-01-10T01:01:00Z')).toBe(true);
    expect(await goesOn(['T.AAPL'], '2026-01-12T08:59:50Z')).toBe(true);
    expect(await goesOn(['T.ZCH7', 'T.ESZ6'], '2026-11-25T23:30:00Z', 'futures')).toBe(true);
    expect(
      await goesOn(
        ['X:BTC-USD'].map(symbol => `XT.${symbol}`),
        '2026-01-17T17:00:00Z',
        'crypto',
      ),
    ).toBe(true);
    // The overnight session is announced, and not sure.
    expect(await goesOn(['T.AAPL'], '2026-12-09T03:00:00Z')).toBe(true);
  });

  test('something came although the market should be closed', async () => {
    const { send, wait } = await streaming(['T.AAPL'], { at: '2026-01-17T17:00:00Z' });
    await send(trade(1));
    expect(await waits(wait, {})).toBe(true);
  });

  test.each(['simulated', 'custom'])('the feed is %s, whatever the hour', async feed => {
    expect(await waits((await streaming(['T.AAPL'], { at: '2026-01-17T17:00:00Z', feed })).wait, {})).toBe(true);
  });
});

describe('whether a condition can hold is only denied where that is certain', () => {
  const stocks = marketOf('stocks');
  const why = (condition: unknown): string | undefined =>
    whyNever(
      stocks,
      parseCondition({ market: stocks, channels: stocks.channels, symbols: new Set(['AAPL', 'MSFT']) }, condition, 8),
    );
  const field = (name: string, op: string, value: unknown, symbol?: string) => ({
    field: name,
    op,
    value,
    ...(symbol ? { symbol } : {}),
  });

  test.each<[unknown, string]>([
    [{ all: [field('price', '==', 5), field('price', '>', 5)] }, 'its comparisons of price exclude each other'],
    [
      { all: [field('price', '>=', 5), { any: [field('size', '>', 1)] }, field('price', '<', 5)] },
      'its comparisons of price exclude each other',
    ],
    [
      { all: [field('price', 'crosses_above', 5), field('price', '<=', 5)] },
      'its comparisons of price exclude each other',
    ],
    [
      { all: [field('price', '>', 5), field('bid.price', '>', 5)] },
      'no message has both price and bid.price; where each names its symbol, the newest of each counts',
    ],
    [
      { all: [field('price', 'crosses_above', 5, 'AAPL'), field('bid.price', 'crosses_above', 5, 'AAPL')] },
      'no message has both price and bid.price',
    ],
    [{ field: 'window_volume', window_s: 5, op: '<', value: 0 }, 'window_volume in 5 s is never below 0'],
    [
      { all: [field('price', 'changes', undefined, 'AAPL'), field('price', 'changes', undefined, 'MSFT')] },
      'a message is never of both AAPL and MSFT',
    ],
    [
      {
        any: [
          { field: 'window_volume', window_s: 5, op: '<', value: 0 },
          { all: [field('price', '<', 1), field('price', '>', 1)] },
        ],
      },
      'window_volume in 5 s is never below 0',
    ],
  ])('%j', (condition, reason) => {
    expect(why(condition)).toBe(`The condition can never hold: ${reason}.`);
  });

  test.each<[unknown]>([
    [{ all: [field('price', '>=', 5), field('price', '<=', 5)] }],
    [{ all: [field('conditions', '==', 12), field('conditions', '==', 37)] }],
    [{ any: [field('price', '>', 10), field('price', '<', 5)] }],
    [{ all: [field('price', '>', 5, 'AAPL'), field('bid.price', '>', 5, 'AAPL')] }],
    [{ all: [field('price', '>', 5), field('bid.price', '>', 5, 'AAPL')] }],
    [{ all: [field('price', 'crosses_above', 5), field('size', '>', 5)] }],
    [{ all: [field('price', '>', 5), field('event', '==', 'TRADE'), field('timestamp', '!=', '2026')] }],
    [{ all: [field('price', '>', 5), { indicator: 'rsi:14', interval: '1m', op: '<=', value: 0 }] }],
    [{ all: [field('state', '==', 'live'), field('price', '>', 5)] }],
  ])('may hold: %j', condition => {
    expect(why(condition)).toBeUndefined();
  });
});

describe('the silence of a filter speaks of its own messages', () => {
  test('and of how much newer others are', async () => {
    const { send, wait } = await streaming(['T.*']);
    await send(trade(1));
    const waiting = wait({ channels: ['T.AAPL'], timeout_s: 1 });
    await send(trade(1, { sym: 'MSFT' }));
    expect((await waiting).silence).toMatch(
      /^1 message came, and none of T\.AAPL\. T\.AAPL: last message 1\.\d s ago; others came [01]\.\d s ago\.$/,
    );
  });
});
