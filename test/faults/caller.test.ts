/** What a caller can do. Every row is played over real sockets. */
import { describe, expect } from 'vitest';
import { markets } from '../../generated/suite.js';
import type { Market } from '../../runtime/contract/market.js';
import { vendorFeed } from '../../runtime/feed/vendor-feed.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { exampleChannel } from '../../runtime/symbols/example.js';
import { FreshExamples } from '../../runtime/symbols/fresh-examples.js';
import { type Fault, frame, status, trade } from '../support/fault-feed.js';
import { channels, declare } from '../support/fault-host.js';
import { expectNoRejections, FaultRun, type RunOptions, secretKey } from '../support/fault-run.js';
import { marketOf } from '../support/markets.js';

/** Played on a hub in this process. */
interface HubRow {
  readonly name: string;
  readonly run?: RunOptions;
  readonly play: (run: FaultRun) => Promise<void>;
}

const always = Number.POSITIVE_INFINITY;

function stopWhile(name: string, state: string, fault: Fault): HubRow {
  return {
    name: `stop-while-connecting: ends a start ${name}, and leaves no socket`,
    async play(run) {
      run.feed.arm(fault, always);
      const starting = run.start();
      await run.feed.until(() => run.feed.peers.length > 0);
      await run.until(state, () => run.stocks.state === state);
      const stopped = await run.call('stop_stocks_stream');
      expect(stopped.structured).toMatchObject({ state: 'stopped' });
      expect(await starting).toMatchObject({ isError: true, structured: { error: { code: 'STOPPED' } } });
      run.feed.thaw();
      expect(await run.feed.until(() => run.feed.connections === 0)).toBe(true);
      expect(run.feed.peers).toHaveLength(1);
    },
  };
}

/** Stocks with a field that cannot be formatted. */
function poisoned(): Market {
  const stocks = marketOf('stocks');
  const poison = {
    get type(): never {
      throw new Error(`no type for ${secretKey}`);
    },
  };
  return {
    ...stocks,
    channels: stocks.channels.map(channel => ({
      ...channel,
      fields: channel.fields.map(field =>
        field.key === 'ds'
          ? (Object.defineProperties({ ...field }, Object.getOwnPropertyDescriptors(poison)) as typeof field)
          : field,
      ),
    })),
  };
}

const jumping = { ms: 0 };

