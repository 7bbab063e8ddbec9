/** Measures until the figures tell, instead of once more when they do not please. */
import { joinRows, judgeCollapse, type Row } from './row.js';

export interface Rounds {
  /** Of one run. */
  readonly rounds: number;
  /** Of all runs together, at most. */
  readonly mostRounds: number;
}

/** Runs a part again, and adds to its figures, as long as one of them cannot tell whether it has collapsed. */
export async function measureUntilTold(
  name: string,
  run: () => Promise<readonly Row[]>,
  { rounds, mostRounds }: Rounds,
): Promise<{ readonly rows: readonly Row[]; readonly rounds: number }> {
  let rows = await run();
  let done = rounds;
  for (; done + rounds <= mostRounds && rows.some(row => judgeCollapse(row) === 'cannot tell'); done += rounds) {
    const more = await run();
    if (more.length !== rows.length)
      throw new Error(`${name} measured ${rows.length} figures, and then ${more.length}`);
    rows = joinRows(rows, more);
  }
  return { rows, rounds: done };
}

/** @returns nothing where a ratio is as good as it must be */
export function complaintOf(row: Row): string | undefined {
  const { part, what, unit } = row;
  switch (judgeCollapse(row)) {
    case 'holds':
      return undefined;
    case 'broken':
      return `${row.goal?.strict ? 'Missed' : 'Collapsed'}: ${part}, ${what}, ${unit}`;
    case 'cannot tell':
      return `Cannot tell after ${row.measured.values.length} rounds: ${part}, ${what}, ${unit}`;
  }
}
