import { chmodSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { markets } from '../../generated/suite.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import { httpEras, type Peer } from '../support/peers.js';
import { runProgram } from '../support/program.js';
import { RawConnection, rawRequest, statusOf } from '../support/rawhttp.js';
import { SpawnedHttp } from '../support/spawnedhttp.js';

type Answer = Readonly<Record<string, unknown>>;

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

const patient = { timeout: 15_000, interval: 20 };
const [ann, bob] = ['token-of-ann-0123456789', 'token-of-bob-0123456789'] as const;
const both = { MCP_POLYGON_HTTP_TOKENS: `ann:${ann},bob:${bob}` };
const aapl = 'polygon://streams/stocks/T.AAPL';

async function served(env: Readonly<Record<string, string>> = {}, args: readonly string[] = []): Promise<SpawnedHttp> {
  const server = await SpawnedHttp.start({ POLYGON_FEED: 'simulated', ...env }, args);
  open.push(server);
  return server;
}

async function visit(url: string, token?: string, era: 0 | 1 = 0): Promise<Peer> {
  const peer = await httpEras[era][1](url, token);
  open.push(peer);
  return peer;
}

async function connected(url: string): Promise<RawConnection> {
  const connection = await RawConnection.open(url);
  open.push(connection);
  return connection;
}

function headersOf(token?: string, session?: string): Record<string, string> {
  return {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(session ? { 'mcp-session-id': session } : {}),
  };
}

let requests = 0;

function post(url: string, body: object, token?: string, session?: string): Promise<Response> {
  const text = JSON.stringify({ jsonrpc: '2.0', id: ++requests, ...body });
  return fetch(url, { method: 'POST', headers: headersOf(token, session), body: text });
}

const initialize = {
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};
const ping = { method: 'ping' };

/** @returns status, and the name of the new session if there is one */
async function openSession(url: string, token?: string): Promise<{ status: number; session: string | undefined }> {
  const response = await post(url, initialize, token);
  await response.text();
  return { status: response.status, session: response.headers.get('mcp-session-id') ?? undefined };
}

const startOf = (...channels: readonly string[]) => ({
  method: 'tools/call',
  params: { name: 'start_stocks_stream', arguments: { channels } },
});

async function ask(peer: Peer, name: string, args: Answer = {}): Promise<Answer> {
  const { structuredContent, isError } = await peer.call(name, args);
  expect(isError ?? false, JSON.stringify(structuredContent)).toBe(false);
  return structuredContent as Answer;
}

async function codeOf(peer: Peer, name: string, args: Answer = {}): Promise<unknown> {
  const { structuredContent, isError } = await peer.call(name, args);
  expect(isError).toBe(true);
  return ((structuredContent as Answer).error as Answer).code;
}

describe('bodies', () => {
  const mebibyte = 2 ** 20;

  /** Opens a request and leaves out its last byte. */
  async function unfinished(url: string, bytes: number, token?: string): Promise<RawConnection> {
    const connection = await connected(url);
    const headers = { ...headersOf(token), connection: 'keep-alive', 'content-length': String(bytes + 1) };
    connection.socket.write(rawRequest(url, 'POST', headers, 'x'.repeat(bytes)));
    return connection;
  }

  test('800 unfinished requests take little memory, and keep nobody out', { timeout: 60_000 }, async () => {
    const server = await served();
    await openSession(server.url);
    const before = server.residentMb();
    const attack: RawConnection[] = [];
    let most = 0;
    for (let index = 0; index < 800; index++) {
      attack.push(await unfinished(server.url, mebibyte - 1));
      most = Math.max(most, server.residentMb());
    }
    // The defaults let a client have 4 MiB; the rest is what sockets and garbage take.
    expect(most - before).toBeLessThan(200);
    expect((await openSession(server.url)).status).toBe(200);
  });

  test('the oldest unfinished request of a client gives way, and none of another client', async () => {
    const { url } = await served({ ...both, MCP_POLYGON_HTTP_CLIENT_BYTES: String(2 * mebibyte) });
    const first = await unfinished(url, mebibyte - 1, ann);
    const other = await unfinished(url, mebibyte - 1, bob);
    const rest = [await unfinished(url, mebibyte - 1, ann), await unfinished(url, mebibyte - 1, ann)];
    expect(await first.status()).toBe(503);
    await first.closed;
    expect(first.received).toMatch(/retry-after: \d+/i);
    expect(first.received).toContain('MCP_POLYGON_HTTP_CLIENT_BYTES');
    expect((await post(url, initialize, ann)).status).toBe(200);
    expect([other, ...rest].map(({ received }) => received)).toEqual(['', '', '']);
  });

  test('a body in pieces of one byte takes its bytes and not a multiple of them', { timeout: 60_000 }, async () => {
    const server = await served();
    await openSession(server.url);
    const before = server.residentMb();
    const pieces = Buffer.from('1\r\nx\r\n'.repeat(500_000));
    for (let index = 0; index < 4; index++) {
      const connection = await connected(server.url);
      const headers = { ...headersOf(), 'transfer-encoding': 'chunked' };
      connection.socket.write(rawRequest(server.url, 'POST', headers));
      await new Promise(resolve => connection.socket.write(pieces, resolve));
    }
    expect((await openSession(server.url)).status).toBe(200);
    expect(server.residentMb() - before).toBeLessThan(150);
  });

  test('an unfinished request ends after its time', async () => {
    const { url } = await served({ MCP_POLYGON_HTTP_TIMEOUT_MS: '500' });
    const connection = await unfinished(url, 10);
    await connection.closed;
    expect(connection.received).toMatch(/^(HTTP\/1\.1 408|$)/);
  });
});

describe('connections', () => {
  test('1,000 half requests keep nobody out, and end after their time', { timeout: 60_000 }, async () => {
    const server = await served({ MCP_POLYGON_HTTP_HEAD_TIMEOUT_MS: '8000' });
    const peer = await visit(server.url);
    await ask(peer, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const half = await Promise.all(
      Array.from({ length: 1_000 }, async () => {
        const connection = await connected(server.url);
        connection.socket.write('POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nx-');
        return connection;
      }),
    );
    expect(await ask(peer, 'get_stocks_stream_status')).toMatchObject({ state: 'live' });
    expect((await openSession(server.url)).status).toBe(200);
    const alive = (): number => half.filter(({ socket }) => !socket.closed).length;
    await vi.waitFor(() => expect(alive()).toBeLessThanOrEqual(256), patient);
    await Promise.all(half.map(({ closed }) => closed));
  });

  test('a connection too many is told so while all others are in use', async () => {
    const server = await served({ MCP_POLYGON_HTTP_CONNECTIONS: '2' });
    for (let index = 0; index < 2; index++) {
      const { session } = await openSession(server.url);
      const stream = await connected(server.url);
      const headers = { ...headersOf(undefined, session), connection: 'keep-alive' };
      stream.socket.write(rawRequest(server.url, 'GET', headers));
      expect(await stream.status()).toBe(200);
    }
    const waiting = await connected(server.url);
    expect(await waiting.status()).toBe(503);
    expect(waiting.received).toMatch(/retry-after: \d+/);
  });
});

/** A feed that says what a test has it say. */
async function feedOfTrades(): Promise<{ url: string; trade: (count: number) => void }> {
  const feed = new SimulatedFeed(markets, { stepMs: 0 });
  open.push(feed);
  const url = await feed.listen();
  const trade = (count: number): void => {
    const event = (index: number) => ({
      ev: 'T',
      sym: 'AAPL',
      i: String(index),
      x: 4,
      p: 101.5,
      s: 10,
      t: 1_790_000_000_000,
      z: 3,
    });
    feed.sessions('stocks')[0]!.send(JSON.stringify(Array.from({ length: count }, (_, index) => event(index))));
  };
  return { url, trade };
}

describe('fairness', () => {
  const read = {
    method: 'tools/call',
    params: { name: 'read_stream_messages', arguments: { market: 'stocks', limit: 1_000, max_bytes: 200_000 } },
  };
  const status = { method: 'tools/call', params: { name: 'get_stocks_stream_status', arguments: {} } };

  test('a status takes about a turn while another client has 64 reads', { timeout: 60_000 }, async () => {
    const feed = await feedOfTrades();
    const { url } = await served({ ...both, POLYGON_FEED: feed.url, POLYGON_API_KEY: 'sentinel-key-0815' });
    const [annSession, bobSession] = [(await openSession(url, ann)).session!, (await openSession(url, bob)).session!];
    for (const [token, session] of [
      [ann, annSession],
      [bob, bobSession],
    ] as const) {
      await (await post(url, startOf('T.AAPL'), token, session)).text();
    }
    feed.trade(20_000);
    const statusOf = async (): Promise<string> => (await post(url, status, bob, bobSession)).text();
    await vi.waitFor(async () => expect(await statusOf()).toContain('"messages_received":20000'), patient);
    const ask = (connection: RawConnection, body: object, token: string, session: string): void => {
      const text = JSON.stringify({ jsonrpc: '2.0', id: ++requests, ...body });
      const headers = { ...headersOf(token, session), 'content-length': String(text.length) };
      connection.socket.write(rawRequest(url, 'POST', headers, text));
    };
    const readers = await Promise.all(Array.from({ length: 64 }, () => connected(url)));
    const asked = await connected(url);
    const begin = performance.now();
    const since = (): number => performance.now() - begin;
    for (const reader of readers) ask(reader, read, ann, annSession);
    ask(asked, status, bob, bobSession);
    const statusMs = asked.closed.then(since);
    const readsMs = Promise.all(readers.map(({ closed }) => closed)).then(since);
    // Alone it would be the last of 65.
    expect(await statusMs).toBeLessThan((await readsMs) / 3);
    for (const { received } of readers) expect(received).toContain('"count":1000');
  });
});

describe('calls', () => {
  const wait = (market: string) => ({ market, timeout_s: 20 });

  test('over the bound of a client are refused by its name, and those of another client are not', async () => {
    const { url } = await served({ ...both, MCP_POLYGON_HTTP_CALLS: '3', MCP_POLYGON_HTTP_WAITS: '3' });
    const [one, other] = [await visit(url, ann, 1), await visit(url, bob, 1)];
    for (const peer of [one, other]) await ask(peer, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const args = { ...wait('stocks'), condition: { field: 'price', op: '<', value: 0 } };
    for (let index = 0; index < 3; index++) void one.call('wait_for_stream_message', args).catch(() => {});
    await vi.waitFor(async () => {
      const response = await post(url, ping, ann);
      expect(response.status).toBe(429);
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(await response.text()).toMatch(/MCP_POLYGON_HTTP_CALLS.*LIMIT_EXCEEDED/);
    }, patient);
    expect(await ask(other, 'get_stocks_stream_status')).toMatchObject({ state: 'live' });
  });

  test('in a batch are bounded one by one', async () => {
    const { url } = await served({ MCP_POLYGON_HTTP_CALLS: '10' });
    const { session } = await openSession(url);
    const batch = Array.from({ length: 60 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'tools/list', params: {} }));
    const headers = { ...headersOf(undefined, session), 'mcp-protocol-version': '2025-03-26' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(batch) });
    const text = await response.text();
    expect(text.match(/LIMIT_EXCEEDED/g)?.length).toBe(50);
    expect(text.match(/"tools":\[/g)?.length).toBe(10);
  });
});

describe('listened resources', () => {
  test.each([0, 1] as const)(
    'over the bound are refused by its name, and those before are told (era %s)',
    async era => {
      const feed = await feedOfTrades();
      const { url } = await served({
        POLYGON_FEED: feed.url,
        POLYGON_API_KEY: 'sentinel-key-0815',
        MCP_POLYGON_HTTP_URIS: '2',
      });
      const peer = await visit(url, undefined, era);
      await ask(peer, 'start_stocks_stream', { channels: ['T.AAPL'] });
      await peer.follow(aapl, 'polygon://streams/stocks');
      await expect(peer.follow('polygon://streams/stocks/T.MSFT')).rejects.toThrow(/MCP_POLYGON_HTTP_URIS|429/);
      await peer.unfollow('polygon://streams/stocks');
      await vi.waitFor(() => peer.follow('polygon://streams/stocks/T.MSFT'), patient);
      feed.trade(1);
      await vi.waitFor(() => expect(peer.updated).toContain(aapl), patient);
    },
  );
});

describe('sessions', () => {
  test('without a token give way where they hold nothing, and what is used stays', async () => {
    const { url } = await served({ MCP_POLYGON_HTTP_CLIENTS: '4' });
    const peer = await visit(url);
    await ask(peer, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const taken = await Promise.all(Array.from({ length: 20 }, () => openSession(url)));
    expect(taken.map(({ status }) => status)).toEqual(taken.map(() => 200));
    const late = await visit(url);
    expect(await ask(late, 'start_stocks_stream', { channels: ['T.MSFT'] })).toMatchObject({ accepted: ['T.MSFT'] });
    expect(await ask(peer, 'get_stocks_stream_status')).toMatchObject({ state: 'live', subscriptions: ['T.AAPL'] });
    const modern = await visit(url, undefined, 1);
    expect(await ask(modern, 'list_stocks_subscriptions')).toMatchObject({ subscription_count: 0 });
  });

  test('without a token are refused while all of them hold streams', async () => {
    const { url } = await served({ MCP_POLYGON_HTTP_CLIENTS: '2' });
    for (let index = 0; index < 2; index++) {
      await ask(await visit(url), 'start_stocks_stream', { channels: ['T.AAPL'] });
    }
    const response = await post(url, initialize);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await response.text()).toContain('MCP_POLYGON_HTTP_CLIENTS');
  });

  test('that were not opened after all take no place', async () => {
    const { url } = await served({ ...both, MCP_POLYGON_HTTP_SESSIONS: '1' });
    const { session } = await openSession(url, ann);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...initialize });
    const headers = { ...headersOf(bob), accept: 'text/plain' };
    for (let index = 0; index < 3; index++) {
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(406);
    }
    const other = await openSession(url, bob);
    expect((await post(url, ping, bob, other.session)).status).toBe(200);
    expect((await post(url, ping, ann, session)).status).toBe(200);
  });

  test('of one token are as many as the option says', async () => {
    const { url } = await served({ ...both, MCP_POLYGON_HTTP_SESSIONS: '2' });
    const opened = [];
    for (let index = 0; index < 3; index++) opened.push((await openSession(url, ann)).session!);
    const statuses = [];
    for (const session of opened) statuses.push((await post(url, ping, ann, session)).status);
    expect(statuses).toEqual([404, 200, 200]);
  });
});

