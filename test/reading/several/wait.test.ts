import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../../generated/suite.js';
import { type Answered, Bench, callOn } from '../../support/bench.js';
import { closeAfterEach, open } from '../../support/closing.js';
import { both, pricesIn, streamIn, TwoMarkets } from '../../support/two-markets.js';

closeAfterEach();

const stock = (p: number, sym = 'AAPL', more: object = {}): object => ({ ev: 'T', sym, p, s: 1, ...more });
const coin = (p: number, pair = 'BTC-USD'): object => ({ ev: 'XT', pair, p, s: 1 });
const above = (value: number, more: object = {}): object => ({ field: 'price', op: '>', value, ...more });

/** Streams of these markets on a feed of their own, and a wait for both. */
async function streaming(started: readonly string[] = both) {
  const bench = await Bench.open({ suite, markets });
  open.push(bench);
  const { hub } = bench;
  if (started.includes('stocks')) await callOn(hub, 'start_stocks_stream', { channels: ['T.*'] });
  if (started.includes('crypto')) await callOn(hub, 'start_crypto_stream', { channels: ['XT.*'] });
  const send = (market: string, ...events: readonly object[]): void =>
    bench.session(market).send(JSON.stringify(events));
  const arrived = async (market: string, received: number): Promise<void> => {
    const stream = hub.stream(market);
    expect(await stream.changes.until(() => stream.totals.received >= received, 10_000)).toBe(true);
  };
  const call = (args: object = {}, abort?: AbortSignal) =>
    callOn(hub, 'wait_for_stream_message', { markets: both, timeout_s: 20, ...args }, abort);
  const wait = async (args: object = {}, abort?: AbortSignal): Promise<Answered> => {
    const { structured, isError, text } = await call(args, abort);
    expect([isError, text]).toEqual([false, text]);
    return structured;
  };
  return { hub, send, arrived, call, wait };
}

