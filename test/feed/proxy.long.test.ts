/**
 * Feeds beyond a proxy of the environment: a real one that speaks CONNECT, on loopback, and a feed behind it. Each
 * is told to a process of its own, since variables are those of a process.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { closeAfterEach, open } from '../support/closing.js';
import { runProgram } from '../support/program.js';
import { greeting, statusFrame } from '../support/raw-feed.js';
import { HostedServer } from '../support/stdio.js';

const tls = (name: string): string => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const user = 'proxy-user';
const password = 'pr0xy-s3cret%2F!';
const key = 'k3y-for-the-feed-behind-it';

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** A feed that only the proxy can reach: its name resolves nowhere. */
class HiddenFeed {
  readonly received: string[] = [];
  /** What the proxy was asked for. */
  readonly tunnels: { target: string; authorization: string | undefined }[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly feed = createSecureServer({
    key: readFileSync(tls('remote.key')),
    cert: readFileSync(tls('remote.pem')),
  });
  private readonly proxy = createServer((_, response) => response.writeHead(405).end());
  /** HTTP status with which the proxy answers; 200 opens the tunnel, and to 0 there is no answer. */
  verdict = 200;

  async open(): Promise<void> {
    for (const server of [this.feed, this.proxy]) {
      server.on('connection', socket => void this.sockets.add(socket as Socket));
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    }
    new WebSocketServer({ server: this.feed }).on('connection', socket => {
      socket.send(greeting);
      socket.on('message', data => {
        const text = String(data);
        this.received.push(text);
        const { action, params } = JSON.parse(text);
        const [status, words] =
          action === 'auth' ? ['auth_success', 'authenticated'] : ['success', `subscribed to: ${params}`];
        socket.send(statusFrame(status!, words!));
      });
    });
    this.proxy.on('connect', ({ url = '', headers }, socket, head) => {
      this.tunnels.push({ target: url, authorization: headers['proxy-authorization'] });
      socket.on('error', () => {});
      if (this.verdict === 0) return;
      if (this.verdict !== 200) {
        socket.end(`HTTP/1.1 ${this.verdict} No\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      const upstream = connect(portOf(this.feed as unknown as Server), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => {});
      this.sockets.add(upstream);
    });
  }

  get port(): number {
    return portOf(this.proxy);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    for (const server of [this.feed, this.proxy]) {
      server.close();
      await once(server, 'close');
    }
  }
}

closeAfterEach();

async function hide(): Promise<HiddenFeed> {
  const hidden = new HiddenFeed();
  open.push(hidden);
  await hidden.open();
  return hidden;
}

const environment = ({ port }: HiddenFeed, further: Record<string, string> = {}): Record<string, string> => ({
  POLYGON_API_KEY: key,
  POLYGON_FEED: 'wss://feed.example:4443',
  NODE_EXTRA_CA_CERTS: tls('remote.pem'),
  MCP_POLYGON_CONNECT_TIMEOUT_MS: '5000',
  MCP_POLYGON_BACKOFF_INITIAL_MS: '20000',
  HTTPS_PROXY: `http://${user}:${password}@127.0.0.1:${port}`,
  ...further,
});

async function hosted(env: Record<string, string>): Promise<HostedServer> {
  const server = await HostedServer.start(env);
  open.push(server);
  return server;
}

/** @returns the server, and what it answered to a start of a stream */
async function start(
  env: Record<string, string>,
): Promise<{ server: HostedServer; answer: Readonly<Record<string, unknown>> }> {
  const server = await hosted(env);
  const { structuredContent } = await server.call('start_stocks_stream', { channels: ['T.AAPL'] });
  return { server, answer: structuredContent as Readonly<Record<string, unknown>> };
}

describe.concurrent('a feed beyond the proxy of the environment', () => {
  test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'])('is reached through a tunnel by %s', async variable => {
    const hidden = await hide();
    const { HTTPS_PROXY: proxy, ...env } = environment(hidden);
    expect((await start({ ...env, [variable]: proxy! })).answer).toMatchObject({ state: 'live', accepted: ['T.AAPL'] });
    const authorization = `Basic ${Buffer.from(`${user}:pr0xy-s3cret/!`).toString('base64')}`;
    expect(hidden.tunnels).toEqual([{ target: 'feed.example:4443', authorization }]);
    expect(hidden.received[0]).toContain(key);
  });

  test('is told its user and password, and nobody else is', async () => {
    const hidden = await hide();
    hidden.verdict = 407;
    const { server, answer } = await start(environment(hidden, { DEBUG: '*' }));
    const said = JSON.stringify(answer);
    expect(said).toContain('The proxy that HTTPS_PROXY names answered HTTP 407');
    for (const text of [said, server.stderr]) expect(text).not.toMatch(/s3cret|cHJveHktdXNlcj/);
  });

  test('is not trusted for that: its certificate is judged as ever', async () => {
    const hidden = await hide();
    const { NODE_EXTRA_CA_CERTS: _, ...env } = environment(hidden, { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    expect((await start(env)).answer).toMatchObject({ state: 'retrying', last_error: { code: 'CONNECT_FAILED' } });
    expect(hidden.tunnels.length).toBeGreaterThan(0);
    expect(hidden.received).toEqual([]);
  });

  test.each(['feed.example', '*', '.example', 'other.example, feed.example:4443'])(
    'is reached without it where NO_PROXY says %j',
    async none => {
      const hidden = await hide();
      expect((await start(environment(hidden, { NO_PROXY: none }))).answer).toMatchObject({ state: 'retrying' });
      expect(hidden.tunnels).toEqual([]);
    },
  );

  test('is not there for a proxy that refuses: the fault says so, with the variable and the way out', async () => {
    const hidden = await hide();
    hidden.verdict = 502;
    const { HTTPS_PROXY: proxy, ...env } = environment(hidden);
    const { last_error: error } = (await start({ ...env, all_proxy: proxy! })).answer;
    expect(error).toMatchObject({
      code: 'CONNECT_FAILED',
      message:
        'The proxy that all_proxy names answered HTTP 502 instead of opening a tunnel to the feed. ' +
        'Correct or unset all_proxy, or name the host of the feed in NO_PROXY, and start the server again.',
    });
  });

  test.each([
    [`http://${user}:${password}@127.0.0.1:1`, /could not be used: it refuses connections \(ECONNREFUSED\)\. Correct/],
    ['http://s3cret-token.invalid:8080', /could not be used: its name .* \((?:ENOTFOUND|EAI_AGAIN)\)\. Correct/],
    ['s3cret-token.invalid', /could not be used: its name .* \((?:ENOTFOUND|EAI_AGAIN)\)\. Correct/],
  ])('is out of reach where the proxy is, which is said without its place: %s', async (proxy, how) => {
    const hidden = await hide();
    const { server, answer } = await start(environment(hidden, { HTTPS_PROXY: proxy, DEBUG: '' }));
    const { last_error: error } = answer;
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', message: expect.stringMatching(how) });
    const { message } = error as { message: string };
    expect(message).toMatch(/^The proxy that HTTPS_PROXY names /);
    for (const text of [JSON.stringify(error), server.stderr]) expect(text).not.toMatch(/s3cret|127\.0\.0\.1:1\b/);
  });

  test('is out of reach where a proxy says nothing', async () => {
    const hidden = await hide();
    hidden.verdict = 0;
    const { answer } = await start(environment(hidden, { MCP_POLYGON_CONNECT_TIMEOUT_MS: '300' }));
    const { last_error: error } = answer;
    expect(error).toMatchObject({
      message: expect.stringMatching(/^The proxy that HTTPS_PROXY names opened no tunnel to the feed within 300 ms\./),
    });
  });

  test('is no matter of loopback, where the simulated feed is', async () => {
    const hidden = await hide();
    const server = await hosted(environment(hidden));
    const { structuredContent } = await server.call('start_crypto_stream', {
      channels: ['XT.BTC-USD'],
      endpoint: 'simulated',
    });
    expect(structuredContent).toMatchObject({ state: 'live' });
    expect(hidden.tunnels).toEqual([]);
  });
});

describe.concurrent('doctor', () => {
  test('says which proxy is used, without its user and password, and looks through it', async () => {
    const hidden = await hide();
    const { stdout, code } = await runProgram(['doctor', '--json', '--markets', 'stocks'], environment(hidden));
    const { checks } = JSON.parse(stdout) as { checks: { check: string; result: string; message: string }[] };
    expect(checks.find(({ check }) => check === 'proxy')).toMatchObject({
      result: 'ok',
      message: 'feed.example:4443 by way of the proxy that HTTPS_PROXY names',
    });
    expect(checks.find(({ check }) => check === 'host')).toMatchObject({ result: 'ok' });
    expect(checks.find(({ check }) => check === 'market')).toMatchObject({ result: 'ok' });
    expect([code, stdout.match(/s3cret|proxy-user|127\.0\.0\.1/)]).toEqual([0, null]);
  });

  test('says that a proxy refuses', async () => {
    const hidden = await hide();
    hidden.verdict = 403;
    const { stdout } = await runProgram(
      ['doctor', '--json', '--markets', 'stocks', '--no-connect'],
      environment(hidden),
    );
    const { checks } = JSON.parse(stdout) as { checks: { check: string; result: string; message: string }[] };
    expect(checks.find(({ check }) => check === 'host')).toMatchObject({
      result: 'fail',
      message: 'not reached by way of the proxy that HTTPS_PROXY names: it answered HTTP 403',
      to_do: expect.stringContaining('HTTPS_PROXY'),
    });
  });

  test('says that it is the proxy that cannot be reached', async () => {
    const hidden = await hide();
    const env = environment(hidden, { HTTPS_PROXY: `http://${user}:${password}@127.0.0.1:1` });
    const { stdout } = await runProgram(['doctor', '--markets', 'stocks', '--no-connect'], env);
    expect(stdout).toContain(
      'not reached by way of the proxy that HTTPS_PROXY names: it refuses connections (ECONNREFUSED)',
    );
    expect(stdout).toContain('Check the proxy that HTTPS_PROXY names');
    expect(stdout).not.toContain('s3cret');
  });

  test.each([
    'http://s3cret@@proxy.invalid',
    'http://user@s3cret@proxy.invalid:8080',
    's3cret:x',
    's3cret:8080',
    'http://s3cret.invalid',
    'http://proxy.invalid:s3cret',
    'http://proxy.invalid/s3cret?s3cret#s3cret',
    'http:s3cret',
    'http:///s3cret@proxy.invalid',
    'http://[s3cret]:1',
    'http://proxy.invalid\\@s3cret',
    '//s3cret@proxy.invalid',
    '%s3cret%',
  ])('shows nothing of a variable in which a secret stands by a slip: %s', async proxy => {
    const hidden = await hide();
    const env = environment(hidden, { HTTPS_PROXY: proxy, DEBUG: '' });
    const { stdout, stderr } = await runProgram(['doctor', '--json', '--markets', 'stocks'], env);
    expect(stdout).toContain('HTTPS_PROXY');
    expect(stdout + stderr).not.toMatch(/s3cret|proxy\.invalid/i);
  });

  test('says that a variable is of no use, and does not show it', async () => {
    const hidden = await hide();
    const env = environment(hidden, { HTTPS_PROXY: `socks5://${user}:${password}@127.0.0.1:1` });
    const { stdout } = await runProgram(['doctor', '--json', '--markets', 'stocks', '--no-connect'], env);
    expect(stdout).toContain('HTTPS_PROXY is no URL of an HTTP proxy');
    expect(stdout).not.toMatch(/s3cret|socks5/);
  });
});

test('a variable that looks like a setting is told at the start and by doctor', async () => {
  const env = { MCP_POLYGON_PRT: 's3cret', POLYGON_FEED: 'simulated' };
  const server = await hosted(env);
  await server.client.ping();
  expect(server.stderr).toContain('MCP_POLYGON_PRT is no setting of mcp-polygon; did you mean MCP_POLYGON_PORT?');
  const { stdout, code } = await runProgram(['doctor', '--no-connect'], env);
  expect([code, stdout.includes('did you mean MCP_POLYGON_PORT?')]).toEqual([0, true]);
  expect(stdout + server.stderr).not.toContain('s3cret');
});
