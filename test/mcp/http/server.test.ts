import { connect as connectTcp } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { TestClock } from '../../support/clock.js';
import { closeAfterEach, open } from '../../support/closing.js';
import { HttpBench, type HttpBenchOptions } from '../../support/http-server.js';
import { httpEras, type Peer } from '../../support/peers.js';
import { runProgram } from '../../support/program.js';
import { RawConnection, rawRequest } from '../../support/raw-http.js';
import { SpawnedHttp } from '../../support/spawned-http.js';
import { toolCount } from '../../support/spec.js';

type Answer = Readonly<Record<string, unknown>>;

closeAfterEach();

const tokens = ['token-of-ann-0123456789', 'token-of-bob-0123456789'];
const patient = { timeout: 10_000, interval: 10 };
const aapl = 'polygon://streams/stocks/T.AAPL';
const msft = 'polygon://streams/stocks/T.MSFT';

async function served(options: HttpBenchOptions = {}): Promise<HttpBench> {
  const bench = await HttpBench.open(options);
  open.push(bench);
  return bench;
}

async function ask(peer: Peer, name: string, args: Answer = {}): Promise<Answer> {
  const { structuredContent, isError } = await peer.call(name, args);
  expect(isError ?? false, JSON.stringify(structuredContent)).toBe(false);
  return structuredContent as Answer;
}

const start = (peer: Peer, ...channels: readonly string[]) => ask(peer, 'start_stocks_stream', { channels });

async function symbolsRead(peer: Peer): Promise<unknown[]> {
  const { messages } = await ask(peer, 'read_stream_messages', { market: 'stocks' });
  return (messages as Answer[]).map(({ symbol }) => symbol);
}

const initialize = {
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};

/** A request of a client that keeps nothing open. */
function post(url: string, token: string, body: object, session?: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(session ? { 'mcp-session-id': session } : {}),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }),
  });
}

/** @returns the name of a new session */
async function openSession(url: string, token: string): Promise<string> {
  const opened = await post(url, token, initialize);
  expect(opened.status).toBe(200);
  await opened.text();
  return opened.headers.get('mcp-session-id')!;
}

type Visit = (typeof httpEras)[number][1];

/** A server, and a client for each of its tokens. */
async function twoOf(visit: Visit, options: HttpBenchOptions): Promise<{ bench: HttpBench; ann: Peer; bob: Peer }> {
  const bench = await served({ tokens, ...options });
  const [ann, bob] = await Promise.all(tokens.map(token => visit(bench.url, token)));
  open.push(ann!, bob!);
  return { bench, ann: ann!, bob: bob! };
}

