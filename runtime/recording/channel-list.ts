/**
 * The index of a recording: in the head of each member, the channels that came in it and in no earlier member of the
 * file. It is written together with the frames, so a recording that is cut off has the index of what is left. A member
 * without such a list is looked through instead.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import type { Market } from '../contract/market.js';
import { isSendable } from '../symbols/forms.js';
import { longestSymbol } from '../symbols/symbol-table.js';

/** A longer list is not written, and none is read. */
const mostPlainBytes = 2 ** 17;
const mostPackedBytes = 60_000;
const separator = '\n';
const nothing = Buffer.alloc(0);

/**
 * Symbols that nobody can ask for are left out, so that nothing but names gets into the list.
 *
 * @param names `PREFIX.SYMBOL`
 * @returns undefined if there are too many
 */
export function encodeList(names: Iterable<string>): Buffer | undefined {
  const plain = Buffer.from([...new Set([...names].map(askable))].join(separator), 'latin1');
  if (plain.length === 0) return nothing;
  if (plain.length > mostPlainBytes) return undefined;
  const packed = deflateSync(plain);
  return packed.length > mostPackedBytes ? undefined : packed;
}

/** @returns names `PREFIX.SYMBOL`, without a symbol where nobody can ask for it; undefined if it is no such list */
export function decodeList(market: Market, bytes: Buffer): string[] | undefined {
  if (bytes.length === 0) return [];
  try {
    const names = inflateSync(bytes, { maxOutputLength: mostPlainBytes }).toString('latin1').split(separator);
    return names.every(name => isListed(market, name)) ? names : undefined;
  } catch {
    return undefined;
  }
}

function isListed({ channels }: Market, name: string): boolean {
  const dot = name.indexOf('.');
  if (name.length > dot + 1 + longestSymbol || askable(name) !== name) return false;
  return channels.some(({ prefix }) => prefix.length === dot && name.startsWith(prefix));
}

/** The name, or only its prefix and the dot. */
function askable(name: string): string {
  const symbolAt = name.indexOf('.') + 1;
  return isSendable(name.slice(symbolAt)) ? name : name.slice(0, symbolAt);
}
