/** The names of fields are the markets' own: the server goes by their roles. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.js';
import { markets, suite } from '../../generated/suite.js';
import type { Market } from '../../runtime/contract/market.js';
import type { Suite } from '../../runtime/contract/suite.js';
import { Bench } from '../support/bench.js';
import { makeFolder, removeFolders, repository } from '../support/project.js';

/** A name of its own for every field that has a role, but for the symbol. */
function renameFields(yaml: string): string {
  return yaml.replace(/(\{ key: \w+, name: )([\w.]+)(, .*role: (?!symbol\b))/g, (_, before, name: string, after) => {
    return `${before}${name.replace(/(\w+)$/, 'my_$1')}${after}`;
  });
}

/** Generates what a spec with other names comes to, and loads it. */
async function generateRenamed(): Promise<{ markets: readonly Market[]; suite: Suite }> {
  const root = makeFolder();
  for (const name of ['spec', 'README.md', 'package.json', 'generated']) {
    cpSync(join(repository, name), join(root, name), { recursive: true });
  }
  for (const name of ['runtime', 'node_modules']) symlinkSync(join(repository, name), join(root, name), 'dir');
  const folder = join(root, 'spec/markets');
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    writeFileSync(path, renameFields(readFileSync(path, 'utf8')));
  }
  const { files, problems } = generate(root);
  expect(problems).toEqual([]);
  mkdirSync(join(root, 'generated'), { recursive: true });
  for (const [name, text] of files) writeFileSync(join(root, 'generated', name), text);
  return import(pathToFileURL(join(root, 'generated/suite.ts')).href);
}

const channels: Readonly<Record<string, readonly string[]>> = {
  stocks: ['T.AAPL', 'Q.AAPL', 'A.AAPL', 'LULD.AAPL', 'FMV.AAPL'],
  options: ['T.*', 'Q.O:SPY281215C00700000', 'A.*'],
  futures: ['T.*', 'Q.*', 'A.*'],
  indices: ['V.*', 'A.*'],
  forex: ['C.*', 'CAS.*'],
  crypto: ['XT.*', 'XQ.*', 'XAS.*'],
};

describe('a spec in which every field has another name', () => {
  let renamed: { markets: readonly Market[]; suite: Suite };

  beforeAll(async () => {
    renamed = await generateRenamed();
  }, 60_000);

  afterAll(removeFolders);

  /** The keys of the rows of a market whose feed sends the same, and what its messages are called. */
  async function look(offer: { markets: readonly Market[]; suite: Suite }, played: readonly Market[], market: string) {
    const bench = await Bench.open({ ...offer, played });
    try {
      const { structured } = await bench.call(`start_${market}_stream`, { channels: channels[market] });
      const { cursor } = structured;
      // Long enough for bars, bands and an estimate.
      bench.feed.advance(30_000);
      await bench.call('wait_for_stream_message', { market, cursor, count: 20, timeout_s: 20 });
      const rows = (await bench.call('summarize_stream', { market })).structured.symbols as Record<string, unknown>[];
      const { messages } = (await bench.call('read_stream_messages', { market, cursor, limit: 1_000 })).structured;
      return { keys: new Set(rows.flatMap(known)), messages: messages as Record<string, unknown>[] };
    } finally {
      await bench.close();
    }
  }

  test.each(Object.keys(channels))('summarizes %s by the same keys as ever', { timeout: 60_000 }, async market => {
    const [before, after, own] = await Promise.all([
      look({ suite, markets }, markets, market),
      look(renamed, markets, market),
      look(renamed, renamed.markets, market),
    ]);

    expect(before.keys.size).toBeGreaterThan(8);
    expect(after.keys).toEqual(before.keys);
    expect(own.keys).toEqual(before.keys);
    expect(after.messages.every(message => Object.keys(message).some(name => isRenamed(message, name)))).toBe(true);
  });

  test('names its fields in the tools, and not those of before', () => {
    const wait = renamed.suite.tools.find(({ verb }) => verb === 'wait')!;

    expect(wait.description).toContain('field: my_price, bid.my_price, my_close, my_value, spread_bps, state');
    expect(JSON.stringify(wait.inputSchema)).toContain(
      '{\\\\\\"field\\\\\\":\\\\\\"my_price\\\\\\"'.replaceAll('\\\\\\', '\\'),
    );
  });
});

/** The keys of a row that have a value, those of its bar included. */
function known(row: Record<string, unknown>): string[] {
  return Object.entries(row).flatMap(([key, value]) => {
    if (key === 'bar') return known(value as Record<string, unknown>).map(inner => `bar.${inner}`);
    return value === null || key === 'incomplete' ? [] : [key];
  });
}

function isRenamed(message: Record<string, unknown>, name: string): boolean {
  const value = message[name];
  const inner = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return [name, ...inner].some(key => key.startsWith('my_'));
}
