/** That nothing of a secret leaves, and that nobody learns or breaks anything by sending one. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { markets, suite } from '../../generated/suite.js';
import { Secret } from '../../runtime/core/secret.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import type { HubView } from '../../runtime/stream/view.js';
import { callOn, testOptions } from '../support/bench.js';
import { closeAfterEach, open } from '../support/closing.js';
import { HttpBench } from '../support/http-server.js';
import { greeting, RawFeed, statusFrame } from '../support/raw-feed.js';
import { RecordFolder, readRecording } from '../support/recording.js';
import { toolCount } from '../support/spec.js';
import { BareServer } from '../support/stdio.js';

type Answer = Readonly<Record<string, unknown>>;

const ownKey = 'hX3kPq9TzLw7RbV2mN8c';
const annsKey = 'Ann0Key1Kf8Gh2Jq7Wz';

closeAfterEach();

/** Every way in which a feed may say a key. */
const spellings: readonly (readonly [string, (key: string) => string])[] = [
  ['plain', key => key],
  ['in capitals', key => key.toUpperCase()],
  ['URL-encoded', key => [...key].map(one => `%${one.charCodeAt(0).toString(16)}`).join('')],
  ['escaped for JSON', key => [...key].map(one => `\\u00${one.charCodeAt(0).toString(16)}`).join('')],
  ['in base64', key => Buffer.from(key).toString('base64')],
  ['in base64 for URLs', key => Buffer.from(key).toString('base64url')],
  ['in hex', key => Buffer.from(key).toString('hex')],
];

interface Setting {
  readonly hub: Hub;
  /** The client that has the process to itself. */
  readonly client: Client;
  readonly feed: RawFeed;
  readonly log: string[];
  readonly socket: () => WebSocket;
}

/** A hub that records what a feed of the test's own says. */
async function onFeed(disk?: RecordFolder): Promise<Setting> {
  const sockets: WebSocket[] = [];
  const feed = await RawFeed.open({
    open(socket) {
      sockets.push(socket);
      socket.send(greeting);
    },
    message(socket, { action, params }) {
      if (action === 'auth') socket.send(statusFrame('auth_success', 'authenticated'));
      if (action === 'subscribe')
        for (const name of params.split(',')) socket.send(statusFrame('success', `subscribed to: ${name}`));
    },
  });
  const log: string[] = [];
  const settings = {
    key: { value: new Secret(ownKey), from: 'POLYGON_API_KEY' },
    feed: feed.url,
    allowedHosts: [],
    ...(disk ? { record: disk.path } : {}),
    options: { ...testOptions, recordFlushMs: 10, backoffInitialMs: 5, ackTimeoutMs: 200 },
  };
  const hub = new Hub(suite, markets, settings, { clock: systemClock, write: line => log.push(line) });
  open.push(feed, hub);
  return { hub, client: hub.client({ alone: true }), feed, log, socket: () => sockets.at(-1)! };
}

function clientOf(hub: Hub, owner?: string): Client {
  const client = hub.client({ owner });
  open.push(client);
  return client;
}

function folder(): RecordFolder {
  const made = new RecordFolder();
  open.push(made);
  return made;
}

async function ask(client: HubView, name: string, args: object = {}): Promise<Answer> {
  return (await callOn(client, name, args)).structured;
}

/** Everything that a hub answers about its stocks. */
async function everythingOf(client: HubView): Promise<string> {
  const market = 'stocks';
  const answers = [];
  for (const [name, args] of [
    ['get_stocks_stream_status', {}],
    ['list_stocks_subscriptions', {}],
    ['read_stream_messages', { market, detail: 'full', limit: 100 }],
    ['read_stream_messages', { market, format: 'csv', detail: 'full', limit: 100 }],
    ['summarize_stream', { market }],
    ['wait_for_stream_message', { market, timeout_s: 1, cursor: undefined }],
  ] as const) {
    answers.push(await callOn(client, name, args));
  }
  return JSON.stringify(answers);
}

