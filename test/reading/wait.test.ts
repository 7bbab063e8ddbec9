import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Options } from '../../runtime/config/options.js';
import { Bench, callOn } from '../support/bench.js';
import { closeAfterEach, open } from '../support/closing.js';

type Answer = Readonly<Record<string, unknown>>;

closeAfterEach();

const trade = (p: number, sym = 'AAPL', more: object = {}) => ({
  ev: 'T',
  sym,
  x: 4,
  i: '1',
  z: 3,
  p,
  s: 100,
  ...more,
});

/** A bench, and a way to have its feed send events in one frame and to know that they are in. */
async function opened(options: Partial<Options> = {}) {
  const bench = await Bench.open({ suite, markets, options });
  open.push(bench);
  const { hub } = bench;
  const send = async (...events: readonly object[]): Promise<void> => {
    const stream = hub.stream('stocks');
    const due = stream.totals.received + events.length;
    bench.session('stocks').send(JSON.stringify(events));
    expect(await stream.changes.until(() => stream.totals.received >= due, 10_000)).toBe(true);
  };
  return { hub, send, bench };
}

/** The same with a stream of these channels. */
async function streaming(channels: readonly string[] = ['T.*'], options: Partial<Options> = {}) {
  const { hub, send, bench } = await opened(options);
  const { structured } = await callOn(hub, 'start_stocks_stream', { channels });
  const wait = async (args: object = {}, abort?: AbortSignal): Promise<Answer> => {
    const answer = await callOn(hub, 'wait_for_stream_message', { market: 'stocks', timeout_s: 20, ...args }, abort);
    expect(answer.isError, answer.text).toBe(false);
    return answer.structured;
  };
  const refusalOf = async (args: object): Promise<Answer> => {
    const answer = await callOn(hub, 'wait_for_stream_message', { market: 'stocks', ...args });
    expect(answer.isError).toBe(true);
    return answer.structured.error as Answer;
  };
  return { hub, send, bench, wait, refusalOf, start: structured.cursor };
}

const pricesOf = ({ messages }: Answer): unknown[] => (messages as Answer[]).map(({ price }) => price);
const above = (value: number): Answer => ({ field: 'price', op: '>', value });

