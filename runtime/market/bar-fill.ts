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
  bars: readonly BuiltBar[],
  align: Alignment,
  toMs: number,
  isOpen: (startMs: number, endMs: number) => boolean,
): Generator<BuiltBar> {
  const [first] = bars;
  if (!first) return;
  const fromMs = toMs - mostBars * (first.endMs - first.startMs);
  for (const [index, bar] of bars.entries()) {
    yield bar;
    const nextMs = bars[index + 1]?.startMs ?? toMs + 1;
    if (bar.close === null || nextMs <= fromMs) continue;
    let span = align(Math.max(bar.endMs, fromMs));
    for (; span.startMs < nextMs; span = align(span.endMs)) {
      if (isOpen(span.startMs, span.endMs)) yield flat(bar, span);
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
