/** What the kernel knows of a market: an entry for each channel whose words are short enough. */

import type { Channel } from '../../contract/channel.js';
import { symbolKeyOf } from '../../symbols/forms.js';
import { entryBytes, mostEntries } from './layout.js';
import { bytesOf, fits, maskOf } from './letters.js';

/**
 * Where things are in an entry: the prefix with the quote that ends it, the key of the symbol with quote and colon, each
 * as eight bytes and which of them count; the length of the first, and the channel's index.
 */
const cell = { prefix: 0, prefixMask: 8, symbolKey: 16, symbolMask: 24, prefixLength: 32, channel: 36 } as const;

/** The kernel is never sure of a channel without an entry. */
export function tableOf(channels: readonly Channel[]): Uint8Array {
  return Buffer.concat(channels.slice(0, mostEntries).map(entryOf));
}

function entryOf(channel: Channel, index: number): Buffer {
  const [prefix, symbolKey] = [`${channel.prefix}"`, `${symbolKeyOf(channel)}":`];
  if (!fits(prefix) || !fits(symbolKey)) return Buffer.alloc(0);
  const entry = Buffer.alloc(entryBytes);
  entry.writeBigUInt64LE(bytesOf(prefix), cell.prefix);
  entry.writeBigUInt64LE(maskOf(prefix), cell.prefixMask);
  entry.writeBigUInt64LE(bytesOf(symbolKey), cell.symbolKey);
  entry.writeBigUInt64LE(maskOf(symbolKey), cell.symbolMask);
  entry.writeUInt32LE(Buffer.byteLength(prefix), cell.prefixLength);
  entry.writeUInt32LE(index, cell.channel);
  return entry;
}
