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
    ...(symbol.slips ?? []).map(({ pattern: text }, index) => [['symbol', 'slips', index, 'pattern'], text] as const),
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

/** The examples of wrong forms lead to the suggestions that they name. */
export function checkSlips({ symbol }: RawMarket, report: Report): void {
  const suggested = (text: string): string | undefined => {
    const slip = symbol.slips?.find(({ pattern: other }) => new RegExp(other, 'iu').test(text));
    return slip && text.replace(new RegExp(slip.pattern, 'iu'), slip.meant).toUpperCase();
  };
  checkExamples(symbol, 'slips', suggested, 'suggest', report);
}

/** @param read turns an example into a symbol; `verb` says how, for the message */
function checkExamples(
  symbol: RawMarket['symbol'],
  list: 'spellings' | 'slips',
  read: (example: string) => string | undefined,
  verb: string,
  report: Report,
): void {
  for (const [index, { examples }] of (symbol[list] ?? []).entries()) {
    for (const [example, meant] of Object.entries(examples)) {
      const got = read(example);
      if (got === meant && new RegExp(symbol.pattern, 'u').test(meant)) continue;
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
