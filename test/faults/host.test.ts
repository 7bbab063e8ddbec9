/** What a caller, a host and a machine can do. The process is spawned wherever it is the process that matters. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import type { Market } from '../../runtime/contract/contract.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { type Fault, FaultFeed, frame, opcodes, type Peer, status, trade } from '../support/fault-feed.js';
import { expectNoRejections, FaultRun, type RunOptions, secretKey } from '../support/fault-run.js';
import { marketOf } from '../support/markets.js';
import { RecordFolder } from '../support/recording.js';
import { BareServer, bin } from '../support/stdio.js';

/** Played on a hub in this process. */
interface HubRow {
  readonly name: string;
  readonly run?: RunOptions;
  readonly play: (run: FaultRun) => Promise<void>;
}

/** Played on a process of its own. */
interface ProcessRow {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly tls?: string;
  readonly play: (host: Host) => Promise<void>;
}

const always = Number.POSITIVE_INFINITY;
const channels = ['T.AAPL', 'Q.AAPL'];

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
      expect(run.stocks).toHaveProperty('changes.listeners.size', 0);
      const abort = new AbortController();
      const begunMs = performance.now();
      const waiting = run.call('wait_for_stream_message', { market: 'stocks', timeout_s: 50 }, abort.signal);
      await run.stocks.changes.until(() => false, 20);
      abort.abort();
      await waiting;
      expect(performance.now() - begunMs).toBeLessThan(2_000);
      expect(run.stocks).toHaveProperty('changes.listeners.size', 0);
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
      run.stocks.open({ ...target, urls: ['wss://feed.invalid/stocks', ...target.urls] });
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
      for (const {
        name,
        channels: [channel],
        symbol,
      } of others) {
        const wanted = [`${channel!.prefix}.${symbol.examples[0]}`];
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

/** A server of its own, and the feed that it is on. */
class Host {
  private constructor(
    readonly feed: FaultFeed,
    readonly server: BareServer,
  ) {}

  static async open({ env, command, tls }: ProcessRow): Promise<Host> {
    const feed = await FaultFeed.open(
      tls === undefined ? {} : { tls: { cert: pem(`${tls}.pem`), key: pem(`${tls}.key`) } },
    );
    feed.arm({});
    const server = BareServer.start(
      {
        POLYGON_API_KEY: secretKey,
        POLYGON_FEED: feed.url,
        MCP_POLYGON_BACKOFF_INITIAL_MS: '20',
        MCP_POLYGON_BACKOFF_MAX_MS: '50',
        ...env,
      },
      command,
    );
    await server.initialize();
    return new Host(feed, server);
  }

  async call(name: string, args: unknown = {}): Promise<Record<string, unknown>> {
    const { result } = await this.server.request('tools/call', { name, arguments: args });
    return (result as { structuredContent: Record<string, unknown> }).structuredContent;
  }

  start(wanted: readonly string[] = channels): Promise<Record<string, unknown>> {
    return this.call('start_stocks_stream', { channels: wanted });
  }

  status(): Promise<Record<string, unknown>> {
    return this.call('get_stocks_stream_status');
  }

  /** The connection of the stocks stream, once it has subscribed. */
  async subscribed(from = 0): Promise<Peer> {
    const find = (): Peer | undefined =>
      this.feed.peers.slice(from).find(peer => peer.received.some(({ action }) => action === 'subscribe'));
    expect(await this.feed.until(() => find() !== undefined), 'subscribed').toBe(true);
    return find()!;
  }

  /** The process is gone within a second of its cause, with code 0, its sockets closed with a close frame. */
  async expectEnd(peer: Peer): Promise<void> {
    const { code, tookMs } = await this.server.ended();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(1_000);
    await this.feed.until(() => this.feed.connections === 0);
    expect(peer.closeCode).toBe(1000);
  }

  /** Ends what still runs; nothing may be left, and what was written must have been fit to be written. */
  async finish(): Promise<void> {
    this.server.child.stdin!.end();
    await this.server.ended();
    this.feed.thaw();
    expect(await this.feed.until(() => this.feed.connections === 0), 'no socket is left').toBe(true);
    const { stdout, stderr } = this.server;
    for (const line of stdout.split('\n').filter(text => text !== '')) expect(line.startsWith('{"'), line).toBe(true);
    for (let from = 0; from + 8 <= secretKey.length; from++) {
      expect((stdout + stderr).includes(secretKey.slice(from, from + 8)), 'the key is written nowhere').toBe(false);
    }
    expect(stderr).not.toMatch(/unhandled|TypeError|RangeError|heap/i);
  }

  async close(): Promise<void> {
    this.server.child.kill('SIGCONT');
    this.server.child.kill('SIGKILL');
    await this.feed.close();
  }

  /** Memory of the process that is resident, MiB. */
  residentMiB(): number {
    const text = readFileSync(`/proc/${this.server.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(text)![1]) / 1_024;
  }

  /** Stops the process for a while, as a machine does that sleeps. */
  async sleep(ms: number): Promise<void> {
    this.server.child.kill('SIGSTOP');
    await new Promise(resolve => setTimeout(resolve, ms));
    this.server.child.kill('SIGCONT');
  }
}

function pem(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
}

const trustsTests = {
  NODE_EXTRA_CA_CERTS: fileURLToPath(new URL('../fixtures/tls/ca.pem', import.meta.url)),
};
const quickPings = { MCP_POLYGON_PING_INTERVAL_MS: '100', MCP_POLYGON_PONG_TIMEOUT_MS: '150' };

function goesAway(name: string, end: (server: BareServer) => void): ProcessRow {
  return {
    name: `${name}: ends the process within a second, with its sockets closed`,
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      void host.call('wait_for_stream_message', { market: 'stocks', timeout_s: 50 });
      end(host.server);
      await host.expectEnd(peer);
    },
  };
}

function badCertificate(name: string, tls: string, reason: RegExp, env = {}): ProcessRow {
  return {
    name: `${name}: refuses the certificate, says why, and sends nothing`,
    tls,
    env,
    async play(host) {
      const answer = await host.start();
      expect(answer).toMatchObject({
        state: 'retrying',
        last_error: { code: 'CONNECT_FAILED', message: expect.stringMatching(reason) },
      });
      expect(host.feed.peers.map(({ request, received }) => request + received.length).join('')).toMatch(/^0*$/);
    },
  };
}

/** Starts the server with pipes of its own, tied to those of the host. */
const relay = `
const server = require('node:child_process').spawn(process.execPath, [process.argv[1]], { stdio: ['pipe', 'pipe', 'inherit'] });
process.stdin.pipe(server.stdin);
server.stdout.pipe(process.stdout);
server.on('exit', code => process.exit(code));`;

/** Starts the server on a pipe, whose other end a third process holds too, and becomes the program that writes to it. */
const adopter = `
exec 3> >(exec "$0" "$1")
sleep 60 < /dev/null > /dev/null 2>&1 &
echo "holder $!" >&2
exec cat >&3`;

/** On SIGUSR2 takes every file descriptor there is, or gives them back. */
const hoarder = `
import fs from 'node:fs';
const held = [];
process.on('SIGUSR2', () => {
  if (held.length > 0) { for (const fd of held.splice(0)) fs.closeSync(fd); process.stderr.write('released\\n'); return; }
  try { for (;;) held.push(fs.openSync('/dev/null')); } catch { process.stderr.write('exhausted\\n'); }
});`;

/** A resolver that is down for the first three names. */
const flap = `
import dns from 'node:dns';
const { lookup } = dns;
let left = 3;
dns.lookup = (name, options, done) => {
  if (left === 0) return lookup('127.0.0.1', options, done);
  left--;
  process.nextTick(done, Object.assign(new Error('getaddrinfo EAI_AGAIN ' + name), { code: 'EAI_AGAIN' }));
};`;

const recordings = new RecordFolder();
afterAll(() => recordings.close());

/** Runs a program in the server before the server. */
function preload(program: string): string {
  return `--import=data:text/javascript,${encodeURIComponent(program)}`;
}

async function heard(server: BareServer, text: string): Promise<void> {
  while (!server.stderr.includes(text)) await new Promise(resolve => server.child.stderr!.once('data', resolve));
}

async function drained(peer: Peer): Promise<void> {
  if (peer.socket.writableNeedDrain) await new Promise(resolve => peer.socket.once('drain', resolve));
}

const processRows: ProcessRow[] = [
  goesAway('stdin-eof', ({ child }) => child.stdin!.end()),
  goesAway('SIGTERM', ({ child }) => child.kill('SIGTERM')),
  goesAway('SIGINT', ({ child }) => child.kill('SIGINT')),
  goesAway('SIGHUP', ({ child }) => child.kill('SIGHUP')),
  goesAway('EPIPE', ({ child }) => {
    child.stdout!.destroy();
    child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', id: 9_999, method: 'tools/list' })}\n`);
  }),
  {
    name: 'parent-killed: ends the process within a second of the death of its host',
    command: [process.execPath, '-e', relay, bin],
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      host.server.child.kill('SIGKILL');
      // The server holds the stderr of its parent, so this ends with the server.
      const { tookMs } = await host.server.ended();
      expect(tookMs).toBeLessThan(1_000);
      await host.feed.until(() => host.feed.connections === 0);
      expect(peer.closeCode).toBe(1000);
    },
  },
  {
    name: 'parent-killed: ends the process within two seconds although another one holds its stdin open',
    command: ['bash', '-c', adopter, process.execPath, bin],
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      const holder = Number(/holder (\d+)/.exec(host.server.stderr)?.[1]);
      try {
        host.server.child.kill('SIGKILL');
        // The server has the stderr of its parent, so this ends with the server.
        const { tookMs } = await host.server.ended();
        expect(tookMs).toBeLessThan(2_000);
        await host.feed.until(() => host.feed.connections === 0);
        expect(peer.closeCode).toBe(1000);
      } finally {
        process.kill(holder, 'SIGKILL');
      }
    },
  },
  {
    name: 'double-spawn: opens no socket before the first start, however many are spawned',
    async play(host) {
      const second = BareServer.start({ POLYGON_API_KEY: secretKey, POLYGON_FEED: host.feed.url });
      try {
        await second.initialize();
        for (const server of [host.server, second]) {
          await server.request('tools/list');
          await server.request('tools/call', { name: 'get_stocks_stream_status', arguments: {} });
        }
        expect(host.feed.peers).toHaveLength(0);
        expect(await host.start()).toMatchObject({ state: 'live' });
        expect(host.feed.peers).toHaveLength(1);
      } finally {
        second.child.stdin!.end();
        expect((await second.ended()).code).toBe(0);
      }
    },
  },
  {
    name: 'garbage-stdin: answers or passes over what is no request, and stays',
    async play(host) {
      const { server } = host;
      const { stdin } = server.child;
      await host.start();
      stdin!.write('not json\n{"jsonrpc":"2.0"}\n[]\n{"id":1}\nnull\n42\n"x"\n{}\n\n\r\n\u0000\u0001\n');
      stdin!.write(`${'x'.repeat(1_000_000)}\n`);
      stdin!.write(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a]));
      stdin!.write('{"jsonrpc":"2.0","id":"s","method":"tools/call","params":{"name":7,"arguments":[]}}\n');
      stdin!.write('{"jsonrpc":"2.0","id":null,"method":"tools/list"}\n');
      stdin!.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":123456}}\n');
      stdin!.write(
        `{"jsonrpc":"2.0","id":"d","method":"tools/call","params":${'['.repeat(5_000)}${']'.repeat(5_000)}}\n`,
      );
      expect((await server.request('no/such/method')).error).toMatchObject({ code: -32601 });
      expect((await server.request('tools/call', { name: 'no_such_tool' })).error).toMatchObject({ code: -32602 });
      for (const args of [
        { channels: 5 },
        { channels: [1] },
        { channels: [] },
        { channels: {} },
        {},
        { channels: null },
      ]) {
        expect(await host.call('start_stocks_stream', args)).toMatchObject({ error: { code: 'INVALID_ARGUMENT' } });
      }
      const whole = JSON.stringify({ jsonrpc: '2.0', id: 777, method: 'ping' });
      for (const character of whole) stdin!.write(character);
      stdin!.write('\n');
      expect(await host.status()).toMatchObject({ state: 'live', reconnects: 0 });
      expect(server.stdout).toContain('"id":777');
    },
  },
  {
    name: 'laptop-sleep: finds a dead socket at once when the machine wakes, and has the outage in the ledger',
    env: quickPings,
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      peer.text(trade(1));
      const sleeping = host.sleep(500);
      peer.freeze();
      await sleeping;
      const wokeMs = performance.now();
      await host.subscribed(1);
      expect(performance.now() - wokeMs).toBeLessThan(2_000);
      expect(await host.status()).toMatchObject({ state: 'live', reconnects: 1, outages: [{ channels }] });
    },
  },
  {
    name: 'event-loop-stall: does not take a healthy feed for dead after a stall',
    env: quickPings,
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      for (let round = 0; round < 3; round++) {
        await host.feed.until(() => peer.pings > round);
        await host.sleep(400);
      }
      const { pings } = peer;
      expect(await host.feed.until(() => peer.pings >= pings + 2)).toBe(true);
      expect(await host.status()).toMatchObject({ state: 'live', reconnects: 0, outages: [] });
    },
  },
  {
    name: 'slow-host: keeps its memory and takes data in while the host does not read, and answers later',
    async play(host) {
      const { child } = host.server;
      await host.start();
      const peer = await host.subscribed();
      const bytes = frame(`[${Array.from({ length: 500 }, () => trade(1).slice(1, -1)).join(',')}]`);
      for (let count = 0; count < 20; count++) peer.raw(bytes);
      await host.call('wait_for_stream_message', { market: 'stocks', timeout_s: 1 });
      child.stdout!.pause();
      const before = host.residentMiB();
      const asked = Array.from({ length: 100 }, () =>
        host.call('read_stream_messages', { market: 'stocks', limit: 1_000, max_bytes: 200_000 }),
      );
      for (let count = 0; count < 40; count++) peer.raw(bytes);
      // The pong comes after the data: the server has read it.
      const { pongs } = peer;
      peer.raw(frame('?', { opcode: opcodes.ping }));
      expect(await host.feed.until(() => peer.pongs > pongs)).toBe(true);
      expect(host.residentMiB() - before).toBeLessThan(150);
      child.stdout!.resume();
      const answers = await Promise.all(asked);
      for (const answer of answers) expect(answer.count).toBeGreaterThan(100);
      expect(await host.status()).toMatchObject({ state: 'live', messages_received: 30_000, reconnects: 0 });
    },
  },
  badCertificate('tls-expired', 'expired', /expired/i, trustsTests),
  badCertificate('tls-wrong-host', 'wrong-host', /altnames|ALTNAME/, trustsTests),
  badCertificate('tls-self-signed', 'self-signed', /self.signed/i, trustsTests),
  badCertificate('tls-self-signed, where the environment would let it pass', 'self-signed', /self.signed/i, {
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  }),
  badCertificate('tls-unknown-authority', 'good', /unable to verify|UNABLE_TO|issuer/i),
  {
    name: 'tls-good: takes the certificate of an authority that it knows',
    tls: 'good',
    env: trustsTests,
    play: async host => expect(await host.start()).toMatchObject({ state: 'live', accepted: channels }),
  },
  {
    name: 'fd-exhaustion: goes on trying when no socket can be opened, with the reason',
    env: { NODE_OPTIONS: preload(hoarder) },
    command: ['bash', '-c', 'ulimit -n 200; exec "$0" "$@"', process.execPath, bin],
    async play(host) {
      const { server } = host;
      server.child.kill('SIGUSR2');
      await heard(server, 'exhausted');
      expect(await host.start()).toMatchObject({
        state: 'retrying',
        last_error: { code: 'CONNECT_FAILED', message: expect.stringContaining('EMFILE') },
      });
      server.child.kill('SIGUSR2');
      await heard(server, 'released');
      await host.subscribed();
      expect(await host.call('subscribe_stocks_channels', { channels: ['T.MSFT'] })).toMatchObject({ state: 'live' });
    },
  },
  {
    name: 'dns-flap: tries again and finds a host that resolves later',
    tls: 'good',
    env: { ...trustsTests, NODE_OPTIONS: preload(flap) },
    async play(host) {
      expect(await host.start()).toMatchObject({
        state: 'retrying',
        last_error: { code: 'CONNECT_FAILED', message: expect.stringContaining('EAI_AGAIN') },
        next_retry_at: expect.any(String),
      });
      await host.subscribed();
      expect(host.feed.peers).toHaveLength(1);
      expect(await host.call('subscribe_stocks_channels', { channels: ['T.MSFT'] })).toMatchObject({ state: 'live' });
    },
  },
  {
    name: 'full-disk: goes on streaming when a recording cannot be written, and says so',
    // The kernel refuses every byte of a file.
    command: ['bash', '-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, bin],
    env: {
      MCP_POLYGON_RECORD: recordings.path,
      MCP_POLYGON_RECORD_FLUSH_MS: '10',
      MCP_POLYGON_RECORD_RETRY_MS: '20',
    },
    async play(host) {
      const { cursor } = await host.start();
      const peer = await host.subscribed();
      peer.text(trade(1));
      await heard(host.server, 'recording is interrupted: EFBIG');
      peer.text(trade(2));
      const waited = await host.call('wait_for_stream_message', { market: 'stocks', cursor, count: 2 });
      expect(waited).toMatchObject({ state: 'live', matched: true, count: 2, outages: [] });
      expect(await host.status()).toMatchObject({
        state: 'live',
        messages_received: 2,
        reconnects: 0,
        notes: expect.arrayContaining([expect.stringMatching(/^Recording is interrupted: EFBIG/)]),
      });
      expect(recordings.frames).toEqual([]);
    },
  },
  {
    name: 'fd-exhaustion: says why the simulated feed cannot start, and starts it once it can',
    env: { NODE_OPTIONS: preload(hoarder) },
    command: ['bash', '-c', 'ulimit -n 200; exec "$0" "$@"', process.execPath, bin],
    async play(host) {
      const { server } = host;
      const start = (): Promise<Record<string, unknown>> =>
        host.call('start_stocks_stream', { channels, endpoint: 'simulated' });
      server.child.kill('SIGUSR2');
      await heard(server, 'exhausted');
      expect(await start()).toMatchObject({
        state: 'idle',
        error: { code: 'CONNECT_FAILED', message: expect.stringMatching(/simulated feed.*EMFILE/) },
      });
      server.child.kill('SIGUSR2');
      await heard(server, 'released');
      expect(await start()).toMatchObject({ state: 'live', simulated: true, accepted: channels });
    },
  },
];

