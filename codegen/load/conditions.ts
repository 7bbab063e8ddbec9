/** Cites codes row by row, and checks what the schema cannot say about them. */
import type { Citation, RawChannel, RawConditions, RawMarket } from '../model.js';
import type { Problem } from '../problem.js';
import { Citing } from './citing.js';
import type { Loaded } from './file.js';
import type { RawCitation, RawField, RawUpdates } from './spec-types.js';
import type { YamlPath } from './yaml.js';

/** The tables that can give names to codes. */
export const codeTables = ['trades', 'quotes', 'quote_indicators', 'luld', 'tapes', 'exchanges'] as const;
export type CodeTable = (typeof codeTables)[number];

/** The table that has the codes of a field; undefined for what is no code. */
export function tableOf({ event }: Pick<RawChannel, 'event'>, { role }: Pick<RawField, 'role'>): CodeTable | undefined {
  switch (role) {
    case 'conditions':
      return event === 'TRADE' ? 'trades' : undefined;
    case 'condition':
      return event === 'QUOTE' ? 'quotes' : undefined;
    case 'indicators':
      return event === 'LULD' ? 'luld' : event === 'QUOTE' ? 'quote_indicators' : undefined;
    case 'tape':
      return 'tapes';
    case 'exchange_id':
    case 'bid.exchange':
    case 'ask.exchange':
    case 'reporting_facility':
      return 'exchanges';
    default:
      return undefined;
  }
}

const words = { last: 'last', high_low: 'high/low', volume: 'volume' } as const;

/** As the pages write it. */
function spell(updates: RawUpdates | undefined): string {
  if (updates === undefined) return 'not known';
  return updates.map(update => words[update]).join(', ') || 'nothing';
}

/** Adds the claims of a table of codes to the citations: each row of it is a row of a page. */
export function citeConditions({ source, value }: Loaded<RawConditions>, citations: Citation[]): void {
  const citing = new Citing(source, value.pages, citations);
  const cite = (see: RawCitation, path: YamlPath, what: string, ...cells: (string | number)[]): void => {
    const mentions = [`| ${cells.join(' | ')} |`];
    citing.cite(see, [...path, 'see'], { what: `${value.market} ${what}`, kind: 'fact', mentions });
  };
  for (const [index, { code, name, updates, sure, outside_regular: outside, see }] of (value.trades ?? []).entries()) {
    const path = ['trades', index];
    cite(see, path, `trades ${code}`, code, name, spell(updates), sure);
    if (outside) {
      const cells = [code, 'outside the regular session', spell(outside.updates), outside.sure];
      cite(outside.see, [...path, 'outside_regular'], `trades ${code} outside the regular session`, ...cells);
    }
  }
  for (const table of codeTables.filter(other => other !== 'trades')) {
    for (const [index, { code, name, sure, see }] of (value[table] ?? []).entries()) {
      cite(see, [table, index], `${table} ${code}`, code, name, sure);
    }
  }
}

/** The market exists and has messages with such codes; each code stands once; only sure updates are used. */
export function checkConditions(
  { source, value }: Loaded<RawConditions>,
  markets: readonly Loaded<RawMarket>[],
): Problem[] {
  const problems: Problem[] = [];
  const report = (path: YamlPath, message: string): void => {
    problems.push({ at: source.at(path), message });
  };
  const file = `spec/conditions/${value.market}.yaml`;
  if (source.path !== file) report(['market'], `the codes of ${value.market} belong into ${file}`);
  const market = markets.find(other => other.value.market === value.market)?.value;
  if (!market) {
    const names = markets.map(other => other.value.market).join(', ');
    report(['market'], `there is no market ${value.market}; the markets are ${names}`);
  }
  for (const table of codeTables.filter(other => value[other])) {
    const used = market?.channels.some(channel => channel.fields.some(field => tableOf(channel, field) === table));
    if (market && !used) {
      report(
        [table],
        `no field of ${value.market} has codes of ${table}; give one the role of them, or drop the table`,
      );
    }
    const seen = new Set<number>();
    for (const [index, { code }] of value[table]!.entries()) {
      if (seen.has(code)) report([table, index, 'code'], `${code} stands twice in ${table}`);
      seen.add(code);
    }
  }
  checkTrades(value, market, report);
  return problems;
}

function checkTrades(
  { trades = [] }: RawConditions,
  market: RawMarket | undefined,
  report: (path: YamlPath, message: string) => void,
): void {
  for (const [index, { code, updates, sure, outside_regular: outside }] of trades.entries()) {
    const path = ['trades', index];
    if (sure === 'low' && updates) {
      report([...path, 'updates'], `the updates of ${code} are not sure enough to be used; drop them`);
    }
    if (sure !== 'low' && !updates) {
      report(path, `${code} lacks updates, such as updates: [volume]; where they are not known, write sure: low`);
    }
    if (!outside) continue;
    if (outside.sure === 'low') {
      report(
        [...path, 'outside_regular', 'sure'],
        `what ${code} does outside the regular session is not sure enough; drop outside_regular`,
      );
    }
    const lost = (updates ?? []).filter(update => !outside.updates.includes(update));
    if (lost.length > 0) {
      report([...path, 'outside_regular', 'updates'], `${code} updates ${spell(lost)} in every session; list it too`);
    }
    if (market && !market.hours.sessions.some(({ name }) => name === 'regular')) {
      report(
        [...path, 'outside_regular'],
        `${market.market} has no session named regular in its hours; drop outside_regular`,
      );
    }
  }
}
