/** The indicators that can be asked for, by name and numbers: `sma:20`, `macd:12:26:9`. */
import { nearest } from '../core/nearest.js';

export type IndicatorKind = 'sma' | 'ema' | 'rsi' | 'macd' | 'bbands' | 'atr' | 'vwap';

export interface IndicatorRequest {
  /** As it was asked for. */
  readonly name: string;
  readonly kind: IndicatorKind;
  readonly numbers: readonly number[];
  /** Names of its values; none where it has one only. */
  readonly parts: readonly string[];
}

/** By kind: its usual form, how many numbers it needs, and what values it has if several. */
const forms: Readonly<
  Record<IndicatorKind, { readonly usual: string; readonly needed: number; readonly parts?: readonly string[] }>
> = {
  sma: { usual: 'sma:20', needed: 1 },
  ema: { usual: 'ema:9', needed: 1 },
  rsi: { usual: 'rsi:14', needed: 0 },
  macd: { usual: 'macd:12:26:9', needed: 0, parts: ['macd', 'signal', 'histogram'] },
  bbands: { usual: 'bbands:20:2', needed: 0, parts: ['upper', 'middle', 'lower'] },
  atr: { usual: 'atr:14', needed: 0 },
  vwap: { usual: 'vwap', needed: 0 },
};

/** The form of each, by example. */
export const indicatorExamples: readonly string[] = Object.values(forms).map(({ usual }) => usual);

const mostBars = 1_000;
const mostDeviations = 10;

/** @returns the request, or the example that is nearest; nothing where none is */
export function parseIndicator(text: string): IndicatorRequest | { readonly meant: string | undefined } {
  const name = text.trim().toLowerCase();
  const [word = '', ...parts] = name.split(':');
  const kind = Object.hasOwn(forms, word) ? (word as IndicatorKind) : undefined;
  if (!kind) {
    const near = nearest(/^[a-z]+/.exec(word)?.[0] ?? word, Object.keys(forms)) as IndicatorKind | undefined;
    return { meant: near && forms[near].usual };
  }
  const { usual, needed, parts: values = [] } = forms[kind];
  const defaults = usual.split(':').slice(1).map(Number);
  const given = parts.map(part => (/^\d{1,4}(?:\.\d{1,3})?$/.test(part) ? Number(part) : Number.NaN));
  const numbers = defaults.map((number, index) => given[index] ?? number);
  const isWhole = given.length >= needed && given.length <= defaults.length;
  return isWhole && areFit(kind, numbers) ? { name, kind, numbers, parts: values } : { meant: usual };
}

function areFit(kind: IndicatorKind, numbers: readonly number[]): boolean {
  const deviations = kind === 'bbands' ? numbers[1]! : 1;
  const lengths = kind === 'bbands' ? numbers.slice(0, 1) : numbers;
  // One price alone has neither gained nor lost.
  const fewest = kind === 'rsi' ? 2 : 1;
  if (!lengths.every(length => Number.isInteger(length) && length >= fewest && length <= mostBars)) return false;
  if (kind === 'macd' && numbers[0]! >= numbers[1]!) return false;
  return deviations > 0 && deviations <= mostDeviations;
}

/** What must come before the first bar that is shown. */
export interface Lead {
  readonly bars: number;
  /** Whether its day is needed from its begin. */
  readonly isOfDay: boolean;
}

/** A smoothed value depends on its begin by less than a thousandth after so many of its lengths. */
const smoothed = { ema: 4, macd: 4, rsi: 8, atr: 8 } as const;
const mostLead = 5_000;

export function leadOf(requests: readonly IndicatorRequest[]): Lead {
  const bars = requests.map(({ kind, numbers }) => {
    const [first = 0, slow = 0, signal = 0] = numbers;
    if (kind === 'vwap') return 0;
    if (kind === 'sma' || kind === 'bbands') return first - 1;
    return smoothed[kind] * (kind === 'macd' ? slow + signal : first);
  });
  return { bars: Math.min(mostLead, Math.max(0, ...bars)), isOfDay: requests.some(({ kind }) => kind === 'vwap') };
}