describe('headers', () => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...initialize });
  const length = { 'content-length': String(body.length) };

  test.each<[string, (url: string) => string]>([
    ['a GET with a body', url => rawRequest(url, 'GET', { ...headersOf(ann), 'content-length': '2' }, '{}')],
    [
      'a GET with a body in pieces',
      url => rawRequest(url, 'GET', { ...headersOf(ann), 'transfer-encoding': 'chunked' }, '2\r\n{}\r\n0\r\n\r\n'),
    ],
    ['a DELETE with a body', url => rawRequest(url, 'DELETE', { ...headersOf(ann), 'content-length': '2' }, '{}')],
    [
      'a DELETE with a body in pieces',
      url => rawRequest(url, 'DELETE', { ...headersOf(ann), 'transfer-encoding': 'chunked' }, '0\r\n\r\n'),
    ],
    [
      'two Hosts',
      url => rawRequest(url, 'POST', { ...headersOf(ann), ...length, host: ['127.0.0.1', 'evil.example'] }, body),
    ],
    [
      'two Hosts that are one',
      url => rawRequest(url, 'POST', { ...headersOf(ann), ...length, host: ['127.0.0.1', '127.0.0.1'] }, body),
    ],
    [
      'two Authorizations',
      url => rawRequest(url, 'POST', { ...headersOf(ann), ...length, Authorization: 'Bearer x' }, body),
    ],
    [
      'two sessions',
      url => rawRequest(url, 'POST', { ...headersOf(ann), ...length, 'mcp-session-id': ['a', 'b'] }, body),
    ],
    [
      'two protocol versions',
      url =>
        rawRequest(
          url,
          'POST',
          { ...headersOf(ann), ...length, 'mcp-protocol-version': ['2025-06-18', '2026-07-28'] },
          body,
        ),
    ],
    [
      'two types of content',
      url => rawRequest(url, 'POST', { ...headersOf(ann), ...length, 'Content-Type': 'text/plain' }, body),
    ],
    [
      'two lengths',
      url => rawRequest(url, 'POST', { ...headersOf(ann), 'content-length': [String(body.length), '3'] }, body),
    ],
    [
      'a length beside pieces',
      url => rawRequest(url, 'POST', { ...headersOf(ann), ...length, 'transfer-encoding': 'chunked' }, body),
    ],
    ['no Host', url => rawRequest(url, 'POST', { ...headersOf(ann), ...length, host: null }, body)],
    [
      'a second Host behind two thousand others',
      url =>
        rawRequest(
          url,
          'POST',
          {
            ...headersOf(ann),
            ...length,
            ...Object.fromEntries(Array.from({ length: 2_100 }, (_, n) => [`${n.toString(36)}`, ''])),
            Host: 'evil.example',
          },
          body,
        ),
    ],
  ])('%s is refused with 400', async (_, request) => {
    const { url } = await served(both);
    expect(await statusOf(url, request(url))).toBe(400);
    expect((await openSession(url, ann)).status).toBe(200);
  });
});