describe.each(httpEras)('over HTTP in protocol %s', (era, visit) => {
  const two = (options: HttpBenchOptions = {}) => twoOf(visit, options);

  async function one(options: HttpBenchOptions = {}): Promise<{ bench: HttpBench; peer: Peer }> {
    const bench = await served(options);
    const peer = await visit(bench.url, options.tokens?.[0]);
    open.push(peer);
    return { bench, peer };
  }

  test('what a client stops or unsubscribes goes on for the other, and reads are separate', async () => {
    const { bench, ann, bob } = await two();
    await start(ann, 'T.AAPL', 'T.MSFT');
    await start(bob, 'T.MSFT', 'T.NVDA');
    expect(bench.feed.sessions).toHaveLength(1);
    for (const symbol of ['AAPL', 'MSFT', 'NVDA']) await bench.trade(symbol);
    expect([await symbolsRead(ann), await symbolsRead(bob)]).toEqual([
      ['AAPL', 'MSFT'],
      ['MSFT', 'NVDA'],
    ]);
    await ask(bob, 'unsubscribe_stocks_channels', { channels: ['T.MSFT', 'T.NVDA'] });
    expect(await bench.held()).toEqual(['T.AAPL', 'T.MSFT']);
    await ask(bob, 'subscribe_stocks_channels', { channels: ['T.MSFT'] });
    await ask(ann, 'stop_stocks_stream');
    expect(await bench.held()).toEqual(['T.MSFT']);
    await bench.trade('MSFT');
    expect(await symbolsRead(bob)).toEqual(['MSFT', 'NVDA', 'MSFT']);
    await ask(bob, 'stop_stocks_stream');
    await vi.waitFor(() => expect(bench.feed.connections).toBe(0), patient);
  });

  test('a client comes back by its token to what it holds', async () => {
    const { bench, ann } = await two();
    await start(ann, 'T.AAPL');
    await ann.close();
    const again = await visit(bench.url, tokens[0]);
    open.push(again);
    expect(await ask(again, 'list_stocks_subscriptions')).toMatchObject({ state: 'live', subscription_count: 1 });
  });

  test('what a silent client held is let go after its time, and not while it calls', async () => {
    const clock = new TestClock();
    const { bench, ann, bob } = await two({ clock, options: { httpClientTtlMs: 60_000 } });
    await start(ann, 'T.AAPL', 'T.MSFT');
    await start(bob, 'T.MSFT');
    await ann.close();
    const waiting = ask(bob, 'wait_for_stream_message', { market: 'stocks', timeout_s: 50 });
    await bench.trade('AAPL');
    const timers = clock.waiting;
    // What was the client's connection must be seen to be gone before its time begins.
    for (let second = 0; second < 40 && (await bench.held()).length > 1; second++) {
      clock.advance(1_500);
      await nextTurn();
    }
    expect(await bench.held()).toEqual(['T.MSFT']);
    expect(clock.waiting).toBeLessThanOrEqual(timers);
    await bench.trade('MSFT');
    expect(await waiting).toMatchObject({ state: 'live' });
  });

  test('lists the tools, and says what is wrong with a call', async () => {
    const { peer } = await one();
    expect(await peer.tools()).toHaveLength(toolCount);
    const { structuredContent, isError } = await peer.call('subscribe_stocks_channels', { channels: ['T.AAPL'] });
    expect(isError).toBe(true);
    expect(structuredContent).toMatchObject({ error: { code: 'NOT_STARTED' } });
  });

  test('a waiting call tells its progress, and answers when something came', async () => {
    const clock = new TestClock();
    const { bench, peer } = await one({ clock });
    await start(peer, 'T.AAPL');
    const before = clock.waiting;
    const told: (string | undefined)[] = [];
    const waiting = peer.call(
      'wait_for_stream_message',
      { market: 'stocks', timeout_s: 50 },
      { onprogress: ({ message }) => told.push(message) },
    );
    await vi.waitFor(() => expect(clock.waiting).toBeGreaterThan(before), patient);
    clock.advance(5_000);
    await vi.waitFor(() => expect(told).toEqual(['waiting for 5 s']), patient);
    await bench.trade('AAPL');
    expect((await waiting).structuredContent).toMatchObject({ matched: true, count: 1 });
  });

  test('a call that is cancelled ends', async () => {
    const { bench, peer } = await one({ options: { httpWaits: 1 } });
    const { cursor } = await start(peer, 'T.AAPL');
    const abort = new AbortController();
    const args = { market: 'stocks', timeout_s: 50 };
    const waiting = peer.call('wait_for_stream_message', args, { signal: abort.signal });
    await vi.waitFor(async () => {
      const { structuredContent } = await peer.call('wait_for_stream_message', { ...args, timeout_s: 1 });
      expect(structuredContent).toMatchObject({ error: { code: 'LIMIT_EXCEEDED' } });
    }, patient);
    abort.abort();
    await expect(waiting).rejects.toThrow();
    await bench.trade('AAPL');
    await vi.waitFor(async () => {
      const { structuredContent } = await peer.call('wait_for_stream_message', { ...args, cursor });
      expect(structuredContent).toMatchObject({ matched: true });
    }, patient);
  });

  test('a wrong token, or none, is refused without a word of the right one', async () => {
    const bench = await served({ tokens });
    for (const token of [undefined, 'token-of-eve-0123456789', tokens[0]!.slice(0, -1), `${tokens[0]}x`]) {
      await expect(visit(bench.url, token)).rejects.toThrow(/token|authoriz/i);
      const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
      const response = await fetch(bench.url, { method: 'POST', headers, body: '{}' });
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      const text = await response.text();
      for (const secret of tokens) expect(text).not.toContain(secret.slice(0, 12));
    }
  });

  test('a token in an argument does not come back', async () => {
    const { peer } = await one({ tokens });
    const called = await peer.call('start_stocks_stream', { channels: [`T.${tokens[1]}`] });
    expect(JSON.stringify(called)).not.toContain(tokens[1]);
    expect(JSON.stringify(called)).toContain('channels[0]');
  });

  test('no more clients are let in than the option says', async () => {
    const bench = await served({ tokens, options: { httpClients: 1 } });
    const peer = await visit(bench.url, tokens[0]);
    open.push(peer);
    await start(peer, 'T.AAPL');
    await expect(visit(bench.url, tokens[1])).rejects.toThrow(/takes no more|503/);
  });

  test(`without tokens ${era < '2026' ? 'each session is a client' : 'all are one client'}`, async () => {
    const { bench, peer } = await one();
    const other = await visit(bench.url);
    open.push(other);
    await start(peer, 'T.AAPL');
    const { subscription_count } = await ask(other, 'list_stocks_subscriptions');
    expect(subscription_count).toBe(era < '2026' ? 0 : 1);
  });
});

