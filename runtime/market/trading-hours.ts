/** Says in words when a market trades. */
import type { Hours, Market } from '../contract/market.js';
import { spellPlace, spellWallTime } from '../core/wall-time.js';
import { isAlwaysOpen, type TradingTime, tradingTimeAt } from './hours.js';
import type { NamedHours } from './product-hours.js';

/** Where the hours of markets come from: the spec, or something that knows what has changed since it was written. */
export interface HoursSource {
  of(market: Market): Hours;
}

/** The hours as the spec has them. */
export const specHours: HoursSource = { of: ({ hours }) => hours };

/** What is known of trading at a moment, in words and in numbers. */
export interface TradingReport {
  /** Title of the market, or of a group of its products. */
  readonly of: string;
  readonly open: boolean;
  /** `closed since 13:00 (early close, day after Thanksgiving); opens Monday 04:00 in New York` */
  readonly text: string;
  /** Sentences, without the point at their end, on what is not known. */
  readonly doubts: readonly string[];
  /** Wall clock ms at which the session ends, or the next one begins; absent where trading never ends. */
  readonly changesAtMs?: number | undefined;
  readonly time: TradingTime;
}

/** @param atMs wall clock ms */
export function reportTrading({ of, hours }: NamedHours, atMs: number): TradingReport {
  const time = tradingTimeAt(hours, atMs);
  const { session, next } = time;
  if (isAlwaysOpen(hours)) return { of, open: true, text: 'open around the clock', doubts: [], time };
  return {
    of,
    open: session !== undefined,
    text: session ? describeOpen(hours, time, atMs) : describeClosed(hours, time, atMs),
    doubts: doubtsOf(hours, time),
    changesAtMs: session?.closesMs ?? next.opensMs,
    time,
  };
}

/** `open (regular) until 16:00 in New York, then after hours` */
function describeOpen({ timeZone }: Hours, { session, next, thinDay }: TradingTime, atMs: number): string {
  const { name, closesMs, earlyClose } = session!;
  const until = `${spellWallTime(timeZone, closesMs, atMs)} ${spellPlace(timeZone)}`;
  const then = next.opensMs === closesMs ? `, then ${next.name}` : '';
  const early = earlyClose === undefined ? '' : ` (early close, ${earlyClose})`;
  const thin = thinDay === undefined ? '' : `; little is traded today (${thinDay})`;
  return `open (${name}) until ${until}${early}${then}${thin}`;
}

function describeClosed({ timeZone }: Hours, { last, next, holiday }: TradingTime, atMs: number): string {
  const reason = holiday ?? (last?.earlyClose === undefined ? undefined : `early close, ${last.earlyClose}`);
  const since = last ? ` since ${spellWallTime(timeZone, last.closesMs, atMs)}` : '';
  const why = reason === undefined ? '' : ` (${reason})`;
  return `closed${since}${why}; opens ${spellWallTime(timeZone, next.opensMs, atMs)} ${spellPlace(timeZone)}`;
}

function doubtsOf({ calendar, note }: Hours, { session, knownTo, unconfirmed }: TradingTime): string[] {
  const known = calendar ? `Holidays are known to ${calendar.knownTo} only` : 'Holidays are not known here';
  const whileClosed = session === undefined ? [unconfirmed?.about, note] : [];
  return [
    ...(knownTo === undefined ? [known] : []),
    ...whileClosed.flatMap(text => (text === undefined ? [] : [text.replace(/\.$/, '')])),
  ];
}

/** Everything that a report says, without a point at the end. */
export function spellReport({ text, doubts }: TradingReport): string {
  return [text, ...doubts].join('. ');
}
