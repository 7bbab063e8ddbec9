/** Prints the result of a comparison. */

import type { Difference, Explanation, Silence } from '../model.js';
import { formatPosition } from '../problem.js';
import type { Drift } from './compare.js';

type Row = readonly string[];

/** @param from where the vendor's description was read */
export function describeDrift(drift: Drift, from: string): string {
  const { news, explained, stale, ended, channels, fields, unsaid } = drift;
  const gone = explained.filter(({ what, vendor }) => what === 'market' && vendor === 'absent').map(({ at }) => at);
  const silence = [...unsaid].map(([what, count]) => `${what} ${count}`).join(', ');
  return [
    `Compared the spec with ${from}: ${channels} channels and ${fields} fields stand in both.`,
    ...gone.map(market => `Not compared, because the vendor's description leaves it out: ${market}.`),
    ...(silence === '' ? [] : [`Not compared, because the vendor's description does not say it: ${silence}.`]),
    ...section('Explained in spec/errata.yaml', explained, explanationRow),
    ...section('Stale in spec/errata.yaml: the difference is not there (any more)', stale, explanationRow),
    ...section('Stale in spec/unsaid.yaml: said by now, or stated by the spec no more', ended, silenceRow),
    ...section('News: explain it in spec/errata.yaml, or mend the spec', news, differenceRow),
    '',
    ...verdict(drift),
  ].join('\n');
}

/** Whether somebody has to act. */
export function isNews({ news, stale, ended }: Drift): boolean {
  return news.length + stale.length + ended.length > 0;
}

function verdict(drift: Drift): string[] {
  if (!isNews(drift)) return ['No news.'];
  const { news, stale, ended } = drift;
  const counts = `${news.length} news, ${stale.length + ended.length} stale lines.`;
  if (ended.length === 0 && !news.some(({ silent }) => silent)) return [counts];
  return [counts, 'Once it is read, lock in spec/unsaid.yaml what the vendor leaves unsaid: npm run drift -- --lock'];
}

function section<T>(title: string, items: readonly T[], row: (item: T) => Row): string[] {
  return items.length === 0 ? [] : ['', `${title} (${items.length})`, ...formatTable(items.map(row))];
}

function differenceRow({ at, what, spec, vendor }: Difference): Row {
  return [at, what, `spec: ${spec}`, `vendor: ${vendor}`];
}

function explanationRow(explanation: Explanation): Row {
  return [...differenceRow(explanation), formatPosition(explanation.written)];
}

function silenceRow({ at, what, written }: Silence): Row {
  return [at, what, formatPosition(written)];
}

/** Lines of aligned columns. Replaces control characters, since the vendor's text could steer the terminal. */
function formatTable(rows: readonly Row[]): string[] {
  const clean = rows.map(row => row.map(cell => cell.replace(/\p{C}/gu, '?')));
  const widths = clean[0]!.map((_, column) => Math.max(...clean.map(row => row[column]!.length)));
  return clean.map(row => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd());
}