describe('a session', () => {
  const [[, visit]] = httpEras;

  test('that is ended lets go at once', async () => {
    const bench = await served();
    const [ann, bob] = [await visit(bench.url), await visit(bench.url)];
    open.push(ann, bob);
    await start(ann, 'T.AAPL', 'T.MSFT');
    await start(bob, 'T.MSFT');
    await ann.leave();
    await vi.waitFor(async () => expect(await bench.held()).toEqual(['T.MSFT']), patient);
  });

  test('belongs to the token that opened it', async () => {
    const bench = await served({ tokens });
    const [ann, bob] = tokens as [string, string];
    const session = await openSession(bench.url, ann);
    expect((await post(bench.url, ann, { method: 'ping' }, session)).status).toBe(200);
    expect((await post(bench.url, bob, { method: 'ping' }, session)).status).toBe(404);
    expect((await post(bench.url, ann, { method: 'ping' }, 'no-such-session')).status).toBe(404);
    expect((await post(bench.url, ann, { method: 'tools/list' })).status).toBe(400);
  });
});

describe('sessions that nobody has ended', () => {
  const [[, visit]] = httpEras;
  const [ann, bob] = tokens as [string, string];
  const ping = { method: 'ping' };
  /** Both tokens together may have so many sessions. */
  const httpClients = 4;

  test('give way to newer ones of their token, the longest unused first, and take no place from another', async () => {
    const bench = await served({ tokens, options: { httpClients } });
    const first = await openSession(bench.url, ann);
    const second = await openSession(bench.url, ann);
    expect((await post(bench.url, ann, ping, first)).status).toBe(200);
    const third = await openSession(bench.url, ann);
    const others = [await openSession(bench.url, bob), await openSession(bench.url, bob)];
    const statuses = [first, second, third].map(async id => (await post(bench.url, ann, ping, id)).status);
    expect(await Promise.all(statuses)).toEqual([200, 404, 200]);
    for (const id of others) expect((await post(bench.url, bob, ping, id)).status).toBe(200);
  });

  test('do not give way while they are used, and what their token holds stays', async () => {
    const clock = new TestClock();
    const bench = await served({ tokens, options: { httpClients }, clock });
    const peers = [await visit(bench.url, ann), await visit(bench.url, ann)];
    open.push(...peers);
    await start(peers[0]!, 'T.AAPL');
    const before = clock.waiting;
    const waiting = peers.map(peer => ask(peer, 'wait_for_stream_message', { market: 'stocks', timeout_s: 20 }));
    await vi.waitFor(() => expect(clock.waiting).toBeGreaterThanOrEqual(before + 2), patient);
    expect((await post(bench.url, ann, initialize)).status).toBe(503);
    await bench.trade('AAPL');
    expect(await Promise.all(waiting)).toMatchObject([{ matched: true }, { matched: true }]);
    expect(await bench.held()).toEqual(['T.AAPL']);
  });
});

