/** Long work of many calls at once: none of it keeps sockets, timers and short calls waiting. */
import { writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { markets, suite } from '../../generated/suite.js';
import { encodeCursor } from '../../runtime/buffer/cursor.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import type { Client } from '../../runtime/stream/client.js';
import { type Called, callOn, hubOn, sharedHubOn } from '../support/bench.js';
import { closeAfterEach, open } from '../support/closing.js';
import { handFrame } from '../support/hand-feed.js';
import { Lag } from '../support/lag.js';
import { usedMb } from '../support/memory.js';
import { polite, RawFeed } from '../support/raw-feed.js';
import { RecordFolder } from '../support/recording.js';
import { hubOf } from '../support/replay.js';
import { HostedServer } from '../support/stdio.js';

closeAfterEach();

const messages = 300_000;
const symbols = 4_000;

/** A buffer with trades and quotes of thousands of symbols. */
function filled(count = messages, ofSymbols = symbols): Client {
  const hub = hubOn(suite, markets, 'ws://127.0.0.1:1');
  open.push(hub);
  const batch = 1_000;
  for (let from = 0; from < count; from += batch) {
    const events = Array.from({ length: batch }, (_, n) => {
      const symbol = `S${(from + n) % ofSymbols}`;
      return `{"ev":"T","sym":"${symbol}","x":4,"i":"1","z":3,"p":${100 + (n % 7)},"s":100,"t":1790000000000,"q":1}`;
    });
    handFrame(hub.stream('stocks'), Buffer.from(`[${events.join()}]`));
  }
  return hub;
}

async function lagOf(work: () => Promise<unknown>): Promise<number> {
  // What made the messages is no part of it.
  for (let loopBudget = 0; loopBudget < 3; loopBudget++) await nextTurn();
  const lag = new Lag();
  await nextTurn();
  await work();
  lag.end();
  return lag.longestMs;
}

const fifty = Array.from({ length: 50 });
/** A turn of long work takes ten milliseconds; what is above is the collection of garbage, and a busy machine. */
const mostMs = 80;

describe('fifty calls at once over 300,000 messages of 4,000 symbols', { timeout: 120_000 }, () => {
  test.each<[string, string, object]>([
    ['summaries', 'summarize_stream', { market: 'stocks' }],
    ['summaries of a window', 'summarize_stream', { market: 'stocks', window_s: 3_600 }],
    ['reads that find nothing', 'read_stream_messages', { market: 'stocks', channels: ['T.NONE'] }],
    ['reads as CSV', 'read_stream_messages', { market: 'stocks', limit: 1_000, max_bytes: 200_000, format: 'csv' }],
    ['status calls', 'get_stocks_stream_status', {}],
  ])('that are %s keep nobody waiting', async (_what, tool, args) => {
    const hub = filled('window_s' in args ? 20_000 : messages);
    const lag = await lagOf(() => Promise.all(fifty.map(() => callOn(hub, tool, args))));
    expect(lag).toBeLessThan(mostMs);
  });

  test('that are waits keep nobody waiting, and each of them looks through all', async () => {
    const hub = filled(20_000);
    const args = {
      market: 'stocks',
      cursor: encodeCursor({ process: hub.process, market: 'stocks', seq: 0 }),
      condition: { field: 'price', op: '>', value: 1_000 },
      timeout_s: 50,
    };
    let answers: readonly Called[] = [];
    const last = '[{"ev":"T","sym":"LAST","p":2000,"s":1}]';
    const lag = await lagOf(async () => {
      const waiting = fifty.map(() => callOn(hub, 'wait_for_stream_message', args));
      handFrame(hub.stream('stocks'), last);
      answers = await Promise.all(waiting);
    });
    expect(answers.map(({ structured }) => [structured.matched, structured.dropped])).toEqual(
      fifty.map(() => [true, 0]),
    );
    expect(lag).toBeLessThan(mostMs);
  });
});

test('bars of trades that are each of another second take time in proportion', { timeout: 120_000 }, async () => {
  const hub = hubOn(suite, markets, 'ws://127.0.0.1:1');
  open.push(hub);
  const nowMs = Date.now();
  for (let from = 0; from < 150_000; from += 1_000) {
    const events = Array.from({ length: 1_000 }, (_, n) => {
      return `{"ev":"T","sym":"S0","x":4,"i":"1","z":3,"p":100,"s":100,"t":${nowMs - 1_000 * (from + n)},"q":1}`;
    });
    handFrame(hub.stream('stocks'), Buffer.from(`[${events.join()}]`));
  }
  /** Processor time, ms. */
  const took = async (interval: string, from?: string): Promise<number> => {
    const before = process.cpuUsage();
    const args = { market: 'stocks', symbols: ['S0'], interval, count: 10, from };
    const { structured } = await callOn(hub, 'read_bars', args);
    expect(structured.symbols).toEqual([expect.objectContaining({ count: 10 })]);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  // It makes as many bars.
  const linear = await took('1t', '2020-01-01');
  expect(await took('1s')).toBeLessThan(2.2 * linear);
});

test('twenty calls for a bar of each trade do not hold the bars of all at once', { timeout: 120_000 }, async () => {
  const hub = filled(60_000, 1);
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  let isRunning = true;
  const look = (): void => {
    most = Math.max(most, process.memoryUsage().heapUsed - before);
    if (isRunning) setImmediate(look);
  };
  look();
  const args = { market: 'stocks', symbols: ['S0'], interval: '1t', count: 1 };
  const answers = await Promise.all(fifty.slice(0, 20).map(() => callOn(hub, 'read_bars', args)));
  isRunning = false;
  expect(answers.map(({ structured }) => structured.symbols)).toEqual(
    answers.map(() => [expect.objectContaining({ count: 1 })]),
  );
  expect(most / 2 ** 20).toBeLessThan(1_000);
});

test.each([{ count: 1 }, { count: 1, indicators: ['ema:9', 'macd'] }])(
  'a bar of each of 200,000 trades is not held until all are built: %j',
  { timeout: 120_000 },
  async asked => {
    const hub = filled(200_000, 1);
    const before = await usedMb();
    let most = 0;
    let isRunning = true;
    const looking = (async () => {
      while (isRunning) most = Math.max(most, await usedMb());
    })();
    const { structured } = await callOn(hub, 'read_bars', {
      market: 'stocks',
      symbols: ['S0'],
      interval: '1t',
      ...asked,
    });
    isRunning = false;
    await looking;
    expect(structured.symbols).toEqual([expect.objectContaining({ count: 1 })]);
    expect(most - before).toBeLessThan(50);
  },
);

test('fifty overviews at once of 9,000 recordings keep nobody waiting', { timeout: 120_000 }, async () => {
  const disk = new RecordFolder();
  open.push(disk);
  const days = Array.from({ length: 9_000 }, (_, day) => new Date(86_400_000 * day).toISOString().slice(0, 10));
  for (const day of days) writeFileSync(disk.pathOf(`stocks.${day}.realtime.0001.frames.gz`), '');
  const hub = hubOf({ record: disk.path });
  await callOn(hub, 'get_streams_overview');
  let answers: readonly Called[] = [];
  const lag = await lagOf(async () => {
    answers = await Promise.all(fifty.map(() => callOn(hub, 'get_streams_overview')));
  });
  expect(answers.map(({ structured }) => structured.more_recordings)).toEqual(fifty.map(() => 8_980));
  expect(lag).toBeLessThan(mostMs);
});

describe('a wait that needs the values before its messages', { timeout: 120_000 }, () => {
  test('of a field that they all lack keeps nobody waiting, however many comparisons name it', async () => {
    const hub = filled(200_000, 1);
    const args = {
      market: 'stocks',
      cursor: encodeCursor({ process: hub.process, market: 'stocks', seq: 200_000 }),
      condition: { any: Array.from({ length: 8 }, () => ({ field: 'conditions', op: 'changes' })) },
      timeout_s: 50,
    };
    const event = '{"ev":"T","sym":"S0","p":1,"c":[12]}';
    handFrame(hub.stream('stocks'), `[${event},${event},{"ev":"T","sym":"S0","p":1,"c":[37]}]`);
    let answer: Called | undefined;
    const lag = await lagOf(async () => {
      answer = await callOn(hub, 'wait_for_stream_message', args);
    });
    expect(answer!.structured).toMatchObject({ matched: true, messages: [{ conditions: [37] }] });
    expect(answer!.structured.notes).toEqual([
      'A first value crosses nothing and is no change where the 10000 messages before it, of its symbol and channel, have none.',
    ]);
    expect(lag).toBeLessThan(mostMs);
  });

  test('keeps nobody waiting where 50,000 messages are of symbols that are not told apart', async () => {
    const hub = filled(150_000, 150_000);
    const fresh = Array.from({ length: 20 }, (_, n) => `{"ev":"T","sym":"N${n}","p":2,"s":1}`);
    // Its first value was the last one but twenty.
    handFrame(hub.stream('stocks'), `[${fresh.join()},{"ev":"T","sym":"S149990","p":900,"s":1}]`);
    let answer: Called | undefined;
    const lag = await lagOf(async () => {
      answer = await callOn(hub, 'wait_for_stream_message', {
        market: 'stocks',
        cursor: encodeCursor({ process: hub.process, market: 'stocks', seq: 150_000 }),
        condition: { field: 'price', op: 'crosses_above', value: 500 },
        timeout_s: 50,
      });
    });
    expect(answer!.structured).toMatchObject({ matched: true, messages: [{ symbol: 'S149990', price: 900 }] });
    expect(lag).toBeLessThan(mostMs);
  });
});

test('sixteen clients take frames of 43 KB of symbols that never came before without keeping anybody waiting', {
  timeout: 120_000,
}, async () => {
  const event = (n: number): string =>
    `{"ev":"T","sym":"O:AAPL281218C${String(n).padStart(8, '0')}","x":4,"p":2,"s":1,"t":1790000000000,"q":${n}}`;
  const frame = (from: number): string => `[${Array.from({ length: 500 }, (_, n) => event(from + n)).join()}]`;
  let socket: WebSocket | undefined;
  const feed = await RawFeed.open({
    ...polite,
    open(opened, attempt) {
      polite.open(opened, attempt);
      socket = opened;
    },
  });
  const hub = sharedHubOn(suite, markets, feed.url);
  open.push(feed, hub);
  const clients = Array.from({ length: 16 }, () => hub.client());
  for (const client of clients) await callOn(client, 'start_options_stream', { channels: ['T.*'] });
  const last = clients.at(-1)!.stream('options');
  const lag = await lagOf(async () => {
    // The tables of all clients grow with the same events.
    for (let from = 0; from < 30_000; from += 500) {
      socket!.send(frame(from));
      await last.changes.until(() => last.totals.received === from + 500, 20_000);
    }
  });
  expect(clients.map(client => client.stream('options').totals.received)).toEqual(clients.map(() => 30_000));
  expect(lag).toBeLessThan(mostMs);
});

test('a summary of a hundred thousand symbols puts them in order without keeping anybody waiting', {
  timeout: 60_000,
}, async () => {
  const hub = filled(100_000, 100_000);
  // One symbol is the most active.
  handFrame(
    hub.stream('stocks'),
    Buffer.from('[{"ev":"T","sym":"S70000","p":1,"s":1},{"ev":"T","sym":"S70000","p":2,"s":1}]'),
  );
  let rows: unknown;
  const lag = await lagOf(async () => {
    rows = (await callOn(hub, 'summarize_stream', { market: 'stocks' })).structured.symbols;
  });
  expect(lag).toBeLessThan(mostMs);
  const shown = (rows as { symbol: string; messages: number }[]).slice(0, 4);
  expect(shown.map(({ symbol, messages: of }) => [symbol, of])).toEqual([
    ['S70000', 3],
    ['S0', 1],
    ['S1', 1],
    ['S10', 1],
  ]);
});

test('fifty summaries of a buffer take turns with a short call, which is answered first', async () => {
  const hub = filled(20_000);
  const done: string[] = [];
  const long = fifty.map(() =>
    callOn(hub, 'summarize_stream', { market: 'stocks', window_s: 3_600 }).then(() => done.push('summary')),
  );
  await nextTurn();
  await callOn(hub, 'get_stocks_stream_status').then(() => done.push('status'));
  await Promise.all(long);
  expect(done[0]).toBe('status');
});

test('a process with a heap of 256 MiB survives twenty summaries of a window at once over 50,000 symbols', {
  timeout: 120_000,
}, async () => {
  const batch = (from: number): string =>
    `[${Array.from({ length: 1_000 }, (_, n) => `{"ev":"T","sym":"S${from + n}","p":1.5,"s":1}`).join()}]`;
  const feed = await RawFeed.open({
    ...polite,
    message(socket, frame, attempt) {
      polite.message(socket, frame, attempt);
      if (frame.action !== 'subscribe') return;
      for (let from = 0; from < 50_000; from += 1_000) socket.send(batch(from));
      socket.send('[{"ev":"T","sym":"LAST","p":1}]');
    },
  });
  open.push(feed);
  const server = await HostedServer.start({
    POLYGON_API_KEY: 'a-key-of-nobody',
    POLYGON_FEED: feed.url,
    NODE_OPTIONS: '--max-old-space-size=256',
  });
  open.push(server);
  const started = await server.call('start_stocks_stream', { channels: ['T.*'] });
  const { cursor } = started.structuredContent as { cursor: string };
  await server.call('wait_for_stream_message', { market: 'stocks', channels: ['T.LAST'], cursor });
  const summaries = Array.from({ length: 20 }, (_, n) =>
    server.call('summarize_stream', { market: 'stocks', window_s: 1_000 + n }),
  );
  const omitted = (await Promise.all(summaries)).map(({ structuredContent }) => Number(structuredContent!.omitted));
  expect(omitted.every(count => count > 49_000)).toBe(true);
});

describe('the simulated feed, which plays in the process of the server', { timeout: 60_000 }, () => {
  test('keeps nobody waiting, however many symbols a client asks it for', async () => {
    const feed = new SimulatedFeed(markets, { stepMs: 100, speed: 40 });
    open.push(feed);
    const hub = hubOn(suite, markets, await feed.listen());
    open.push(hub);
    const names = Array.from({ length: 5_000 }, (_, number) => `T.S${number}`);
    await callOn(hub, 'start_stocks_stream', { channels: ['T.*', 'Q.*', 'A.*', 'AM.*', ...names.slice(0, 100)] });
    const stream = hub.stream('stocks');
    const lag = await lagOf(async () => {
      await callOn(hub, 'subscribe_stocks_channels', { channels: names });
      const before = stream.totals.received;
      await stream.changes.until(() => stream.totals.received > before + 5_000, 20_000);
    });
    expect(stream.totals.received).toBeGreaterThan(5_000);
    expect(lag).toBeLessThan(mostMs);
  });
});
