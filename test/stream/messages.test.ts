import { describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import { callOn } from '../support/bench.js';
import { polite, type RawFeedScript, statusFrame } from '../support/raw-feed.js';
import { bench, scripted, setUp, trade, until } from '../support/stream-bench.js';

setUp();

describe('what comes in', () => {
  test('counts what is no event and keeps the rest', async () => {
    const { hub, feed } = await bench();
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const session = feed.sessions('stocks')[0]!;
    const frames = [
      'not json',
      '',
      '42',
      '[[{"ev":"T"}]]',
      '[null,1,"x",true,[],{}]',
      '[{"ev":"T","p":1}]',
      '[{"sym":"AAPL"}]',
      '[{"ev":"ZZZ","sym":"AAPL"}]',
    ];
    for (const frame of [...frames, trade(7)]) session.send(frame);
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 2);
    const { structured } = await callOn(hub, 'get_stocks_stream_status');
    expect(structured).toMatchObject({ state: 'live', messages_received: 2, malformed: 12, unknown: 1 });
    const read = await callOn(hub, 'read_stream_messages', { market: 'stocks' });
    expect(read.structured.messages).toMatchObject([
      { event: 'UNKNOWN', full_data: { ev: 'ZZZ' } },
      { event: 'TRADE', price: 7 },
    ]);
  });

  test('is bounded, and says what was dropped unread', async () => {
    const { hub, feed } = await bench({ options: { bufferMessages: 10 } });
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    for (let price = 1; price <= 25; price++) feed.sessions('stocks')[0]!.send(trade(price));
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 25);
    const read = await callOn(hub, 'read_stream_messages', { market: 'stocks', cursor: structured.cursor });
    expect(read.structured).toMatchObject({ dropped: 15, count: 10, has_more: false });
    expect((read.structured.messages as { price: number }[]).map(({ price }) => price)).toEqual([
      16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
    ]);
  });

  test('plays in all six markets at once', async () => {
    const { hub, feed } = await bench();
    for (const market of markets) {
      const [symbol] = market.simulation.instruments;
      const channels = [`${market.channels[0]!.prefix}.${symbol!.symbol}`];
      await callOn(hub, `start_${market.name}_stream`, { channels });
    }
    feed.advance(5_000);
    for (const { name } of markets) {
      const { structured } = await callOn(hub, 'wait_for_stream_message', {
        market: name,
        cursor: undefined,
        timeout_s: 1,
      });
      const { structured: read } = await callOn(hub, 'read_stream_messages', { market: name });
      expect(structured.market).toBe(name);
      expect(read.count).toBeGreaterThan(0);
    }
  });
});

describe('a call that loses a race', () => {
  const mute: RawFeedScript = {
    ...polite,
    message: (socket, frame, attempt) => {
      if (frame.action === 'auth') polite.message(socket, frame, attempt);
    },
  };

  test('to subscribe is answered STOPPED when the stream is stopped meanwhile', async () => {
    const { hub } = await scripted(mute, { ackTimeoutMs: 200 });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const subscribing = callOn(hub, 'subscribe_stocks_channels', { channels: ['T.MSFT'] });
    await callOn(hub, 'stop_stocks_stream');
    expect((await subscribing).structured).toMatchObject({ error: { code: 'STOPPED' }, state: 'stopped' });
  });

  test('to subscribe says nothing of what somebody else unsubscribed meanwhile', async () => {
    const { hub } = await scripted(mute, { ackTimeoutMs: 200 });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const subscribing = callOn(hub, 'subscribe_stocks_channels', { channels: ['T.MSFT'] });
    await callOn(hub, 'unsubscribe_stocks_channels', { channels: ['T.MSFT'] });
    const { structured, isError } = await subscribing;
    expect(isError).toBe(false);
    expect(structured).toMatchObject({ accepted: [], rejected: [], unconfirmed: [], subscription_count: 1 });
  });

  test('to subscribe tells why when the feed refuses the stream meanwhile', async () => {
    const { hub } = await scripted({
      ...polite,
      message: (socket, frame, attempt) => {
        if (frame.params === 'T.MSFT')
          socket.send(statusFrame('max_connections', 'Maximum number of connections exceeded.'));
        else polite.message(socket, frame, attempt);
      },
    });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const { structured } = await callOn(hub, 'subscribe_stocks_channels', { channels: ['T.MSFT'] });
    expect(structured).toMatchObject({ error: { code: 'MAX_CONNECTIONS' }, state: 'refused' });
  });
});

