import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import { closeAfterEach } from '../support/closing.js';
import { clientHere } from '../support/http-clients.js';
import { noMarket } from '../support/markets.js';
import { runProgram } from '../support/program.js';
import { generalNames, marketNames, pageCount, restNames, toolCount } from '../support/spec.js';
import { BareServer, HostedServer } from '../support/stdio.js';

closeAfterEach();

const snapshots = fileURLToPath(new URL('../snapshots/tools/', import.meta.url));

function sortKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sortKeys);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}

describe('what a host sees', () => {
  let server: HostedServer;

  beforeAll(async () => {
    server = await HostedServer.start();
  });
  afterAll(() => server.close());

  async function ofStreams() {
    const { tools } = await server.client.listTools();
    return tools.filter(({ name }) => !restNames.includes(name));
  }

  test('is six tools for each market, nine across them, and a dozen of the REST API', async () => {
    const { tools } = await server.client.listTools();
    const expected = marketNames.flatMap(market => [
      `start_${market}_stream`,
      `stop_${market}_stream`,
      `get_${market}_stream_status`,
      `subscribe_${market}_channels`,
      `unsubscribe_${market}_channels`,
      `list_${market}_subscriptions`,
    ]);
    expect(tools.map(({ name }) => name)).toEqual([...expected, ...generalNames]);
  });

  test('fits into the context: 700 bytes a tool, descriptions and instructions within 2 kB', async () => {
    const { tools } = await server.client.listTools();
    // 40 KB for six markets, which have 57 tools by default.
    expect(Buffer.byteLength(JSON.stringify(tools))).toBeLessThanOrEqual(700 * tools.length);
    for (const { description } of tools) expect(description!.length).toBeLessThan(2_000);
    expect(server.client.getInstructions()!.length).toBeLessThan(2_000);
  });

  test('has a title, all four hints and documentation on every tool of a stream', async () => {
    const tools = await ofStreams();
    for (const { title, annotations, description, inputSchema, _meta } of tools) {
      expect(title).toMatch(/^[A-Z]/);
      expect(Object.keys(annotations!).sort()).toEqual([
        'destructiveHint',
        'idempotentHint',
        'openWorldHint',
        'readOnlyHint',
      ]);
      expect(description).toMatch(/Docs: quickstart\.md:\d/);
      expect(Object.keys(inputSchema)).not.toEqual(expect.arrayContaining(['anyOf']));
      expect(_meta!.docs).toMatch(/^polygon-docs:\/\/tools\//);
    }
  });

  test('changes only with its snapshots', async () => {
    const { tools } = await server.client.listTools();
    const update = process.env.UPDATE_SNAPSHOTS === '1';
    if (update) mkdirSync(snapshots, { recursive: true });
    for (const tool of tools) {
      const path = `${snapshots}${tool.name}.json`;
      const text = `${JSON.stringify(sortKeys(tool), null, 2)}\n`;
      if (update) writeFileSync(path, text);
      expect(
        existsSync(path),
        `${tool.name} has no snapshot. Run: UPDATE_SNAPSHOTS=1 npm test -- test/mcp/server.test.ts`,
      ).toBe(true);
      expect(
        text,
        `${tool.name} changed. If that is meant, run: UPDATE_SNAPSHOTS=1 npm test -- test/mcp/server.test.ts`,
      ).toBe(readFileSync(path, 'utf8'));
    }
    expect(readdirSync(snapshots).sort()).toEqual(tools.map(({ name }) => `${name}.json`).sort());
  });

  test('has a title on every tool of the REST API, and says that it changes nothing', async () => {
    const { tools } = await server.client.listTools();
    const ofRest = tools.filter(({ name }) => restNames.includes(name));
    expect(ofRest).toHaveLength(restNames.length);
    for (const { title, annotations, inputSchema } of ofRest) {
      expect(title).toMatch(/^[A-Z]/);
      expect(annotations).toEqual({ readOnlyHint: true });
      expect(Object.keys(inputSchema)).not.toEqual(expect.arrayContaining(['anyOf']));
    }
  });

  test('opens each citation of a tool as a resource', async () => {
    const tools = await ofStreams();
    const read = async (uri: string): Promise<string> => {
      const { contents } = await server.client.readResource({ uri });
      return (contents[0] as { text: string }).text;
    };
    for (const { name, description, _meta } of tools) {
      const text = await read(_meta!.docs as string);
      const uris = [...text.matchAll(/polygon-docs:\/\/\S+/g)].map(([uri]) => uri);
      expect([name, uris.length]).not.toEqual([name, 0]);
      for (const uri of uris) expect((await read(uri)).trim()).not.toBe('');

      // As the instructions say it: the page stands once, then its further lines.
      const [, short = ''] = /\nDocs: (.*)$/.exec(description!)!;
      const told = short.split(' ').flatMap(part => {
        const [page = '', lines = ''] = part.split(':');
        return lines.split(',').map(range => `polygon-docs://websockets/${page}:${range}`);
      });
      expect(told.length).toBeGreaterThan(0);
      for (const uri of told) expect(uris).toContain(uri);
    }
    expect(await read('polygon-docs://websockets/quickstart.md:64')).toBe(
      '- The transport is a standard WebSocket (RFC 6455) over TLS that carries JSON in text frames.',
    );
  });

  test('opens what an error refers to as a resource', async () => {
    const { structuredContent } = await server.call('start_stocks_stream', { channels: ['ZZ.AAPL'] });
    const { docs } = (structuredContent as { error: { docs: string } }).error;
    const { contents } = await server.client.readResource({ uri: docs });
    expect((contents[0] as { text: string }).text.trim()).not.toBe('');
  });

  test('lists the guides with title and description, and reads a section of one', async () => {
    const { resources } = await server.client.listResources();
    const guides = resources.filter(({ uri }) => uri.startsWith('polygon-docs://guides/'));
    const { contents } = await server.client.readResource({ uri: 'polygon-docs://guides/recording.md#replay' });

    expect(guides).toHaveLength(14);
    expect(guides).toContainEqual({
      uri: 'polygon-docs://guides/recording.md',
      name: 'guides/recording.md',
      title: 'Recording and replay',
      description: 'Writing down every frame that comes, and playing it back later without a key.',
      mimeType: 'text/markdown',
    });
    expect((contents[0] as { text: string }).text).toMatch(/^## Replay\n.*names it\.$/s);
  });

  test('lists every page, and nothing outside of them is readable', async () => {
    const { resources } = await server.client.listResources();
    expect(resources).toHaveLength(pageCount);
    expect(resources.map(({ uri }) => uri)).toContain('polygon-docs://websockets/crypto/trades.md');
    for (const uri of [
      'polygon-docs://../package.json',
      'polygon-docs://websockets/nothing.md',
      'polygon-docs://guides/recording.md#nothing',
      'file:///etc/passwd',
    ]) {
      await expect(server.client.readResource({ uri })).rejects.toThrow();
    }
  });

  test('is told what is wrong with its arguments, by name', async () => {
    const unknown = await server.call('start_stocks_stream', { channels: ['T.AAPL'], chanels: [] });
    expect(unknown.isError).toBe(true);
    expect(unknown.structuredContent).toMatchObject({
      error: {
        code: 'INVALID_ARGUMENT',
        message: 'One argument is unknown here; there are channels, api_key, endpoint; did you mean channels?',
      },
    });
    const wrong = await server.call('read_stream_messages', { market: noMarket, limit: 1e9 });
    expect(JSON.stringify(wrong.structuredContent)).toMatch(/market.*limit/s);
    await expect(server.call(`start_${noMarket}_stream`)).rejects.toMatchObject({ code: -32602 });
  });

  test('is told where the key belongs when there is none', async () => {
    const { structuredContent, content } = await server.call('start_forex_stream', { channels: ['C.EUR/USD'] });
    expect(structuredContent).toMatchObject({
      market: 'forex',
      state: 'idle',
      error: { code: 'NO_API_KEY', hint: expect.stringContaining('POLYGON_API_KEY') },
    });
    expect(content).toMatchObject([{ type: 'text', text: expect.stringContaining('simulated') }]);
  });
});

describe.concurrent('the simulated feed', () => {
  test.each(markets)(
    'streams $name to a host, marked as simulated, until it is stopped',
    async ({ name, channels, simulation, symbol }) => {
      const client = await clientHere({ MCP_POLYGON_MARKETS: name });
      const call = (tool: string, args = {}) => client.callTool({ name: tool, arguments: args });
      const wanted = channels.map(({ prefix }) => `${prefix}.${simulation.instruments[0]!.symbol}`);
      const started = await call(`start_${name}_stream`, { channels: wanted, endpoint: 'simulated' });
      expect(started.structuredContent).toMatchObject({
        state: 'live',
        simulated: true,
        feed: 'simulated',
        accepted: wanted,
      });
      const { cursor } = started.structuredContent as { cursor: string };
      const hasBars = channels.some(({ event }) => event === 'AGGREGATE_SECOND');
      const far = await call('wait_for_stream_message', {
        market: name,
        cursor,
        ...(hasBars ? { condition: { field: 'event', op: '==', value: 'AGGREGATE_SECOND' }, count: 3 } : { count: 4 }),
      });
      expect(far.structuredContent).toMatchObject({ matched: true, simulated: true });
      const read = await call('read_stream_messages', { market: name, cursor, limit: 500 });
      const { messages } = read.structuredContent as { messages: { symbol: string; event: string }[] };
      expect(messages.length).toBeGreaterThan(3);
      for (const message of messages) expect(message.symbol).toMatch(new RegExp(symbol.pattern));
      const stopped = await call(`stop_${name}_stream`);
      expect(stopped.structuredContent).toMatchObject({ state: 'stopped', simulated: true });
    },
  );
});

describe('the process', () => {
  const running: { close(): unknown }[] = [];

  afterEach(async () => {
    for (const item of running.splice(0)) await item.close();
  });

  async function served(env: Record<string, string> = {}): Promise<{ server: BareServer; feed: SimulatedFeed }> {
    const feed = new SimulatedFeed(markets, { stepMs: 20 });
    const server = BareServer.start({
      POLYGON_API_KEY: 'sentinel-key-0815',
      POLYGON_FEED: await feed.listen(),
      ...env,
    });
    running.push(feed, { close: () => server.child.kill('SIGKILL') });
    await server.initialize();
    return { server, feed };
  }

  const start = { name: 'start_stocks_stream', arguments: { channels: ['T.*', 'Q.*'] } };

  test('opens an upstream socket with the first start, not before', async () => {
    const { server, feed } = await served();
    await server.request('tools/list');
    expect(feed.sessions('stocks')).toHaveLength(0);
    await server.request('tools/call', start);
    expect(feed.sessions('stocks')).toHaveLength(1);
  });

  test.each([
    ['the end of stdin', (server: BareServer) => server.child.stdin!.end()],
    ['SIGTERM', (server: BareServer) => server.child.kill('SIGTERM')],
    ['SIGINT', (server: BareServer) => server.child.kill('SIGINT')],
    [
      'a broken stdout',
      (server: BareServer) => {
        server.child.stdout!.destroy();
        server.child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', id: 99, method: 'tools/list' })}\n`);
      },
    ],
  ])('ends within a second on %s, with its sockets closed', async (_, end) => {
    const { server, feed } = await served();
    await server.request('tools/call', start);
    const closed = new Promise<number>(resolve => feed.sessions('stocks')[0]!.socket.once('close', resolve));
    end(server);
    const { code, tookMs } = await server.ended();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(1_000);
    expect(await closed).toBe(1000);
  });

  test('writes JSON-RPC to stdout and nothing else', async () => {
    const { server } = await served();
    await server.request('tools/call', start);
    await server.request('tools/call', { name: 'get_stocks_stream_status', arguments: {} });
    for (const line of server.stdout.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  });

  test('logs where an uncaught error was thrown without its message, and exits with 1', async () => {
    const boom = 'setTimeout(() => { throw new RangeError("boom with " + process.env.POLYGON_API_KEY) }, 300)';
    const server = BareServer.start({
      POLYGON_API_KEY: 'sentinel-key-0815',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(boom)}`,
    });
    const { code } = await server.ended();
    expect(code).toBe(1);
    expect(server.stderr).toMatch(/^mcp-polygon failed: RangeError/m);
    expect(server.stderr).not.toMatch(/boom|sentinel/);
  });

  test.each([[[]], [['doctor']], [['watch', 'stocks', 'T.AAPL']]])(
    'logs an error at its very start without its message, and exits with 1 (%j)',
    async args => {
      const early = `
        import crypto from 'node:crypto';
        import { syncBuiltinESMExports } from 'node:module';
        crypto.randomBytes = () => { throw new Error('early ' + process.env.POLYGON_API_KEY + process.env.MCP_POLYGON_HTTP_TOKENS); };
        syncBuiltinESMExports();`;
      const { code, stdout, stderr } = await runProgram(args, {
        POLYGON_API_KEY: 'sentinel-key-0815',
        MCP_POLYGON_HTTP_TOKENS: 'sentinel-token-4711,sentinel-token-4712',
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(early)}`,
      });
      expect(code).toBe(1);
      expect(stdout).not.toContain('sentinel');
      expect(stderr).toMatch(/^mcp-polygon failed: Error at /m);
      expect(stderr).not.toMatch(/early|sentinel/);
    },
  );

  test('survives garbage on stdin', async () => {
    const { server } = await served();
    server.child.stdin!.write('not json\n{"jsonrpc":"2.0"}\n[]\n{"id":1}\n');
    const { result } = await server.request('tools/list');
    expect((result as { tools: unknown[] }).tools).toHaveLength(toolCount);
  });

  test('names every invalid setting at once and does not start', async () => {
    const server = BareServer.start({
      MCP_POLYGON_PING_INTERVAL_MS: 'soon',
      MCP_POLYGON_BUFFER_BYTES: '-1',
      MCP_POLYGON_MARKETS: `stocks,${noMarket}`,
    });
    const { code } = await server.ended();
    expect(code).toBe(2);
    expect(server.stdout).toBe('');
    for (const name of ['MCP_POLYGON_PING_INTERVAL_MS', 'MCP_POLYGON_BUFFER_BYTES', 'entry 2'])
      expect(server.stderr).toContain(name);
    for (const value of ['soon', noMarket]) expect(server.stderr).not.toContain(value);
  });

  test('serves only the markets that it is told to', async () => {
    const { server } = await served({ MCP_POLYGON_MARKETS: 'crypto, forex' });
    const { result } = await server.request('tools/list');
    const tools = (result as { tools: { name: string; inputSchema: unknown }[] }).tools;
    expect(tools).toHaveLength(12 + generalNames.length);
    expect(tools.filter(({ name }) => name.includes('stocks'))).toEqual([]);
  });
});
