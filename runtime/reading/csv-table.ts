/** One table with columns that are known before. */
import { CsvLines } from '../core/csv/lines.js';
import { flatten, toCell } from './csv.js';

export class CsvTable {
  private readonly lines: CsvLines;

  constructor(private readonly columns: readonly string[]) {
    this.lines = new CsvLines(columns.map(toCell));
  }

  /** Size inside JSON. */
  get bytes(): number {
    return this.lines.bytes;
  }

  get text(): string {
    return this.lines.text;
  }

  /** How many bytes a row would add. */
  weigh(row: Readonly<Record<string, unknown>>): number {
    return this.lines.weigh(this.cellsOf(row));
  }

  add(row: Readonly<Record<string, unknown>>): void {
    this.lines.add(this.cellsOf(row));
  }

  private cellsOf(row: Readonly<Record<string, unknown>>): string[] {
    const cells = flatten(row);
    return this.columns.map(column => toCell(cells[column]));
  }
}