describe('a request of which nothing is possible', () => {
  test('is CHANNELS_REJECTED with the reason of each, and leaves a running stream alone', async () => {
    const { hub } = await bench({ feed: { denied: (_, channel) => channel.startsWith('Q.') } });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    for (const [name, channels, called] of [
      ['subscribe_stocks_channels', ['Q.AAPL'], 'Q.AAPL'],
      ['subscribe_stocks_channels', ['nonsense'], 'channels[0]'],
      ['unsubscribe_stocks_channels', ['nonsense'], 'channels[0]'],
      ['start_stocks_stream', ['Q.MSFT'], 'Q.MSFT'],
    ] as const) {
      const { structured, text } = await callOn(hub, name, { channels });
      expect(structured).toMatchObject({
        error: { code: 'CHANNELS_REJECTED' },
        rejected: [{ channel: called }],
        state: 'live',
      });
      expect(text).toContain(`Rejected ${called}`);
    }
    expect(hub.stream('stocks').subscriptions.names).toEqual(['T.AAPL']);
  });
});

describe('messages whose fields have wrong types', () => {
  test('are answered as they came, without what is no time, and counted once when they are first read', async () => {
    const { hub, feed } = await bench();
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    feed.sessions('stocks')[0]!.send('[{"ev":"T","sym":"AAPL","p":{"a":1},"s":"many","t":"soon"}]');
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 1);
    for (let times = 0; times < 2; times++) {
      const read = await callOn(hub, 'read_stream_messages', { market: 'stocks', cursor: structured.cursor });
      expect(read.structured.messages).toEqual([{ event: 'TRADE', symbol: 'AAPL', price: { a: 1 }, size: 'many' }]);
    }
    const { structured: status } = await callOn(hub, 'get_stocks_stream_status');
    expect(status).toMatchObject({ mistyped: 1, malformed: 0, state: 'live' });
  });
});

describe('a summary', () => {
  test('adds up what came, symbol by symbol, and leaves open what is unknown', async () => {
    const { hub, feed } = await bench();
    await callOn(hub, 'start_stocks_stream', { channels: ['T.*', 'Q.*'] });
    const send = (event: object): void => feed.sessions('stocks')[0]!.send(JSON.stringify([event]));
    send({ ev: 'T', sym: 'AAPL', p: 10, s: 100, t: 1_790_000_000_000 });
    send({ ev: 'T', sym: 'AAPL', p: 12, s: 300, t: 1_790_000_000_001 });
    send({ ev: 'T', sym: 'AAPL', p: 11, s: 0, ds: '0.5', t: 1_790_000_000_002 });
    send({ ev: 'Q', sym: 'AAPL', bp: 10.1, ap: 10.4, t: 1_790_000_000_003 });
    send({ ev: 'Q', sym: 'MSFT', bp: 5, t: 1_790_000_000_004 });
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 5);
    const { structured } = await callOn(hub, 'summarize_stream', { market: 'stocks' });
    expect(structured.symbols).toMatchObject([
      {
        symbol: 'AAPL',
        trades: 3,
        quotes: 1,
        last: 11,
        window_open: 10,
        window_high: 12,
        window_low: 10,
        window_volume: 400.5,
        window_vwap: 11.49937578,
        bid: 10.1,
        ask: 10.4,
        spread: 0.3,
      },
      { symbol: 'MSFT', trades: 0, quotes: 1, bid: 5, ask: null, spread: null },
    ]);
    const one = await callOn(hub, 'summarize_stream', { market: 'stocks', max_bytes: 1000 });
    expect((one.structured.symbols as unknown[]).length + (one.structured.omitted as number)).toBe(2);
    const named = await callOn(hub, 'summarize_stream', { market: 'stocks', symbols: ['MSFT'] });
    expect(named.structured.symbols).toMatchObject([{ symbol: 'MSFT' }]);
    const wrong = await callOn(hub, 'summarize_stream', { market: 'stocks', symbols: ['no symbol'] });
    expect(wrong.structured).toMatchObject({ error: { code: 'INVALID_CHANNEL' } });
  });
});