describe('at the door', () => {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' } };

  /** @returns status of a request with these header lines, as no browser or client would let one write them */
  async function statusOf(url: string, ...lines: readonly string[]): Promise<number> {
    const { hostname, port, pathname } = new URL(url);
    const socket = connectTcp(Number(port), hostname);
    socket.end([`GET ${pathname} HTTP/1.1`, ...lines, 'connection: close', '', ''].join('\r\n'));
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    return Number(/^HTTP\/1.1 (\d+)/.exec(Buffer.concat(chunks).toString())?.[1]);
  }

  test('a foreign Host or Origin is refused', async () => {
    const { url } = await served();
    const { host } = new URL(url);
    const allowed = 405;
    expect(await statusOf(url, `host: ${host}`)).toBe(allowed);
    expect(await statusOf(url, 'host: localhost:9')).toBe(allowed);
    expect(await statusOf(url, 'host: evil.example')).toBe(403);
    expect(await statusOf(url, `host: ${host}.evil.example`)).toBe(403);
    expect(await statusOf(url, `host: ${host}`, 'origin: http://localhost:3000')).toBe(allowed);
    expect(await statusOf(url, `host: ${host}`, 'origin: https://evil.example')).toBe(403);
    expect(await statusOf(url, `host: ${host}`, 'origin: null')).toBe(403);
  });

  test('a request that is too large is refused, said or not, and the next one is taken', async () => {
    const { url } = await served({ options: { httpMaxBytes: 1_000 } });
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { pad: 'x'.repeat(2_000) } });
    expect((await fetch(url, { ...post, body })).status).toBe(413);
    const streamed = new Blob([body]).stream();
    expect((await fetch(url, { ...post, body: streamed, duplex: 'half' } as RequestInit)).status).toBe(413);
    expect((await fetch(url, { ...post, body: body.slice(0, 500) })).status).toBe(400);
  });

  test.each([
    ['another path', '/', { method: 'GET' }, 404],
    ['another method', '/mcp', { method: 'PUT' }, 405],
    ['another type of content', '/mcp', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }, 415],
    ['what is no JSON', '/mcp', { ...post, body: '{' }, 400],
    ['an empty body', '/mcp', { ...post, body: '' }, 400],
    ['a number', '/mcp', { ...post, body: '7' }, 400],
    ['null', '/mcp', { ...post, body: 'null' }, 400],
    [
      'a filter that is none',
      '/mcp',
      { ...post, body: '{"method":"subscriptions/listen","params":{"notifications":7}}' },
      400,
    ],
  ])('%s is refused', async (_, path, init, status) => {
    const { url } = await served();
    expect((await fetch(new URL(path, url), init)).status).toBe(status);
  });
});

describe('what is unfinished', () => {
  const [ann, bob] = tokens as [string, string];

  /** Opens a request and leaves out its last byte. */
  async function begun(url: string, token: string, bytes: number): Promise<RawConnection> {
    const connection = await RawConnection.open(url);
    open.push({ close: async () => connection.close() });
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'content-length': String(bytes + 1),
    };
    connection.socket.write(rawRequest(url, 'POST', headers, 'x'.repeat(bytes)));
    return connection;
  }

  test('gives way to newer requests of its client, and then to those of others', async () => {
    const options = { httpMaxBytes: 10_000, httpClientBytes: 20_000, httpTotalBytes: 30_000 };
    const { url } = await served({ tokens, options });
    const [first, second] = [await begun(url, ann, 9_000), await begun(url, ann, 9_000)];
    await begun(url, ann, 9_000);
    expect(await first.status()).toBe(503);
    await begun(url, bob, 9_000);
    await begun(url, bob, 9_000);
    expect(await second.status()).toBe(503);
    expect((await post(url, bob, initialize)).status).toBe(200);
  });

  test('holds no connection from a newcomer', async () => {
    const { url } = await served({ tokens, options: { httpConnections: 3, httpPerAddress: 2 } });
    const [first, second] = [await begun(url, ann, 10), await begun(url, ann, 10)];
    expect((await post(url, bob, initialize)).status).toBe(200);
    expect(await first.status()).toBe(503);
    expect(second.socket.closed).toBe(false);
  });
});

