/** Reads what a caller wants of bars. */
import type { BarsArguments } from '../../../generated/types.js';
import { StreamError } from '../../core/errors.js';
import { kindOf } from '../../core/kind.js';
import { suggest } from '../../core/nearest.js';
import { epochMs } from '../../core/time.js';
import { type Interval, parseInterval } from '../../market/bar-interval.js';
import { type IndicatorRequest, indicatorExamples, parseIndicator } from '../../market/indicator-names.js';

export interface BarRequest {
  readonly interval: Interval;
  /** The newest so many; absent: all from `fromMs`. */
  readonly count: number;
  /** Unix ms. */
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly indicators: readonly IndicatorRequest[];
  readonly session: BarsArguments['session'];
  readonly isFilled: boolean;
}

const usualCount = 100;
const mostCount = 5_000;

/** @throws StreamError INVALID_ARGUMENT */
export function readRequest(args: BarsArguments): BarRequest {
  const interval = parseInterval(args.interval);
  if (!interval) {
    throw invalid(
      `interval, ${kindOf(args.interval)}, is no length of bars: a number with s, m or h up to 24h, 1d, or a number of trades with t.`,
      'Call read_bars with {"interval": "1m"}; others are 30s, 5m, 1h, 1d and 100t.',
    );
  }
  const isFilled = args.fill === 'previous';
  if (isFilled && interval.kind === 'ticks') {
    throw invalid(
      'fill is for bars of a time: between two trades there is none.',
      'Call read_bars without fill, or with an interval such as "1m".',
    );
  }
  const [fromMs, toMs] = [readTime('from', args.from), readTime('to', args.to)];
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
    throw invalid('from is not before to.', 'Name the earlier time as from, or leave one of them out.');
  }
  return {
    interval,
    count: args.count ?? (fromMs === undefined ? usualCount : mostCount),
    fromMs,
    toMs,
    indicators: readIndicators(args.indicators ?? []),
    session: args.session,
    isFilled,
  };
}

const isoForm = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/** ISO 8601, in UTC where it names no offset, or an epoch time. */
function readTime(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const isZoned = /(?:Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes(':');
  const atMs = isoForm.test(text) ? Date.parse(isZoned ? text : `${text.replace(' ', 'T')}Z`) : epochMs(text);
  if (atMs !== undefined && !Number.isNaN(atMs)) return atMs;
  throw invalid(
    `${name}, ${kindOf(text)}, is no time.`,
    `Write it as ISO 8601, such as {"${name}": "2026-11-23T14:30:00Z"}, or as Unix ms.`,
  );
}

function readIndicators(texts: readonly string[]): IndicatorRequest[] {
  const requests = texts.map((text, index) => {
    const read = parseIndicator(text);
    if ('name' in read) return read;
    throw invalid(
      `indicators[${index}], ${kindOf(text)}, is no indicator${suggest(read.meant) || `; there are ${indicatorExamples.join(', ')}.`}`,
      `Call read_bars with {"indicators": ["${read.meant ?? 'sma:20'}"]}, and the other arguments as they were.`,
    );
  });
  return [...new Map(requests.map(request => [request.name, request])).values()];
}

function invalid(message: string, hint: string): StreamError {
  return new StreamError('INVALID_ARGUMENT', message, hint);
}
