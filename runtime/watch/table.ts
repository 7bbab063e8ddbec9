/** A row per symbol, in as many columns as there is room for. */
import type { Line, Span, Style } from './line.js';
import { sparkline } from './sparkline.js';
import { showPrice, showVolume } from './text.js';
import type { Row } from './view.js';

interface Column {
  readonly title: string;
  /** Keeps the columns still while the numbers change. */
  readonly narrowest: number;
  /** Where there is no room, the highest goes first. */
  readonly rank: number;
  readonly toTheLeft?: boolean;
  readonly cell: (row: Row) => Span;
}

const gap = '  ';
const trendNarrowest = 8;
const trendWidest = 60;
const marks = { up: '▲', down: '▼' };

const columns: readonly Column[] = [
  { title: 'SYMBOL', narrowest: 8, rank: 0, toTheLeft: true, cell: showSymbol },
  { title: 'LAST', narrowest: 8, rank: 1, cell: row => styled(showPrice(row, 'last'), row.direction) },
  { title: '', narrowest: 1, rank: 2, cell: row => styled(row.direction ? marks[row.direction] : ' ', row.direction) },
  { title: 'BID', narrowest: 8, rank: 3, cell: row => ({ text: showPrice(row, 'bid') }) },
  { title: 'ASK', narrowest: 8, rank: 3, cell: row => ({ text: showPrice(row, 'ask') }) },
  { title: 'SPREAD', narrowest: 6, rank: 6, cell: row => ({ text: showPrice(row, 'spread') }) },
  { title: 'VOLUME', narrowest: 9, rank: 5, cell: row => ({ text: showVolume(row) }) },
  { title: 'MSG/S', narrowest: 5, rank: 7, cell: row => ({ text: row.ratePerS.toFixed(1) }) },
];

/** It takes what the other columns leave over. */
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

/** The columns for which there is room, and how much of it is left to the trend. */
function choose(measured: readonly Measured[], width: number): { kept: readonly Measured[]; trendWidth: number } {
  for (let most = Math.max(...columns.map(({ rank }) => rank)); ; most--) {
    const kept = measured.filter(({ rank }) => rank <= most);
    const taken = kept.reduce((sum, column) => sum + column.width + gap.length, 0);
    if (most < trendRank && (taken - gap.length <= width || most === 0)) return { kept, trendWidth: 0 };
    if (width - taken >= trendNarrowest) return { kept, trendWidth: Math.min(width - taken, trendWidest) };
  }
}

function widthOf({ title, narrowest, cell }: Column, rows: readonly Row[]): number {
  return Math.max(narrowest, title.length, ...rows.map(row => cell(row).text.length));
}

function pad({ text, style }: Span, { width, toTheLeft }: Measured): Span {
  return styled(toTheLeft ? text.padEnd(width) : text.padStart(width), style);
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
