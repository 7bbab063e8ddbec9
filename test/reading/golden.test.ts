import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { ReadAnswer, ReadArguments } from '../../generated/types.js';
import { readSettings } from '../../runtime/config/settings.js';
import type { Message } from '../../runtime/market/format.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { read } from '../../runtime/reading/read.js';
import { lineOf } from '../../runtime/reading/text.js';
import { Hub } from '../../runtime/stream/hub.js';
import { plainRead } from '../support/bench.js';
import { type Example, readChannelPages } from '../support/examples.js';
import { handFrame } from '../support/hand-feed.js';
import { channelCount } from '../support/spec.js';

const file = new URL('../golden/messages.txt', import.meta.url);
const command = 'UPDATE_GOLDEN=1 npx vitest run --config test/vitest.config.ts test/reading/golden.test.ts';
const { settings } = readSettings({}, []);
const pages = readChannelPages();

async function render(market: string, path: string, { line, text }: Example): Promise<string> {
  const hub = new Hub(suite, markets, settings, { clock: systemClock, write: () => {} }).client({ alone: true });
  handFrame(hub.stream(market), text);
  const ask = (more: Partial<Omit<ReadArguments, 'market'>>): Promise<ReadAnswer> =>
    read(hub, { ...plainRead, market, max_bytes: 200_000, ...more });
  const messages = (await ask({})).messages as Message[];
  const full = (await ask({ detail: 'full' })).messages as Message[];
  const { csv } = await ask({ format: 'csv' });
  return [
    `== ${path}:${line}`,
    `wire    ${text}`,
    ...messages.map(message => `summary ${JSON.stringify(message)}`),
    ...full.map(message => `full    ${JSON.stringify(message)}`),
    ...messages.map(message => `text    ${lineOf(message)}`),
    ...(csv as string)
      .trimEnd()
      .split('\n')
      .map(row => `csv     ${row}`),
    '',
  ].join('\n');
}

function firstDifference(kept: string, rendered: string): string | undefined {
  if (kept === rendered) return undefined;
  const [before, after] = [kept.split('\n'), rendered.split('\n')];
  const index = after.findIndex((line, at) => line !== before[at]);
  const at = index < 0 ? after.length : index;
  const example = after.slice(0, at + 1).findLast(line => line.startsWith('== ')) ?? '';
  return [
    `test/golden/messages.txt:${at + 1} differs (${example})`,
    `kept:     ${before[at] ?? '(nothing)'}`,
    `rendered: ${after[at] ?? '(nothing)'}`,
    `If the rendered line is right, run: ${command}`,
  ].join('\n');
}

const rendered = (
  await Promise.all(
    pages.flatMap(({ market, path, examples }) => examples.map(example => render(market, path, example))),
  )
).join('\n');

describe('the documented examples', () => {
  test('are two for each channel', () => {
    expect(pages.map(({ examples }) => examples.length)).toEqual(Array(channelCount).fill(2));
  });

  test('are rendered as the golden file shows', () => {
    const update = process.env.UPDATE_GOLDEN === '1' || (!existsSync(file) && !process.env.CI);
    if (update) {
      mkdirSync(new URL('.', file), { recursive: true });
      writeFileSync(file, rendered);
    }
    expect(existsSync(file), `test/golden/messages.txt is missing; run: ${command}`).toBe(true);
    const difference = firstDifference(readFileSync(file, 'utf8'), rendered);
    expect(difference, difference).toBeUndefined();
  });
});

describe('the first difference', () => {
  test('names the line, the example, both texts and the command', () => {
    expect(firstDifference('== a\nsummary 1\n', '== a\nsummary 2\n')).toBe(
      [
        'test/golden/messages.txt:2 differs (== a)',
        'kept:     summary 1',
        'rendered: summary 2',
        `If the rendered line is right, run: ${command}`,
      ].join('\n'),
    );
  });

  test('is found where one text ends before the other', () => {
    expect(firstDifference('== a\nb', '== a')).toContain('kept:     b\nrendered: (nothing)');
    expect(firstDifference('== a', '== a\nb')).toContain('kept:     (nothing)\nrendered: b');
  });

  test('is none between equal texts', () => {
    expect(firstDifference('same', 'same')).toBeUndefined();
  });
});
