import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getMcpConfigForManifest, type McpbManifestAny } from '@anthropic-ai/mcpb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../support/command.js';
import { noMarket } from '../support/markets.js';
import { makeFolder, removeFolders, repository } from '../support/project.js';
import { polite, RawFeed } from '../support/raw-feed.js';
import { generalNames, marketNames } from '../support/spec.js';
import { HostedServer } from '../support/stdio.js';

const path = join(repository, 'manifest.json');
const manifest = JSON.parse(readFileSync(path, 'utf8'));

describe('the MCPB bundle', () => {
  let file: string;
  let folder: string;

  beforeAll(async () => {
    file = join(makeFolder(), 'mcp-polygon.mcpb');
    folder = makeFolder();
    const mcpb = join(repository, 'node_modules/.bin/mcpb');
    await run([mcpb, 'pack', '.', file], { cwd: repository });
    await run([mcpb, 'unpack', file, folder], { cwd: repository });
  }, 60_000);
  afterAll(removeFolders);

  /** Starts what is unpacked as a host does that knows these answers of its user. */
  async function start(userConfig: Record<string, string>): Promise<HostedServer> {
    const config = await getMcpConfigForManifest({
      manifest: JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as McpbManifestAny,
      extensionPath: folder,
      systemDirs: {},
      userConfig,
      pathSeparator: '/',
    });
    return HostedServer.launch({ command: [config!.command, ...config!.args!], env: config!.env!, cwd: folder });
  }

  test('holds what it needs to run, and nothing else', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1));

    expect(files.filter(name => !name.startsWith('dist/polygon-docs/')).sort()).toEqual([
      'LICENSE',
      'dist/LICENSES.txt',
      'dist/mcp-polygon.js',
      'dist/sbom.cdx.json',
      'manifest.json',
      'package.json',
    ]);
    expect(files).toContain(manifest.server.entry_point);
    expect(statSync(file).size).toBeLessThan(850 * 1_024);
  });

  test('asks for the key as a secret, and lets the user do without one', () => {
    expect(manifest.user_config.api_key).toMatchObject({ type: 'string', sensitive: true, required: false });
  });

  test('names the tools that the server lists, by name and title', async () => {
    const server = await start({ feed: 'simulated' });
    try {
      const { tools } = await server.client.listTools();
      const expected = tools.map(({ name, title }) => ({ name, description: title }));
      if (process.env.UPDATE_SNAPSHOTS === '1') writeTools(expected);
      const now = JSON.parse(readFileSync(path, 'utf8'));
      expect(now.tools, 'if this is meant, run: UPDATE_SNAPSHOTS=1 npm test -- test/project/bundle.test.ts').toEqual(
        expected,
      );
      expect(now.tools_generated).toBe(false);
    } finally {
      await server.close();
    }
  });

  test('hands the key and the feed to the server', async () => {
    const feed = await RawFeed.open(polite);
    const server = await start({ api_key: 'bundle-key-0123456789', feed: feed.url });
    try {
      const { structuredContent } = await server.call('start_crypto_stream', { channels: ['XT.BTC-USD'] });
      expect(structuredContent).toMatchObject({ state: 'live', accepted: ['XT.BTC-USD'] });
      expect(feed.received[0]).toContain('bundle-key-0123456789');
    } finally {
      await server.close();
      await feed.close();
    }
  });

  test('asks for the markets, and lets the user leave them out', () => {
    expect(manifest.user_config.markets).toMatchObject({ type: 'string', required: false });
    expect(manifest.user_config.markets).not.toHaveProperty('default');
  });

  test('serves the markets that its user names, and their tools alone', async () => {
    const server = await start({ markets: 'crypto, stocks' });
    try {
      expect(await servedMarkets(server)).toEqual(['stocks', 'crypto']);
      expect((await server.client.listTools()).tools).toHaveLength(12 + generalNames.length);
    } finally {
      await server.close();
    }
  });

  test.each([
    ['nothing was answered', {}],
    ['the answer is empty', { markets: '' }],
    ['the answer is blank', { markets: ' ' }],
  ])('serves every market where %s', async (_, answers: Record<string, string>) => {
    const server = await start(answers);
    try {
      expect(await servedMarkets(server)).toEqual(marketNames);
    } finally {
      await server.close();
    }
  });

  test('does not start with a market that there is not', async () => {
    await expect(start({ markets: noMarket })).rejects.toThrow('Connection closed');
  });

  test('counts an answer that its user did not give as no key', async () => {
    const server = await start({});
    try {
      const { structuredContent } = await server.call('start_crypto_stream', { channels: ['XT.BTC-USD'] });
      expect(structuredContent).toMatchObject({ error: { code: 'NO_API_KEY' } });
    } finally {
      await server.close();
    }
  });
});

async function servedMarkets({ client }: HostedServer): Promise<unknown> {
  const { tools } = await client.listTools();
  const { properties } = tools.find(({ name }) => name === 'summarize_stream')!.inputSchema;
  return (properties!.market as { enum: unknown }).enum;
}

function writeTools(tools: readonly { name: string; description: string | undefined }[]): void {
  const rows = tools.map(
    ({ name, description }) => `    { "name": ${JSON.stringify(name)}, "description": ${JSON.stringify(description)} }`,
  );
  const text = readFileSync(path, 'utf8').replace(/"tools": \[[^\]]*\]/, `"tools": [\n${rows.join(',\n')}\n  ]`);
  writeFileSync(path, text);
}