describe('logins', () => {
  test('that fail are logged once a minute, without a word of what came', { timeout: 30_000 }, async () => {
    const server = await served(both);
    for (const token of [undefined, 'sentinel-token-0123456789', `${ann}x`, 'sentinel']) {
      expect((await post(server.url, initialize, token)).status).toBe(401);
    }
    await vi.waitFor(() => expect(server.printed).toContain('a login was refused'), patient);
    expect(server.printed.match(/a login was refused/g)).toHaveLength(1);
    for (const secret of ['sentinel', ann]) expect(server.printed).not.toContain(secret);
  });

  test('and whoever starts and stops a stream stand in the log by name', async () => {
    const server = await served(both);
    const peer = await visit(server.url, ann);
    await ask(peer, 'start_stocks_stream', { channels: ['T.AAPL'] });
    await ask(peer, 'start_stocks_stream', { channels: ['T.MSFT'] });
    await ask(await visit(server.url, bob, 1), 'start_crypto_stream', { channels: ['XT.BTC-USD'] });
    await ask(peer, 'stop_stocks_stream');
    await vi.waitFor(() => expect(server.printed).toContain('stopped'), patient);
    const told = server.printed.match(/http: .*/g);
    expect(told).toEqual([
      'http: ann started the stocks stream',
      'http: bob started the crypto stream',
      'http: ann stopped the stocks stream',
    ]);
    for (const secret of [ann, bob]) expect(server.printed).not.toContain(secret);
  });

  test('without a token stand there by a name that is no part of the session', async () => {
    const server = await served();
    const { session } = await openSession(server.url);
    await (await post(server.url, startOf('T.AAPL'), undefined, session)).text();
    await vi.waitFor(
      () => expect(server.printed).toMatch(/http: client [0-9a-f]{8} started the stocks stream/),
      patient,
    );
    for (const part of session!.split('-')) expect(server.printed).not.toContain(part);
  });
});

