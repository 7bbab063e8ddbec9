/** The figures that the pages for people give, beside what the code and the spec say. */
import { STDIO_DEFAULT_MAX_BUFFER_SIZE } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import manifest from '../../package.json' with { type: 'json' };
import { backoffMs } from '../../runtime/core/back-off.js';
import { figureIn } from '../support/constants.js';
import { guides, readGuide } from '../support/guides.js';
import { marketOf } from '../support/markets.js';
import { defaultOptions } from '../support/options.js';

const words = 'no one two three four five six seven eight nine ten'.split(' ');
const mebibyte = 2 ** 20;

/** `eight` for 8, `a million` for 1,000,000; else the digits, with a comma between thousands. */
function spelled(figure: number): string {
  return { 1000: 'a thousand', 1000000: 'a million' }[figure] ?? words[figure] ?? grouped(figure);
}

function grouped(figure: number): string {
  return figure.toLocaleString('en-US');
}

function mib(bytes: number): string {
  return `${bytes / mebibyte} MiB`;
}

function kib(bytes: number): string {
  return `${bytes / 2 ** 10} KiB`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a tool takes for an argument, and what it is if left out. */
function argument(tool: string, name: string): { minimum: number; maximum: number; usual: unknown } {
  const { inputSchema, validator } = suite.tools.find(one => one.name === tool)!;
  const { minimum, maximum } = (inputSchema.properties as Record<string, { minimum: number; maximum: number }>)[name]!;
  const given: object = validator.parse({ market: 'stocks' });
  return { minimum, maximum, usual: Reflect.get(given, name) };
}

function delayOf(market: string): number {
  return marketOf(market).feeds.find(({ feed }) => feed === 'delayed')!.delayMinutes;
}

const wait = argument('wait_for_stream_message', 'timeout_s');
const limit = argument('read_stream_messages', 'limit');
const size = argument('read_stream_messages', 'max_bytes');
const latest = Math.max(...['stocks', 'options', 'indices'].map(delayOf));
const knownTo = Math.max(
  ...markets.flatMap(({ hours: { calendar } }) => (calendar ? [Number(calendar.knownTo.slice(0, 4))] : [])),
);
const doctor = 'runtime/cli/doctor';
const { maxHeld } = marketOf('options').caps[0]!;
const frames = 'runtime/decode/frame-reader.ts';
const splitter = 'runtime/decode/splitter.ts';
const tokenLook = figureIn('runtime/config/token-store.ts', 'lookEveryMs') / 1_000;
const buffers = defaultOptions.httpMemoryBytes / defaultOptions.httpBufferBytes;

/** Seconds of waits: one attempt after another, and those after as many as count as a feed that is down. */
function waits(fruitless: (attempt: number) => number, attempts: readonly number[]): number[] {
  const { backoffInitialMs, backoffMaxMs } = defaultOptions;
  return attempts.map(
    attempt =>
      backoffMs({ initialMs: backoffInitialMs, maxMs: backoffMaxMs }, { attempt, fruitless: fruitless(attempt) }, 0) /
      1_000,
  );
}

const patience = figureIn('runtime/core/back-off.ts', 'patience');
const soon = waits(() => 0, [0, 1, 2, 3]);
const down = waits(attempt => attempt, [patience, patience + 1, patience + 2, patience + 3]);

/** What doctor waits for at most: a host and its time, then the three steps of a start, and an eviction; 5 s are for itself. */
const doctorSeconds =
  (2 * figureIn(`${doctor}/doctor.ts`, 'connectMs') +
    figureIn(`${doctor}/doctor.ts`, 'authMs') +
    figureIn(`${doctor}/doctor.ts`, 'ackMs') +
    figureIn(`${doctor}/host.ts`, 'datePatienceMs') +
    figureIn(`${doctor}/market.ts`, 'lingerMs')) /
    1_000 +
  5;

/** Passages by page; the figures in them are taken from where they are decided. */
const held: Readonly<Record<string, readonly string[]>> = {
  'README.md': [
    `Node ${/\d+/.exec(manifest.engines.node)![0]} or later`,
    `${spelled(suite.prompts.length)} prompts`,
    `${capitalized(spelled(suite.tools.length))} across markets`,
    `${capitalized(spelled(marketOf('stocks').tools.length))} for each market`,
    `A wait ends after ${wait.maximum} seconds at most`,
    `up to ${spelled(defaultOptions.bufferMessages)} messages or ${mib(defaultOptions.bufferBytes)} per market`,
    `whether they are ${latest} minutes late`,
    `of the US exchanges to the end of ${knownTo}, and`,
  ],
  'spec/guides/connecting.md': [`A line of more than ${mib(STDIO_DEFAULT_MAX_BUFFER_SIZE)} is answered`],
  'spec/guides/many-clients.md': [
    `${capitalized(spelled(defaultOptions.httpClientTtlMs / 60_000))} minutes after its last request`,
    `within ${tokenLook === 1 ? 'a second' : `${tokenLook} seconds`} when it changes`,
    `within ${spelled(2 * tokenLook)} seconds`,
    `have room for ${buffers} buffers, and a client takes one`,
    `at most ${grouped(figureIn('runtime/mcp/http/server.ts', 'mostParts'))} lists, objects and items`,
    `once ${figureIn('runtime/core/log.ts', 'quietMs') === 60_000 ? 'a minute' : '?'} for each kind`,
  ],
  'spec/guides/reading-and-waiting.md': [
    `| \`limit\` | messages, ${limit.minimum} to ${limit.maximum} | ${limit.usual} |`,
    `| \`max_bytes\` | size of the answer, ${size.minimum} to ${size.maximum} | ${size.usual} |`,
    `(${wait.minimum} to ${wait.maximum} seconds, ${wait.usual} if left out)`,
    `Up to ${spelled(suite.limits.comparisons)} such tests`,
    `in the ${grouped(figureIn('runtime/reading/conditions/earlier-values.ts', 'mostLookedBack'))} messages before its first`,
    `${grouped(figureIn('runtime/reading/conditions/earlier-values.ts', 'mostLookedBack'))} messages before the span`,
    `of the newest ${grouped(figureIn('runtime/reading/conditions/recall.ts', 'mostRecalled'))} messages at most`,
    `for up to ${marketOf('stocks').rest!.daily.most} symbols`,
    `no longer than ${defaultOptions.restJoinMs / 1_000} seconds`,
    `for ${figureIn('runtime/reading/daily/cache.ts', 'failedMs') / 1_000} seconds, or for ${figureIn('runtime/reading/daily/cache.ts', 'unentitledMs') / 60_000} minutes`,
    `came within ${figureIn('runtime/reading/bars/history.ts', 'patienceMs') / 1_000} seconds`,
    `${capitalized(spelled(figureIn('runtime/reading/backfill.ts', 'edgeMs') / 1_000))} seconds around the outage`,
    `asks for ${spelled(figureIn('runtime/reading/backfill.ts', 'mostChannels'))} channels at most, and takes ${figureIn('runtime/reading/backfill.ts', 'patienceMs') / 1_000} seconds`,
    `hold ${grouped(figureIn('runtime/reading/conditions/span.ts', 'mostPoints'))} values together`,
    `a span of 1 to ${figureIn('runtime/reading/conditions/operand-parser.ts', 'mostSeconds')} seconds`,
    `with at most ${figureIn('runtime/reading/conditions/operand-parser.ts', 'mostSymbols')} of them`,
    `to ${spelled(figureIn('runtime/market/turnover.ts', 'furtherDecimals'))} decimals more than`,
    `the newest bars, 1 to ${figureIn('runtime/reading/bars/request.ts', 'mostCount')} | ${figureIn('runtime/reading/bars/request.ts', 'usualCount')}, or all`,
    `so many trades, up to ${figureIn('runtime/market/bar-interval.ts', 'mostTicks')}`,
    `rounded to ${spelled(figureIn('runtime/market/indicators.ts', 'furtherDecimals'))} decimals more than the closes`,
    `or to ${spelled(figureIn('runtime/market/turnover.ts', 'averageDigits'))} digits`,
  ],
  'spec/guides/recording.md': [
    `with more than ${grouped(figureIn('runtime/recording/extent.ts', 'mostNames'))} channels is not`,
    `From ${grouped(figureIn('runtime/recording/new-channels.ts', 'mostChannels'))} channels of a file on`,
    `names the newest ${figureIn('runtime/tools/verbs/overview.ts', 'recordingsShown')} that a client can replay`,
    `at ${figureIn('runtime/feed/replay-request.ts', 'slowest')} to ${figureIn('runtime/feed/replay-request.ts', 'fastest')} times the speed`,
    `mode 0${figureIn('runtime/recording/file.ts', 'onlyOwner').toString(8)} and folders with 0${figureIn('runtime/recording/folder.ts', 'onlyOwner').toString(8)}`,
  ],
  'spec/guides/security.md': [
    `has ${figureIn('runtime/config/api-key.ts', 'shortest')} to 256 visible ASCII characters`,
    `less than ${spelled(figureIn('runtime/core/key-finder.ts', 'shortestCleaned'))} characters works`,
    `cut at ${figureIn('runtime/core/quoting.ts', 'longest')} characters`,
  ],
  'spec/guides/settings.md': [
    `of ${figureIn('runtime/config/token.ts', 'shortestToken')} to ${figureIn('runtime/config/token.ts', 'longestToken')} characters`,
    `below 5 s until ${spelled(patience)} attempts in a row failed`,
    `is let go ${spelled(defaultOptions.httpClientTtlMs / 60_000)} minutes after its last`,
    `or ${figureIn('runtime/core/back-off.ts', 'steadyMs') / 1_000} s of messages`,
  ],
  'spec/guides/streaming.md': [
    `| \`delayed\` | ${latest} minutes late, futures ${delayOf('futures')};`,
    `after ${soon[0]}, ${soon[1]} and then every ${soon[2]} seconds`,
    `After ${spelled(patience)} attempts in a row that brought no message it is ${down[0]}, ${down[1]} and then every ${down[2]} seconds`,
    `first ${suite.limits.listed} channels are listed`,
    `for ${figureIn('runtime/reading/channel-rows.ts', 'quietMs') / 1_000} seconds and a channel did not`,
    `Of more than ${spelled(figureIn('runtime/reading/channel-rows.ts', 'rowsShown'))} channels, those`,
    `at most once ${figureIn('runtime/mcp/resource-updates.ts', 'everyMs') === 1_000 ? 'a second' : '?'} for each`,
    `up to ${spelled(figureIn('runtime/feed/replay-request.ts', 'fastest'))} times its speed`,
  ],
  'spec/guides/terminal.md': [
    `a bar for each ${figureIn('runtime/cli/watch/terminal.ts', 'refreshMs') === 500 ? 'half second' : '?'}`,
  ],
  'spec/guides/troubleshooting.md': [
    `at most ${5 * Math.ceil(doctorSeconds / 5)} seconds`,
    `all prices are ${latest} minutes old`,
    `${wait.maximum} seconds are the most`,
    `(1 to ${figureIn('runtime/config/command.ts', 'longestListening')})`,
    `more than ${grouped(maxHeld)} option contracts`,
  ],
  'spec/guides/performance.md': [
    `more than ${kib(figureIn(frames, 'mostScannedBytes'))}, or of ${kib(figureIn(frames, 'mostParsedBytes'))}`,
    `in pieces of ${kib(figureIn(frames, 'usualStepBytes'))}`,
    `more than ${mib(figureIn(splitter, 'mostEventBytes'))}, or of ${kib(figureIn(frames, 'mostComplexBytes'))}`,
    `more than ${grouped(figureIn(frames, 'mostParts'))} parts`,
    `looks at sixteen bytes at a time`,
  ],
};

/** Passages with a figure that no code decides, and why. */
const others: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'spec/guides/streaming.md': {
    'the summary of a thousand messages is smaller than three of them': 'the goal of `context` in the benchmark',
  },
  'spec/guides/performance.md': {
    'about five minutes': 'measured',
    'takes about a minute': 'measured',
  },
  'spec/guides/recording.md': { 'ten times as fast': 'the speed of the command above it' },
  'spec/guides/troubleshooting.md': { 'a whole number of 19 digits': 'an example of a report' },
  'spec/guides/settings.md': { 'An operator who needs two markets': 'an example' },
};

