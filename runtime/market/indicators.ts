/** Computes indicators over bars. Is loaded when somebody asks for one. */
import { ATR, BollingerBands, EMA, MACD, RSI, SMA } from 'trading-signals';
import { decimalsIn } from '../core/exact-sum.js';
import type { Alignment } from './bar-interval.js';
import type { BuiltBar } from './built-bar.js';
import type { IndicatorRequest } from './indicator-names.js';
import { Turnover } from './turnover.js';

/** Null until there are enough bars. */
export type IndicatorValue = number | null | Readonly<Record<string, number | null>>;

/** What an indicator takes from a bar, as doubles. */
interface Candle {
  readonly bar: BuiltBar;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** Takes the next bar, or again the last one with more in it. @returns the value, not rounded */
type Step = (candle: Candle, isAgain: boolean) => IndicatorValue;

/** A price is rounded to this many digits more behind the point than the closes have. */
const furtherDecimals = 2;
const mostDecimals = 12;
const ratioDecimals = 2;

/**
 * Takes bars one after the other, oldest first; one without a close has no values and counts for none.
 *
 * @param isAgain whether it is the last one again, with more in it
 * @returns the values by the names that were asked for
 */
export type IndicatorRun = (bar: BuiltBar, isAgain?: boolean) => Readonly<Record<string, IndicatorValue>>;

/**
 * @param priceDecimals digits behind the point of the close that has the most; a function where later ones may have more,
 * and nothing where these are known only in the end: then values are not rounded
 * @param dayOf the day of a moment: VWAP begins anew with each
 */
export function runIndicators(
  requests: readonly IndicatorRequest[],
  priceDecimals: number | (() => number) | undefined,
  dayOf: Alignment,
): IndicatorRun {
  const columns = requests.map(request => ({ request, step: stepOf(request, dayOf) }));
  return (bar, isAgain = false) => {
    const candle = candleOf(bar);
    return Object.fromEntries(
      columns.map(({ request, step }) => {
        const value = step(candle, isAgain);
        if (priceDecimals === undefined) return [request.name, value];
        const most = typeof priceDecimals === 'number' ? priceDecimals : priceDecimals();
        return [request.name, rounded(value, decimalsOf(request, most))];
      }),
    );
  };
}

/** Rounds the values of a bar as `runIndicators` does. @param priceDecimals digits of the close that has the most */
export function roundValues(
  requests: readonly IndicatorRequest[],
  values: Readonly<Record<string, IndicatorValue>>,
  priceDecimals: number,
): Readonly<Record<string, IndicatorValue>> {
  return Object.fromEntries(
    requests.map(request => [request.name, rounded(values[request.name] ?? null, decimalsOf(request, priceDecimals))]),
  );
}

/** Digits behind the point of a close. */
export function closeDecimals({ close }: BuiltBar): number {
  return decimalsIn(close) ?? 0;
}

/** Nothing where all digits count. */
function decimalsOf({ kind }: IndicatorRequest, priceDecimals: number): number | undefined {
  if (kind === 'rsi') return ratioDecimals;
  return kind === 'vwap' ? undefined : Math.min(priceDecimals + furtherDecimals, mostDecimals);
}

function candleOf(bar: BuiltBar): Candle {
  const close = bar.close === null ? Number.NaN : Number(bar.close);
  return { bar, close, high: Number(bar.high ?? close), low: Number(bar.low ?? close) };
}

function stepOf(request: IndicatorRequest, dayOf: Alignment): Step {
  if (request.kind === 'vwap') return dailyVwap(dayOf);
  const step = priceStep(request);
  const none = step.none ?? null;
  let hasCounted = false;
  return (candle, isAgain) => {
    const isReplaced = isAgain && hasCounted;
    hasCounted = isReplaced || !Number.isNaN(candle.close);
    return Number.isNaN(candle.close) ? none : step.next(candle, isReplaced);
  };
}

/** Which values a bar has that counts for none, and how another counts. */
interface PriceStep {
  readonly none?: IndicatorValue;
  readonly next: Step;
}

function priceStep({ kind, numbers }: IndicatorRequest): PriceStep {
  const [first = 0, second = 0, third = 0] = numbers;
  switch (kind) {
    case 'sma':
      return ofClose(new SMA(first));
    case 'ema':
      return ofClose(new EMA(first));
    case 'rsi':
      return ofClose(new RSI(first));
    case 'atr': {
      const atr = new ATR(first);
      return { next: ({ high, low, close }, isAgain) => atr.update({ high, low, close }, isAgain) };
    }
    case 'bbands': {
      const bands = new BollingerBands(first, second);
      const none = { upper: null, middle: null, lower: null };
      return {
        none,
        next: ({ close }, isAgain) => {
          const result = bands.update(close, isAgain);
          return result ? { upper: result.upper, middle: result.middle, lower: result.lower } : none;
        },
      };
    }
    default: {
      const signalLine = new EMA(third);
      const macd = new MACD(new EMA(first), new EMA(second), signalLine);
      const none = { macd: null, signal: null, histogram: null };
      return {
        none,
        next: ({ close }, isAgain) => {
          const result = macd.update(close, isAgain);
          if (!result) return none;
          return signalLine.isStable
            ? { macd: result.macd, signal: result.signal, histogram: result.histogram }
            : { ...none, macd: result.macd };
        },
      };
    }
  }
}

function ofClose(series: SMA | EMA | RSI): PriceStep {
  return {
    next: ({ close }, isAgain) => {
      const value = series.update(close, isAgain);
      return series.isStable ? value : null;
    },
  };
}

/** Of all bars of the day up to each, from the exact sums. */
function dailyVwap(dayOf: Alignment): Step {
  let startMs: number | undefined;
  /** Of the bars before the last one. */
  let before = new Turnover();
  let sum = before;
  return ({ bar }, isAgain) => {
    const day = dayOf(bar.startMs).startMs;
    if (!isAgain) before = day === startMs ? sum : new Turnover();
    startMs = day;
    sum = new Turnover();
    sum.addAll(before);
    sum.addAll(bar.turnover);
    return sum.vwap;
  };
}

function rounded(value: IndicatorValue, decimals: number | undefined): IndicatorValue {
  if (value === null || decimals === undefined) return value;
  if (typeof value === 'number') return round(value, decimals);
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, part === null ? null : round(part, decimals)]),
  );
}

function round(value: number, decimals: number): number {
  // The sum is no -0.
  return Number(value.toFixed(decimals)) + 0;
}