/** A file of tokens in a folder of its own. */
class TokensFile {
  private readonly folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  readonly path = join(this.folder, 'tokens.json');

  constructor(tokens: unknown, mode = 0o600) {
    open.push(this);
    this.write(tokens, mode);
  }

  /** In place of the file that is there. */
  write(tokens: unknown, mode = 0o600): void {
    const next = `${this.path}.next`;
    writeFileSync(next, typeof tokens === 'string' ? tokens : JSON.stringify(tokens));
    chmodSync(next, mode);
    renameSync(next, this.path);
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }
}

const alice = { name: 'alice', token: 'token-of-alice-0123456789' };
const screen = { name: 'screen', token: 'token-of-screen-0123456789', reads: 'alice' };

function servedTo(file: TokensFile, env: Readonly<Record<string, string>> = {}): Promise<SpawnedHttp> {
  return served(env, ['--http-tokens-file', file.path]);
}

describe('the tokens file', () => {
  test('lets in beside the variable, and what is taken out of it loses everything soon', {
    timeout: 40_000,
  }, async () => {
    const file = new TokensFile([alice, screen]);
    const server = await servedTo(file, both);
    const { url } = server;
    expect((await openSession(url, ann)).status).toBe(200);
    const { session } = await openSession(url, alice.token);
    await (await post(url, startOf('T.AAPL'), alice.token, session)).text();
    const modern = await visit(url, alice.token, 1);
    expect(await ask(modern, 'list_stocks_subscriptions')).toMatchObject({ subscription_count: 1 });
    const stream = await connected(url);
    stream.socket.write(rawRequest(url, 'GET', { ...headersOf(alice.token, session), connection: 'keep-alive' }));
    expect(await stream.status()).toBe(200);
    const args = { market: 'stocks', condition: { field: 'price', op: '<', value: 0 }, timeout_s: 50 };
    const waiting = modern.call('wait_for_stream_message', args).catch(() => 'ended');

    file.write([{ ...alice, name: 'carol', token: 'token-of-carol-0123456789' }]);
    await vi.waitFor(async () => expect((await post(url, ping, alice.token)).status).toBe(401), patient);
    await vi.waitFor(() => expect(stream.received).toMatch(/\r\n0\r\n\r\n$/), patient);
    await waiting;
    expect((await openSession(url, 'token-of-carol-0123456789')).status).toBe(200);
    expect((await openSession(url, ann)).status).toBe(200);
    expect(server.printed).toMatch(/the tokens file was read again/);
    expect(server.printed).toMatch(/the token alice has expired, or was changed or revoked/);

    // Whoever has the name later comes to none of it.
    file.write([alice]);
    await vi.waitFor(async () => expect((await openSession(url, alice.token)).status).toBe(200), patient);
    expect((await post(url, ping, alice.token, session)).status).toBe(404);
    const again = await visit(url, alice.token, 1);
    expect(await ask(again, 'list_stocks_subscriptions')).toMatchObject({ subscription_count: 0 });
  });

  test('that breaks leaves the tokens of before, says so, and is taken when it is mended', {
    timeout: 40_000,
  }, async () => {
    const file = new TokensFile([alice]);
    const server = await servedTo(file);
    for (const broken of ['[{"name": "sentinel', [{ ...alice, reads: 'sentinel' }], 'x'.repeat(2 ** 20 + 1)]) {
      file.write(broken);
      await new Promise(resolve => setTimeout(resolve, 1_200));
      expect((await openSession(server.url, alice.token)).status).toBe(200);
    }
    await vi.waitFor(() => expect(server.printed).toContain('the tokens of before stay'), patient);
    expect(server.printed).not.toContain('sentinel');
    file.write([{ ...alice, token: `${alice.token}-new` }]);
    await vi.waitFor(
      async () => expect((await openSession(server.url, `${alice.token}-new`)).status).toBe(200),
      patient,
    );
    expect((await post(server.url, ping, alice.token)).status).toBe(401);
  });

  test('ends a token at its time', async () => {
    const expires = new Date(Date.now() + 3_000).toISOString();
    const server = await servedTo(new TokensFile([{ ...alice, expires }]));
    const { session, status } = await openSession(server.url, alice.token);
    expect(status).toBe(200);
    const stream = await connected(server.url);
    stream.socket.write(
      rawRequest(server.url, 'GET', { ...headersOf(alice.token, session), connection: 'keep-alive' }),
    );
    expect(await stream.status()).toBe(200);
    await vi.waitFor(async () => expect((await post(server.url, ping, alice.token)).status).toBe(401), patient);
    await vi.waitFor(() => expect(stream.received).toMatch(/\r\n0\r\n\r\n$/), patient);
  });

  test('without a token lets nobody in', async () => {
    const { url } = await servedTo(new TokensFile([]));
    expect((await post(url, initialize)).status).toBe(401);
  });

  test.each<[string, () => string, string]>([
    [
      'others can read',
      () => new TokensFile([alice], 0o640).path,
      'has mode 0640, so that others can use it: chmod 0600',
    ],
    ['is not there', () => '/nonexistent/tokens.json', 'cannot be opened (ENOENT)'],
    ['is a folder', () => '/', 'must be a plain file'],
    ['is a device', () => '/dev/zero', 'must be a plain file'],
    ['holds a wrong token', () => new TokensFile([{ ...alice, token: 'sentinel' }]).path, 'token 1: token must be 16'],
    ['is no JSON', () => new TokensFile('sentinel').path, 'must hold a list in JSON'],
  ])('that %s is refused at the start, and nothing of it is shown', async (_, path, reason) => {
    const { code, stderr } = await runProgram(['--transport', 'http', '--port', '0', '--http-tokens-file', path()]);
    expect(code).toBe(2);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('sentinel');
  });

  test('is taken through a link, since secrets are mounted so, and judged where the link leads', async () => {
    const file = new TokensFile([alice]);
    const link = `${file.path}.link`;
    symlinkSync(file.path, link);
    const server = await served({ MCP_POLYGON_HTTP_TOKENS_FILE: link });
    expect((await openSession(server.url, alice.token)).status).toBe(200);
    const open = new TokensFile([alice], 0o644);
    rmSync(link);
    symlinkSync(open.path, link);
    const { stderr } = await runProgram(['--transport', 'http', '--port', '0', '--http-tokens-file', link]);
    expect(stderr).toContain('has mode 0644');
  });
});

