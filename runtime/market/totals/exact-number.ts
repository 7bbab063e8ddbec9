import type { Channel } from '../../contract/channel.js';
import { type Decimal, decimalOf } from '../../core/decimal.js';
import { type Cells, longText } from '../../decode/numbers/cell.js';
import { numberFieldsOf } from '../../decode/numbers/fields.js';
import type { RawEvent } from '../../decode/protocol.js';

/** A price as a double; NaN where there is none, or where a double would lose a digit that was sent as text. */
export function priceIn({ numbers, decimals }: Cells, cell: number): number {
  return decimals[cell] === longText ? Number.NaN : (numbers[cell] ?? Number.NaN);
}

/**
 * A number of a message with every digit that was sent; nothing where it has none.
 *
 * @param first cell of the message
 * @param cell of the number
 * @param parse gives the message, where the cell does not hold every digit
 */
export function exactOf(
  channel: Channel,
  { numbers, decimals }: Cells,
  first: number,
  cell: number,
  parse: () => RawEvent,
): Decimal | undefined {
  if (cell < first) return undefined;
  if (decimals[cell] !== longText) return decimalOf(numbers[cell]);
  return decimalOf(parse()[numberFieldsOf(channel)[cell - first]!.key]);
}