const hubRows: HubRow[] = [
  {
    name: 'start-twice-at-once: opens one socket, and both answers are true',
    async play(run) {
      const [one, two] = await Promise.all([run.start(['T.AAPL']), run.start(['T.MSFT', 'T.AAPL'])]);
      expect(one.structured).toMatchObject({ state: 'live', accepted: ['T.AAPL'], subscription_count: 2 });
      expect(two.structured).toMatchObject({ state: 'live', accepted: ['T.MSFT', 'T.AAPL'], subscription_count: 2 });
      expect(run.feed.peers).toHaveLength(1);
      await run.expectData();
    },
  },
  stopWhile('that waits for TCP', 'connecting', { accept: () => {} }),
  stopWhile('that waits for the upgrade', 'connecting', { upgrade: () => {} }),
  stopWhile('that waits for the greeting', 'authenticating', { greet: () => {} }),
  stopWhile('that waits for the answer to its key', 'authenticating', { auth: () => {} }),
  stopWhile('that waits for an acknowledgement', 'live', { subscribe: () => {} }),
  stopWhile('on a peer that is dead', 'live', { subscribe: peer => peer.freeze() }),
  {
    name: 'stop-while-waiting: makes no later connection',
    run: { options: { backoffInitialMs: 30, backoffMaxMs: 30 } },
    async play(run) {
      run.feed.arm({ upgrade: peer => peer.drop() }, always);
      await run.start();
      await run.until('retrying', () => run.stocks.state === 'retrying');
      await run.call('stop_stocks_stream');
      const { length } = run.feed.peers;
      expect(await run.feed.until(() => run.feed.peers.length > length, 150)).toBe(false);
    },
  },
  {
    name: 'start-after-stop: opens one socket when stop and start follow each other at once',
    async play(run) {
      await run.start();
      const [stopped, started] = await Promise.all([run.call('stop_stocks_stream'), run.start(['T.MSFT'])]);
      expect([stopped.isError, started.isError]).toEqual([false, false]);
      await run.feed.until(() => run.feed.connections === 1);
      await run.expectData();
      expect(await run.status()).toMatchObject({ state: 'live', subscriptions: ['T.MSFT'] });
    },
  },
  {
    name: 'subscribe-while-retrying: remembers what is asked for in an outage, says so, and sends it later',
    run: { options: { backoffInitialMs: 300 } },
    async play(run) {
      await run.start();
      run.feed.peer()!.drop();
      await run.until('retrying', () => run.stocks.state === 'retrying');
      const added = await run.call('subscribe_stocks_channels', { channels: ['T.MSFT'] });
      const removed = await run.call('unsubscribe_stocks_channels', { channels: ['Q.AAPL'] });
      expect(added.structured).toMatchObject({ state: 'retrying', accepted: [], unconfirmed: ['T.MSFT'] });
      expect(removed.structured).toMatchObject({ state: 'retrying', removed: ['Q.AAPL'], subscription_count: 2 });
      await run.expectData();
      const [, again] = run.feed.peers;
      expect(again!.received.map(({ params }) => params)).toEqual([secretKey, 'T.AAPL,T.MSFT']);
    },
  },
  {
    name: 'unsubscribe-unknown: names what is not held, and sends nothing',
    async play(run) {
      await run.start();
      const { structured, isError } = await run.call('unsubscribe_stocks_channels', { channels: ['T.NVDA', 'X.Y'] });
      expect(isError).toBe(false);
      expect(structured).toMatchObject({ removed: [], not_held: ['T.NVDA', 'channels[1]'], subscription_count: 2 });
      await run.expectData();
      expect(run.feed.received.map(({ action }) => action)).not.toContain('unsubscribe');
    },
  },
  {
    name: 'thousand-channels: sends 5,000 channels in several frames, and answers briefly',
    async play(run) {
      const wanted = Array.from({ length: 5_000 }, (_, index) => `T.S${index}`);
      const { structured, text } = await run.start(wanted);
      expect(structured).toMatchObject({ state: 'live', subscription_count: 5_000, unconfirmed: [], rejected: [] });
      expect(JSON.stringify(structured).length + text.length).toBeLessThan(10_000);
      const sizes = run.feed.received.slice(1).map(({ params }) => params.split(',').length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
      expect(sizes.reduce((sum, size) => sum + size)).toBe(5_000);
    },
  },
  {
    name: 'options-cap: keeps 1,000 contracts, and refuses one more with the count held',
    async play(run) {
      const wanted = Array.from({ length: 1_001 }, (_, index) => `Q.O:SPY261218C00${String(index).padStart(6, '0')}`);
      const { structured } = await run.call('start_options_stream', { channels: wanted });
      expect(structured).toMatchObject({ state: 'live', subscription_count: 1_000 });
      expect(structured.rejected).toMatchObject([
        { channel: wanted[1_000], code: 'LIMIT_EXCEEDED', message: expect.stringContaining('1000 are held') },
      ]);
      expect(run.feed.received.flatMap(({ params }) => params.split(','))).not.toContain(wanted[1_000]);
    },
  },
  {
    name: 'channel-injection: refuses what is no channel before anything is sent',
    async play(run) {
      const tricks = [
        'T.AAPL,Q.*',
        'T.AAPL\n',
        'T.AAPL"}]',
        'T.\u0000',
        'T.\u202eLPAA',
        ' T.AAPL',
        'T.AA PL',
        'T.',
        '.AAPL',
        'T',
        '',
        '*.*',
        'T.A*',
        '__proto__.AAPL',
        'T.__proto__',
        `T.${'A'.repeat(2 ** 20)}`,
      ];
      const refused = await run.start(tricks);
      expect(refused.isError).toBe(true);
      expect(refused.structured).toMatchObject({ state: 'idle', error: { code: 'CHANNELS_REJECTED' } });
      expect(refused.structured.rejected).toHaveLength(tricks.length);
      expect(JSON.stringify(refused).length).toBeLessThan(20_000);
      expect(run.feed.peers).toHaveLength(0);
      await run.start(['T.AAPL', ...tricks]);
      expect(run.feed.received.map(({ params }) => params)).toEqual([secretKey, 'T.AAPL']);
    },
  },
  {
    name: 'endpoint-tricks: refuses endpoints that are not allowed before anything is opened',
    async play(run) {
      const { port } = new URL(run.feed.url);
      const tricks = [
        'wss://user:pass@socket.massive.com/stocks',
        'wss://socket.massive.com@evil.example/stocks',
        'wss://socket.massive.com.evil.example/stocks',
        'wss://evil-socket.massive.com/stocks',
        'wss://socket.massive.com:8443/stocks',
        'wss://socket.massive.com/stocks?x=1',
        'wss://socket.massive.com/stocks#x',
        'wss://socket.massive.com/../stocks/..',
        'wss://socket.m\u0430ssive.com/stocks',
        'ws://socket.massive.com/stocks',
        'https://socket.massive.com/stocks',
        'wss://93.184.216.34/stocks',
        'wss://[::1]/stocks',
        'ws://127.0.0.1:1/stocks',
        `ws://localhost:${port}/stocks`,
        `ws://127.1:${Number(port) === 1 ? 2 : 1}/stocks`,
        'file:///etc/passwd',
        'javascript:alert(1)',
        '//evil.example',
        'feed\u0000',
        `wss://${'a'.repeat(10_000)}.example/stocks`,
      ];
      for (const endpoint of tricks) {
        const { isError, structured } = await run.start(channels, { endpoint });
        expect(isError, endpoint).toBe(true);
        expect(structured.error, endpoint).toMatchObject({ code: expect.stringMatching(/ENDPOINT|ARGUMENT/) });
        expect(run.stocks.state, endpoint).toBe('idle');
      }
      expect(run.feed.peers).toHaveLength(0);
    },
  },
  {
    name: 'key-in-error: shows the key nowhere, however the feed spells it',
    async play(run) {
      const loud = secretKey.toUpperCase();
      const encoded = secretKey.replaceAll('-', '%2D');
      run.feed.arm({
        live(peer) {
          peer.text(status('notice', `your key is ${secretKey}`));
          peer.text(trade(1, secretKey));
          peer.text(JSON.stringify([{ ev: secretKey, sym: loud, [secretKey]: encoded }]));
          peer.close(4000, `bye ${encoded}`);
        },
      });
      await run.start(channels);
      await run.until('back', () => run.stocks.totals.reconnects === 1);
      await run.status();
      for (const format of ['json', 'csv']) await run.read({ detail: 'full', format });
      await run.call('summarize_stream', { market: 'stocks' });
      await run.start(channels, { endpoint: `wss://user:${secretKey}@socket.massive.com/stocks` });
      await run.start(channels, { endpoint: `wss://${secretKey}.example/stocks` });
      run.feed.arm(
        { auth: (peer, key) => peer.text(status('auth_failed', `${key} ${encodeURIComponent(key)}`)) },
        always,
      );
      run.feed.thaw();
      await run.call('stop_stocks_stream');
      expect((await run.start()).structured).toMatchObject({ error: { code: 'AUTH_FAILED' } });
    },
  },
  ...['', '   ', '$' + '{POLYGON_API_KEY}'].map(
    (key): HubRow => ({
      name: `no-key: says where the key belongs when it is ${JSON.stringify(key)}`,
      run: { env: { POLYGON_API_KEY: key } },
      async play(run) {
        for (const more of [{}, { api_key: key }]) {
          const { isError, structured } = await run.start(channels, more);
          expect(isError).toBe(true);
          expect(structured).toMatchObject({
            state: 'idle',
            error: { code: 'NO_API_KEY', hint: expect.stringContaining('POLYGON_API_KEY') },
          });
        }
        expect(run.feed.peers).toHaveLength(0);
      },
    }),
  ),
  {
    name: 'key-changed: refuses another key while it is live, says the way out, and goes on',
    async play(run) {
      await run.start();
      const { structured } = await run.start(channels, { api_key: 'an-altogether-different-key' });
      expect(structured).toMatchObject({
        state: 'live',
        error: { code: 'ALREADY_STARTED', hint: expect.stringContaining('stop_stocks_stream') },
      });
      await run.expectData();
      expect(run.feed.peers).toHaveLength(1);
    },
  },
  ...['"market":', 'authenticating', 'subscriptions', '12345678', 'connected', 'XT.BTC-USD'].map(
    (key): HubRow => ({
      name: `key-poison: takes ${JSON.stringify(key)} for a key, and answers everybody as before`,
      async play(run) {
        await run.call('start_crypto_stream', { channels: ['XT.BTC-USD'] });
        const before = await run.call('list_crypto_subscriptions');
        expect((await run.start(channels, { api_key: key })).structured).toMatchObject({ state: 'live' });
        expect(run.feed.received.filter(({ action }) => action === 'auth').at(-1)).toMatchObject({ params: key });
        expect(await run.call('list_crypto_subscriptions')).toEqual(before);
        expect(await run.status('crypto')).toMatchObject({ market: 'crypto', state: 'live', feed: 'custom' });
      },
    }),
  ),
  ...['"', ',', 'e', 'live', 'k\n","action":"subscribe', 'seven77'].map(
    (key): HubRow => ({
      name: `key-poison: refuses ${JSON.stringify(key)} for a key, and answers everybody as before`,
      async play(run) {
        await run.call('start_crypto_stream', { channels: ['XT.BTC-USD'] });
        const before = await run.status('crypto');
        const { isError, structured } = await run.start(channels, { api_key: key });
        expect(isError).toBe(true);
        expect(structured).toMatchObject({
          state: 'idle',
          error: { code: 'INVALID_ARGUMENT', message: expect.stringContaining('api_key must') },
        });
        expect(run.feed.peers).toHaveLength(1);
        expect(Object.keys(await run.status('crypto'))).toEqual(Object.keys(before));
        expect(await run.status('crypto')).toMatchObject({ market: 'crypto', state: 'live', feed: 'custom' });
      },
    }),
  ),
  ...['live', '"', 'e', '"market":'].map(
    (key): HubRow => ({
      name: `key-poison: goes on answering when the key of the operator is ${JSON.stringify(key)}`,
      run: { env: { POLYGON_API_KEY: key } },
      async play(run) {
        const { structured } = await run.start();
        expect(structured).toMatchObject({ market: 'stocks', state: 'live', subscription_count: 2 });
        expect(run.feed.received[0]).toMatchObject({ action: 'auth', params: key });
      },
    }),
  ),
  {
    name: 'key-in-error: shows a key in the endpoint neither that it came with nor in small letters',
    async play(run) {
      const key = 'QwErTy-12-AsDfGh';
      for (const endpoint of [`wss://${key}.example/stocks`, `wss://${secretKey}.example/stocks`, key]) {
        const refused = await run.start(channels, { api_key: key, endpoint });
        expect(refused.structured.error).toMatchObject({ code: 'ENDPOINT_NOT_ALLOWED' });
        for (const secret of [key, secretKey]) {
          expect(JSON.stringify(refused).toLowerCase()).not.toContain(secret.slice(0, 8).toLowerCase());
        }
      }
    },
  },
  {
    name: 'cancelled-call: ends a waiting call at once, and leaves nothing of it',
    async play(run) {
      await run.start();
      await run.until('settled', () => run.stocks.subscriptions.namesIn('accepted').length === 2);
      expect(run.stocks.changes.listening).toBe(0);
      const abort = new AbortController();
      const begunMs = performance.now();
      const waiting = run.call('wait_for_stream_message', { market: 'stocks', timeout_s: 50 }, abort.signal);
      await run.stocks.changes.until(() => false, 20);
      abort.abort();
      await waiting;
      expect(performance.now() - begunMs).toBeLessThan(2_000);
      expect(run.stocks.changes.listening).toBe(0);
      await run.expectData();
    },
  },
  {
    name: 'unknown-argument: refuses an argument that does not exist with the one that was meant',
    async play(run) {
      const { structured } = await run.start(channels, { chanels: [], __proto__x: 1 });
      expect(structured.error).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('did you mean channels?'),
      });
      expect(run.feed.peers).toHaveLength(0);
    },
  },
  {
    name: 'absurd-numbers: refuses what the schema does not allow, and stays',
    async play(run) {
      await run.start();
      for (const limit of [1e9, -1, 0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 'ten', {}, [], 2 ** 53]) {
        for (const args of [{ limit }, { max_bytes: limit }]) {
          const result = await run.call('read_stream_messages', { market: 'stocks', ...args });
          expect(result.structured.error, JSON.stringify(args)).toMatchObject({ code: 'INVALID_ARGUMENT' });
        }
      }
      for (const args of [{ timeout_s: 1e9 }, { timeout_s: -1 }, { count: 0 }, { count: 'one' }]) {
        const result = await run.call('wait_for_stream_message', { market: 'stocks', ...args });
        expect(result.structured.error, JSON.stringify(args)).toMatchObject({ code: 'INVALID_ARGUMENT' });
      }
      await run.expectData();
    },
  },
  {
    name: 'dns-fail: goes on trying a host that does not resolve, with the reason',
    run: { env: { POLYGON_FEED: 'wss://feed.invalid' } },
    async play(run) {
      const { structured } = await run.start();
      expect(structured).toMatchObject({
        state: 'retrying',
        last_error: { code: 'CONNECT_FAILED', message: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) },
        next_retry_at: expect.any(String),
      });
    },
  },
  {
    name: 'dns-fail: tries the next host of the feed',
    async play(run) {
      const target = await run.hub.target(marketOf('stocks'), undefined, undefined);
      run.watch();
      const urls = ['wss://feed.invalid/stocks', ...target.urls];
      run.stocks.open({ ...target, urls, open: vendorFeed({ urls, key: target.key }) });
      await run.start();
      await run.expectData();
      expect(run.states).toBe('connecting retrying connecting authenticating live');
      expect(await run.status()).toMatchObject({ endpoint: target.urls[0] });
    },
  },
  ...[-10, 10].map(
    (hours): HubRow => ({
      name: `clock-jump: keeps its intervals when the wall clock jumps by ${hours} hours`,
      run: {
        options: { pingIntervalMs: 50, pongTimeoutMs: 500, backoffInitialMs: 60 },
        clock: { ...systemClock, now: () => Date.now() + jumping.ms },
      },
      async play(run) {
        jumping.ms = 0;
        run.watch();
        await run.start();
        await run.expectData(1);
        const waiting = run.call('wait_for_stream_message', { market: 'stocks', timeout_s: 1, count: 5 });
        jumping.ms = hours * 3_600_000;
        const peer = run.feed.peer()!;
        const { pings } = peer;
        await run.feed.until(() => peer.pings >= pings + 3);
        expect(run.states).toBe('connecting authenticating live');
        expect((await run.status()).newest_age_ms).toBeGreaterThanOrEqual(0);
        peer.drop();
        await run.until('retrying', () => run.stocks.state === 'retrying');
        jumping.ms = -jumping.ms;
        await run.expectData(2);
        const { waited_ms: waitedMs } = (await waiting).structured;
        expect(waitedMs).toBeGreaterThan(900);
        expect(waitedMs).toBeLessThan(3_000);
        jumping.ms = 0;
      },
    }),
  ),
  {
    name: 'thousand-reads: answers 1,000 reads in a burst, and loses nothing',
    async play(run) {
      await run.start();
      await run.expectData(1);
      const bytes = frame(`[${Array.from({ length: 100 }, () => trade(2).slice(1, -1)).join(',')}]`);
      const peer = run.feed.peer()!;
      const reads = Array.from({ length: 1_000 }, async (_, index) => {
        if (index % 5 === 0) peer.raw(bytes);
        if (index % 50 === 0) await new Promise(resolve => setImmediate(resolve));
        return run.call('read_stream_messages', { market: 'stocks', limit: 20 });
      });
      const answers = await Promise.all(reads);
      for (const { isError } of answers) expect(isError).toBe(false);
      await run.until('all messages', () => run.stocks.totals.received === 20_001);
      expect(await run.status()).toMatchObject({ malformed: 0, messages_dropped: 0, reconnects: 0 });
    },
  },
  {
    name: 'one-market-failing: leaves five markets alone while the sixth fails for ever',
    async play(run) {
      const others = markets.filter(({ name }) => name !== 'stocks');
      for (const market of new FreshExamples(others, systemClock).markets) {
        const { name } = market;
        const wanted = [exampleChannel(market)];
        const { structured } = await run.call(`start_${name}_stream`, { channels: wanted });
        expect(structured, name).toMatchObject({ state: 'live', accepted: wanted });
      }
      run.feed.arm({ auth: peer => peer.drop() }, always);
      await run.start();
      await run.feed.until(() => run.feed.peers.length >= 4);
      for (const { name } of others) {
        expect(await run.status(name), name).toMatchObject({ state: 'live', reconnects: 0, last_error: null });
      }
      expect(['retrying', 'connecting', 'authenticating', 'refused']).toContain(run.stocks.state);
    },
  },
  {
    name: 'formatter-throws: shows an event that cannot be formatted as it came, counts it, and lives on',
    run: { markets: [poisoned()] },
    async play(run) {
      await run.start();
      run.feed.peer()!.text(trade(1, 'AAPL', { ds: '1.5', note: '\u001b[31m' }));
      await run.expectData();
      for (let round = 0; round < 2; round++) {
        expect(await run.read()).toMatchObject([
          { event: 'UNKNOWN', symbol: 'AAPL', full_data: { ds: '1.5', note: '\\u001b[31m' } },
          { event: 'TRADE', price: 4711 },
        ]);
      }
      await run.call('summarize_stream', { market: 'stocks' });
      const waited = await run.call('wait_for_stream_message', {
        market: 'stocks',
        cursor: (await run.call('read_stream_messages', { market: 'stocks', limit: 1 })).structured.cursor,
        timeout_s: 1,
      });
      expect(waited.isError).toBe(false);
      expect(await run.status()).toMatchObject({ state: 'live', mistyped: 1, malformed: 0 });
      expect(run.log.join()).toMatch(
        /stocks: an event was not formatted: TypeError|stocks: an event was not formatted: Error/,
      );
      expect(run.log.join()).not.toContain('no type for');
    },
  },
];

expectNoRejections();

async function playOnHub({ run: options = {}, play }: HubRow): Promise<void> {
  const run = await FaultRun.open(options);
  run.feed.arm({});
  try {
    await play(run);
    await run.finish();
  } finally {
    await run.close();
  }
}

describe('a caller', () => declare(hubRows, playOnHub));
