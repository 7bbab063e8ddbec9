/** What the kernel knows of a market: an entry for each channel, with the keys of its numbers. */
import type { Channel } from '../../contract/channel.js';
import { bytesOf, fits, maskOf } from '../scanner/letters.js';
import { codesKeyOf, numberFieldsOf } from './fields.js';
import { entryBytes, headBytes, listSlot, mostEntries, placeBytes, places } from './layout.js';

/** Where things are in the head of an entry, and in the place of a key. */
const head = { prefix: 0, prefixMask: 8, multiplier: 16, prefixLength: 24, width: 28 } as const;
const cell = { key: 0, slot: 8 } as const;

const wordMask = 2n ** 64n - 1n;
const wordBits = 64;
/** A word that no ASCII letters make. */
const noKey = wordMask;
const placeShift = BigInt(wordBits - Math.log2(places));
/** Some thirty are tried before one keeps the keys of a channel apart. */
const mostMultipliers = 20_000;
const firstMultiplier = 0x9e3779b97f4a7c15n;
const nextMultiplier = 0xd1342543de82ef95n;

/** A word that the kernel makes of a key, and the number of the key's cell. */
interface Place {
  readonly word: bigint;
  readonly slot: number;
}

/**
 * An entry for each channel, and one without cells for messages of no channel. A channel whose words are too long has
 * one that fits no message.
 *
 * @returns nothing where there are too many channels
 */
export function tableOf(channels: readonly Channel[]): Uint8Array | undefined {
  if (channels.length >= mostEntries) return undefined;
  return Buffer.concat([...channels.map(entryOf), Buffer.alloc(entryBytes)]);
}

function entryOf(channel: Channel): Buffer {
  const entry = Buffer.alloc(entryBytes);
  const fields = numberFieldsOf(channel);
  entry.writeUInt32LE(fields.length, head.width);
  const codesKey = codesKeyOf(channel);
  const keys = [
    ...fields.map(({ key }, slot) => ({ key, slot })),
    ...(codesKey === undefined ? [] : [{ key: codesKey, slot: listSlot }]),
  ];
  const prefix = `${channel.prefix}"`;
  const multiplier = keys.every(({ key }) => fits(key)) && fits(prefix) ? multiplierFor(keys.map(placeOf)) : undefined;
  if (multiplier === undefined) {
    entry.writeBigUInt64LE(wordMask, head.prefix);
    return entry;
  }
  entry.writeBigUInt64LE(bytesOf(prefix), head.prefix);
  entry.writeBigUInt64LE(maskOf(prefix), head.prefixMask);
  entry.writeBigUInt64LE(multiplier, head.multiplier);
  entry.writeUInt32LE(Buffer.byteLength(prefix), head.prefixLength);
  for (let at = headBytes; at < entryBytes; at += placeBytes) entry.writeBigUInt64LE(noKey, at + cell.key);
  for (const { word, slot } of keys.map(placeOf)) {
    const at = headBytes + indexOf(word, multiplier) * placeBytes;
    entry.writeBigUInt64LE(word, at + cell.key);
    entry.writeUInt32LE(slot, at + cell.slot);
  }
  return entry;
}

/** The letters of a key at the upper end of a word. */
function placeOf({ key, slot }: { readonly key: string; readonly slot: number }): Place {
  const unused = BigInt(wordBits - 8 * Buffer.byteLength(key));
  return { word: (bytesOf(key) << unused) & wordMask, slot };
}

/** A factor that gives each of the words a place of its own. */
function multiplierFor(keys: readonly Place[]): bigint | undefined {
  let multiplier = firstMultiplier;
  for (let tried = 0; tried < mostMultipliers; tried++) {
    if (new Set(keys.map(({ word }) => indexOf(word, multiplier))).size === keys.length) return multiplier;
    multiplier = ((multiplier * nextMultiplier) & wordMask) | 1n;
  }
  return undefined;
}

function indexOf(word: bigint, multiplier: bigint): number {
  return Number(((word * multiplier) & wordMask) >> placeShift);
}
