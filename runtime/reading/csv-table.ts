/** One table with columns that are known before. */
import { bytesOf, flatten, toCell } from './csv.js';

export class CsvTable {
  private readonly lines: string[];

  constructor(private readonly columns: readonly string[]) {
    this.lines = [columns.map(toCell).join(',')];
  }

  /** Size inside JSON, where line ends and quotes take two bytes each. */
  get bytes(): number {
    return this.lines.reduce((sum, line) => sum + bytesOf(line) + 2, 2);
  }

  get text(): string {
    return `${this.lines.join('\n')}\n`;
  }

  /** How many bytes a row would add. */
  weigh(row: Readonly<Record<string, unknown>>): number {
    return bytesOf(this.lineOf(row)) + 2;
  }

  add(row: Readonly<Record<string, unknown>>): void {
    this.lines.push(this.lineOf(row));
  }

  private lineOf(row: Readonly<Record<string, unknown>>): string {
    const cells = flatten(row);
    return this.columns.map(column => toCell(cells[column])).join(',');
  }
}