/** Work for the processor that is measured, so that nothing else may run. */
const lonelyRows: ProcessRow[] = [
  {
    name: 'stdin-eof: ends the process within a second although its answers are not read and requests still wait',
    async play(host) {
      const { child } = host.server;
      await host.start();
      const peer = await host.subscribed();
      peer.raw(frame(`[${Array.from({ length: 2_000 }, () => trade(1).slice(1, -1)).join(',')}]`));
      await host.call('wait_for_stream_message', { market: 'stocks', timeout_s: 1 });
      child.stdout!.pause();
      for (let count = 0; count < 60; count++) {
        void host.call('read_stream_messages', { market: 'stocks', limit: 1_000, max_bytes: 200_000 });
      }
      const begunMs = performance.now();
      const exited = once(child, 'exit');
      child.stdin!.end();
      expect((await exited)[0]).toBe(0);
      expect(performance.now() - begunMs).toBeLessThan(1_000);
      child.stdout!.resume();
      await host.expectEnd(peer);
    },
  },
];

/** What the scanner cannot do without. */
function without(what: string, outcome: string, flags: readonly string[]): ProcessRow {
  return {
    name: `no-${what}: ${outcome}`,
    command: [process.execPath, ...flags, bin],
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      peer.raw(frame(`[${[1, 2, 3].map(price => trade(price).slice(1, -1)).join(',')}]`));
      const { messages } = await host.call('wait_for_stream_message', {
        market: 'stocks',
        timeout_s: 10,
        condition: { field: 'price', op: '==', value: 3 },
      });
      expect(messages).toMatchObject([{ price: 3 }]);
      expect(await host.status()).toMatchObject({ state: 'live', messages_received: 3, malformed: 0 });
    },
  };
}

