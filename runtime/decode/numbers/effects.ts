/** What the codes of a message let it update, as bits. */
import { codes } from './layout.js';

/**
 * A message may update what all its codes allow. The three bits after those of `last`, `highLow` and `volume` are free
 * for the same by another rule. `known` is missing where one of the codes is in no table.
 */
export const effect = { last: 1, highLow: 2, volume: 4, known: 128 } as const;
/** Of a message without codes. */
export const allEffects = 255;
/** Of a code that is in no table: it counts as volume, by both rules, and moves nothing. */
export const unknownEffects = effect.volume | (effect.volume << 3);

/** @param table by code, up to 256 of them; absent: every code allows everything */
export function effectsTableOf(table: Uint8Array | undefined): Uint8Array {
  const whole = new Uint8Array(codes + 1).fill(table ? unknownEffects : allEffects);
  if (table) whole.set(table.subarray(0, codes));
  return whole;
}

/**
 * @param list of codes; a bare value is a list of one
 * @param table of all codes, and of what is none
 */
export function effectsOf(list: unknown, table: Uint8Array): number {
  if (list === undefined || list === null) return allEffects;
  if (!Array.isArray(list)) return entryOf(list, table);
  return list.reduce<number>((allowed, code) => allowed & entryOf(code, table), allEffects);
}

function entryOf(code: unknown, table: Uint8Array): number {
  const isCode = typeof code === 'number' && Number.isInteger(code) && code >= 0 && code < codes;
  return table[isCode ? code : codes]!;
}