describe('the oracle', () => {
  const tokens = ['token-of-ann-0123456789', 'token-of-bob-9876543210'];

  test.each([
    ['a bearer token', tokens[1]!],
    ["the operator's key", 'test-key-0123456789'],
    ["another client's api_key", annsKey],
  ])('tells nothing of %s: what is not found comes back as it was sent', async (_what, secret) => {
    const bench = await HttpBench.open({ tokens });
    open.push(bench);
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${tokens[0]}`,
    };
    const post = async (body: object, more: Record<string, string> = {}): Promise<Response> =>
      fetch(bench.url, {
        method: 'POST',
        headers: { ...headers, ...more },
        body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      });
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
    const opened = await post({ id: 1, method: 'initialize', params });
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id')! };
    await opened.text();
    await post(
      { id: 2, method: 'tools/call', params: { name: 'start_stocks_stream', arguments: { channels: ['T.AAPL'] } } },
      session,
    ).then(answer => answer.text());
    for (const guess of [secret, secret.slice(0, 8), secret.slice(-8), 'nothing-of-that-kind']) {
      for (const uri of [`polygon://streams/stocks/${guess}`, `polygon-docs://${guess}.md`, guess.repeat(10)]) {
        const text = await (await post({ id: 3, method: 'resources/read', params: { uri } }, session)).text();
        const { error } = JSON.parse(text.slice(text.indexOf('{')));
        expect(error).toEqual({
          code: -32602,
          message: expect.stringContaining('There is no such resource'),
          data: { uri },
        });
        expect(error.message).not.toContain(guess);
      }
    }
  });
});

describe('what is refused over HTTP', () => {
  const word = 'Sentinel0815VerySecretKey';
  const meta = { 'io.modelcontextprotocol/protocolVersion': word };

  test.each<[string, Record<string, string>, unknown]>([
    ['a version of the protocol in a header', { 'mcp-protocol-version': word }, { id: 1, method: 'ping' }],
    ['a version of the protocol in a body', {}, { id: 1, method: 'tools/list', params: { _meta: meta } }],
    ['a session', { 'mcp-session-id': word }, { id: 1, method: 'ping' }],
    ['a method', { 'mcp-protocol-version': '2026-07-28', 'mcp-method': word }, { id: 1, method: word, params: {} }],
    ['a message that is none', {}, { [word]: word }],
    ['an id without end', {}, { id: word.repeat(20), method: 'ping' }],
    ['a URI without end', {}, { id: 1, method: 'resources/read', params: { uri: word.repeat(100) } }],
  ])('is not repeated: %s', async (_what, more, body) => {
    const bench = await HttpBench.open();
    open.push(bench);
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...more };
    const payload = JSON.stringify({ jsonrpc: '2.0', ...(body as object) });
    const response = await fetch(bench.url, { method: 'POST', headers, body: payload });
    expect(response.status).toBeGreaterThanOrEqual(400);
    const { error } = (await response.json()) as { error: { message: string; data?: { requested?: string } } };
    expect(error.message).not.toContain(word);
    // The protocol asks for the version that is not served.
    expect(JSON.stringify({ ...error, data: { ...error.data, requested: '' } })).not.toContain(word);
  });
});