describe('a wait in two markets', () => {
  test.each(both)('ends with the first message, of whichever comes: %s', async market => {
    const { send, wait } = await streaming();
    const waiting = wait();
    send(market, market === 'stocks' ? stock(7) : coin(7));
    const answer = await waiting;
    expect(answer).toMatchObject({
      matched: true,
      count: 1,
      messages: [{ market, event: 'TRADE', price: 7 }],
      notes: [],
    });
    expect(streamIn(answer, market)).toMatchObject({ state: 'live', count: 1, silence: null });
  });

  test('counts the messages of all of them, and goes on with one cursor', async () => {
    const { send, wait, arrived } = await streaming();
    const first = await wait({ timeout_s: 1, condition: above(1_000_000) });
    expect(first).toMatchObject({ matched: false, count: 0 });
    for (const [index, price] of [1, 2, 3, 4].entries()) {
      send('stocks', stock(price));
      await arrived('stocks', index + 1);
      send('crypto', coin(10 * price));
      await arrived('crypto', index + 1);
    }
    const five = await wait({ cursor: first.cursor, count: 5 });
    expect(five).toMatchObject({ matched: true, has_more: true });
    expect(pricesIn(five)).toEqual([1, 10, 2, 20, 3]);
    const rest = await wait({ cursor: five.cursor, count: 3 });
    expect(pricesIn(rest)).toEqual([30, 4, 40]);
    expect(rest.has_more).toBe(false);
  });

  test('judges a condition in each by itself: a crossing compares with the price of the same market', async () => {
    const { send, wait, arrived } = await streaming();
    send('stocks', stock(90));
    send('crypto', coin(210));
    await arrived('stocks', 1);
    await arrived('crypto', 1);
    const waiting = wait({ condition: { field: 'price', op: 'crosses_above', value: 100 } });
    send('crypto', coin(220));
    await arrived('crypto', 2);
    send('stocks', stock(110));
    expect(await waiting).toMatchObject({ matched: true, messages: [{ market: 'stocks', price: 110 }] });
  });

  test('measures a move in each by itself, also from before the wait', async () => {
    const { send, wait, arrived } = await streaming();
    send('stocks', stock(100));
    send('crypto', coin(50_000));
    await Promise.all(both.map(market => arrived(market, 1)));
    const waiting = wait({ condition: { move_pct: 'price', window_s: 60, op: '>=', value: 2 } });
    send('crypto', coin(50_900));
    await arrived('crypto', 2);
    send('stocks', stock(102));
    const answer = await waiting;
    expect(answer).toMatchObject({ matched: true, messages: [{ market: 'stocks', price: 102 }] });
    expect(streamIn(answer, 'stocks').notes).toContain('At the last message: move_pct of price in 60 s 2.');
  });

  test('takes the parts of a condition to the markets that they are of', async () => {
    const { send, wait, arrived } = await streaming();
    const condition = { any: [above(100, { symbol: 'AAPL' }), above(50_000, { symbol: 'BTC-USD' })] };
    const waiting = wait({ condition });
    send('stocks', stock(60_000, 'MSFT'));
    await arrived('stocks', 1);
    send('crypto', coin(49_000), coin(51_000));
    const answer = await waiting;
    expect(answer).toMatchObject({ matched: true, messages: [{ market: 'crypto', price: 51_000 }] });
    expect(answer.notes).toEqual([
      'condition.any[0] is judged in stocks alone',
      'condition.any[1] is judged in crypto alone',
    ]);
  });

  test('refuses a condition that is of none, and one that is too long in all', async () => {
    const { call } = await streaming();
    const errorOf = async (condition: object) => (await call({ condition })).structured.error;
    expect(await errorOf({ field: 'prise', op: '>', value: 1 })).toMatchObject({
      code: 'BAD_CONDITION',
      message: expect.stringContaining('did you mean price?'),
    });
    expect(await errorOf({ any: [above(1), above(2, { symbol: 'no symbol' })] })).toMatchObject({
      code: 'BAD_CONDITION',
      message: expect.stringMatching(
        /^US stocks: condition\.any\[1\]\.symbol, .* Crypto: condition\.any\[1\]\.symbol, /,
      ),
    });
    const all = [1, 2, 3].map(value => above(value, { symbol: 'AAPL' }));
    const others = all.map(part => ({ ...part, symbol: 'BTC-USD' }));
    expect(await errorOf({ any: [{ all }, { all }, { all: others }, { all: others }] })).toMatchObject({
      code: 'BAD_CONDITION',
    });
  });

  test('sees the state of each stream', async () => {
    const { hub, wait } = await streaming();
    const waiting = wait({ condition: { field: 'state', op: '==', value: 'stopped' } });
    await callOn(hub, 'stop_crypto_stream');
    const answer = await waiting;
    expect(answer).toMatchObject({ matched: true, count: 0 });
    expect(streamIn(answer, 'crypto').state).toBe('stopped');
  });

  test('has one timeout, and says of each stream why nothing came', async () => {
    const { wait } = await streaming();
    const answer = await wait({ timeout_s: 1 });
    expect(answer).toMatchObject({ matched: false, count: 0 });
    expect(Number(answer.waited_ms)).toBeLessThan(5_000);
    for (const market of both) expect(streamIn(answer, market).silence).toEqual(expect.any(String));
  });

  test('goes on while one of them can still bring something, and ends when none can', async () => {
    const { hub, wait, send } = await streaming();
    await callOn(hub, 'stop_crypto_stream');
    const waiting = wait();
    send('stocks', stock(1));
    const answer = await waiting;
    expect(answer).toMatchObject({ matched: true, count: 1 });
    expect(streamIn(answer, 'crypto').error).toMatchObject({ code: 'NOT_STARTED' });
    const other = wait({ channels: ['T.AAPL'] });
    await callOn(hub, 'stop_stocks_stream');
    expect(await other).toMatchObject({ matched: false });
  });

  test('ends at once where nothing that is subscribed can bring it', async () => {
    const { hub, wait } = await streaming();
    await callOn(hub, 'unsubscribe_stocks_channels', { channels: ['T.*'] });
    const answer = await wait({ channels: ['T.AAPL'] });
    expect(answer).toMatchObject({ matched: false, notes: ['Of stocks alone: T.AAPL'] });
    expect(Number(answer.waited_ms)).toBeLessThan(5_000);
  });

  test('ends when the caller gives it up, and leaves nobody waiting', async () => {
    const { hub, wait } = await streaming();
    const abort = new AbortController();
    const listening = both.map(market => hub.stream(market).changes.listening);
    const waiting = wait({}, abort.signal);
    abort.abort();
    expect(await waiting).toMatchObject({ matched: false });
    expect(both.map(market => hub.stream(market).changes.listening)).toEqual(listening);
  });

  test('where one does not run is an entry; where none does it is refused with how to start each', async () => {
    const { call, wait, send } = await streaming(['stocks']);
    const waiting = wait();
    send('stocks', stock(1));
    const answer = await waiting;
    expect(streamIn(answer, 'crypto').error).toMatchObject({
      code: 'NOT_STARTED',
      hint: expect.stringContaining('start_crypto_stream'),
    });
    const { structured, isError, text } = await call({ markets: ['crypto', 'forex'] });
    expect(isError).toBe(true);
    expect(structured.error).toMatchObject({
      code: 'NOT_STARTED',
      message: 'Nothing can come: the Crypto stream is not started, the Forex stream is not started.',
      hint: 'Call start_crypto_stream with {"channels": ["XT.BTC-USD"]}, or start_forex_stream with {"channels": ["C.EUR/USD"]} first.',
    });
    expect(text).toContain('start_forex_stream');
  });

  test('says in its text what it found, of which market, and the cursor', async () => {
    const { call, send } = await streaming();
    const waiting = call();
    send('crypto', coin(7));
    const { text, structured } = await waiting;
    expect(text.split('\n')).toEqual([
      expect.stringMatching(/^It happened within \d+ ms: 1 message of 2 streams\.$/),
      'stocks (live): 0 messages.',
      'crypto (live): 1 message.',
      'crypto TRADE BTC-USD price 7, size 1',
      `Cursor: ${structured.cursor}`,
    ]);
  });
});

