import type { ColumnSegment } from '../../buffer/column-segment.js';
import type { MessageBuffer } from '../../buffer/message-buffer.js';
import type { Channel } from '../../contract/channel.js';
import { type Decimal, decimalOf } from '../../core/decimal.js';
import { type Cells, longText } from '../../decode/numbers/cell.js';
import { numberFieldsOf } from '../../decode/numbers/fields.js';

/** A price as a double; NaN where there is none, or where a double would lose a digit that was sent as text. */
export function priceIn({ numbers, decimals }: Cells, cell: number): number {
  return decimals[cell] === longText ? Number.NaN : (numbers[cell] ?? Number.NaN);
}

/**
 * A number of a held message with every digit that was sent; nothing where it has none.
 *
 * @param first cell of the message
 * @param cell of the number
 */
export function exactOf(
  buffer: MessageBuffer,
  channel: Channel,
  seq: number,
  { numbers, decimals }: ColumnSegment,
  first: number,
  cell: number,
): Decimal | undefined {
  if (cell < first) return undefined;
  if (decimals[cell] !== longText) return decimalOf(numbers[cell]);
  return decimalOf(buffer.parse(seq)[numberFieldsOf(channel)[cell - first]!.key]);
}
