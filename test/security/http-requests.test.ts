import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  ann,
  ask,
  bob,
  both,
  closeAll,
  headersOf,
  initialize,
  openSession,
  patient,
  post,
  served,
  startOf,
  visit,
} from '../support/httpclients.js';
import { RawConnection, rawRequest, statusOf } from '../support/rawhttp.js';

afterEach(closeAll);

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
