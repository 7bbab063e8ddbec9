/**
 * Work that grows faster than its input: a text of some thousand signs must not hold the process. Every regular expression
 * is tried with texts on which a backtracking engine tries again and again.
 */
import { ts } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import { decimalValue } from '../../runtime/core/decimal.js';
import { nearest } from '../../runtime/core/nearest.js';
import { sourcesIn } from '../support/imports.js';

/** Quadratic ones, and why nobody but the operator gets a long text to them. */
const bounded: Readonly<Record<string, string>> = {
  '/(?<=.)[/\\\\]+$/': 'the folder of recordings that the operator named',
  '/\\/+$/': 'the feed that the operator named',
  '/\\.?0*$/': 'a decimal of at most 60 signs',
  '/\\.?0+$/': 'numbers of the simulated feed',
  '/^(?:[A-Z]:)?[^A-Z]*[a-z][^A-Z]*$/': 'symbols of channels, at most 64 signs',
};

/** The short text finds what doubles with every sign, before the long one is tried. */
const lengths = [24, 14_000];
/** A linear search takes less than one, a quadratic one a hundred and more. */
const longestMs = 40;

const heads = ['', 'A', 'O:', 'replay:', 'polygon-docs://', 'polygon://streams/stocks/', 'wss://'];
const atoms = [
  ...[
    'a',
    'A',
    '0',
    '1',
    '.',
    '-',
    ' ',
    '/',
    ':',
    '_',
    '\\',
    '"',
    ',',
    '=',
    '~',
    '(',
    '[',
    '{',
    '\t',
    '\n',
    '\u0001',
    'é',
  ],
  ...[
    'a.',
    'A.',
    'A-',
    '0-',
    'A/',
    '1.',
    '1:',
    '.0',
    '[1,',
    '{"a":',
    'C:',
    'AAA-',
    '%41',
    '.md:1',
    'a=',
    '\u001b[',
    '1e',
  ],
];
const tails = ['', '!', 'A', 'a', '0', '\n', '"'];

interface Pattern {
  readonly text: string;
  readonly where: string;
}

function literalsIn(node: ts.Node): string[] {
  if (ts.isRegularExpressionLiteral(node)) return [node.text];
  const found: string[] = [];
  ts.forEachChild(node, child => void found.push(...literalsIn(child)));
  return found;
}

/** Every literal of the runtime, and every pattern of the spec. */
function patterns(): Pattern[] {
  const literals = sourcesIn('runtime').flatMap(file =>
    literalsIn(file.compilerNode).map(text => ({ text, where: file.getFilePath().slice(1) })),
  );
  const forms = markets.flatMap(({ name, symbol: { pattern, spellings, slips } }) => [
    { text: new RegExp(pattern, 'u').toString(), where: name },
    ...spellings.map(other => ({ text: new RegExp(other.pattern, 'u').toString(), where: name })),
    ...slips.map(other => ({ text: new RegExp(other.pattern, 'iu').toString(), where: name })),
  ]);
  return [...new Map([...literals, ...forms].map(found => [found.text, found])).values()];
}

/** The longest that a search took, ms, and on what; one that is too slow is enough. */
function worst(text: string): { tookMs: number; on: string } {
  const end = text.lastIndexOf('/');
  const expression = new RegExp(text.slice(1, end), text.slice(end + 1).replace(/[gy]/g, ''));
  let found = { tookMs: 0, on: '' };
  for (const { subject, on } of everySubject) {
    const tookMs = timeOf(() => expression.test(subject));
    if (tookMs > found.tookMs) found = { tookMs, on };
    if (tookMs >= longestMs) break;
  }
  return found;
}

function* subjects(): Generator<{ subject: string; on: string }> {
  for (const length of lengths) {
    for (const head of heads) {
      for (const atom of atoms) {
        const body = head + atom.repeat(Math.ceil(length / atom.length));
        for (const tail of tails) yield { subject: body + tail, on: JSON.stringify(`${head}(${atom})*${tail}`) };
      }
    }
  }
}

/** Made once: they take longer to make than to search. */
const everySubject = [...subjects()];

/** Milliseconds; what was slow once is tried again, since others use the machine too. */
function timeOf(work: () => unknown): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let times = 0; times < 4 && fastest > longestMs / 4; times++) {
    const beganMs = performance.now();
    work();
    fastest = Math.min(fastest, performance.now() - beganMs);
  }
  return fastest;
}

describe('regular expressions', () => {
  const all = patterns();

  test('are found in the runtime and in the spec', () => {
    expect(all.length).toBeGreaterThan(60);
  });

  test.each(all.filter(({ text }) => bounded[text] === undefined).map(({ text, where }) => [text, where]))(
    '%s of %s takes no longer than its text is long',
    text => {
      const { tookMs, on } = worst(text);

      expect(tookMs, on).toBeLessThan(longestMs);
    },
    60_000,
  );

  test('that are slow on long texts, and get none, are still there', () => {
    expect(Object.keys(bounded).filter(text => !all.some(found => found.text === text))).toEqual([]);
  });

  test('that are slow would be found', () => {
    expect(worst('/0*$/').tookMs).toBeGreaterThan(longestMs);
    expect(worst('/^(?:a+)+$/').tookMs).toBeGreaterThan(longestMs);
    expect(worst('/^0*$/').tookMs).toBeLessThan(longestMs);
  }, 60_000);
});

describe('a text that is much too long', () => {
  test.each([
    ['a decimal of a feed', () => decimalValue(`0.${'0'.repeat(200_000)}A`)],
    ['a decimal of a feed, all digits', () => decimalValue(`0.${'0'.repeat(200_000)}1`)],
    ['a misspelled name', () => nearest('a'.repeat(1_000_000), ['realtime', 'delayed', 'business', 'simulated'])],
  ])('is given up at once: %s', (_, work) => {
    expect(timeOf(work)).toBeLessThan(longestMs);
  });

  test('stays the text that it was', () => {
    const text = `0.${'0'.repeat(200)}1`;

    expect(decimalValue(text)).toBe(text);
  });
});
