import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Random } from '../../runtime/simulator/random.js';
import { closeAfterEach } from '../support/closing.js';
import {
  ann,
  ask,
  bob,
  both,
  headersOf,
  initialize,
  openSession,
  patient,
  post,
  servedHere,
  startOf,
  visit,
} from '../support/http-clients.js';
import { HttpHere } from '../support/http-here.js';
import { rawRequest, statusOf } from '../support/raw-http.js';
import { RequestFuzz } from '../support/request-fuzz.js';

closeAfterEach();

describe('headers', () => {
  let server: HttpHere;

  beforeAll(async () => {
    server = await HttpHere.start({ POLYGON_FEED: 'simulated', ...both });
  });
  afterAll(() => server.close());

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
    const { url } = server;
    expect(await statusOf(url, request(url))).toBe(400);
    expect((await openSession(url, ann)).status).toBe(200);
  });
});

describe.concurrent('logins', () => {
  test('that fail are logged once a minute, without a word of what came', { timeout: 30_000 }, async () => {
    const server = await servedHere(both);
    for (const token of [undefined, 'sentinel-token-0123456789', `${ann}x`, 'sentinel']) {
      expect((await post(server.url, initialize, token)).status).toBe(401);
    }
    await vi.waitFor(() => expect(server.printed).toContain('a login was refused'), patient);
    expect(server.printed.match(/a login was refused/g)).toHaveLength(1);
    for (const secret of ['sentinel', ann]) expect(server.printed).not.toContain(secret);
  });

  test('and whoever starts and stops a stream stand in the log by name', async () => {
    const server = await servedHere(both);
    const peer = await visit(server.url, ann);
    await ask(peer, 'start_stocks_stream', { channels: ['T.AAPL'] });
    await ask(peer, 'start_stocks_stream', { channels: ['T.MSFT'] });
    await ask(await visit(server.url, bob, 1), 'start_crypto_stream', { channels: ['XT.BTC-USD'] });
    await ask(peer, 'stop_stocks_stream');
    await ask(peer, 'start_forex_stream', { channels: ['C.EUR/USD'] });
    await ask(peer, 'stop_all_streams');
    await vi.waitFor(() => expect(server.printed).toContain('stopped the forex stream'), patient);
    const told = server.printed.match(/http: .*/g);
    expect(told).toEqual([
      'http: ann started the stocks stream',
      'http: bob started the crypto stream',
      'http: ann stopped the stocks stream',
      'http: ann started the forex stream',
      'http: ann stopped the forex stream',
    ]);
    for (const secret of [ann, bob]) expect(server.printed).not.toContain(secret);
  });

  test('without a token stand there by a name that is no part of the session', async () => {
    const server = await servedHere();
    const { session } = await openSession(server.url);
    await (await post(server.url, startOf('T.AAPL'), undefined, session)).text();
    await vi.waitFor(
      () => expect(server.printed).toMatch(/http: client [0-9a-f]{8} started the stocks stream/),
      patient,
    );
    for (const part of session!.split('-')) expect(server.printed).not.toContain(part);
  });
});

test('800 odd requests are never answered with 500, and the server serves on', async () => {
  const server = await servedHere({
    ...both,
    MCP_POLYGON_HTTP_TIMEOUT_MS: '1000',
    MCP_POLYGON_HTTP_HEAD_TIMEOUT_MS: '1000',
  });
  const fuzz = new RequestFuzz(new Random(20_260_909), server.url, ann);
  let left = 800;
  const work = async (): Promise<void> => {
    while (left-- > 0) expect(await fuzz.try()).toBeUndefined();
  };
  await Promise.all(Array.from({ length: 40 }, work));
  expect((await openSession(server.url, bob)).status).toBe(200);
  // It went into every part of the door.
  for (const status of [200, 400, 401, 403, 404, 405, 415])
    expect(fuzz.statuses.get(status) ?? 0, `${status}`).toBeGreaterThan(0);
});