describe('a wait from a cursor of two markets', () => {
  test('takes what is held in the order of arrival, however busy one of them was', async () => {
    const two = new TwoMarkets();
    const { cursor } = await two.read();
    await two.trades('stocks', 50);
    await two.trade('crypto', 'BTC-USD');
    await two.trades('stocks', 50);
    const args = { markets: both, cursor, count: 52, condition: { field: 'price', op: '>', value: 0 } };
    const answer = await two.call('wait_for_stream_message', args);
    expect(pricesIn(answer)).toEqual(Array.from({ length: 52 }, (_, index) => index + 1));
    const rest = await two.read({ cursor: answer.cursor, limit: 1_000 });
    expect(pricesIn(rest)).toEqual(Array.from({ length: 49 }, (_, index) => index + 53));
  });

  test('leaves what does not fit into an answer to the next one', async () => {
    const two = new TwoMarkets();
    let { cursor } = await two.read();
    for (let round = 0; round < 200; round++) {
      await two.trade('stocks', 'AAPL');
      await two.trade('crypto', 'BTC-USD');
    }
    const prices: number[] = [];
    for (let left = 400; left > 0; ) {
      const answer = await two.call('wait_for_stream_message', { markets: both, cursor, count: left });
      expect(Number(answer.count)).toBeGreaterThan(0);
      prices.push(...pricesIn(answer));
      left -= Number(answer.count);
      cursor = answer.cursor;
    }
    expect(prices).toEqual(Array.from({ length: 400 }, (_, index) => index + 1));
  });
});
