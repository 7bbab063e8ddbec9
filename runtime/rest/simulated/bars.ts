/** Bars of the simulated world by the timespans of the API, which are what the feed streams in that time. */

import { addDays, wallTimeAt, weekdayOf } from '../../core/wall-time.js';
import type { Alignment } from '../../market/bar-interval.js';
import { TimeSlice } from '../../pacing/time-slice.js';
import type { HistoricBar } from '../../simulator/history.js';
import type { Listed } from './catalogue.js';
import { badRequest } from './documents.js';
import { type Request, type Stretch, startOf } from './request.js';

const lengthsMs: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000 };
const calendarMonths: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };

/** Steps of the scheduler that a bar takes. */
const stepsOfBar = 16;
/** Of one bar: a longer one would keep everything else waiting. */
const longestDays = 366;
const dayMs = 86_400_000;
const usualDays: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, quarter: 91, year: 365 };
/** And a day or two of an instrument, beside the rest that is said of it. */
const stepsOfDays = 32;

/** How bars of a timespan lie in time; those of several days or weeks are counted from the first date. */
export function alignmentOf(timespan: string, multiplier: number, timeZone: string, firstMs: number): Alignment {
  const lengthMs = (lengthsMs[timespan] ?? 0) * multiplier;
  const days = lengthMs > 0 ? lengthMs / dayMs : multiplier * (usualDays[timespan] ?? 1);
  if (!Number.isSafeInteger(multiplier) || multiplier < 1 || days > longestDays)
    throw badRequest('The simulated world has bars of up to a year; the multiplier is a whole number of at least 1.');
  if (lengthMs > 0) {
    return atMs => {
      const startMs = Math.floor(atMs / lengthMs) * lengthMs;
      return { startMs, endMs: startMs + lengthMs };
    };
  }
  const begin = (date: string): number => startOf(timeZone, date);
  const months = calendarMonths[timespan];
  if (months !== undefined) {
    const length = months * multiplier;
    return atMs => {
      const [year = 0, month = 1] = wallTimeAt(timeZone, atMs).date.split('-').map(Number);
      const first = Math.floor((12 * year + month - 1) / length) * length;
      return { startMs: begin(firstOf(first)), endMs: begin(firstOf(first + length)) };
    };
  }
  const firstDate = wallTimeAt(timeZone, firstMs).date;
  const anchor = timespan === 'week' ? addDays(firstDate, -weekdayOf(firstDate)) : firstDate;
  const length = timespan === 'week' ? 7 * multiplier : multiplier;
  return atMs => {
    const apart = daysBetween(anchor, wallTimeAt(timeZone, atMs).date);
    const date = addDays(anchor, Math.floor(apart / length) * length);
    return { startMs: begin(date), endMs: begin(addDays(date, length)) };
  };
}

function firstOf(months: number): string {
  return new Date(Date.UTC(Math.floor(months / 12), months % 12, 1)).toISOString().slice(0, 10);
}

export function daysBetween(date: string, later: string): number {
  return Math.round((Date.parse(later) - Date.parse(date)) / 86_400_000);
}

export interface Asked extends Stretch {
  readonly align: Alignment;
  readonly isBackward: boolean;
  readonly limit: number;
  readonly asOfMs: number;
}

/** Bars, and where those that were too many begin. */
export interface BarPage {
  readonly bars: readonly HistoricBar[];
  readonly nextMs?: number;
}

/** In turns with everything else of the process. */
export async function readBars(request: Request, { symbol, place }: Listed, asked: Asked): Promise<BarPage> {
  const { align, fromMs, untilMs, isBackward, limit, asOfMs } = asked;
  if (fromMs >= Math.min(untilMs, asOfMs)) return { bars: [] };
  const slice = new TimeSlice(request.clock);
  await slice.begin();
  const bars: HistoricBar[] = [];
  const wanted = { asOfMs, isBackward };
  for (const bar of place.history.bars(symbol, align, align(fromMs).startMs, Math.min(untilMs, asOfMs), wanted)) {
    if (bars.length === limit) return { bars, nextMs: isBackward ? bars.at(-1)!.time : bar.time };
    bars.push(bar);
    if (slice.spent(stepsOfBar)) await slice.rest();
    request.goOn();
  }
  return { bars };
}

/** Makes something of each, in slices of time between which everything else of the process goes on. */
export async function mapInSlices<Item, Made>(
  request: Request,
  items: Iterable<Item>,
  make: (item: Item) => Made,
): Promise<Made[]> {
  const slice = new TimeSlice(request.clock);
  await slice.begin();
  const made: Made[] = [];
  for (const item of items) {
    made.push(make(item));
    if (slice.spent(stepsOfDays)) await slice.rest();
    request.goOn();
  }
  return made;
}

/** The bar of the day of a moment, as far as it is known; nothing before the first day and for what is not listed. */
export function dayBar({ symbol, place }: Listed, atMs: number, asOfMs: number): HistoricBar | undefined {
  const { timeZone, history } = place;
  const startMs = startOf(timeZone, wallTimeAt(timeZone, atMs).date);
  const [bar] = history.bars(symbol, 'day', startMs, startMs + 1, { asOfMs });
  return bar;
}

/** The day before that of a moment. */
export function previousDayBar(listed: Listed, atMs: number): HistoricBar | undefined {
  const { timeZone } = listed.place;
  const startMs = startOf(timeZone, wallTimeAt(timeZone, atMs).date);
  return dayBar(listed, startMs - 1, startMs);
}

/** A bar in the letters of the API. An index has neither volume nor trades. */
export function lettersOf(bar: HistoricBar, { place }: Listed) {
  const { open: o, high: h, low: l, close: c, volume: v, vwap: vw, trades: n, time: t } = bar;
  return place.market.name === 'indices' ? { o, h, l, c, t } : { v, vw, o, c, h, l, t, n };
}

/** Some values of a bar, under the names that roles and the API share. */
export function pick(bar: HistoricBar, roles: readonly (keyof HistoricBar)[]) {
  return Object.fromEntries(roles.map(role => [role, bar[role]]));
}