describe('poisoning', () => {
  test('a key of one client that is a cursor, a time, a clock value or a word of the feed changes nothing for another', async () => {
    const disk = folder();
    const { hub, socket } = await onFeed(disk);
    const ann = clientOf(hub, 'ann');
    const bob = clientOf(hub, 'bob');
    await ask(bob, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const event = { ev: 'T', sym: 'AAPL', x: 4, i: '52983525029461', z: 3, p: 183.45, s: 100, t: 1789654286204, q: 1 };
    socket().send(JSON.stringify([event]));
    const stream = bob.stream('stocks');
    await vi.waitFor(() => expect(stream.totals.received).toBe(1));
    const read = (): Promise<Answer> => ask(bob, 'read_stream_messages', { market: 'stocks', detail: 'full' });
    const { newest_age_ms: _age, ...before } = await read();
    const keys = [
      String(before.cursor).slice(0, 12),
      '2026-09-17T14:11:26.204Z',
      '1789654286204',
      '52983525029461',
      'subscribed',
      'AGGREGATE_MINUTE',
      '"ev":"T","sym"',
    ];
    for (const api_key of keys) {
      // On another market, so that nothing but the key could reach the first.
      await ask(ann, 'start_crypto_stream', { channels: ['XT.BTC-USD'], api_key });
      await ask(ann, 'stop_crypto_stream');
      const { newest_age_ms: _later, ...after } = await read();
      expect(after).toEqual(before);
      const { structured, isError } = await callOn(bob, 'read_stream_messages', {
        market: 'stocks',
        cursor: before.cursor,
      });
      expect([isError, structured.count]).toEqual([false, 0]);
    }
    socket().send(JSON.stringify([{ ev: 'status', status: 'x', message: 'y' }]));
    const own = (): string[] => disk.files.filter(file => file.startsWith('stocks.'));
    await vi.waitFor(() => expect(own().length).toBe(1));
    await hub.close();
    const frames = readRecording(disk.pathOf(own()[0]!)).frames.map(({ text }) => text);
    expect(frames).toContain(JSON.stringify([event]));
  });

  test('thousands of keys lock nobody out', async () => {
    const { hub } = await onFeed();
    const market = hub.markets[0]!;
    for (let number = 0; number < 3_000; number++) await hub.target(market, 'realtime', `caller-key-${number}`);
    await expect(hub.target(market, 'https://nowhere.example', 'caller-key-x')).rejects.toMatchObject({
      code: 'ENDPOINT_NOT_ALLOWED',
    });
    const { key } = await hub.target(market, 'realtime', 'the-key-of-somebody-else');
    expect(key.equals(new Secret('the-key-of-somebody-else'))).toBe(true);
  });
});

describe.concurrent('a feed that repeats the key', () => {
  test.each(spellings)('%s does not get it into an answer, the log or a recording', async (_how, spell) => {
    const disk = folder();
    const { client, hub, socket, log } = await onFeed(disk);
    const said = spell(ownKey);
    await ask(client, 'start_stocks_stream', { channels: ['T.AAPL', 'T.*', 'LULD.*'] });
    for (const frame of [
      [{ ev: 'status', status: 'notice', message: `your key ${said} is nice` }],
      [{ ev: 'status', status: 'success', message: `subscribed to: ${said}` }],
      [{ ev: 'T', sym: 'AAPL', x: 4, i: said, z: 3, p: 1, s: 100, t: 1789654286204, q: 1, [said]: { [said]: [said] } }],
      [{ ev: 'T', sym: said, x: 4, i: '1', z: 3, p: 1, s: 100, t: 1789654286204, q: 1 }],
      [{ ev: said, note: said }],
      [{ ev: 'T', sym: 'MSFT', t: said, p: said }],
    ]) {
      socket().send(JSON.stringify(frame));
    }
    const stream = client.stream('stocks');
    // A symbol may be too long for one.
    await vi.waitFor(() => expect(stream.totals.received + stream.totals.malformed!).toBe(4));
    const answers = [await everythingOf(client)];
    const first = socket();
    first.close(4000, `bye ${said}`.slice(0, 120));
    await vi.waitFor(() => expect(socket()).not.toBe(first), 5_000);
    await vi.waitFor(() => expect(client.stream('stocks').state).toBe('live'), 5_000);
    answers.push(await everythingOf(client));
    socket().send(statusFrame('auth_failed', `who is ${said}?`));
    await vi.waitFor(() => expect(client.stream('stocks').state).toBe('refused'), 5_000);
    answers.push(await everythingOf(client));
    await hub.close();
    const all = [...answers, ...log, disk.bytes].join('\n').toLowerCase();
    for (const [, other] of spellings) {
      expect(all).not.toContain(other(ownKey).toLowerCase());
      expect(all).not.toContain(JSON.stringify(other(ownKey)).slice(1, -1).toLowerCase());
    }
    expect(answers.join()).toContain('[redacted]');
    expect(log.join()).toContain('[redacted]');
    expect(disk.bytes).toContain('[redacted]');
  });

  test('is understood all the same: an acknowledgement is matched before it is cleaned', async () => {
    const key = 'T.AAPL-T.AAPL';
    const { client, feed } = await onFeed();
    expect(await ask(client, 'start_stocks_stream', { channels: ['T.AAPL'], api_key: key })).toMatchObject({
      accepted: ['T.AAPL'],
    });
    expect(feed.received[0]).toBe(JSON.stringify({ action: 'auth', params: key }));
  });

  test('as a number does not get it into an answer', async () => {
    const { client, socket } = await onFeed();
    await ask(client, 'start_stocks_stream', { channels: ['T.AAPL'], api_key: '1789654286' });
    socket().send(JSON.stringify([{ ev: 'T', sym: 'AAPL', p: 1, s: 1789654286, t: 1789654286204, q: 17896542861 }]));
    await vi.waitFor(() => expect(client.stream('stocks').totals.received).toBe(1));
    const { messages } = await ask(client, 'read_stream_messages', { market: 'stocks', detail: 'full' });
    expect(messages).toEqual([
      expect.objectContaining({
        full_data: { ev: 'T', sym: 'AAPL', p: 1, s: '[redacted]', t: 1789654286204, q: 17896542861 },
      }),
    ]);
  });

  test('as a number does not get it into a summary', async () => {
    const { client, socket } = await onFeed();
    const key = 1789654286;
    await ask(client, 'start_stocks_stream', { channels: ['T.*', 'AM.*'], api_key: String(key) });
    socket().send(JSON.stringify([{ ev: 'T', sym: 'AAPL', p: key, s: key, t: 1789654286204, q: 1 }]));
    const bar = { ev: 'AM', sym: 'MSFT', v: key, o: key, h: key, l: key, c: key, vw: key };
    socket().send(JSON.stringify([{ ...bar, s: 1789654280000, e: 1789654340000 }]));
    await vi.waitFor(() => expect(client.stream('stocks').totals.received).toBe(2));
    const { structured, text } = await callOn(client, 'summarize_stream', { market: 'stocks' });
    expect(`${JSON.stringify(structured)} ${text}`).not.toMatch(/(?<!\d)1789654286(?!\d)/);
    expect(structured.symbols).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ symbol: 'AAPL', window_open: '[redacted]', window_vwap: '[redacted]' }),
      ]),
    );
  });
});

