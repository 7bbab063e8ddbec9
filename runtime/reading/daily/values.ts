/** What the REST API has of the day before and of today, for a symbol. */
import type { DailyRequest } from '../../contract/market-rest.js';

export interface DailyValues {
  readonly prevClose?: number;
  /** Of today; empty before the first trade of the day. */
  readonly day: DayValues;
}

export type DayKey = keyof DailyRequest['day'];
export type DayValues = { readonly [K in DayKey]?: number };

/** Reads a row; what is missing, no number or a zero before anything was traded is not known. */
export function dailyOf(row: Readonly<Record<string, unknown>>, { prevClose, day }: DailyRequest): DailyValues {
  const previous = numberIn(row, prevClose);
  const values = Object.entries(day).flatMap(([key, column]) => {
    const value = numberIn(row, column);
    return value === undefined ? [] : [[key, value] as const];
  });
  const isTraded = values.some(([key, value]) => key !== 'volume' && value !== 0);
  return {
    ...(previous ? { prevClose: previous } : {}),
    day: isTraded ? Object.fromEntries(values) : {},
  };
}

function numberIn(row: Readonly<Record<string, unknown>>, column: string): number | undefined {
  const value = row[column];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
