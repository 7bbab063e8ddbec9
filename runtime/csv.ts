import type { Message } from './format.js';

/** One table per kind of event, each with its header, in the order in which the kinds first appear. */
export function toCsv(messages: readonly Message[]): string {
  const kinds = new Map<string, Record<string, unknown>[]>();
  for (const message of messages) {
    const rows = kinds.get(message.event) ?? [];
    rows.push(flatten(message));
    kinds.set(message.event, rows);
  }
  return [...kinds.values()].map(toTable).join('\n');
}

function toTable(rows: readonly Record<string, unknown>[]): string {
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const lines = [columns, ...rows.map(row => columns.map(column => row[column]))];
  return `${lines.map(line => line.map(toCell).join(',')).join('\n')}\n`;
}

function flatten(value: Readonly<Record<string, unknown>>, prefix = ''): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const nests = typeof item === 'object' && item !== null && !Array.isArray(item) && key !== 'full_data';
    if (nests) Object.assign(row, flatten(item as Record<string, unknown>, `${prefix}${key}.`));
    else row[`${prefix}${key}`] = item;
  }
  return row;
}

function toCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'object' ? toText(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A list of plain values reads well with blanks; anything deeper is JSON. */
function toText(value: object): string {
  const plain = Array.isArray(value) && value.every(item => typeof item !== 'object' || item === null);
  return plain ? value.join(' ') : JSON.stringify(value);
}
