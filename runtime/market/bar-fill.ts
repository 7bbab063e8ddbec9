/** Puts flat bars where nothing came. */
import type { Alignment } from './bar-interval.js';
import type { BuiltBar } from './built-bar.js';
import { Turnover } from './turnover.js';

/** Of longer series only the newest bars are filled in between. */
const mostBars = 20_000;

/**
 * @param toMs where to end, Unix ms; the bar of this moment is the last
 * @param isOpen whether anything can come in a stretch of time
 */
export function* fillBars(
  bars: Iterable<BuiltBar>,
  align: Alignment,
  toMs: number,
  isOpen: (startMs: number, endMs: number) => boolean,
): Generator<BuiltBar> {
  let fromMs: number | undefined;
  let bar: BuiltBar | undefined;
  for (const next of bars) {
    fromMs ??= toMs - mostBars * (next.endMs - next.startMs);
    if (bar) yield* fillUpTo(next.startMs, bar);
    bar = next;
  }
  if (bar) yield* fillUpTo(toMs + 1, bar);

  function* fillUpTo(nextMs: number, own: BuiltBar): Generator<BuiltBar> {
    yield own;
    if (own.close === null || nextMs <= fromMs!) return;
    let span = align(Math.max(own.endMs, fromMs!));
    for (; span.startMs < nextMs; span = align(span.endMs)) {
      if (isOpen(span.startMs, span.endMs)) yield flat(own, span);
    }
  }
}

function flat(
  { close, volume, trades }: BuiltBar,
  span: { readonly startMs: number; readonly endMs: number },
): BuiltBar {
  return {
    ...span,
    open: close,
    high: close,
    low: close,
    close,
    volume: volume === null ? null : 0,
    vwap: null,
    trades: trades === null ? null : 0,
    turnover: new Turnover(),
    isFilled: true,
  };
}
