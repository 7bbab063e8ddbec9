/** Rows as the answer has them: CSV or JSON, cut by whole rows where they are too many. */
import type { Operation, OperationColumn } from '../contract/operation.js';
import type { Clock } from '../core/clock.js';
import { count } from '../core/count.js';
import { guardFormula, quoteCell } from '../core/csv/cell.js';
import { CsvLines } from '../core/csv/lines.js';
import { stepsToParse, TimeSlice } from '../pacing/time-slice.js';
import type { RowList } from './reply.js';
import { type Column, type FlatRow, Flattener, showValue } from './rows.js';

export type TableFormat = 'csv' | 'json';

/** A column of an answer; one that the spec does not know has a name only. */
export type TableColumn = Pick<OperationColumn, 'name'> & Partial<OperationColumn>;

export interface Table {
  readonly columns: readonly TableColumn[];
  /** Present for its format. */
  readonly csv?: string;
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
  /** Rows that it has. */
  readonly count: number;
  readonly notes: readonly string[];
  /** Rows that say that their symbol was not found. */
  readonly unfound: number;
}

export interface TableBounds {
  readonly format: TableFormat;
  /** Size of the rows inside JSON. */
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** More rows are not answered at once. */
export const mostRows = 50_000;
/** A row takes as long as so many small steps, and each cell as one more. */
const stepsPerRow = 8;

export async function makeTable(operation: Operation, found: RowList, bounds: TableBounds): Promise<Table> {
  const { format, maxBytes, clock } = bounds;
  const flattener = new Flattener(operation);
  const slice = new TimeSlice(clock);
  await slice.begin();
  const flat: FlatRow[] = [];
  const sizes: number[] = [];
  for (const { row, bytes } of found.rows) {
    const cells = flattener.flatten(row);
    flat.push(cells);
    sizes.push(bytes);
    if (slice.spent(stepsPerRow + cells.size + stepsToParse(bytes))) await slice.rest();
  }
  const columns = flattener.columns();
  const known = new Map(operation.columns.map(column => [column.name, column]));
  const listed = columns.map(({ name }): TableColumn => known.get(name) ?? { name });
  const exact = new Set(operation.columns.filter(({ type }) => type === 'exact').map(({ name }) => name));
  const header = found.count > 0 ? listed : operation.columns;
  const rows = format === 'csv' ? new CsvRows(columns, header) : new JsonRows(columns, exact);
  for (const [index, row] of flat.entries()) {
    if (!rows.addWithin(row, maxBytes)) break;
    if (slice.spent(stepsPerRow + columns.length + stepsToParse(sizes[index]!))) await slice.rest();
  }
  const unfound = flat.filter(row => row.get('error') === 'NOT_FOUND').length;
  const notes = notesOn(flat, rows.count, flattener.omitted);
  return { columns: header, ...rows.result, count: rows.count, notes, unfound };
}

function notesOn(flat: readonly FlatRow[], shown: number, omitted: number): string[] {
  const failed = flat.slice(0, shown).filter(row => typeof row.get('error') === 'string').length;
  const notes: string[] = [];
  if (failed > 0)
    notes.push(
      `${count(failed, 'row')} of ${shown} ${failed === 1 ? 'is an error' : 'are errors'} of the API: see error and message.`,
    );
  if (omitted > 0)
    notes.push(
      `${count(omitted, 'value')} had no room among the columns and ${omitted === 1 ? 'is' : 'are'} left out.`,
    );
  if (shown === 0 && flat.length > 0) notes.push('The first row alone is larger than max_bytes: raise it.');
  return notes;
}

/** Rows in one of the formats, which grow. */
interface GrowingRows {
  readonly count: number;
  readonly result: Pick<Table, 'csv' | 'rows'>;
  /** @returns whether the row had room */
  addWithin(row: FlatRow, mostBytes: number): boolean;
}

class CsvRows implements GrowingRows {
  private readonly lines: CsvLines;
  count = 0;

  constructor(
    private readonly columns: readonly Column[],
    header: readonly TableColumn[],
  ) {
    this.lines = new CsvLines(header.map(({ name }) => cellOf(name)));
  }

  get result(): Pick<Table, 'csv'> {
    return { csv: this.lines.text };
  }

  addWithin(row: FlatRow, mostBytes: number): boolean {
    const cells = this.columns.map(({ key }) => cellOf(row.get(key)));
    const hasRoom = this.lines.addWithin(cells, mostBytes);
    if (hasRoom) this.count++;
    return hasRoom;
  }
}

class JsonRows implements GrowingRows {
  private readonly rows: Readonly<Record<string, unknown>>[] = [];
  private bytes = 2;

  /** @param exact columns whose values stay text, whatever their size */
  constructor(
    private readonly columns: readonly Column[],
    private readonly exact: ReadonlySet<string>,
  ) {}

  get count(): number {
    return this.rows.length;
  }

  get result(): Pick<Table, 'rows'> {
    return { rows: this.rows };
  }

  addWithin(row: FlatRow, mostBytes: number): boolean {
    const object = this.objectOf(row);
    const size = Buffer.byteLength(JSON.stringify(object)) + 1;
    if (this.bytes + size > mostBytes) return false;
    this.rows.push(object);
    this.bytes += size;
    return true;
  }

  private objectOf(row: FlatRow): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      this.columns
        .filter(({ key }) => row.has(key))
        .map(({ key, name }) => {
          const value = showValue(row.get(key));
          return [name, typeof value === 'number' && this.exact.has(name) ? String(value) : value];
        }),
    );
  }
}

/** A list or a nested object is JSON. */
function cellOf(value: unknown): string {
  const shown = showValue(value);
  if (shown === undefined || shown === null) return '';
  if (typeof shown === 'object') return quoteCell(JSON.stringify(shown));
  return quoteCell(typeof shown === 'string' ? guardFormula(shown) : String(shown));
}