describe.each([0, 1] as const)('a read-only token (era %s)', era => {
  async function opened(env: Readonly<Record<string, string>> = {}) {
    const feed = await feedOfTrades();
    const file = new TokensFile([alice, screen, { name: 'carol', token: 'token-of-carol-0123456789' }]);
    const server = await servedTo(file, { POLYGON_FEED: feed.url, POLYGON_API_KEY: 'sentinel-key-0815', ...env });
    const owner = await visit(server.url, alice.token, era);
    const reader = await visit(server.url, screen.token, era);
    return { feed, file, server, owner, reader };
  }

  test('looks at the streams of the token that it names, and at no other', async () => {
    const { feed, server, owner, reader } = await opened();
    expect(await ask(reader, 'get_stocks_stream_status')).toMatchObject({ state: 'idle' });
    const { cursor } = await ask(owner, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const carol = await visit(server.url, 'token-of-carol-0123456789', era);
    await ask(carol, 'start_forex_stream', { channels: ['C.EUR/USD'] });
    await reader.follow(aapl);
    feed.trade(2);
    expect(await ask(reader, 'wait_for_stream_message', { market: 'stocks', timeout_s: 10, cursor })).toMatchObject({
      matched: true,
    });
    expect(await ask(reader, 'get_stocks_stream_status')).toMatchObject({ state: 'live', subscriptions: ['T.AAPL'] });
    expect(await ask(reader, 'list_stocks_subscriptions')).toMatchObject({ subscriptions: { Trades: ['T.AAPL'] } });
    const { messages } = await ask(reader, 'read_stream_messages', { market: 'stocks' });
    expect((messages as Answer[]).length).toBeGreaterThan(0);
    expect((await ask(reader, 'summarize_stream', { market: 'stocks' })).symbols).toMatchObject([{ symbol: 'AAPL' }]);
    expect((await reader.resources()).map(({ uri }) => uri)).toContain(aapl);
    await vi.waitFor(() => expect(reader.updated).toContain(aapl), patient);
    expect(await ask(reader, 'get_forex_stream_status')).toMatchObject({ state: 'idle' });
  });

  test('starts, stops, subscribes and unsubscribes nothing', async () => {
    const { owner, reader } = await opened();
    const tries = async (): Promise<void> => {
      const channels = ['T.AAPL'];
      for (const [name, args] of [
        ['start_stocks_stream', { channels }],
        ['start_stocks_stream', { channels, api_key: 'another-key-4711', endpoint: 'simulated' }],
        ['subscribe_stocks_channels', { channels }],
        ['unsubscribe_stocks_channels', { channels }],
        ['stop_stocks_stream', {}],
      ] as const) {
        expect(await codeOf(reader, name, args)).toBe('READ_ONLY');
      }
    };
    await tries();
    await ask(owner, 'start_stocks_stream', { channels: ['T.AAPL', 'T.MSFT'] });
    await tries();
    expect(await ask(owner, 'get_stocks_stream_status')).toMatchObject({
      state: 'live',
      subscriptions: ['T.AAPL', 'T.MSFT'],
    });
  });

  test('takes no wait of the token that it names', async () => {
    const { feed, owner, reader } = await opened({ MCP_POLYGON_HTTP_WAITS: '1' });
    const { cursor } = await ask(owner, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const args = { market: 'stocks', timeout_s: 20, cursor };
    const waiting = [owner, reader].map(peer => ask(peer, 'wait_for_stream_message', args));
    await vi.waitFor(async () => {
      expect(await codeOf(reader, 'wait_for_stream_message', { ...args, timeout_s: 1 })).toBe('LIMIT_EXCEEDED');
    }, patient);
    feed.trade(1);
    for (const wait of waiting) expect(await wait).toMatchObject({ matched: true });
  });
});

describe('whatever comes', () => {
  /** A sequence that is the same in every run. */
  function chance(seed: number): (below: number) => number {
    let state = seed;
    return below => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  }

  const methods = [
    'GET',
    'POST',
    'DELETE',
    'PUT',
    'HEAD',
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'PATCH',
    'PRI',
    'get',
    'X',
    '',
  ];
  const targets = [
    '/mcp',
    '/mcp?',
    '/mcp?a=%zz',
    '/mcp?\xff',
    '//',
    '//mcp',
    '*',
    '/',
    '/mcp/',
    '/mcp#x',
    '/%6dcp',
    'http://127.0.0.1/mcp',
    'http://[/mcp',
    'mcp',
    `/mcp?${'q'.repeat(9_000)}`,
    '/mcp\x00',
    ':',
    '/mcp://x',
  ];
  const versions = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/1', ''];
  const names = [
    'host',
    'Host',
    'authorization',
    'content-type',
    'content-length',
    'transfer-encoding',
    'expect',
    'upgrade',
    'connection',
    'mcp-session-id',
    'mcp-protocol-version',
    'mcp-method',
    'mcp-name',
    'accept',
    'origin',
    'last-event-id',
    'cookie',
    'te',
    'trailer',
    'x\xe9',
    'x y',
    ':method',
    '__proto__',
    'constructor',
  ];
  const values = [
    '',
    ' ',
    '127.0.0.1',
    'localhost:1',
    'evil.example',
    '[::1',
    'application/json',
    'application/json; charset=\xff',
    'text/event-stream, application/json',
    '0',
    '2',
    '-1',
    '1e3',
    '99999999999999999999',
    'chunked',
    'chunked, chunked',
    'gzip, chunked',
    'identity',
    '100-continue',
    '200-ok',
    'websocket',
    'h2c',
    'upgrade',
    'close',
    'keep-alive',
    '2025-06-18',
    '2026-07-28',
    '2099-01-01',
    'null',
    '\xe9\xff',
    'a\tb',
    '\x01',
    'a\r\n b',
    '"',
    '__proto__',
    'x'.repeat(5_000),
    'tools/call',
    'Bearer ',
  ];
  const bodies = [
    '',
    '{}',
    '[]',
    'null',
    '7',
    '"x"',
    '{',
    '\xff\xfe',
    '[[[[',
    '[{}]',
    '{"jsonrpc":"2.0"}',
    '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    '{"jsonrpc":"2.0","id":{},"method":"ping"}',
    '{"jsonrpc":"2.0","id":1,"method":7}',
    '{"jsonrpc":"2.0","method":"subscriptions/listen","id":1,"params":{"notifications":{"resourceSubscriptions":[7]}}}',
    '{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"},"notifications":null}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"__proto__","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}',
    '{"jsonrpc":"2.0","id":1,"result":{}}',
    '{"__proto__":{"method":"initialize"}}',
    JSON.stringify({ jsonrpc: '2.0', id: 1, ...initialize }),
    '2\r\n{}\r\n0\r\n\r\n',
    'ffffffffffffffffff\r\n',
    '['.repeat(50_000),
  ];

  function requestOf(pick: (below: number) => number, url: string, token: string): string {
    const one = (list: readonly string[]): string => list[pick(list.length)]!;
    const body = pick(3) ? one(bodies) : JSON.stringify({ jsonrpc: '2.0', id: 1, ...initialize });
    const lines = [
      `${one(pick(3) ? methods.slice(0, 3) : methods)} ${pick(3) ? '/mcp' : one(targets)} ${pick(8) ? 'HTTP/1.1' : one(versions)}`,
    ];
    // Most are near what is right, so that they come far.
    if (pick(8)) lines.push(`host: ${new URL(url).host}`);
    if (pick(8)) lines.push(`authorization: Bearer ${token}`);
    if (pick(4)) lines.push('content-type: application/json');
    if (pick(4)) lines.push('accept: application/json, text/event-stream');
    if (pick(3)) lines.push(`content-length: ${body.length}`);
    for (let more = pick(4); more > 0; more--) lines.push(`${one(names)}: ${one(values)}`);
    return [...lines, '', body].join(pick(20) ? '\r\n' : '\n');
  }

  test('4,000 odd requests are never answered with 500, and the server serves on', { timeout: 120_000 }, async () => {
    const server = await served({
      ...both,
      MCP_POLYGON_HTTP_TIMEOUT_MS: '1000',
      MCP_POLYGON_HTTP_HEAD_TIMEOUT_MS: '1000',
    });
    const pick = chance(20_260_909);
    const counts = new Map<number, number>();
    let left = 4_000;
    const work = async (): Promise<void> => {
      while (left-- > 0) {
        const text = requestOf(pick, server.url, ann);
        const connection = await RawConnection.open(server.url);
        connection.socket.end(text, 'latin1');
        const status = await connection.status();
        connection.close();
        counts.set(status, (counts.get(status) ?? 0) + 1);
        expect(status, JSON.stringify(text.slice(0, 2_000))).not.toBe(500);
      }
    };
    await Promise.all(Array.from({ length: 40 }, work));
    expect(server.child.exitCode).toBeNull();
    expect((await openSession(server.url, bob)).status).toBe(200);
    // It went into every part of the door.
    for (const status of [200, 400, 401, 403, 404, 405, 415])
      expect(counts.get(status) ?? 0, `${status}`).toBeGreaterThan(5);
  });
});