describe('an api_key', () => {
  test('of digits alone may come as a number, and is as secret as one in quotes', async () => {
    const { client, feed, log } = await onFeed();
    const started = await callOn(client, 'start_stocks_stream', { channels: ['T.AAPL'], api_key: 123456789012 });
    expect(started.isError, started.text).toBe(false);
    expect(feed.received[0]).toBe('{"action":"auth","params":"123456789012"}');
    await ask(client, 'stop_stocks_stream');
    for (const api_key of [Number('12345678901234567890'), 1.2345678901234567, -123456789]) {
      const { structured, text } = await callOn(client, 'start_stocks_stream', { channels: ['T.AAPL'], api_key });
      expect(structured.error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('quotes') });
      expect(JSON.stringify([structured, text, log])).not.toMatch(/1\.?23456789/);
    }
  });

  test.each([
    ['too short', 'k3yk3y7'],
    ['too long', 'k3y'.repeat(100)],
    ['in two lines', 'k3yk3yk3y\nk3yk3yk3y'],
    ['with a blank', 'k3yk3yk3y k3y'],
    ['not ASCII', 'k3yk3yk3yключ'],
  ])('that is %s is refused without being shown, and nothing uses it', async (_what, api_key) => {
    const { client, feed, log } = await onFeed();
    const answer = await callOn(client, 'start_stocks_stream', { channels: ['T.AAPL'], api_key });
    expect(answer.structured.error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(JSON.stringify([answer, log])).not.toContain('k3y');
    expect(feed.attempts).toBe(0);
  });

  test('is not looked at where the endpoint is refused', async () => {
    const { client } = await onFeed();
    const args = { channels: ['T.AAPL'], endpoint: 'wss://evil.example/stocks', api_key: 'short' };
    expect((await ask(client, 'start_stocks_stream', args)).error).toMatchObject({ code: 'ENDPOINT_NOT_ALLOWED' });
  });
});

