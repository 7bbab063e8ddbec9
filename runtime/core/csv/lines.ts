import { bytesOf } from './cell.js';

/** CSV that grows line by line and knows its size. */
export class CsvLines {
  private readonly lines: string[];
  private size: number;

  /** @param header cells, quoted where they need it */
  constructor(header: readonly string[]) {
    this.lines = [header.join(',')];
    this.size = bytesOf(this.lines[0]!) + 4;
  }

  /** Size inside JSON, where line ends and quotes take two bytes each. */
  get bytes(): number {
    return this.size;
  }

  get text(): string {
    return `${this.lines.join('\n')}\n`;
  }

  /** How many bytes a line would add. */
  weigh(cells: readonly string[]): number {
    return bytesOf(cells.join(',')) + 2;
  }

  add(cells: readonly string[]): void {
    this.addWithin(cells, Number.POSITIVE_INFINITY);
  }

  /** @returns whether the line had room */
  addWithin(cells: readonly string[], mostBytes: number): boolean {
    const line = cells.join(',');
    const size = bytesOf(line) + 2;
    if (this.size + size > mostBytes) return false;
    this.lines.push(line);
    this.size += size;
    return true;
  }
}
