/** The key: in one header, and in nothing that anybody sees; also beyond a proxy. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { readProxies } from '../../runtime/feed/proxy.js';
import { placeOf } from '../../runtime/rest/place.js';
import { closeAfterEach, open } from '../support/closing.js';
import { askable, clientOf, failure, RestHost, restKey, type Scripted, status, tickers } from '../support/rest-host.js';

closeAfterEach();

const spellings = [
  restKey,
  `Bearer ${restKey}`,
  encodeURIComponent(restKey),
  Buffer.from(restKey).toString('base64'),
  Buffer.from(restKey).toString('hex'),
  restKey.toUpperCase(),
];

test.each(spellings)('an answer or error that repeats the key is cleaned of it: %#', async said => {
  const scripts: Scripted[] = [
    ...[400, 401, 403, 404, 418, 500].map(code => status(code, { error: said, message: said, [said]: said })),
    status(404, said),
    { status: 'ERROR', error: said },
    { status: 'NOT_AUTHORIZED', message: said },
    `<html>${said}`,
    {
      results: [{ ticker: said, [said]: said, nested: { [said]: [said] } }],
      request_id: said,
      next_url: `https://x.example/v3/reference/tickers?cursor=${said}&apiKey=${said}`,
    },
  ];
  const { host, call } = await askable(...scripts);
  const told: string[] = [];
  for (const [index] of scripts.entries()) {
    const answer = await call(tickers, { ticker: `A${index}` }).catch((error: Error & { hint: string }) => ({
      text: error.message + error.hint + error.stack,
    }));
    told.push(JSON.stringify(answer));
    if ('next_page' in answer) told.push(Buffer.from(answer.next_page ?? '', 'base64url').toString());
  }

  expect(told.length).toBe(scripts.length + 1);
  for (const text of told) for (const one of spellings) expect(text).not.toContain(one);
  expect(host.urls.join()).not.toContain(encodeURIComponent(restKey));
});

describe('a proxy of the environment', () => {
  /** A proxy that opens tunnels to a host of its choice, or refuses. */
  async function proxied(verdict: number, target?: Server) {
    const tunnels: string[] = [];
    const seen: Buffer[] = [];
    const sockets = new Set<Socket>();
    const proxy = createServer();
    proxy.on('connection', socket => sockets.add(socket));
    proxy.on('connect', ({ url = '' }, socket) => {
      tunnels.push(url);
      socket.on('error', () => {});
      socket.on('data', data => seen.push(data as Buffer));
      if (verdict !== 200) return void socket.end(`HTTP/1.1 ${verdict} No\r\nContent-Length: 0\r\n\r\n`);
      const inner = connect((target!.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(inner).pipe(socket);
      });
      sockets.add(inner);
      inner.on('error', () => {});
    });
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
    const close = (): void => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    };
    open.push({ close });
    const url = `http://user:pr0xy-s3cret@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    // The package that judges NO_PROXY looks there itself.
    const before = process.env.HTTPS_PROXY;
    process.env.HTTPS_PROXY = url;
    open.push({
      close: () => {
        if (before === undefined) delete process.env.HTTPS_PROXY;
        else process.env.HTTPS_PROXY = before;
      },
    });
    const { find } = await readProxies(process.env);
    return { tunnels, seen, find };
  }

  async function through({ find }: Awaited<ReturnType<typeof proxied>>) {
    const host = await RestHost.open();
    const { api } = clientOf(host, { place: placeOf('https://market.example'), findProxy: find });
    open.push(host, api);
    return failure(api.call(tickers, {}, { client: 'a' }));
  }

  test('opens the tunnel, and a refusal is told by the variable', async () => {
    const proxy = await proxied(407);

    const error = await through(proxy);

    expect(error).toMatchObject({
      code: 'CONNECT_FAILED',
      message:
        'No host of the REST API was reached. The proxy that HTTPS_PROXY names answered HTTP 407 instead of opening a tunnel.',
    });
    expect(proxy.tunnels).toEqual(['market.example:443']);
    expect(Buffer.concat(proxy.seen).toString()).not.toContain(restKey);
  });

  test('is not trusted for that: the certificate of the host is judged, and the key is not sent', async () => {
    const pem = (name: string): Buffer => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url));
    const asked: unknown[] = [];
    const target = createSecureServer({ key: pem('remote.key'), cert: pem('remote.pem') }, request => {
      asked.push(request.headers);
    });
    await new Promise<void>(resolve => target.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => void target.close() });
    const proxy = await proxied(200, target);

    const { code, message } = await through(proxy);

    expect(code).toBe('CONNECT_FAILED');
    expect(message).toContain('its certificate is not trusted');
    expect(asked).toEqual([]);
    expect(Buffer.concat(proxy.seen).toString('latin1')).not.toContain(restKey);
  });

  test('is not used on this machine', async () => {
    const { find, tunnels } = await proxied(200);
    const host = await RestHost.open();
    host.answer({ results: [] });
    const { api } = clientOf(host, { findProxy: find });
    open.push(host, api);

    expect(await api.call(tickers, {}, { client: 'a' })).toMatchObject({ count: 0 });
    expect(tunnels).toEqual([]);
  });
});