describe('a recording', () => {
  const start = { channels: ['T.AAPL'], api_key: annsKey };
  const inFolder = (disk: RecordFolder, name: string): string[] => readdirSync(join(disk.path, name));

  test("of a caller's own key is for its owner alone, in files and folders that nobody else can read", async () => {
    const disk = folder();
    const { hub, socket, feed } = await onFeed(disk);
    const ann = clientOf(hub, 'Ann');
    await ask(ann, 'start_stocks_stream', start);
    socket().send(JSON.stringify([{ ev: 'T', sym: 'AAPL', p: 1, i: annsKey, t: 1789654286204 }]));
    await vi.waitFor(async () =>
      expect((await ask(ann, 'get_stocks_stream_status')).notes).toContain(
        '1 frame of it held the API key, and was recorded without it.',
      ),
    );
    const [own, ...others] = readdirSync(disk.path);
    expect(others).toEqual([]);
    expect(statSync(join(disk.path, own!)).mode & 0o777).toBe(0o700);
    const [file] = inFolder(disk, own!);
    expect(statSync(join(disk.path, own!, file!)).mode & 0o777).toBe(0o600);
    await ask(ann, 'stop_stocks_stream');
    await hub.close();
    await feed.close();

    const again = await onFeed(disk);
    const day = /stocks\.(\d{4}-\d\d-\d\d)\./.exec(file!)![1]!;
    const replay = { channels: ['T.AAPL'], endpoint: `replay:${day}?speed=100` };
    for (const other of [again.client, clientOf(again.hub, 'bob'), clientOf(again.hub)]) {
      const refused = await ask(other, 'start_stocks_stream', replay);
      expect(refused.error).toMatchObject({ code: 'ENDPOINT_NOT_ALLOWED' });
      expect(JSON.stringify(refused)).not.toContain('.custom');
    }
    const owner = clientOf(again.hub, 'Ann');
    await ask(owner, 'start_stocks_stream', replay);
    await vi.waitFor(async () =>
      expect((await ask(owner, 'read_stream_messages', { market: 'stocks', detail: 'full' })).messages).toEqual([
        expect.objectContaining({ full_data: { ev: 'T', sym: 'AAPL', p: 1, i: '[redacted]', t: 1789654286204 } }),
      ]),
    );
    expect((await ask(owner, 'get_stocks_stream_status')).notes).toContain(
      '1 frame of it held the API key, and was recorded without it.',
    );
  });

  test("of a caller's own key is not made where nobody has a name, and the status says so", async () => {
    const disk = folder();
    const { client, hub, socket } = await onFeed(disk);
    await ask(client, 'start_stocks_stream', start);
    socket().send(JSON.stringify([{ ev: 'T', sym: 'AAPL', p: 1, t: 1789654286204 }]));
    await vi.waitFor(() => expect(client.stream('stocks').totals.received).toBe(1));
    expect((await ask(client, 'get_stocks_stream_status')).notes).toContainEqual(
      expect.stringMatching(/^Not recorded: /),
    );
    await hub.close();
    expect(disk.files).toEqual([]);
  });

  test('goes on no more when a caller of another name uses the same key, since what each asked for is not for the other', async () => {
    const disk = folder();
    const { hub, socket } = await onFeed(disk);
    const [ann, bob] = [clientOf(hub, 'ann'), clientOf(hub, 'bob')];
    await ask(ann, 'start_stocks_stream', start);
    socket().send(JSON.stringify([{ ev: 'T', sym: 'AAPL', p: 1, t: 1789654286204 }]));
    await vi.waitFor(() => expect(disk.files).toEqual(['of-ann']));
    await ask(bob, 'start_stocks_stream', { ...start, channels: ['T.MSFT'] });
    socket().send(JSON.stringify([{ ev: 'T', sym: 'MSFT', p: 2, t: 1789654286204 }]));
    await vi.waitFor(() => expect(bob.stream('stocks').totals.received).toBe(1));
    await hub.close();
    const texts = readRecording(disk.pathOf(`of-ann/${inFolder(disk, 'of-ann')[0]!}`)).frames.map(({ text }) => text);
    expect(texts.join()).toContain('AAPL');
    expect(texts.join()).not.toContain('MSFT');
    expect(disk.files).toEqual(['of-ann']);
  });

  test("of the operator's key is for all, in a file that nobody else can read", async () => {
    const disk = folder();
    const { hub } = await onFeed(disk);
    await ask(clientOf(hub, 'ann'), 'start_stocks_stream', { channels: ['T.AAPL'] });
    await vi.waitFor(() => expect(disk.files).toHaveLength(1));
    expect(statSync(disk.pathOf(disk.files[0]!)).mode & 0o777).toBe(0o600);
  });
});