describe('a read', () => {
  test('filters, pages and goes on exactly where it stopped', async () => {
    const { hub, feed } = await bench();
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.*'] });
    for (let price = 1; price <= 9; price++)
      feed.sessions('stocks')[0]!.send(trade(price, price % 3 === 0 ? 'MSFT' : 'AAPL'));
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 9);
    const prices: number[] = [];
    let cursor = structured.cursor;
    for (let more = true; more; ) {
      const { structured: page } = await callOn(hub, 'read_stream_messages', {
        market: 'stocks',
        cursor,
        limit: 2,
        channels: ['AAPL'],
      });
      prices.push(...(page.messages as { price: number }[]).map(({ price }) => price));
      cursor = page.cursor;
      more = page.has_more as boolean;
    }
    expect(prices).toEqual([1, 2, 4, 5, 7, 8]);
    const newest = await callOn(hub, 'read_stream_messages', { market: 'stocks', limit: 2, channels: ['T.MSFT'] });
    expect(newest.structured.messages).toMatchObject([{ price: 6 }, { price: 9 }]);
    const small = await callOn(hub, 'read_stream_messages', {
      market: 'stocks',
      cursor: structured.cursor,
      max_bytes: 1000,
    });
    expect(JSON.stringify(small.structured.messages).length).toBeLessThanOrEqual(1000);
    expect(small.structured.has_more).toBe(true);
  });

  test('answers CSV with one header for each kind of event', async () => {
    const { hub, feed } = await bench();
    await callOn(hub, 'start_stocks_stream', { channels: ['T.*', 'Q.*'] });
    feed
      .sessions('stocks')[0]!
      .send(
        '[{"ev":"T","sym":"AAPL","p":1.5,"c":[1,2],"t":1790000000000},{"ev":"Q","sym":"A","bp":1,"ap":2,"t":1790000000000}]',
      );
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 2);
    const { structured } = await callOn(hub, 'read_stream_messages', { market: 'stocks', format: 'csv' });
    expect(structured.csv).toBe(
      [
        'event,symbol,price,conditions,timestamp',
        'TRADE,AAPL,1.5,1 2,2026-09-21T14:13:20.000Z',
        '',
        'event,symbol,bid.price,ask.price,spread,timestamp',
        'QUOTE,A,1,2,1,2026-09-21T14:13:20.000Z',
        '',
      ].join('\n'),
    );
  });

  test('refuses a cursor of another market or of another process, with the way out', async () => {
    const { hub } = await bench();
    const other = await bench();
    const { structured: stocks } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    for (const [reader, market] of [
      [hub, 'crypto'],
      [other.hub, 'stocks'],
    ] as const) {
      const { structured } = await callOn(reader, 'read_stream_messages', { market, cursor: stocks.cursor });
      expect(structured).toMatchObject({
        error: { code: 'BAD_CURSOR', hint: expect.stringContaining('without a cursor') },
      });
    }
    const junk = await callOn(hub, 'read_stream_messages', { market: 'stocks', cursor: 'junk' });
    expect(junk.structured).toMatchObject({ error: { code: 'BAD_CURSOR' } });
  });
});
