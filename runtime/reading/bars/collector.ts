/** Puts the gathered messages of a symbol into bars. */
import type { Gathering } from '../../buffer/gathering.js';
import { type BarBuilder, JoinedBars, TimedBars } from '../../market/bar-builder.js';
import type { Alignment } from '../../market/bar-interval.js';
import { TickBars } from '../../market/tick-bars.js';
import { fullEffect, tradeRulesOf } from '../../market/trade-rules.js';
import type { StreamView } from '../../stream/view.js';
import { MessageNumbers } from './message-numbers.js';
import type { BarRequest } from './request.js';
import type { BarSource } from './source.js';

export interface Collector {
  readonly builder: BarBuilder;
  /**
   * @param index of the message in the gathering
   * @returns time of the message, Unix ms, if it has one
   */
  add(index: number): number | undefined;
}

/** What is collected. */
export interface Collected extends BarSource {
  readonly symbol: string;
  readonly gathering: Gathering;
  /** Absent for bars of so many trades. */
  readonly align: Alignment | undefined;
  isChosen(atMs: number): boolean;
}

export function collectorOf(stream: StreamView, collected: Collected, request: BarRequest): Collector {
  const numbers = new MessageNumbers(stream.buffer, collected.channel, collected.gathering);
  if (collected.pieceMs !== undefined) return collectorOfBars(numbers, collected, collected.pieceMs);
  return collectorOfPrints(stream, numbers, collected, request);
}

function collectorOfBars(numbers: MessageNumbers, { align, isChosen }: Collected, pieceMs: number): Collector {
  const builder = new JoinedBars(align!);
  const [open, high, low, close, vwap, trades] = (['open', 'high', 'low', 'close', 'vwap', 'trades'] as const).map(
    role => numbers.amounts(role),
  );
  const volume = numbers.exactAmounts('volume_exact', 'volume');
  return {
    builder,
    add(index) {
      const startMs = numbers.timeMs(index);
      if (startMs === undefined || !isChosen(startMs)) return startMs;
      builder.add({
        startMs,
        endMs: startMs + pieceMs,
        open: open!(index),
        high: high!(index),
        low: low!(index),
        close: close!(index),
        volume: volume(index),
        vwap: vwap!(index),
        trades: trades!(index),
      });
      return startMs;
    },
  };
}

function collectorOfPrints(
  { market }: StreamView,
  numbers: MessageNumbers,
  { from, symbol, gathering, align, isChosen }: Collected,
  { interval }: BarRequest,
): Collector {
  const builder = align ? new TimedBars(align) : new TickBars(interval.kind === 'ticks' ? interval.count : 1);
  const { seqs, effects } = gathering;
  const price = numbers.amounts(from === 'values' ? 'value' : 'price');
  const size = numbers.exactAmounts('size_exact', 'size');
  const rules = tradeRulesOf(market);
  return {
    builder,
    add(index) {
      const atMs = numbers.timeMs(index);
      if (atMs === undefined || !isChosen(atMs)) return atMs;
      const seq = seqs[index]!;
      if (from === 'values') {
        builder.add({ seq, atMs, price: price(index), updates: fullEffect.window });
        return atMs;
      }
      const updates = rules.updatesOf(effects[index]!, atMs, symbol);
      // Such a trade repeats what was counted.
      if (!updates.last && !updates.highLow && !updates.volume) return atMs;
      builder.add({ seq, atMs, price: price(index), size: size(index), updates });
      return atMs;
    },
  };
}