describe('a wait', () => {
  test('says what a number counts where it is no matter of course', async () => {
    const { hub, bench } = await opened();
    await callOn(hub, 'start_forex_stream', { channels: ['CA.EUR/USD'] });
    const waiting = callOn(hub, 'wait_for_stream_message', { market: 'forex', timeout_s: 20 });
    bench.session('forex').send('[{"ev":"CA","pair":"EUR/USD","v":7}]');
    expect((await waiting).structured.notes).toEqual([
      'volume is in quote updates: a count of quotes, not of money or lots.',
    ]);
  });

  test('ends at once when the stream ends, and says why', async () => {
    const { hub } = await opened();
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const waiting = callOn(hub, 'wait_for_stream_message', { market: 'stocks', timeout_s: 20 });
    await callOn(hub, 'stop_stocks_stream');
    expect((await waiting).structured).toMatchObject({
      matched: false,
      state: 'stopped',
      silence: expect.stringContaining('stopped'),
    });
  });

  test('ends at once when the caller gives it up', async () => {
    const { hub } = await opened();
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const abort = new AbortController();
    const waiting = callOn(hub, 'wait_for_stream_message', { market: 'stocks', timeout_s: 20 }, abort.signal);
    abort.abort();
    expect((await waiting).structured.matched).toBe(false);
  });

  test('answers in time with a cursor that misses nothing', async () => {
    const { hub, send } = await opened();
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const first = await callOn(hub, 'wait_for_stream_message', {
      market: 'stocks',
      timeout_s: 1,
      condition: { field: 'price', op: '>', value: 10 },
    });
    expect(first.structured).toMatchObject({ matched: false, messages: [] });
    await send(trade(9), trade(10), trade(11));
    const next = await callOn(hub, 'wait_for_stream_message', {
      market: 'stocks',
      cursor: first.structured.cursor,
      condition: { field: 'price', op: 'crosses_above', value: 10 },
    });
    expect(next.structured).toMatchObject({ matched: true, messages: [{ price: 11 }] });
  });

  test('is refused where nothing can come', async () => {
    const { hub } = await opened();
    const { structured } = await callOn(hub, 'wait_for_stream_message', { market: 'stocks' });
    expect(structured).toMatchObject({ error: { code: 'NOT_STARTED' } });
  });

  test('is refused with the names of the fields that exist', async () => {
    const { hub } = await opened();
    await callOn(hub, 'start_stocks_stream', { channels: ['Q.AAPL'] });
    const { structured } = await callOn(hub, 'wait_for_stream_message', {
      market: 'stocks',
      channels: ['Q.*'],
      condition: { field: 'price', op: '>', value: 1 },
    });
    expect(structured).toMatchObject({
      error: { code: 'BAD_CONDITION', message: expect.stringMatching(/price.*bid\.price.*spread/) },
    });
  });

  test('ends at once when the feed refuses the stream, and says what came until then and why no more will', async () => {
    const { hub, send, bench, wait } = await streaming();
    const waiting = wait({ count: 5 });
    await send(trade(1));
    bench.session('stocks').send(JSON.stringify([{ ev: 'status', status: 'max_connections', message: 'Too many.' }]));
    expect(await waiting).toMatchObject({
      matched: false,
      count: 1,
      state: 'refused',
      silence: expect.stringContaining('Too many.'),
    });
    expect(hub.stream('stocks').state).toBe('refused');
  });

  test('tells the outages since its cursor, and how old the newest message is', async () => {
    const { hub, send, bench, wait, start } = await streaming();
    await send(trade(1));
    bench.session('stocks').terminate();
    const stream = hub.stream('stocks');
    await stream.changes.until(() => stream.state === 'retrying', 5_000);
    await stream.changes.until(() => stream.subscriptions.namesIn('accepted').length === 1, 5_000);
    await send(trade(2));
    const all = await wait({ cursor: start, count: 2 });
    expect(all).toMatchObject({ outages: [{ channels: ['T.*'] }], newest_age_ms: expect.any(Number) });
    await send(trade(3));
    expect(await wait({ cursor: all.cursor })).toMatchObject({ outages: [] });
  });

  test('several at the same time each end when their own is true', async () => {
    const { send, wait } = await streaming();
    const waits = [wait(), wait({ condition: above(10) }), wait({ channels: ['MSFT'] }), wait({ count: 3 })];
    await send(trade(9));
    await send(trade(11), trade(8, 'MSFT'));
    expect((await Promise.all(waits)).map(pricesOf)).toEqual([[9], [11], [8], [9, 11, 8]]);
  });

  test('with a condition and a count ends when it has held so often', async () => {
    const { send, wait } = await streaming();
    const waiting = wait({ condition: above(10), count: 2 });
    await send(trade(11), trade(9), trade(12), trade(13));
    const answer = await waiting;
    expect([answer.matched, pricesOf(answer), answer.has_more]).toEqual([true, [11, 12], true]);
  });

  test('looks through a long backlog in turns, and to its end', async () => {
    const { send, wait, start } = await streaming();
    const many = Array.from({ length: 20_000 }, (_, index) => trade(index));
    await send(...many);
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    const answer = await wait({ cursor: start, condition: above(19_998) });
    clearInterval(counting);
    expect(pricesOf(answer)).toEqual([19_999]);
    expect(turns).toBeGreaterThan(1);
  });

  test('lets time pass where it waits for the state only', async () => {
    const { send, wait } = await streaming();
    const waiting = wait({ condition: { field: 'state', op: '!=', value: 'live' }, timeout_s: 1 });
    await send(trade(1), trade(2));
    expect(await waiting).toMatchObject({
      matched: false,
      count: 0,
      silence: '2 messages came, and none made the condition true.',
    });
  });
});

