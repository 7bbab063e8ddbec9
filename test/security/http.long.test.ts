import { describe, expect, test, vi } from 'vitest';
import { Random } from '../../runtime/simulator/random.js';
import { closeAfterEach } from '../support/closing.js';
import {
  aapl,
  ann,
  ask,
  bob,
  both,
  connected,
  feedOfTrades,
  headersOf,
  initialize,
  nextId,
  openSession,
  patient,
  ping,
  post,
  served,
  startOf,
  visit,
} from '../support/http-clients.js';
import { type RawConnection, rawRequest } from '../support/raw-http.js';
import { RequestFuzz } from '../support/request-fuzz.js';

closeAfterEach();

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
    const { url } = await served({ ...both, MCP_POLYGON_HTTP_CLIENT_BYTES: String(2 * mebibyte + 2 ** 16) });
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

describe('fairness', () => {
  test.each([
    ['lists in lists', '['.repeat(500_000) + ']'.repeat(500_000)],
    ['objects', `[${'{},'.repeat(340_000)}{}]`],
    ['items', `["${'a","'.repeat(260_000)}"]`],
  ])('of bodies: a megabyte of %s is refused before it is read, and holds nobody', async (_what, body) => {
    const { url } = await served(both);
    const { session } = await openSession(url, bob);
    let isOver = false;
    const answers = new Set<string>();
    const storm = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        const response = await fetch(url, { method: 'POST', headers: headersOf(ann), body });
        answers.add(`${response.status} ${await response.text()}`);
      }
    });
    const tookMs: number[] = [];
    for (let round = 0; round < 40; round++) {
      const begin = performance.now();
      expect((await post(url, ping, bob, session)).status).toBe(200);
      tookMs.push(performance.now() - begin);
    }
    isOver = true;
    await Promise.all(storm);
    // Of so many, some give way to others.
    const [refused, ...others] = [...answers].filter(answer => !answer.startsWith('503 '));
    expect([refused, others]).toEqual([expect.stringMatching(/^413 .*at most 50000 lists/), []]);
    expect(tookMs.toSorted((a, b) => a - b)[20]).toBeLessThan(100);
  });

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
      const text = JSON.stringify({ jsonrpc: '2.0', id: nextId(), ...body });
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

  test.each<[string, object]>([
    ['tools/list', {}],
    ['tools/call', { name: 'no_such_tool' }],
    ['resources/templates/list', {}],
    ['resources/unsubscribe', { uri: aapl }],
    ['ping', {}],
    ['server/discover', {}],
    ['logging/setLevel', { level: 'debug' }],
    ['nobody/knows', {}],
  ])('%s %j in a batch are bounded one by one', async (method, params) => {
    const { url } = await served({ MCP_POLYGON_HTTP_CALLS: '10' });
    const { session } = await openSession(url);
    const batch = Array.from({ length: 60 }, (_, id) => ({ jsonrpc: '2.0', id, method, params }));
    const headers = { ...headersOf(undefined, session), 'mcp-protocol-version': '2025-03-26' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(batch) });
    const text = await response.text();
    expect(text.match(/LIMIT_EXCEEDED/g)?.length).toBe(50);
    expect(text.match(/"id":/g)?.length).toBe(60);
  });

  test('that open a session are bounded like all others', async () => {
    const { url } = await served({ ...both, MCP_POLYGON_HTTP_TOTAL_CALLS: '4' });
    const { session } = await openSession(url, ann);
    const headers = { ...headersOf(ann, session), 'mcp-protocol-version': '2025-03-26' };
    await (await post(url, startOf('T.AAPL'), ann, session)).text();
    const params = { name: 'wait_for_stream_message', arguments: wait('stocks') };
    const batch = Array.from({ length: 4 }, (_, id) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { ...params, arguments: { ...params.arguments, condition: { field: 'price', op: '<', value: 0 } } },
    }));
    const leave = new AbortController();
    await fetch(url, { method: 'POST', headers, body: JSON.stringify(batch), signal: leave.signal });
    await vi.waitFor(async () => {
      const response = await post(url, initialize, bob);
      expect(response.headers.get('mcp-session-id')).toBeNull();
      expect(await response.text()).toMatch(/At most 4 calls of all clients.*MCP_POLYGON_HTTP_TOTAL_CALLS/);
    }, patient);
    leave.abort();
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

  test('without a token that hold made-up streams give way, and leave memory for the feed of the operator', async () => {
    const bytes = 65_536;
    const { url } = await served({
      MCP_POLYGON_HTTP_CLIENTS: '4',
      MCP_POLYGON_HTTP_BUFFER_BYTES: String(bytes),
      MCP_POLYGON_HTTP_MEMORY_BYTES: String(8 * bytes),
    });
    const args = { channels: ['XT.BTC-USD'], endpoint: 'simulated' };
    const simulate = async (): Promise<string> => {
      const { session } = await openSession(url);
      const call = { method: 'tools/call', params: { name: 'start_crypto_stream', arguments: args } };
      return (await post(url, call, undefined, session)).text();
    };
    for (let index = 0; index < 4; index++) expect(await simulate()).toContain('is live');
    const late = await visit(url);
    const modern = await visit(url, undefined, 1);
    for (const peer of [late, modern]) {
      expect(await ask(peer, 'start_stocks_stream', { channels: ['T.AAPL'] })).toMatchObject({ accepted: ['T.AAPL'] });
    }
    // Those that stream from the operator's feed stay.
    for (let index = 0; index < 8; index++) await simulate();
    expect(await ask(late, 'get_stocks_stream_status')).toMatchObject({ state: 'live', subscriptions: ['T.AAPL'] });
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

test('4,000 odd requests are never answered with 500, and the server serves on', { timeout: 120_000 }, async () => {
  const server = await served({
    ...both,
    MCP_POLYGON_HTTP_TIMEOUT_MS: '1000',
    MCP_POLYGON_HTTP_HEAD_TIMEOUT_MS: '1000',
  });
  const fuzz = new RequestFuzz(new Random(20_260_909), server.url, ann);
  let left = 4_000;
  const work = async (): Promise<void> => {
    while (left-- > 0) expect(await fuzz.try()).toBeUndefined();
  };
  await Promise.all(Array.from({ length: 40 }, work));
  expect(server.child.exitCode).toBeNull();
  expect((await openSession(server.url, bob)).status).toBe(200);
  // It went into every part of the door.
  for (const status of [200, 400, 401, 403, 404, 405, 415])
    expect(fuzz.statuses.get(status) ?? 0, `${status}`).toBeGreaterThan(0);
});