const numbers = String.raw`(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|sixteen|twenty|half|hundred|thousand|million)`;
const units =
  'seconds?|minutes?|hours?|days?|MiB|KiB|GiB|bytes|characters|messages|channels|digits|decimals|symbols|buffers|clients|items|lists|tests|times|tools|prompts|contracts|parts|markets|attempts|rounds';
const figure = new RegExp(String.raw`(?<![\w.:/-])${numbers}(?: (?:option|stream|such))?[ -](?:${units})\b`, 'gi');

/** Figures of a page that stand in none of these passages; those of the benchmark's table were measured. */
function unheldIn(page: string, passages: readonly string[]): string[] {
  const prose = page.replace(/^```.*?^```$/gms, '').replace(/^## Figures\n.*/ms, '');
  const spans = passages.flatMap(passage => {
    const at = prose.indexOf(passage);
    return at < 0 ? [] : [[at, at + passage.length] as const];
  });
  return [...prose.matchAll(figure)]
    .filter(({ index, 0: text }) => !spans.some(([from, to]) => index >= from && index + text.length <= to))
    .map(([text]) => text);
}

const passages = Object.entries(held).flatMap(([path, texts]) => texts.map(text => [path, text] as const));

describe('the figures of the pages', () => {
  test.each(passages)('are those of the code: %s has "%s"', (path, text) => {
    expect(readGuide(path)).toContain(text);
  });

  test.each(guides)('are all held: %s', path => {
    const known = [...(held[path] ?? []), ...Object.keys(others[path] ?? {})];

    expect(unheldIn(readGuide(path), known)).toEqual([]);
  });

  test.each(['up to two million messages', 'or 640 MiB of it', 'after 60 seconds', 'within ten minutes'])(
    'are found: %s',
    text => {
      expect(unheldIn(text, ['up to a million messages'])).toHaveLength(1);
    },
  );

  test('are left alone where they are held or shown', () => {
    expect(unheldIn('```text\n3 messages\n```\nup to a million messages', ['up to a million messages'])).toEqual([]);
  });
});