describe('what a wait did not see', () => {
  test('is counted, where it left the buffer in the frame in which it came', async () => {
    const { send, wait } = await streaming(['T.*'], { bufferMessages: 10 });
    const waiting = wait({ count: 20 });
    await send(...Array.from({ length: 25 }, (_, index) => trade(index + 1)));
    await send(...Array.from({ length: 10 }, (_, index) => trade(index + 26)));
    const answer = await waiting;
    expect([answer.dropped, pricesOf(answer)[0]]).toEqual([15, 16]);
  });

  test('is counted under a condition as well', async () => {
    const { send, wait } = await streaming(['T.*'], { bufferMessages: 10 });
    const waiting = wait({ condition: above(104), timeout_s: 1 });
    await send(trade(105), ...Array.from({ length: 14 }, () => trade(1)));
    expect(await waiting).toMatchObject({ matched: false, dropped: 5 });
  });

  test('is none where many frames come at once, each of which the buffer holds', async () => {
    const { bench, wait } = await streaming(['T.*'], { bufferMessages: 10 });
    const waiting = wait({ condition: { field: 'price', op: '==', value: 5 } });
    for (let price = 1; price <= 40; price++) bench.session('stocks').send(JSON.stringify([trade(price)]));
    const answer = await waiting;
    expect([answer.matched, answer.dropped, pricesOf(answer)]).toEqual([true, 0, [5]]);
  });

  test('is none where all was seen', async () => {
    const { send, wait, start } = await streaming();
    await send(trade(1), trade(2));
    expect(await wait({ cursor: start })).toMatchObject({ dropped: 0, has_more: true });
  });
});

describe('what is left after a wait', () => {
  test('counts only if the filters choose it', async () => {
    const { send, wait, start } = await streaming();
    await send(trade(1), trade(2, 'MSFT'), trade(3, 'MSFT'));
    expect(await wait({ cursor: start, channels: ['AAPL'] })).toMatchObject({ matched: true, has_more: false });
    expect(await wait({ cursor: start, channels: ['MSFT'] })).toMatchObject({ matched: true, has_more: true });
  });

  test('is said where not all that was waited for fits into one answer', async () => {
    const { send, wait, start } = await streaming();
    await send(...Array.from({ length: 900 }, (_, index) => trade(index)));
    const first = await wait({ cursor: start, count: 900 });
    const { length } = first.messages as unknown[];
    expect(length).toBeLessThan(900);
    expect(Buffer.byteLength(JSON.stringify(first.messages))).toBeLessThanOrEqual(20_000);
    expect(first).toMatchObject({ matched: false, has_more: true, count: length, silence: null });
    expect(first.notes).toContain(`${length} of 900 fill an answer; go on with the cursor.`);
    expect(pricesOf(await wait({ cursor: first.cursor, count: 10 }))[0]).toBe(length);
  });

  test.each([
    ['a count', {}],
    ['a condition', { condition: above(4), prints: 'all' }],
  ])('is one message that is too large, which %s names and passes', async (_, args) => {
    const { hub, send, wait, start } = await streaming();
    const c = Array.from({ length: 9_000 }, () => 37);
    await send(trade(5, 'AAPL', { c }), trade(6));
    const first = await wait({ cursor: start, ...args });
    expect(first).toMatchObject({
      matched: true,
      messages: [{ event: 'TRADE', symbol: 'AAPL', left_out_bytes: expect.any(Number) }],
    });
    const [, cursor] = /cursor "(\w+)"/.exec((first.notes as string[]).join())!;
    const { structured } = await callOn(hub, 'read_stream_messages', {
      market: 'stocks',
      cursor,
      limit: 1,
      max_bytes: 60_000,
    });
    expect(structured.messages).toMatchObject([{ price: 5, conditions: c }]);
    expect(pricesOf(await wait({ cursor: first.cursor }))).toEqual([6]);
  });
});

