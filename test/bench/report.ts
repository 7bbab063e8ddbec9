/** The figures as people read them. */
import { describeMachine, type Machine } from './machine.js';
import { isMet, type Row } from './row.js';
import type { Spread } from './spread.js';

/** A whole run of the benchmark. */
export interface Report {
  readonly machine: Machine;
  /** At least; a part that could not tell had more. */
  readonly rounds: number;
  readonly tookS: number;
  readonly notes: readonly string[];
  readonly rows: readonly Row[];
}

const headings = ['Part', 'What', 'Unit', 'Here', 'Against', 'There', 'Ratio (min to max)', 'Goal'];

/** @param markdown a table of Markdown with the figures that have a goal, else all of them in aligned columns */
export function showReport(report: Report, markdown: boolean): string {
  const lines = markdown ? markdownTable(report.rows.filter(({ goal }) => goal)) : plainTable(report.rows);
  const about = `${describeMachine(report.machine)}; medians of ${report.rounds} rounds or more, ${report.tookS} s.`;
  return [...lines, '', [about, ...report.notes].join(' ')].join('\n');
}

function markdownTable(rows: readonly Row[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = headings.map((_, index) => (isNumeric(index) ? '---:' : '---'));
  return [line(headings), line(rule), ...rows.map(row => line(cellsOf(row)))];
}

function plainTable(rows: readonly Row[]): string[] {
  const lines = [headings, ...rows.map(cellsOf)];
  const widths = headings.map((_, index) => Math.max(...lines.map(cells => cells[index]!.length)));
  return lines.map(cells =>
    cells
      .map((cell, index) => (isNumeric(index) ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!)))
      .join('  ')
      .trimEnd(),
  );
}

function isNumeric(index: number): boolean {
  return headings[index] === 'Here' || headings[index] === 'There' || headings[index]!.startsWith('Ratio');
}

function cellsOf(row: Row): string[] {
  const { part, what, unit, value, baseline, ratio } = row;
  return [
    part,
    what,
    unit,
    number(value.median),
    baseline?.name ?? '',
    baseline ? number(baseline.value.median) : '',
    ratio ? spread(ratio) : '',
    verdict(row),
  ];
}

function verdict(row: Row): string {
  const { goal } = row;
  if (!goal) return '';
  return `${goal.of} ${goal.bound} ${number(goal.limit)}: ${isMet(row) ? 'met' : 'MISSED'}`;
}

function spread({ median, min, max }: Spread): string {
  return min === max ? number(median) : `${number(median)} (${number(min)} to ${number(max)})`;
}

/** Three digits that count, and thousands in groups. */
function number(value: number): string {
  return value.toLocaleString('en', value < 1_000 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 });
}
