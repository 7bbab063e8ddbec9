/** Cites and checks how the symbols of a market say when a contract ends. */
import type { RawCalendar, RawMarket } from '../model.js';
import type { Problem } from '../problem.js';
import type { Citing } from './citing.js';
import type { Loaded } from './file.js';
import type { YamlPath } from './yaml.js';

/** Adds the claims of the expiry to the citations. */
export function citeExpiry({ market, symbol: { expiry } }: RawMarket, citing: Citing): void {
  if (!expiry) return;
  const path = ['symbol', 'expiry'];
  const cite = (see: typeof expiry.see, at: YamlPath, what: string, ...mentions: string[]): void => {
    citing.cite(see, [...path, ...at, 'see'], { what: `${market} ${what}`, kind: 'fact', mentions });
  };
  cite(expiry.see, [], 'expiry', 'over for certain', ...(expiry.listed_years ? [`${expiry.listed_years}`] : []));
  const { without_month: without, products = [] } = expiry;
  if (without)
    cite(without.see, ['without_month'], 'product without a month', ...Object.keys(without.examples).slice(0, 2));
  for (const [index, { codes, months, see }] of products.entries()) {
    cite(see, ['products', index], `months of ${codes[0]}`, ...codes, months);
  }
}

/** The pattern has its groups, the calendar exists, each product stands once, and its months are months. */
export function checkExpiry({ source, value }: Loaded<RawMarket>, calendars: readonly RawCalendar[]): Problem[] {
  const { symbol } = value;
  const { expiry } = symbol;
  if (!expiry) return [];
  const problems: Problem[] = [];
  const report = (at: YamlPath, message: string): void => {
    problems.push({ at: source.at(['symbol', 'expiry', ...at]), message });
  };
  for (const group of ['product', 'year', 'month']) {
    if (!expiry.pattern.includes(`(?<${group}>`)) report(['pattern'], `the pattern lacks the group ${group}`);
  }
  const form = new RegExp(expiry.pattern, 'u');
  for (const example of symbol.examples) {
    if (!form.test(example)) report(['pattern'], `the pattern does not match the example ${example}`);
  }
  if (!calendars.some(({ calendar }) => calendar === expiry.calendar)) {
    report(['calendar'], `there is no calendar ${expiry.calendar}`);
  }
  for (const [example, meant] of Object.entries(expiry.without_month?.examples ?? {})) {
    const got = new RegExp(expiry.without_month!.pattern, 'u').exec(example)?.groups?.product;
    if (got !== meant) {
      const message = `${example} should be of the product ${meant}, but is of ${got ?? 'none'}`;
      report(['without_month', 'examples', example], message);
    }
  }
  const seen = new Set<string>();
  for (const [index, { codes, months }] of (expiry.products ?? []).entries()) {
    for (const code of codes) {
      if (seen.has(code)) report(['products', index, 'codes'], `${code} stands twice`);
      seen.add(code);
    }
    for (const month of months) {
      if (!expiry.month_codes?.includes(month)) report(['products', index, 'months'], `${month} is no month`);
    }
  }
  return problems;
}
