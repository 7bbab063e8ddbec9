/** Writes what was compared, and how it came out, for people. */
import type { Drift } from './drift.js';
import type { Difference, Explanation } from './model.js';
import { formatPosition } from './problem.js';

type Row = readonly string[];

/** @param from where the vendor's description was read */
export function describeDrift(drift: Drift, from: string): string {
  const { news, explained, stale, channels, fields, unsaid } = drift;
  const gone = explained.filter(({ what, vendor }) => what === 'market' && vendor === 'absent').map(({ at }) => at);
  const silence = [...unsaid].map(([what, count]) => `${what} ${count}`).join(', ');
  return [
    `Compared the spec with ${from}: ${channels} channels and ${fields} fields stand in both.`,
    ...gone.map(market => `Not compared, because the vendor's description leaves it out: ${market}.`),
    ...(silence === '' ? [] : [`Not compared, because the vendor's description does not say it: ${silence}.`]),
    ...section('Explained in spec/errata.yaml', explained, explanationRow),
    ...section('Stale in spec/errata.yaml: the difference is not there (any more)', stale, explanationRow),
    ...section('News: explain it in spec/errata.yaml, or mend the spec', news, differenceRow),
    '',
    verdict(drift),
  ].join('\n');
}

/** Whether anybody has to do something. */
export function isNews({ news, stale }: Drift): boolean {
  return news.length + stale.length > 0;
}

function verdict(drift: Drift): string {
  if (!isNews(drift)) return 'No news.';
  return `${drift.news.length} news, ${drift.stale.length} stale explanations.`;
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

/** Lines of aligned columns; the text is foreign and may hold what a terminal would obey. */
function formatTable(rows: readonly Row[]): string[] {
  const clean = rows.map(row => row.map(cell => cell.replace(/\p{C}/gu, '?')));
  const widths = clean[0]!.map((_, column) => Math.max(...clean.map(row => row[column]!.length)));
  return clean.map(row => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd());
}
