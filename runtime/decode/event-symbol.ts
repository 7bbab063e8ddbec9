/** Which symbol an event of a frame is about. */

import type { Market } from '../contract/market.js';
import { parseExact } from '../core/lossless-json.js';
import { canonicalSymbol, symbolKeyOf } from '../symbols/forms.js';
import type { SymbolTable } from '../symbols/symbol-table.js';
import { column, type Events } from './event-list.js';
import type { RawEvent } from './protocol.js';

/**
 * Canonical symbol of an event; nothing where its channel is not known. The event is parsed only if its symbol is one
 * that the table does not tell apart.
 *
 * @param base where its row begins
 */
export function symbolOfEvent(
  market: Market,
  symbols: SymbolTable,
  frame: Buffer,
  { rows }: Events,
  base: number,
): string | undefined {
  const channel = market.channels[rows[base + column.channel]!];
  if (!channel) return undefined;
  const name = symbols.nameOf(rows[base + column.symbol]!);
  if (name !== undefined) return name;
  const event = parseExact(frame.toString('utf8', rows[base + column.start]!, rows[base + column.end]!)) as RawEvent;
  const spelling = event[symbolKeyOf(channel)] as string;
  return canonicalSymbol(market, spelling) ?? spelling;
}
