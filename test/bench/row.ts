/** A figure of the benchmark, what it is compared with, and how good it should be. */
import { ratiosOf, type Spread, spreadOf } from './spread.js';

export interface Goal {
  readonly of: 'ratio' | 'value';
  readonly bound: 'at least' | 'at most';
  readonly limit: number;
}

export interface Row {
  readonly part: string;
  readonly what: string;
  readonly unit: string;
  readonly value: Spread;
  /** Measured in the same rounds. */
  readonly baseline?: { readonly name: string; readonly value: Spread };
  /** Value through baseline, round by round. */
  readonly ratio?: Spread;
  readonly goal?: Goal;
}

/** What was measured, one number for each round. */
export interface Measured {
  readonly what: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly against?: { readonly name: string; readonly values: readonly number[] };
  readonly goal?: Goal;
}

export function rowOf(part: string, { what, unit, values, against, goal }: Measured): Row {
  return {
    part,
    what,
    unit,
    value: spreadOf(values),
    ...(against && {
      baseline: { name: against.name, value: spreadOf(against.values) },
      ratio: spreadOf(ratiosOf(values, against.values)),
    }),
    ...(goal && { goal }),
  };
}

/** @returns nothing where there is no goal */
export function isMet(row: Row): boolean | undefined {
  return row.goal && reaches(row, row.goal);
}

/** Whether a ratio is not even half as good as it should be. What is no ratio depends on the machine. */
export function isCollapsed(row: Row): boolean {
  const { goal } = row;
  if (goal?.of !== 'ratio') return false;
  return !reaches(row, { ...goal, limit: goal.bound === 'at least' ? goal.limit / 2 : goal.limit * 2 });
}

function reaches({ value, ratio, what }: Row, { of, bound, limit }: Goal): boolean {
  const judged = of === 'value' ? value : ratio;
  if (!judged) throw new Error(`${what} has a goal for a ratio, and none was measured`);
  return bound === 'at least' ? judged.median >= limit : judged.median <= limit;
}

export const atLeast = (limit: number): Goal => ({ of: 'ratio', bound: 'at least', limit });
export const atMost = (limit: number): Goal => ({ of: 'ratio', bound: 'at most', limit });
export const valueAtMost = (limit: number): Goal => ({ of: 'value', bound: 'at most', limit });
