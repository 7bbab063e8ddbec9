import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addInventedMarket, makeFolder, removeFolders, repository } from '../support/project.js';
import { marketNames, toolCount } from '../support/spec.js';

type Answer = Record<string, unknown>;

/** Builds a project like this one in a folder of its own, with one file and its pages more in `spec/`. */
function makeProject(): string {
  const root = makeFolder();
  for (const name of ['spec', 'README.md', 'package.json', 'tsconfig.json', 'generated']) {
    cpSync(join(repository, name), join(root, name), { recursive: true });
  }
  for (const name of ['runtime', 'codegen', 'test', 'node_modules']) {
    symlinkSync(join(repository, name), join(root, name), 'dir');
  }
  addInventedMarket(root);
  return root;
}

function run(root: string, ...args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

function contents(folder: string): Map<string, string> {
  const files = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isFile());
  return new Map(files.map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]));
}

describe('one market more, which is a file and its pages in spec/ and nothing else', { timeout: 120_000 }, () => {
  let root = '';
  let generation = { status: null as number | null, output: '' };

  beforeAll(() => {
    root = makeProject();
    generation = run(root, '--import', 'tsx', join(repository, 'codegen/main.ts'), '--root', root);
  }, 60_000);

  afterAll(removeFolders);

  test('is generated: two files come, and those that list the markets change', () => {
    const lines = generation.output.trim().split('\n');

    expect(generation.status).toBe(0);
    expect(lines.slice(0, -1).filter(line => line.includes('created'))).toEqual([
      'created generated/metals.test.ts',
      'created generated/metals.ts',
    ]);
    const before = readdirSync(join(repository, 'generated'), { recursive: true, withFileTypes: true });
    const count = before.filter(entry => entry.isFile()).length + 2;
    expect(lines.at(-1)).toMatch(new RegExp(`^generated/ is fresh: ${count} files, \\d+ citations hold\\.$`));
  });

  test('leaves the tables of the other markets as they are', () => {
    const [before, after] = [contents(join(repository, 'generated')), contents(join(root, 'generated'))];
    const names = [...marketNames, 'main'].map(name => `${name}.ts`);

    for (const name of names) expect(after.get(name), name).toBe(before.get(name));
    expect(after.get('suite.ts')).toContain(
      `export const markets: readonly Market[] = [${marketNames.join(', ')}, metals];`,
    );
  });

  test('compiles under the rules of the repository', () => {
    writeFileSync(
      join(root, 'tsconfig.generated.json'),
      JSON.stringify({ extends: './tsconfig.json', include: ['generated'] }),
    );

    expect(run(root, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.generated.json')).toEqual({
      status: 0,
      output: '',
    });
  });

  test('passes the test that was generated for it', () => {
    writeFileSync(
      join(root, 'vitest.config.mjs'),
      "export default { test: { include: ['generated/metals.test.ts'] } };\n",
    );
    const { status, output } = run(root, 'node_modules/vitest/vitest.mjs', 'run', '--reporter=json');
    const { numFailedTests, numPassedTests, numTotalTests } = JSON.parse(output.slice(output.indexOf('{"')));

    expect({ status, numFailedTests }).toEqual({ status: 0, numFailedTests: 0 });
    expect(numTotalTests).toBeGreaterThan(15);
    expect(numPassedTests).toBe(numTotalTests);
  });

  describe('once built, as a host runs it', () => {
    const client = new Client({ name: 'test', version: '1' });

    async function call(name: string, args: Answer = {}): Promise<Answer> {
      const { structuredContent, isError } = await client.callTool({ name, arguments: args });
      expect(isError ?? false, JSON.stringify(structuredContent)).toBe(false);
      return structuredContent as Answer;
    }

    beforeAll(async () => {
      mkdirSync(join(root, 'dist'));
      await build({
        entryPoints: [join(root, 'generated/main.ts')],
        outfile: join(root, 'dist/mcp-polygon.js'),
        absWorkingDir: root,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node20',
        logLevel: 'silent',
        banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
      });
      cpSync(join(root, 'spec/polygon-docs'), join(root, 'dist/polygon-docs'), { recursive: true });
      await client.connect(
        new StdioClientTransport({
          command: process.execPath,
          args: [join(root, 'dist/mcp-polygon.js')],
          cwd: root,
          stderr: 'ignore',
        }),
      );
    }, 60_000);

    afterAll(() => client.close());

    test('lists six tools more, its own', async () => {
      const { tools } = await client.listTools();

      expect(tools).toHaveLength(toolCount + 6);
      expect(tools.map(({ name }) => name).filter(name => name.includes('metals'))).toEqual([
        'start_metals_stream',
        'stop_metals_stream',
        'get_metals_stream_status',
        'subscribe_metals_channels',
        'unsubscribe_metals_channels',
        'list_metals_subscriptions',
      ]);
      expect(tools.find(({ name }) => name === 'start_metals_stream')?.title).toBe('Start Precious metals stream');
      expect(tools.find(({ name }) => name === 'read_stream_messages')?.inputSchema.properties?.market).toMatchObject({
        enum: [...marketNames, 'metals'],
      });
    });

    test('its pages are readable by line', async () => {
      const { contents: read } = await client.readResource({ uri: 'polygon-docs://websockets/metals/trades.md:28' });

      expect(read).toMatchObject([{ text: '| `at` | integer | Unix ns | no | When the trade was made. |' }]);
    });

    test('plays trades, quotes and minute bars on the simulated feed through all six tools', async () => {
      const started = await call('start_metals_stream', {
        channels: ['MTR.XAU@01', 'MQ.XAU@01', 'MM.SPOT:*', 'MQ.*'],
        endpoint: 'simulated',
      });
      expect(started).toMatchObject({
        market: 'metals',
        state: 'live',
        simulated: true,
        accepted: ['MT.XAU@01', 'MQ.XAU@01', 'MM.*'],
        rejected: [
          {
            channel: 'MQ.*',
            code: 'INVALID_CHANNEL',
            message: 'MQ.* is not served: quotes are given for named symbols only',
          },
        ],
        notes: expect.arrayContaining(['MTR.XAU@01 is sent as MT.XAU@01', 'MM.SPOT:* is sent as MM.*']),
        subscription_count: 3,
      });

      const first = async (channel: string): Promise<Answer> => {
        // A minute bar is due within a minute, which is more than a wait may take.
        const wanted = { market: 'metals', channels: [channel], cursor: started.cursor, timeout_s: 40 };
        const early = await call('wait_for_stream_message', wanted);
        const { matched, messages } = early.matched ? early : await call('wait_for_stream_message', wanted);
        expect(matched).toBe(true);
        return (messages as Answer[])[0]!;
      };

      const trade = await first('MT.XAU@01');
      // Its id stays away now and then.
      const always = ['event', 'price', 'size', 'symbol', 'timestamp'];
      expect(
        Object.keys(trade)
          .filter(key => key !== 'trade_id')
          .sort(),
      ).toEqual(always);
      expect(trade).toMatchObject({ event: 'TRADE', symbol: 'XAU@01' });
      expect(trade.timestamp).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
      expect(Number(trade.price) % 0.25).toBe(0);
      expect(trade.price).toBeGreaterThan(3000);
      expect(trade.price).toBeLessThan(5000);
      expect(Number.isInteger(trade.size)).toBe(true);

      const quote = await first('MQ.XAU@01');
      const { bid, ask, spread, timestamp } = quote as { bid: Answer; ask: Answer; spread: number; timestamp: string };
      expect(quote).toMatchObject({ event: 'QUOTE', symbol: 'XAU@01' });
      expect(Object.keys(bid)).toEqual(['price', 'size']);
      expect(Number(ask.price) - Number(bid.price)).toBe(spread);
      expect(spread).toBeGreaterThan(0);
      expect(timestamp).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

      const bar = await first('MM.*');
      const { open, high, low, close } = bar as Record<string, number>;
      expect(bar.event).toBe('AGGREGATE_MINUTE');
      expect(['XAU@01', 'XAG@07']).toContain(bar.symbol);
      expect([open, high, low, close].map(value => typeof value)).toEqual(['number', 'number', 'number', 'number']);
      expect(low).toBeLessThanOrEqual(Math.min(open!, close!));
      expect(high).toBeGreaterThanOrEqual(Math.max(open!, close!));
      expect(bar.start_time).toMatch(/:00\.000Z$/);
      expect(Date.parse(String(bar.end_time)) - Date.parse(String(bar.start_time))).toBe(60_000);
      expect(bar.timestamp).toBe(bar.start_time);

      expect(await call('subscribe_metals_channels', { channels: ['MT.XAG@07'] })).toMatchObject({
        accepted: ['MT.XAG@07'],
        subscription_count: 4,
      });
      expect(await call('list_metals_subscriptions')).toMatchObject({
        subscriptions: {
          Trades: ['MT.XAG@07', 'MT.XAU@01'],
          Quotes: ['MQ.XAU@01'],
          'Aggregates (Per Minute)': ['MM.*'],
        },
      });
      expect(await call('unsubscribe_metals_channels', { channels: ['MQ.XAU@01', 'MQ.XPT@12'] })).toMatchObject({
        removed: ['MQ.XAU@01'],
        not_held: ['MQ.XPT@12'],
        subscription_count: 3,
      });
      expect(await call('get_metals_stream_status')).toMatchObject({
        state: 'live',
        feed: 'simulated',
        malformed: 0,
        unknown: 0,
      });
      const stopped = await call('stop_metals_stream');
      expect(stopped).toMatchObject({ market: 'metals', state: 'stopped' });
      expect(stopped.messages_received).toBeGreaterThanOrEqual(3);
    });
  });
});

test('the temporary folders are gone afterwards', () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'x'), '');
  removeFolders();

  expect(existsSync(folder)).toBe(false);
});