test.concurrent.each(httpEras)('in protocol %s a client is told of news of its own resources', async (_, visit) => {
  const { bench, ann, bob } = await twoOf(visit, {});
  await start(ann, 'T.AAPL');
  await start(bob, 'T.MSFT');
  await ann.follow(aapl, msft);
  await bob.follow(aapl, msft);
  await bench.trade('AAPL');
  await bench.trade('MSFT');
  await vi.waitFor(() => expect([ann.updated, bob.updated]).toEqual([[aapl], [msft]]), patient);
  await ann.unfollow(aapl);
  const listed = bob.listChanges;
  await bob.followList();
  await ask(bob, 'subscribe_stocks_channels', { channels: ['Q.MSFT'] });
  await vi.waitFor(() => expect(bob.listChanges).toBeGreaterThan(listed), patient);
  await bench.trade('AAPL');
  await bench.trade('MSFT');
  await vi.waitFor(() => expect(bob.updated.length).toBeGreaterThan(1), patient);
  expect(ann.updated).toEqual([aapl]);
});

test('an answer that nobody takes is given up', async () => {
  const { url } = await served({ tokens, options: { httpTimeoutMs: 300, httpCalls: 1_000 } });
  const session = await openSession(url, tokens[0]!);
  const connection = await RawConnection.open(url);
  open.push({ close: async () => connection.close() });
  connection.socket.pause();
  const text = (id: number): string => JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params: {} });
  const batch = (from: number): string => `[${Array.from({ length: 100 }, (_, index) => text(from + index)).join()}]`;
  for (let round = 0; round < 4; round++) {
    const body = batch(round * 100);
    const headers = {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${tokens[0]}`,
      'mcp-session-id': session,
      'mcp-protocol-version': '2025-03-26',
      connection: 'keep-alive',
      'content-length': String(body.length),
    };
    connection.socket.write(rawRequest(url, 'POST', headers, body));
  }
  // A write shows that the other end is gone, though nothing is read.
  await vi.waitFor(() => {
    connection.socket.write('\r\n');
    expect(connection.socket.destroyed).toBe(true);
  }, 40_000);
  connection.socket.resume();
  await connection.closed;
  expect(connection.received.match(/"tools":/g)?.length ?? 0).toBeLessThan(400);
});

describe.concurrent('the program at its start', () => {
  test.each([
    [
      '0.0.0.0',
      {},
      '--host 0.0.0.0 lets other machines in, which then need a bearer token: set MCP_POLYGON_HTTP_TOKENS',
    ],
    ['::', {}, '--host :: lets other machines in'],
    ['a-key-that-went-astray', {}, '--host lets other machines in'],
    ['0.0.0.0', { MCP_POLYGON_HTTP_TOKENS: 'tooshort' }, 'each token needs 16 to 512 characters'],
    [
      '127.0.0.1',
      { MCP_POLYGON_HTTP_TOKENS: `${tokens[0]},with blanks 0123456789` },
      'each token needs 16 to 512 characters',
    ],
  ])('refuses to start on %s with %j', async (host, env: Record<string, string>, reason) => {
    const { code, stderr, stdout } = await runProgram(['--transport', 'http', '--host', host], env);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(reason);
    for (const text of Object.values(env)) expect(stderr).not.toContain(text);
  });

  test('takes no token from the command line', async () => {
    const { code, stderr } = await runProgram(['--transport', 'http', '--http-tokens', tokens[0]!]);
    expect(code).toBe(2);
    expect(stderr).toContain('MCP_POLYGON_HTTP_TOKENS');
    expect(stderr).not.toContain(tokens[0]);
  });

  test('says that its port is taken', async () => {
    const { url } = await served();
    const { code, stderr } = await runProgram(['--transport', 'http', '--port', new URL(url).port]);
    expect(code).toBe(2);
    expect(stderr).toContain('EADDRINUSE');
  });
});

describe('the program', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ends within a second of %s, waits, listeners and sockets or not',
    async signal => {
      const server = await SpawnedHttp.start({ POLYGON_FEED: 'simulated' });
      open.push(server);
      const peers = await Promise.all(httpEras.map(([, visit]) => visit(server.url)));
      open.push(...peers);
      for (const peer of peers) {
        await start(peer, 'T.AAPL');
        await peer.follow(aapl);
        const args = { market: 'stocks', condition: { field: 'price', op: '<', value: 0 }, timeout_s: 50 };
        void peer.call('wait_for_stream_message', args).catch(() => {});
      }
      server.child.kill(signal);
      const { code, tookMs } = await server.ended();
      expect(code).toBe(0);
      expect(tookMs).toBeLessThan(1_000);
    },
  );
});
