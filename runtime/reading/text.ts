/** Messages and rows as lines of text: complete, and shorter than JSON. */
import { flatten } from './csv.js';

/** Text that needs no quotes, since nobody can take it for more than one value. */
const plain = /^[\w.:/+*@$#-]+$/;

/** `2026-11-23T14:30:00.123Z TRADE AAPL price 232.02, size 55`: time, market, event and symbol first, if present. */
export function lineOf({
  timestamp,
  market,
  event,
  symbol,
  full_data: fullData,
  ...rest
}: Readonly<Record<string, unknown>>): string {
  const head = [timestamp, market, event, symbol].filter(part => part !== undefined).map(spell);
  const values = Object.entries(flatten(rest)).map(([name, value]) => `${spell(name)} ${spell(value)}`);
  const raw = fullData === undefined ? [] : [`full_data ${JSON.stringify(fullData)}`];
  return [...head, [...values, ...raw].join(', ')].join(' ').trimEnd();
}

function spell(value: unknown): string {
  if (typeof value === 'string') return plain.test(value) ? value : JSON.stringify(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