describe.concurrent('the built server', () => {
  const key = 'Sentinel0815VerySecretKey';

  async function served(env: Record<string, string> = {}): Promise<BareServer> {
    const server = BareServer.start({ POLYGON_FEED: 'simulated', ...env });
    open.push({ close: () => server.child.kill('SIGKILL') });
    await server.initialize();
    return server;
  }

  test('never logs what a caller sends in the wrong place', async () => {
    const server = await served();
    const tool = (name: string, args: object) => ['tools/call', { name, arguments: args }] as const;
    const market = 'stocks';
    for (const [method, params] of [
      tool(key, {}),
      tool('start_stocks_stream', { channels: [key] }),
      tool('start_stocks_stream', { channels: ['T.AAPL'], endpoint: key }),
      tool('start_stocks_stream', { channels: ['T.AAPL'], endpoint: `wss://${key}.example/stocks` }),
      tool('start_stocks_stream', { channels: ['T.AAPL'], [key]: key }),
      tool('start_stocks_stream', { channels: ['T.AAPL'] }),
      tool('read_stream_messages', { market, cursor: key }),
      tool('read_stream_messages', { market: key }),
      tool('wait_for_stream_message', { market, condition: { field: key, op: '==', value: key } }),
      tool('summarize_stream', { market, symbols: [key] }),
      ['prompts/get', { name: key }],
      ['prompts/get', { name: 'watch_symbol', arguments: { market: key, symbol: key } }],
      ['resources/read', { uri: `polygon://streams/${key}` }],
      ['resources/subscribe', { uri: key }],
      ['completion/complete', { ref: { type: 'ref/prompt', name: key }, argument: { name: key, value: key } }],
      ['tools/call', { name: 1, arguments: key }],
      [key, {}],
    ] as const) {
      await server.request(method, params);
    }
    server.child.stdin!.write(`{"jsonrpc":"2.0","id":"${key}\n${key}\n{"${key}":1}\n`);
    await server.request('ping');
    expect(server.stderr).not.toContain(key);
  });

  test('does not repeat the name of a tool, a prompt or a method, or what is no message', async () => {
    const server = await served();
    const asked = await Promise.all([
      server.request('tools/call', { name: key }),
      server.request('prompts/get', { name: key }),
      server.request('tools/call', { name: [key] }),
      server.request(key),
      server.request('tools/call', { name: 'start_stock_stream' }),
    ]);
    await server.request('prompts/get', { name: 'watch_symbol', arguments: { [key]: 1 } });
    server.child.stdin!.write(`{"${key}"\n{"jsonrpc":"2.0","${key}":1}\n`);
    await server.request('ping');
    expect(server.stdout).not.toContain(key);
    expect(asked.map(({ error }) => error)).toEqual([
      { code: -32602, message: `There is no such tool; tools/list names the ${toolCount} that there are.` },
      {
        code: -32602,
        message: expect.stringMatching(/^There is no such prompt; prompts\/list names the \d+ that there are\.$/),
      },
      { code: -32602, message: expect.stringContaining('The params do not fit this method') },
      { code: -32601, message: 'Method not found' },
      {
        code: -32602,
        message:
          'There is no such tool; did you mean start_stocks_stream? Call start_stocks_stream with {"channels": ["T.AAPL"]}. ' +
          'See polygon-docs://tools/start_stocks_stream',
      },
    ]);
  });

  test('repeats what the protocol demands up to a length, and refuses longer ones without repeating them', async () => {
    const server = await served();
    const uri = `polygon://streams/${'x'.repeat(3_000)}`;
    const { error } = await server.request('resources/read', { uri });
    expect(error).toEqual({ code: -32602, message: 'params.uri has at most 2048 characters.' });
    server.child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', id: 'y'.repeat(300), method: 'ping' })}\n`);
    await server.request('ping');
    expect(server.stdout).toContain('"id has at most 256 characters."');
    expect(server.stdout).not.toMatch(/x{20}|y{20}/);
  });
});
