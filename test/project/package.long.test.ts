import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { AuditRegistry } from '../support/audit.js';
import { offline, online, run } from '../support/command.js';
import { makeFolder, removeFolders, repository } from '../support/project.js';
import { polite, RawFeed } from '../support/raw-feed.js';
import {
  type Fill,
  parseEditorFile,
  readCommandLine,
  readContainer,
  readDesktopFile,
  readEditorFile,
  readFirstFile,
  readFirstLine,
  readProjectFile,
  readPublishedFile,
  readPublishedLine,
  readSnippets,
} from '../support/snippets.js';
import { pageCount } from '../support/spec.js';
import { bin, HostedServer, type Launch } from '../support/stdio.js';
import { install, pack, type Tarball } from '../support/tarball.js';
import { toolNames } from '../support/tool-names.js';

const kib = 1_024;
let folder: string;
let tarball: Tarball;
let said: string;

beforeAll(async () => {
  tarball = await pack(makeFolder());
  folder = makeFolder();
  said = await install(tarball, folder);
});
afterAll(removeFolders);

describe('the npm package', () => {
  test('holds the program, its pages and its papers, and no source and no test', () => {
    const pages = [
      ...readdirSync(join(repository, 'spec/polygon-docs'), { recursive: true, encoding: 'utf8' }),
      ...readdirSync(join(repository, 'spec/guides')).map(name => `guides/${name}`),
    ]
      .filter(path => path.endsWith('.md'))
      .map(path => `dist/polygon-docs/${path}`);

    expect(tarball.files.map(({ path }) => path).sort()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'dist/LICENSES.txt',
        'dist/mcp-polygon.js',
        'dist/sbom.cdx.json',
        'package.json',
        ...manifest.bundled.flatMap(name => [`node_modules/${name}/LICENSE`, `node_modules/${name}/package.json`]),
        ...pages,
      ].sort(),
    );
    expect(pages).toHaveLength(pageCount);
  });

  test('is small', () => {
    expect(tarball.size).toBeLessThan(800 * kib);
    expect(tarball.unpackedSize).toBeLessThan(4_096 * kib);
  });

  test('installs as one package, with no network and with no script run', () => {
    expect(readdirSync(join(folder, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual(['mcp-polygon']);
    expect(said).toContain('added 1 package');
    expect(said).not.toMatch(/^> /m);
  });

  test('is the program that was built, and may be run', () => {
    const installed = readFileSync(join(folder, 'node_modules/mcp-polygon/dist/mcp-polygon.js'));

    expect(installed.equals(readFileSync(bin))).toBe(true);
    expect(tarball.files.find(({ path }) => path === 'dist/mcp-polygon.js')!.mode & 0o111).toBe(0o111);
  });

  test('shows npm what is in its program, so that an audit asks about it', async () => {
    const registry = await AuditRegistry.open();
    try {
      await run(['npm', 'audit', `--registry=${registry.url}`], { cwd: folder, env: online() });
    } finally {
      registry.close();
    }

    const { devDependencies } = manifest;
    // Both are released together.
    const proxyAgent = devDependencies['https-proxy-agent'];
    expect(registry.asked).toEqual([
      {
        'mcp-polygon': [manifest.version],
        '@modelcontextprotocol/core': [devDependencies['@modelcontextprotocol/server']],
        '@modelcontextprotocol/server': [devDependencies['@modelcontextprotocol/server']],
        'agent-base': [proxyAgent],
        // Inside the protocol's package.
        'content-type': ['1.0.5'],
        'https-proxy-agent': [proxyAgent],
        'proxy-from-env': [devDependencies['proxy-from-env']],
        'trading-signals': [devDependencies['trading-signals']],
        ws: [devDependencies.ws],
        zod: [devDependencies.zod],
      },
    ]);
  });

  test('serves its tools and its pages by the name of its bin', async () => {
    const server = await HostedServer.launch({ command: [join(folder, 'node_modules/.bin/mcp-polygon')], cwd: folder });
    try {
      const { tools } = await server.client.listTools();
      expect(tools.map(({ name }) => name).sort()).toEqual(toolNames());
      expect((await server.client.listResources()).resources).toHaveLength(pageCount);
    } finally {
      await server.close();
    }
  });
});

describe('A snippet, copied into a host,', () => {
  const key = 'snippet-key-0123456789';
  let feed: RawFeed;

  beforeAll(async () => {
    feed = await RawFeed.open(polite);
  });
  afterAll(() => feed.close());

  /** Starts a stream of crypto on a feed of this machine; the package that is installed is what `npx` and the path mean. */
  async function stream({
    env,
    command: written,
    ...launch
  }: Launch): Promise<{ tools: string[]; answer: unknown; sent: string[] }> {
    const before = feed.received.length;
    const surroundings = { ...offline(), POLYGON_FEED: feed.url };
    const installed = join(folder, 'node_modules/mcp-polygon');
    const command = written.map(word => word.replace('/path/to/mcp-polygon', installed));
    const server = await HostedServer.launch({ cwd: folder, ...launch, command, env: { ...surroundings, ...env } });
    try {
      const { tools } = await server.client.listTools();
      const { structuredContent } = await server.call('start_crypto_stream', { channels: ['XT.BTC-USD'] });
      const names = tools.map(({ name }) => name).sort();
      return { tools: names, answer: structuredContent, sent: feed.received.slice(before) };
    } finally {
      await server.close();
    }
  }

  /** Puts the key where the placeholder stands. */
  function filling(placeholder: string): Fill {
    return value => {
      expect(value).toBe(placeholder);
      return key;
    };
  }

  const variable = (name: string): string => `\${${name}}`;

  test.each([
    ['the command line in README', readFirstLine, 'your_key'],
    ['the file in README', readFirstFile, variable('POLYGON_API_KEY')],
    ['the command line of Claude Code', readCommandLine, 'your_key'],
    ['.mcp.json', readProjectFile, variable('POLYGON_API_KEY')],
    ['.vscode/mcp.json', readEditorFile, variable('input:polygon-key')],
    ['the file of Claude Desktop', readDesktopFile, 'your_key'],
    ['Docker', readContainer, variable('POLYGON_API_KEY')],
    ['the command line with npx', readPublishedLine, 'your_key'],
    ['.mcp.json with npx', readPublishedFile, variable('POLYGON_API_KEY')],
  ])('starts the server from %s, and the key arrives at the feed', async (_, read, placeholder) => {
    const { tools, answer, sent } = await stream(read(filling(placeholder)));

    expect(tools).toEqual(toolNames());
    expect(answer).toMatchObject({ state: 'live', accepted: ['XT.BTC-USD'] });
    expect(JSON.parse(sent[0]!)).toEqual({ action: 'auth', params: key });
  });

  test('counts a placeholder that nobody filled as no key', async () => {
    const { answer, sent } = await stream(readProjectFile(value => value));

    expect(answer).toMatchObject({ error: { code: 'NO_API_KEY' } });
    expect(sent).toEqual([]);
  });

  test('has VS Code ask for the key as for a password', () => {
    const { inputs } = parseEditorFile();

    expect(inputs).toEqual([expect.objectContaining({ type: 'promptString', id: 'polygon-key', password: true })]);
  });

  test('misspells nothing that a host would pass over', () => {
    const text = readSnippets().find(({ intro }) => intro.startsWith('`.vscode/mcp.json`'))!.text;

    expect(() => parseEditorFile(text.replace('"type": "stdio"', '"type": "sdtio"'))).toThrow();
    expect(() => parseEditorFile(text.replace('"env"', '"evn"'))).toThrow();
  });

  test('is one of these seven ways and no other', () => {
    expect(readSnippets()).toHaveLength(7);
  });
});