describe('a wait in vain says', () => {
  test('what came instead', async () => {
    const { send, wait } = await streaming(['T.AAPL', 'T.MSFT']);
    const waiting = wait({ condition: above(99_999), timeout_s: 1 });
    await send(trade(200), trade(201.5));
    expect((await waiting).silence).toBe(
      '2 messages came, and none made the condition true. The last one had price 201.5.',
    );
    const filtered = wait({ channels: ['T.MSFT'], timeout_s: 1 });
    await send(trade(202));
    expect((await filtered).silence).toBe('1 message came, and none of T.MSFT.');
  });

  test('what came instead of the symbol of its condition', async () => {
    const { send, wait } = await streaming(['T.AAPL', 'T.MSFT', 'T.nvda']);
    const waiting = wait({ condition: { ...above(1), symbol: 'MSFT' }, timeout_s: 1 });
    await send(trade(200), trade(201.5));
    expect((await waiting).silence).toBe('2 messages came, and none of MSFT.');
    const quiet = String((await wait({ condition: { ...above(1), symbol: 'MSFT' }, timeout_s: 1 })).silence);
    expect(quiet).not.toContain('nvda');
    expect((await wait({ channels: ['T.nvda'], timeout_s: 1 })).silence).toContain('would be written T.NVDA');
  });

  test('that nothing of it is subscribed', async () => {
    const { send, wait, start } = await streaming(['T.AAPL']);
    await send(trade(200));
    expect((await wait({ channels: ['Q.MSFT'], cursor: start })).silence).toBe(
      'Nothing of Q.MSFT is subscribed: call subscribe_stocks_channels with {"channels": ["Q.MSFT"]}.',
    );
  });

  test('that nothing of the symbol of its condition is subscribed', async () => {
    const { wait } = await streaming(['T.AAPL']);
    expect((await wait({ condition: { ...above(1), symbol: 'MSFT' } })).silence).toBe(
      'Nothing of MSFT is subscribed: call subscribe_stocks_channels with {"channels": ["T.MSFT"]}.',
    );
  });

  test('which of it is not subscribed', async () => {
    const { send, wait } = await streaming(['T.AAPL', 'T.NVDA']);
    const waiting = wait({ channels: ['MSFT', 'NVDA'], timeout_s: 1 });
    await send(trade(200));
    expect((await waiting).silence).toBe('1 message came, and none of MSFT, NVDA. Nothing of MSFT is subscribed.');
  });
});

