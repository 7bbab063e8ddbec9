/** Indicators over bars of the simulated world. Loaded with what computes them when somebody asks. */
import type { BuiltBar } from '../../market/built-bar.js';
import { type IndicatorValue, runIndicators } from '../../market/indicators.js';
import { Turnover } from '../../market/turnover.js';
import type { HistoricBar } from '../../simulator/history.js';
import { alignmentOf, readBars } from './bars.js';
import type { Catalogue, Listed } from './catalogue.js';
import type { Document } from './documents.js';
import type { Row } from './listing.js';
import { firstDate, type Request, startOf } from './request.js';

const mostValues = 5_000;
const usualLimit = 10;
/** After so many windows nothing is left of where an average began that the digits show. */
const warmUpWindows: Readonly<Record<string, number>> = { sma: 1, ema: 12, macd: 12, rsi: 20 };
const mostWarmUp = 5_000;
const longestWindow = 1_000;
/** Digits behind the point; of RSI two. */
const priceDecimals = 4;

/** `/v1/indicators/{sma|ema|macd|rsi}/{}` */
export function indicator(kind: string) {
  return async (request: Request, catalogue: Catalogue): Promise<Document> => {
    const listed = catalogue.find(request.slot(0), request.nowMs);
    const { values, nextMs } = listed ? await valuesOf(kind, request, listed) : { values: [], nextMs: undefined };
    return {
      status: 'OK',
      request_id: request.id,
      results: { values },
      ...(nextMs === undefined ? {} : { next_url: request.next([nextMs]) }),
    };
  };
}

async function valuesOf(
  kind: string,
  request: Request,
  listed: Listed,
): Promise<{ values: Row[]; nextMs?: number | undefined }> {
  const { timeZone } = listed.place;
  const timespan = request.text('timespan') ?? 'day';
  const isBackward = request.text('order') !== 'asc';
  const limit = Math.min(mostValues, request.limit(usualLimit));
  const { fromMs, untilMs } = request.stretch('timestamp', timeZone);
  const [onMs] = request.cursor ?? [];
  const align = alignmentOf(timespan, 1, timeZone, fromMs);
  const wanted = {
    align,
    fromMs: !isBackward && onMs !== undefined ? Math.max(fromMs, onMs) : fromMs,
    untilMs: isBackward && onMs !== undefined ? Math.min(untilMs, onMs) : untilMs,
    asOfMs: request.nowMs + 1,
  };
  const page = await readBars(request, listed, { ...wanted, isBackward, limit });
  const bars = isBackward ? [...page.bars].reverse() : page.bars;
  if (bars.length === 0) return { values: [] };
  const asked = requestOf(kind, request);
  const run = runIndicators([{ name: 'value', parts: [], ...asked }], priceDecimals, align);
  const warmUp = Math.min(mostWarmUp, (warmUpWindows[kind] ?? 1) * asked.numbers.reduce((sum, one) => sum + one, 0));
  const before = {
    ...wanted,
    fromMs: startOf(timeZone, firstDate),
    untilMs: bars[0]!.time,
    isBackward: true,
    limit: warmUp,
  };
  const earlier = await readBars(request, listed, before);
  const series = request.text('series_type') ?? 'close';
  const next = (bar: HistoricBar) => run(candleOf(bar, Number(bar[series as 'close']))).value ?? null;
  for (const bar of [...earlier.bars].reverse()) next(bar);
  const values = bars.flatMap(bar => {
    const row = rowOf(next(bar));
    return row ? [{ timestamp: bar.time, ...row }] : [];
  });
  return { values: isBackward ? values.reverse() : values, nextMs: page.nextMs };
}

function requestOf(kind: string, request: Request) {
  const window = (name: string, usual: number): number =>
    Math.max(1, Math.min(longestWindow, request.number(name) ?? usual));
  if (kind === 'macd') {
    const numbers = [window('short_window', 12), window('long_window', 26), window('signal_window', 9)];
    return { kind: 'macd', numbers } as const;
  }
  const known = kind === 'sma' || kind === 'ema' ? kind : 'rsi';
  return { kind: known, numbers: [window('window', known === 'rsi' ? 14 : 50)] } as const;
}

/** The price counts as close. */
function candleOf({ time: startMs, end_time: endMs }: HistoricBar, close: number): BuiltBar {
  const unknown = { open: null, high: null, low: null, volume: null, vwap: null, trades: null };
  return { ...unknown, startMs, endMs, close, turnover: new Turnover() };
}

/** Nothing until there are enough bars. */
function rowOf(value: IndicatorValue): Row | undefined {
  if (value === null) return undefined;
  if (typeof value === 'number') return { value };
  const { macd, signal, histogram } = value;
  return signal === null ? undefined : { value: macd, signal, histogram };
}
