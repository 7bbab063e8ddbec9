/** Lays out a row per symbol, in as many columns as fit. */
import type { Line, Span, Style } from './line.js';
import { sparkline } from './sparkline.js';
import { showPrice, showVolume } from './text.js';
import type { Row } from './view.js';

interface Column {
  readonly title: string;
  /** Keeps the columns still while the numbers change. */
  readonly narrowest: number;
  /** Longer texts are cut, so that one symbol cannot push out the columns of all. */
  readonly widest: number;
  /** If there is no room, the highest is dropped first. */
  readonly rank: number;
  readonly toTheLeft?: boolean;
  readonly cell: (row: Row) => Span;
}

const gap = '  ';
/** More digits than a double has, with the point. */
const numberWidest = 24;
/** That of an option's contract, with the mark of a halt. */
const symbolWidest = 32;
const trendNarrowest = 8;
const trendWidest = 60;
const marks = { up: '▲', down: '▼' };

const columns: readonly Column[] = [
  { title: 'SYMBOL', narrowest: 8, widest: symbolWidest, rank: 0, toTheLeft: true, cell: showSymbol },
  number('LAST', 8, 1, row => styled(showPrice(row, 'last'), row.direction)),
  number('', 1, 2, row => styled(row.direction ? marks[row.direction] : ' ', row.direction)),
  number('BID', 8, 3, row => ({ text: showPrice(row, 'bid') })),
  number('ASK', 8, 3, row => ({ text: showPrice(row, 'ask') })),
  number('SPREAD', 6, 6, row => ({ text: showPrice(row, 'spread') })),
  number('VOLUME', 9, 5, row => ({ text: showVolume(row) })),
  number('MSG/S', 5, 7, row => ({ text: row.ratePerS.toFixed(1) })),
];

function number(title: string, narrowest: number, rank: number, cell: Column['cell']): Column {
  return { title, narrowest, widest: numberWidest, rank, cell };
}

/** The trend takes the rest of the width. */
const trendRank = 4;

/** @returns the head, then a line for each row */
export function layOutTable(rows: readonly Row[], width: number): Line[] {
  const measured = columns.map(column => ({ ...column, width: widthOf(column, rows) }));
  const { kept, trendWidth } = choose(measured, width);
  const trend = (text: string): Span[] => (trendWidth > 0 ? [{ text: gap + text, style: 'faint' }] : []);
  return [
    [...join(kept.map(column => pad({ text: column.title, style: 'faint' }, column))), ...trend('TREND')],
    ...rows.map(row => [
      ...join(kept.map(column => pad(column.cell(row), column))),
      ...trend(sparkline(row.trend, trendWidth)),
    ]),
  ];
}

type Measured = Column & { readonly width: number };

/** The columns that fit, and the width left for the trend. */
function choose(measured: readonly Measured[], width: number): { kept: readonly Measured[]; trendWidth: number } {
  for (let most = Math.max(...columns.map(({ rank }) => rank)); ; most--) {
    const kept = measured.filter(({ rank }) => rank <= most);
    const taken = kept.reduce((sum, column) => sum + column.width + gap.length, 0);
    if (most < trendRank && (taken - gap.length <= width || most === 0)) return { kept, trendWidth: 0 };
    if (width - taken >= trendNarrowest) return { kept, trendWidth: Math.min(width - taken, trendWidest) };
  }
}

function widthOf({ title, narrowest, widest, cell }: Column, rows: readonly Row[]): number {
  const needed = Math.max(narrowest, title.length, ...rows.map(row => cell(row).text.length));
  return Math.min(needed, widest);
}

function pad({ text, style }: Span, { width, toTheLeft }: Measured): Span {
  const shown = text.length > width ? cut(text, width) : text;
  return styled(toTheLeft ? shown.padEnd(width) : shown.padStart(width), style);
}

/** Removes half a surrogate pair at the end. */
function cut(text: string, width: number): string {
  return `${text.slice(0, width - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function join(spans: readonly Span[]): Span[] {
  return spans.flatMap((span, index) => (index === 0 ? [span] : [{ text: gap }, span]));
}

function showSymbol({ symbol, halted }: Row): Span {
  return halted ? { text: `${symbol} (halted)`, style: 'alarm' } : { text: symbol, style: 'strong' };
}

function styled(text: string, style: Style | undefined): Span {
  return style ? { text, style } : { text };
}
