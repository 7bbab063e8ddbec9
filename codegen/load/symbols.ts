/** Checks the patterns of a market with its examples. */
import type { RawMarket } from '../model.js';
import type { YamlPath } from './yaml.js';

export type Report = (path: YamlPath, message: string) => void;

/** The patterns accept the canonical symbols, spellings and instruments. */
export function checkSymbols({ symbol, simulation }: RawMarket, report: Report): void {
  const pattern = new RegExp(symbol.pattern, 'u');
  const spellings = symbol.spellings ?? [];
  const patterns: readonly (readonly [path: YamlPath, pattern: string])[] = [
    [['symbol', 'pattern'], symbol.pattern],
    ...spellings.map(({ pattern: text }, index) => [['symbol', 'spellings', index, 'pattern'], text] as const),
    ...(['slips', 'wrappers', 'elsewhere', 'tolerated'] as const).flatMap(list =>
      (symbol[list] ?? []).map(({ pattern: text }, index) => [['symbol', list, index, 'pattern'], text] as const),
    ),
    ...(symbol.usual ? [[['symbol', 'usual', 'pattern'], symbol.usual.pattern] as const] : []),
  ];
  const split = patterns.filter(([, text]) => isSplit(text));
  for (const [path, text] of split) {
    report(path, `the alternatives of ${text} are not all anchored; bracket them, such as ^(?:A|B)$`);
  }
  // Such a pattern accepts too much, and the examples would be blamed for it.
  if (split.length > 0) return;
  const canonical = (text: string): string | undefined => {
    if (pattern.test(text)) return text;
    const spelling = spellings.find(({ pattern: other }) => new RegExp(other, 'u').test(text));
    return spelling && text.replace(new RegExp(spelling.pattern, 'u'), spelling.canonical);
  };
  for (const [index, example] of symbol.examples.entries()) {
    if (!pattern.test(example))
      report(['symbol', 'examples', index], `example ${example} does not match ${symbol.pattern}; mend one of the two`);
  }
  for (const [index, reject] of symbol.rejects.entries()) {
    if (canonical(reject) !== undefined)
      report(
        ['symbol', 'rejects', index],
        `${reject || 'the empty text'} should be rejected, but is accepted; mend the pattern, or take it out`,
      );
  }
  checkExamples(symbol, 'spellings', canonical, 'mean', report);
  for (const instrument of Object.keys(simulation.instruments)) {
    if (!pattern.test(instrument)) {
      report(
        ['simulation', 'instruments', instrument],
        `instrument ${instrument} does not match ${symbol.pattern}; write it as a canonical symbol`,
      );
    }
  }
}

/** The readings of a wrong form, which the spec writes with ' or ' between them. */
export function readingsIn(meant: string): readonly string[] {
  return meant.split(' or ');
}

/** The examples of wrong forms lead to the suggestions that they name. */
export function checkSlips({ symbol }: RawMarket, report: Report): void {
  const suggested = (text: string): string | undefined => {
    const upper = text.toUpperCase();
    const slip = symbol.slips?.find(({ pattern: other }) => new RegExp(other, 'u').test(upper));
    return slip && upper.replace(new RegExp(slip.pattern, 'u'), slip.meant);
  };
  checkExamples(symbol, 'slips', suggested, 'suggest', report);
  const unwrapped = (text: string): string | undefined => {
    const wrapper = symbol.wrappers?.find(({ pattern: other }) => new RegExp(other, 'iu').test(text));
    const inner = wrapper && text.replace(new RegExp(wrapper.pattern, 'iu'), '$1');
    return inner !== undefined && new RegExp(symbol.pattern, 'u').test(inner) ? inner : inner && suggested(inner);
  };
  checkExamples(symbol, 'wrappers', unwrapped, 'suggest', report);
}

/** The usual and the tolerated forms fit their patterns, the usual ones also that of the market, the tolerated ones not. */
export function checkForms({ symbol }: RawMarket, report: Report): void {
  const pattern = new RegExp(symbol.pattern, 'u');
  for (const [index, example] of (symbol.usual?.examples ?? []).entries()) {
    if (pattern.test(example) && new RegExp(symbol.usual!.pattern, 'u').test(example)) continue;
    report(
      ['symbol', 'usual', 'examples', index],
      `example ${example} does not match; mend the pattern, or take it out`,
    );
  }
  for (const [number, { pattern: form, examples }] of (symbol.tolerated ?? []).entries()) {
    for (const [index, example] of examples.entries()) {
      if (new RegExp(form, 'u').test(example) && !pattern.test(example)) continue;
      const at = ['symbol', 'tolerated', number, 'examples', index];
      report(at, `example ${example} does not match, or is no odd form; mend the pattern, or take it out`);
    }
  }
}

/** The symbols of other markets lead to channels that those have. */
export function checkElsewhere({ symbol }: RawMarket, markets: readonly RawMarket[], report: Report): void {
  for (const [index, { market: name, examples }] of (symbol.elsewhere ?? []).entries()) {
    const other = markets.find(({ market }) => market === name);
    if (!other) {
      const names = markets.map(({ market }) => market).join(', ');
      report(['symbol', 'elsewhere', index, 'market'], `there is no market ${name}; the markets are ${names}`);
      continue;
    }
    for (const [example, meant] of Object.entries(examples)) {
      const upper = example.toUpperCase();
      const rule = symbol.elsewhere!.find(({ pattern }) => new RegExp(pattern, 'u').test(upper));
      const got = rule && upper.replace(new RegExp(rule.pattern, 'u'), rule.meant);
      const [, prefix, rest = ''] = /^([^.]+)\.(.+)$/.exec(meant) ?? [];
      const exists = other.channels.some(channel => channel.prefix === prefix);
      if (got === meant && exists && new RegExp(other.symbol.pattern, 'u').test(rest)) continue;
      const fault =
        got === meant
          ? `${meant} is no channel of ${name}`
          : `${example} should suggest ${meant}, but suggests ${got ?? 'nothing'}`;
      report(['symbol', 'elsewhere', index, 'examples', example], fault);
    }
  }
}

/** @param read turns an example into a symbol; `verb` says how, for the message */
function checkExamples(
  symbol: RawMarket['symbol'],
  list: 'spellings' | 'slips' | 'wrappers',
  read: (example: string) => string | undefined,
  verb: string,
  report: Report,
): void {
  const form = new RegExp(symbol.usual?.pattern ?? symbol.pattern, 'u');
  for (const [index, { examples }] of (symbol[list] ?? []).entries()) {
    for (const [example, meant] of Object.entries(examples)) {
      const got = read(example);
      if (got === meant && readingsIn(meant).every(one => form.test(one))) continue;
      report(
        ['symbol', list, index, 'examples', example],
        `${example} should ${verb} ${meant}, but ${verb}s ${got ?? 'nothing'}`,
      );
    }
  }
}

/** Whether a | stands outside of all brackets, so that ^ binds only the first alternative and $ only the last. */
function isSplit(pattern: string): boolean {
  const bare = pattern.replace(/\\./g, '').replace(/\[[^\]]*\]/g, '');
  let depth = 0;
  for (const letter of bare) {
    if (letter === '(') depth++;
    else if (letter === ')') depth--;
    else if (letter === '|' && depth === 0) return true;
  }
  return false;
}