const heavyRows: ProcessRow[] = [
  without('compiler', 'reads every message where Node may compile nothing', ['--jitless']),
  without('memory', 'reads every message where WebAssembly gets no memory', ['--wasm-max-mem-pages=1']),
  {
    name: 'small-heap: takes a burst of five million events with a heap of 128 MiB',
    env: { NODE_OPTIONS: '--max-old-space-size=128' },
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      const frames = Array.from({ length: 10 }, (_, part) => {
        const events = Array.from({ length: 1_000 }, (__, index) =>
          trade(100 + index / 8, `S${part * 1_000 + index}`, {
            i: `${part}${index}`,
            c: [37, 41],
            pt: 1_790_000_000_001 + index,
            q: index,
            trfi: 4,
            trft: 1_790_000_000_000 + index,
          }).slice(1, -1),
        );
        return frame(`[${events.join(',')}]`);
      });
      for (let count = 0; count < 5_000; count++) {
        peer.raw(frames[count % frames.length]!);
        await drained(peer);
      }
      const { pongs } = peer;
      peer.raw(frame('?', { opcode: opcodes.ping }));
      expect(await host.feed.until(() => peer.pongs > pongs, 15_000)).toBe(true);
      expect(await host.status()).toMatchObject({ state: 'live', messages_received: 5_000_000, reconnects: 0 });
      expect(await host.call('summarize_stream', { market: 'stocks' })).toMatchObject({ market: 'stocks' });
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

async function playOnProcess(row: ProcessRow): Promise<void> {
  const host = await Host.open(row);
  try {
    await row.play(host);
    await host.finish();
  } finally {
    await host.close();
  }
}

function declare<R extends { readonly name: string }>(rows: readonly R[], play: (row: R) => Promise<void>): void {
  for (const row of rows) test(row.name, () => play(row), 60_000);
}

describe('a caller', () => declare(hubRows, playOnHub));

describe.concurrent('a host or a machine', () => declare(processRows, playOnProcess));

describe('a host that reads nothing', () => declare(lonelyRows, playOnProcess));

describe('a machine with little memory', () => declare(heavyRows, playOnProcess));
