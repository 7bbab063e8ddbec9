/** A figure of the benchmark, what it is compared with, and how good it should be. */
import { medianInterval } from './interval.js';
import { ratiosOf, type Spread, spreadOf } from './spread.js';

export interface Goal {
  readonly of: 'ratio' | 'value';
  readonly bound: 'at least' | 'at most';
  readonly limit: number;
  /** Whether the limit itself is to hold on every machine, and not just half of it. */
  readonly strict?: true;
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
  /** All of which it was made. */
  readonly measured: Measured;
}

/** What was measured, one number for each round. */
export interface Measured {
  readonly what: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly against?: { readonly name: string; readonly values: readonly number[] };
  readonly goal?: Goal;
}

export function rowOf(part: string, measured: Measured): Row {
  const { what, unit, values, against, goal } = measured;
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
    measured,
  };
}

/** The same figures of two runs as those of one. */
export function joinRows(some: readonly Row[], more: readonly Row[]): Row[] {
  return some.map(({ part, measured }, index) => {
    const { what, unit, values, against } = more[index]!.measured;
    if (what !== measured.what || unit !== measured.unit) throw new Error(`${measured.what} became ${what}`);
    return rowOf(part, {
      ...measured,
      values: [...measured.values, ...values],
      ...(measured.against && {
        against: { ...measured.against, values: [...measured.against.values, ...against!.values] },
      }),
    });
  });
}

/** @returns nothing where there is no goal */
export function isMet(row: Row): boolean | undefined {
  return row.goal && reaches(row, row.goal);
}

/** What the measurements say of a limit; too few, or too different ones, cannot tell. */
export type Verdict = 'holds' | 'broken' | 'cannot tell';

/**
 * Whether a ratio is at least half as good as it should be, or quite as good where that is strict. What is no ratio depends on the machine, and is not judged.
 */
export function judgeCollapse({ goal, measured }: Row): Verdict {
  if (goal?.of !== 'ratio') return 'holds';
  if (goal.strict) return judge(measured, goal);
  return judge(measured, { ...goal, limit: goal.bound === 'at least' ? goal.limit / 2 : goal.limit * 2 });
}

function judge({ values, against, what }: Measured, { bound, limit }: Goal): Verdict {
  if (!against) throw new Error(`${what} has a goal for a ratio, and none was measured`);
  const interval = medianInterval(ratiosOf(values, against.values));
  if (!interval) return 'cannot tell';
  const [bad, good] =
    bound === 'at least'
      ? [interval.to < limit, interval.from >= limit]
      : [interval.from > limit, interval.to <= limit];
  return bad ? 'broken' : good ? 'holds' : 'cannot tell';
}

function reaches({ value, ratio, what }: Row, { of, bound, limit }: Goal): boolean {
  const judged = of === 'value' ? value : ratio;
  if (!judged) throw new Error(`${what} has a goal for a ratio, and none was measured`);
  return bound === 'at least' ? judged.median >= limit : judged.median <= limit;
}

export const atLeast = (limit: number): Goal => ({ of: 'ratio', bound: 'at least', limit });
export const atMost = (limit: number): Goal => ({ of: 'ratio', bound: 'at most', limit });
/** For what is the same on every machine, such as a comparison with the program as it was. */
export const strictlyAtLeast = (limit: number): Goal => ({ ...atLeast(limit), strict: true });
export const valueAtMost = (limit: number): Goal => ({ of: 'value', bound: 'at most', limit });
