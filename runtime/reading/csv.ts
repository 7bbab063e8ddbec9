import { bytesOf, quoteCell } from '../core/csv/cell.js';
import type { Message } from '../market/format.js';
import type { Scale } from './page.js';

/** One table with a header for each kind of event, in the order in which the kinds first appear. */
export function toCsv(messages: readonly Message[]): string {
  const kinds = new Map<string, Record<string, unknown>[]>();
  for (const message of messages) {
    const rows = kinds.get(message.event) ?? [];
    rows.push(flatten(message));
    kinds.set(message.event, rows);
  }
  return [...kinds.values()].map(toTable).join('\n');
}

/** The size of CSV text inside JSON, where line ends and quotes take two bytes each. */
export class CsvScale implements Scale {
  private readonly tables = new Map<string, { readonly columns: Set<string>; rows: number }>();

  weigh(message: Message): number {
    const row = flatten(message);
    const table = this.tables.get(message.event);
    const fresh = Object.keys(row).filter(column => !table?.columns.has(column));
    const cells = Object.values(row).reduce<number>((sum, value) => sum + bytesOf(toCell(value)), 0);
    const header = fresh.reduce((sum, column) => sum + bytesOf(column) + 1, 0);
    const width = (table?.columns.size ?? 0) + fresh.length;
    // Earlier rows get an empty cell in each new column.
    return cells + width + 2 + header + fresh.length * (table?.rows ?? 0) + (table ? 0 : 4);
  }

  take(message: Message): void {
    const table = this.tables.get(message.event) ?? { columns: new Set(), rows: 0 };
    for (const column of Object.keys(flatten(message))) table.columns.add(column);
    table.rows++;
    this.tables.set(message.event, table);
  }
}

function toTable(rows: readonly Record<string, unknown>[]): string {
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const lines = [columns, ...rows.map(row => columns.map(column => row[column]))];
  return `${lines.map(line => line.map(toCell).join(',')).join('\n')}\n`;
}

/** Flattens groups of the spec (`bid`, `ask`, `bar`) to values by dotted name; an object of the feed stays one value. */
export function flatten(value: Readonly<Record<string, unknown>>, prefix = ''): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (isGroup(item)) Object.assign(row, flatten(item, `${prefix}${key}.`));
    else row[`${prefix}${key}`] = item;
  }
  return row;
}

/** What the feed sent has no prototype, see `cleanRaw`. Its keys may say anything, so they must not become names. */
function isGroup(item: unknown): item is Record<string, unknown> {
  return typeof item === 'object' && item !== null && Object.getPrototypeOf(item) === Object.prototype;
}

/** A value as it stands between commas. */
export function toCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'object' ? toText(value) : String(value);
  return quoteCell(text);
}

/** A list of plain values separated by blanks, or by semicolons where they have blanks; JSON for anything deeper. */
function toText(value: object): string {
  const plain = Array.isArray(value) && value.every(item => typeof item !== 'object' || item === null);
  if (!plain) return JSON.stringify(value);
  return value.join(value.some(item => String(item).includes(' ')) ? '; ' : ' ');
}