describe('a wait for what nothing subscribed can bring', () => {
  /** Whether the answer is there although nothing happens, within so many turns of the event loop. */
  async function isAtOnce(waiting: Promise<unknown>): Promise<boolean> {
    let answered = false;
    void waiting.then(() => {
      answered = true;
    });
    for (let round = 0; round < 200 && !answered; round++) await new Promise(resolve => setImmediate(resolve));
    return answered;
  }

  test.each([
    [{ channels: ['Q.AAPL'] }, '{"channels": ["Q.AAPL"]}'],
    [{ channels: ['Q.*', 'T.MSFT', 'NVDA'] }, '{"channels": ["Q.*", "T.MSFT", "T.NVDA"]}'],
    [{ channels: ['MSFT'], condition: above(1) }, '{"channels": ["T.MSFT"]}'],
    [{ condition: { any: [{ ...above(1), symbol: 'MSFT' }] } }, '{"channels": ["T.MSFT"]}'],
  ])('ends at once with the call that would bring it: %j', async (args, call) => {
    const { wait } = await streaming(['T.AAPL', 'AM.AAPL']);
    const waiting = wait(args);
    expect(await isAtOnce(waiting)).toBe(true);
    expect(await waiting).toMatchObject({
      matched: false,
      count: 0,
      state: 'live',
      silence: expect.stringContaining(call),
    });
  });

  test('ends at once where nothing is subscribed at all, and when the last of it is dropped meanwhile', async () => {
    const { hub, wait } = await streaming(['T.AAPL']);
    const waiting = wait();
    await callOn(hub, 'unsubscribe_stocks_channels', { channels: ['T.AAPL'] });
    expect(await isAtOnce(waiting)).toBe(true);
    expect((await wait()).silence).toBe(
      'The stream is live, but nothing is subscribed: call subscribe_stocks_channels with {"channels": ["T.AAPL"]}.',
    );
  });

  test('has what came before it was dropped', async () => {
    const { hub, send, wait, start } = await streaming(['T.AAPL', 'T.MSFT']);
    await send(trade(200));
    await callOn(hub, 'unsubscribe_stocks_channels', { channels: ['T.AAPL'] });
    expect(pricesOf(await wait({ channels: ['T.AAPL'], cursor: start }))).toEqual([200]);
  });

  test.each([
    [['T.*'], { channels: ['T.MSFT'] }],
    [['T.*'], { channels: ['MSFT'] }],
    [['T.AAPL'], { channels: ['AAPL', 'MSFT'] }],
    [['T.AAPL'], { channels: ['T.*'] }],
    [['T.AAPL'], { channels: ['*'] }],
    [['T.AAPL'], { channels: ['Q.AAPL'], condition: { field: 'state', op: '!=', value: 'live' } }],
  ])('is none where something of it is subscribed, or the state decides: %j %j', async (channels, args) => {
    const { wait } = await streaming(channels);
    const abort = new AbortController();
    const waiting = wait(args, abort.signal);
    expect(await isAtOnce(waiting)).toBe(false);
    abort.abort();
    await waiting;
  });

  test('is none where the feed was asked for it and has not answered', async () => {
    const { hub, wait, send } = await streaming(['T.AAPL']);
    const subscribing = callOn(hub, 'subscribe_stocks_channels', { channels: ['T.MSFT'] });
    const waiting = wait({ channels: ['T.MSFT'] });
    await subscribing;
    await send(trade(300, 'MSFT'));
    expect(pricesOf(await waiting)).toEqual([300]);
  });
});

describe('a wait is refused that could only be in vain', () => {
  test('for a field that nothing has which is subscribed', async () => {
    const { refusalOf } = await streaming(['T.AAPL']);
    expect(await refusalOf({ condition: { field: 'bid.price', op: '>', value: 1 } })).toMatchObject({
      code: 'BAD_CONDITION',
      message: expect.stringMatching(/^bid\.price is a field of Q, not of these messages;.*price, size/),
      hint: 'Name one of these fields, or subscribe and select a channel that has it, such as Q.AAPL.',
    });
  });

  test('for a symbol that its channels leave out', async () => {
    const { refusalOf } = await streaming(['T.*']);
    const condition = { ...above(1), symbol: 'MSFT' };
    expect(await refusalOf({ channels: ['T.AAPL'], condition })).toMatchObject({ code: 'BAD_CONDITION' });
  });

  test('for a prefix in small letters', async () => {
    const { refusalOf } = await streaming(['T.*']);
    expect(await refusalOf({ channels: ['t.AAPL'] })).toMatchObject({
      code: 'INVALID_CHANNEL',
      message: expect.stringContaining('did you mean T.AAPL?'),
    });
  });

  test('with the market and its state', async () => {
    const { hub } = await streaming();
    const { structured } = await callOn(hub, 'wait_for_stream_message', { market: 'stocks', cursor: 'AAAA' });
    expect(structured).toMatchObject({ market: 'stocks', state: 'live', error: { code: 'BAD_CURSOR' } });
  });
});

test('a filter in another spelling is said to be read as the usual one', async () => {
  const { hub } = await opened();
  await callOn(hub, 'start_options_stream', { channels: ['A.O:SPY261218C00670000'] });
  const args = { market: 'options', channels: ['AS.O:SPY261218C00670000'], timeout_s: 1 };
  const { structured } = await callOn(hub, 'wait_for_stream_message', args);
  expect(structured.notes).toContain('AS.O:SPY261218C00670000 is read as A.O:SPY261218C00670000');
});
