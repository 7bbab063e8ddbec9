import { chmodSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { TokenFileError } from '../../runtime/config/token-store.js';
import { closeAfterEach, open } from '../support/closing.js';
import {
  type Answer,
  aapl,
  ann,
  ask,
  both,
  codeOf,
  connected,
  feedOfTrades,
  headersOf,
  initialize,
  openSession,
  patient,
  ping,
  post,
  servedHere,
  startOf,
  visit,
} from '../support/http-clients.js';
import { HttpHere } from '../support/http-here.js';
import { runProgram } from '../support/program.js';
import { rawRequest } from '../support/raw-http.js';

closeAfterEach();

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

function servedTo(file: TokensFile, env: Readonly<Record<string, string>> = {}): Promise<HttpHere> {
  return servedHere(env, ['--http-tokens-file', file.path]);
}

describe.concurrent('the tokens file', () => {
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

  test('lets nobody in by a body that comes when its token is none any more', { timeout: 20_000 }, async () => {
    const file = new TokensFile([alice]);
    const { url } = await servedTo(file);
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, ...initialize });
    const late = await connected(url);
    const headers = { ...headersOf(alice.token), 'content-length': String(text.length) };
    late.socket.write(rawRequest(url, 'POST', headers, text.slice(0, 10)));

    const renewed = `${alice.token}-new`;
    file.write([{ ...alice, token: renewed }]);
    await vi.waitFor(async () => expect((await openSession(url, renewed)).status).toBe(200), patient);
    late.socket.write(text.slice(10));
    expect(await late.status()).toBe(401);
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
    await vi.waitFor(() => expect(server.printed).toContain('the previous tokens stay in force'), patient);
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
      'has mode 0640, so others can use it; run chmod 0600',
    ],
    ['is not there', () => '/nonexistent/tokens.json', 'cannot be opened (ENOENT)'],
    ['is a folder', () => '/', 'must be a plain file'],
    ['is a device', () => '/dev/zero', 'must be a plain file'],
    ['holds a wrong token', () => new TokensFile([{ ...alice, token: 'sentinel' }]).path, 'token 1: token must be 16'],
    ['is no JSON', () => new TokensFile('sentinel').path, 'must be a JSON list'],
  ])('that %s is refused at the start, and nothing of it is told', async (_, path, reason) => {
    const error: Error = await HttpHere.start({}, ['--http-tokens-file', path()]).catch(thrown => thrown);
    expect(error).toBeInstanceOf(TokenFileError);
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain('sentinel');
  });

  test('that is refused ends the program, which says why and shows nothing of it', async () => {
    const { path } = new TokensFile([{ ...alice, token: 'sentinel' }]);
    const { code, stderr } = await runProgram(['--transport', 'http', '--port', '0', '--http-tokens-file', path]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^mcp-polygon cannot serve over HTTP: .*token 1: token must be 16/);
    expect(stderr).not.toContain('sentinel');
  });

  test('is taken through a link, since secrets are mounted so, and judged where the link leads', async () => {
    const file = new TokensFile([alice]);
    const link = `${file.path}.link`;
    symlinkSync(file.path, link);
    const server = await servedHere({ MCP_POLYGON_HTTP_TOKENS_FILE: link });
    expect((await openSession(server.url, alice.token)).status).toBe(200);
    const open = new TokensFile([alice], 0o644);
    rmSync(link);
    symlinkSync(open.path, link);
    await expect(HttpHere.start({}, ['--http-tokens-file', link])).rejects.toThrow('has mode 0644');
  });
});

describe.concurrent.each([0, 1] as const)('a read-only token (era %s)', era => {
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

  test('follows what that one streams, and puts no warning of Node on stderr', async () => {
    const warnings: string[] = [];
    const hear = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', hear);
    try {
      const { feed, owner, reader } = await opened();
      await ask(owner, 'start_stocks_stream', { channels: ['T.AAPL'] });
      await reader.follow(aapl);
      feed.trade(1);
      await vi.waitFor(() => expect(reader.updated).toContain(aapl), patient);
    } finally {
      process.off('warning', hear);
    }
    expect(warnings).toEqual([]);
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
        ['stop_all_streams', {}],
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
