/** Yields, inflation and work: smooth made-up curves, the same for everybody. */
import { addDays, wallTimeAt, weekdayOf } from '../../core/wall-time.js';
import { seedOf } from '../../simulator/random.js';
import { round } from '../../simulator/world/grid.js';
import { hash, uniform } from '../../simulator/world/hash.js';
import { daysBetween } from './bars.js';
import type { Document } from './documents.js';
import { listed as list, type Row } from './listing.js';
import type { Request } from './request.js';

const firstDate = '2020-01-01';
/** Between the knots of a curve lies a straight line. */
const knotDays = 90;

/** Where a curve is between its bounds on a day. */
function curve(name: string, day: number, [low, high]: readonly [number, number]): number {
  const seed = seedOf(`economy ${name}`);
  const [knot, part] = [Math.floor(day / knotDays), (day % knotDays) / knotDays];
  const [before, after] = [uniform(hash(seed, knot)), uniform(hash(seed, knot + 1))];
  return low + (high - low) * (before + part * (after - before));
}

/** Above that of ten years. */
const terms: Readonly<Record<string, number>> = {
  yield_1_month: -0.2,
  yield_3_month: -0.25,
  yield_6_month: -0.3,
  yield_1_year: -0.45,
  yield_2_year: -0.5,
  yield_3_year: -0.45,
  yield_5_year: -0.35,
  yield_7_year: -0.15,
  yield_10_year: 0,
  yield_20_year: 0.5,
  yield_30_year: 0.55,
};

/** `/fed/v1/treasury-yields`: every weekday. */
export function yields(request: Request): Document {
  return answer(request, weekdays(request), day => {
    const level = curve('yields', day, [3.5, 4.6]);
    return Object.fromEntries(Object.entries(terms).map(([name, above]) => [name, round(level + above, 2)]));
  });
}

/** `/fed/v1/inflation`: every month. */
export function inflation(request: Request): Document {
  return answer(request, months(request), day => {
    const grown = (since: number): number => 1 + (0.025 / 365) * since;
    return {
      cpi: round(258 * grown(day) + curve('cpi', day, [0, 1]), 3),
      cpi_core: round(266 * grown(day) + curve('core', day, [0, 1]), 3),
      cpi_year_over_year: round(curve('inflation', day, [1.8, 3.4]), 1),
      pce: round(111 * grown(day) + curve('pce', day, [0, 0.5]), 3),
      pce_core: round(113 * grown(day) + curve('pce core', day, [0, 0.5]), 3),
      pce_spending: round(14_800 * grown(2 * day) + curve('spending', day, [0, 100]), 1),
    };
  });
}

/** `/fed/v1/inflation-expectations`: every month. */
export function expectations(request: Request): Document {
  const names = [
    'market_5_year',
    'market_10_year',
    'forward_years_5_to_10',
    'model_1_year',
    'model_5_year',
    'model_10_year',
    'model_30_year',
  ];
  return answer(request, months(request), day =>
    Object.fromEntries(names.map(name => [name, round(curve(name, day, [1.9, 2.7]), 2)])),
  );
}

/** `/fed/v1/labor-market`: every month. */
export function labor(request: Request): Document {
  return answer(request, months(request), day => ({
    avg_hourly_earnings: round(28 + 0.003 * day, 2),
    job_openings: round(curve('openings', day, [6_800, 9_000]), 0),
    labor_force_participation_rate: round(curve('participation', day, [62, 63]), 1),
    unemployment_rate: round(curve('unemployment', day, [3.6, 4.6]), 1),
  }));
}

function answer(request: Request, dates: readonly string[], valuesOn: (day: number) => Row): Document {
  const rows = dates.map(date => ({ date, ...valuesOn(daysBetween(firstDate, date)) }));
  return list(request, rows, { sort: 'date.asc', isCounted: false });
}

function yesterday({ nowMs }: Request): string {
  return addDays(wallTimeAt('America/New_York', nowMs).date, -1);
}

function weekdays(request: Request): string[] {
  const count = daysBetween(firstDate, yesterday(request)) + 1;
  return Array.from({ length: count }, (_, day) => addDays(firstDate, day)).filter(date => weekdayOf(date) % 6 !== 0);
}

/** The first days of the months that are over. */
function months(request: Request): string[] {
  const [year = 0, month = 1] = yesterday(request).split('-').map(Number);
  const count = 12 * (year - Number(firstDate.slice(0, 4))) + month - 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    new Date(Date.UTC(Number(firstDate.slice(0, 4)), index, 1)).toISOString().slice(0, 10),
  );
}
