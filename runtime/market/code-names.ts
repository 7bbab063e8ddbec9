/** The codes of a message in words, from the tables of its market. */
import type { Channel } from '../contract/channel.js';
import type { NamedCode } from '../contract/codes.js';
import type { Market } from '../contract/market.js';
import type { RawEvent } from '../decode/protocol.js';
import { place } from './nested.js';

/**
 * Names of conditions, exchanges, tapes and indicators, under the names of their fields: `{ exchange_id: 'Nasdaq',
 * conditions: ['Odd Lot Trade', null], bid: { exchange: 'Cboe BZX' } }`. Null stands for a code that no table has.
 *
 * @returns undefined where the message has no codes, or the market no tables for them
 */
export function codeNames(
  { codes }: Pick<Market, 'codes'>,
  { fields }: Pick<Channel, 'fields'>,
  raw: RawEvent,
): Readonly<Record<string, unknown>> | undefined {
  let names: Record<string, unknown> | undefined;
  for (const { codes: table, key, name } of fields) {
    const value = raw[key];
    const rows = table && codes?.[table];
    if (!rows || value === undefined || value === null) continue;
    names ??= {};
    place(names, name, Array.isArray(value) ? value.map(code => nameOf(rows, code)) : nameOf(rows, value));
  }
  return names;
}

const byCode = new WeakMap<readonly NamedCode[], ReadonlyMap<unknown, string>>();

function nameOf(rows: readonly NamedCode[], code: unknown): string | null {
  let names = byCode.get(rows);
  if (!names) {
    names = new Map(rows.map(row => [row.code, row.name]));
    byCode.set(rows, names);
  }
  return names.get(code) ?? null;
}
