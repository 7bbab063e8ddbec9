/** Reads what a message adds to a bar. */
import { epochMs } from '../../core/time.js';
import type { RawEvent } from '../../decode/protocol.js';
import type { Piece, Print } from '../../market/built-bar.js';
import { exactAmount } from '../../market/exact-amount.js';
import { rawRole, readRole } from '../../market/format.js';
import { fullEffect, type TradeRules } from '../../market/trade-rules.js';
import type { BarSource } from './source.js';

/** Time of a message, Unix ms; of a bar it is when that begins. */
export function momentOf({ channel }: BarSource, raw: RawEvent): number | undefined {
  return epochMs(rawRole(channel, raw, 'time'));
}

/** @param startMs its `momentOf` */
export function pieceOf({ channel, pieceMs = 0 }: BarSource, raw: RawEvent, startMs: number): Piece {
  const [open, high, low, close, vwap, trades] = (['open', 'high', 'low', 'close', 'vwap', 'trades'] as const).map(
    role => readRole(channel, raw, role),
  );
  const volume = exactAmount(channel, raw, 'volume');
  return { startMs, endMs: startMs + pieceMs, open, high, low, close, volume, vwap, trades };
}

/**
 * @param rules absent: every trade counts
 * @param atMs its `momentOf`
 * @returns nothing for a trade that repeats what was counted
 */
export function printOf(
  { from, channel }: BarSource,
  rules: TradeRules | undefined,
  symbol: string,
  { seq, raw, atMs }: { readonly seq: number; readonly raw: RawEvent; readonly atMs: number },
): Print | undefined {
  if (from === 'values') return { seq, atMs, price: readRole(channel, raw, 'value'), updates: fullEffect.window };
  const updates = rules ? rules.effectOf(rawRole(channel, raw, 'conditions'), atMs, symbol).window : fullEffect.window;
  if (!updates.last && !updates.highLow && !updates.volume) return undefined;
  return { seq, atMs, price: readRole(channel, raw, 'price'), size: exactAmount(channel, raw, 'size'), updates };
}
