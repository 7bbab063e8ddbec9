import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { settingTable } from '../../runtime/config/settings.js';
import { offline } from '../support/command.js';
import { fetchHere } from '../support/fetch-here.js';
import { makeFolder, removeFolders } from '../support/project.js';
import { polite, RawFeed } from '../support/raw-feed.js';
import {
  readAddLine,
  readHostFile,
  readHttpBlocks,
  readService,
  type Service,
  type Visit,
} from '../support/services.js';
import { SpawnedHttp } from '../support/spawned-http.js';
import { install, pack } from '../support/tarball.js';
import { toolNames } from '../support/tool-names.js';

describe('The guide, copied into a shell and into a host over HTTP,', () => {
  const key = 'snippet-key-0123456789';
  const [near, far, host] = readHttpBlocks();
  const usualPort = settingTable.find(({ option }) => option === 'port')!.standard;
  const variable = '$' + '{MARKET_TOKEN}';
  const open: { close(): Promise<void> }[] = [];
  let folder: string;

  beforeAll(async () => {
    const tarball = await pack(makeFolder());
    folder = makeFolder();
    await install(tarball, folder);
  });
  afterAll(removeFolders);
  afterEach(async () => {
    for (const item of open.splice(0).reverse()) await item.close();
  });

  function keep<T extends { close(): Promise<void> }>(item: T): T {
    open.push(item);
    return item;
  }

  /** Starts the server that is installed, as if the clone were there, on a feed of this machine. */
  async function serve({ command: [node, program, ...args], env }: Service): Promise<{ feed: RawFeed; port: string }> {
    const feed = keep(await RawFeed.open(polite));
    const surroundings = { ...offline(), POLYGON_API_KEY: 'exported-key-0123456789', POLYGON_FEED: feed.url };
    expect([node, program]).toEqual(['node', 'dist/mcp-polygon.js']);
    const command = [process.execPath, join(folder, 'node_modules/mcp-polygon/dist/mcp-polygon.js'), ...args];
    const server = keep(await SpawnedHttp.launch({ command, cwd: folder, env: { ...surroundings, ...env } }));
    return { feed, port: new URL(server.url).port };
  }

  /** Connects as a host does on whose machine every name leads here, and to the port that was free. */
  async function visit({ url, headers }: Visit, port: string): Promise<Client> {
    const target = new URL(url);
    target.port = port;
    const transport = new StreamableHTTPClientTransport(target, { requestInit: { headers }, fetch: fetchHere });
    const client = keep(new Client({ name: 'test', version: '1' }));
    await client.connect(transport as Parameters<Client['connect']>[0]);
    return client;
  }

  async function start(client: Client): Promise<unknown> {
    const channels = ['XT.BTC-USD'];
    return (await client.callTool({ name: 'start_crypto_stream', arguments: { channels } })).structuredContent;
  }

  test('starts a server for this machine, to which the line for Claude Code leads', async () => {
    const service = readService(near, value => {
      expect(value).toBe('your_key');
      return key;
    });
    const added = readAddLine(near);
    const { feed, port } = await serve(service);
    const client = await visit(added, port);

    expect(added.url.port).toBe(service.port);
    expect((await client.listTools()).tools.map(({ name }) => name).sort()).toEqual(toolNames());
    expect(await start(client)).toMatchObject({ state: 'live', accepted: ['XT.BTC-USD'] });
    expect(JSON.parse(feed.received[0]!)).toEqual({ action: 'auth', params: key });
  });

  test('starts a server for others, which the file of a host reaches with a token of its own', async () => {
    const service = readService(far, value => value);
    const tokens = service.env.MCP_POLYGON_HTTP_TOKENS!.split(',');
    const { port } = await serve(service);

    expect(tokens).toHaveLength(2);
    expect(readHostFile(host.text, {}).url.port).toBe(service.port ?? usualPort);
    for (const token of tokens) {
      const client = await visit(readHostFile(host.text, { MARKET_TOKEN: token }), port);
      expect(await start(client)).toMatchObject({ state: 'live', accepted: ['XT.BTC-USD'] });
    }
  });

  test.each([
    ['a token that was not given out', variable, 'another-token-0123456789', 'bearer token'],
    ['another scheme', 'Bearer ', 'Basic ', 'bearer token'],
    ['a name that the server was not given', 'market.example', 'other.example', 'names another server'],
    ['another path', '/mcp"', '/mpc"', 'MCP is at /mcp'],
  ])('would not be let in with %s', async (_, from, to, reason) => {
    const service = readService(far, value => value);
    const [token = ''] = service.env.MCP_POLYGON_HTTP_TOKENS!.split(',');
    const { port } = await serve(service);
    const spoiled = host.text.replace(from, to);

    expect(spoiled).not.toBe(host.text);
    await expect(visit(readHostFile(spoiled, { MARKET_TOKEN: token }), port)).rejects.toThrow(reason);
  });

  test.each(['"mcpServers"', '"type"', '"http"', '"url"', '"headers"', '"Authorization"'])(
    'spells %s as hosts do',
    word => {
      const slip = host.text.replace(word, word.replace(/(.)(.)"$/, '$2$1"'));

      expect(slip).not.toBe(host.text);
      expect(() => readHostFile(slip, {})).toThrow();
    },
  );
});
