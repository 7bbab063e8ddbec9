/** Whether the tests are as quick as they should be, on a machine that others may use, too. */

/** What a run took, in seconds. */
export interface Taken {
  readonly wallS: number;
  /** Processor time of the run and of all else; absent where the system does not tell. */
  readonly processor?: { readonly ownS: number; readonly othersS: number };
  readonly cores: number;
}

/** A test file and how long it took, in seconds. */
export interface FileTime {
  readonly file: string;
  readonly tookS: number;
}

/** What `npm test` may take on two cores. */
export const mostS = 150;
const usualCores = 2;
/** Coverage costs about a quarter, and the slowest machine seen takes half as long again as the one that this was set on. */
const allowance = 2;
const slowestShown = 10;

/** How long the run would have taken with two cores of its own. */
export function soloSeconds({ wallS, processor, cores }: Taken): number {
  if (!processor) return wallS;
  const { ownS, othersS } = processor;
  const busy = ownS / usualCores;
  // What others had of the cores the run may have waited for; less than its own work it cannot take.
  return Math.max(busy, wallS - othersS / cores);
}

/** @returns nothing where the run was quick enough, else what took longest */
export function complaintOf(taken: Taken, files: readonly FileTime[]): string | undefined {
  const tookS = soloSeconds(taken);
  if (tookS <= mostS * allowance) return undefined;
  const slowest = files.toSorted((a, b) => b.tookS - a.tookS).slice(0, slowestShown);
  return [
    `npm test took ${Math.round(tookS)} s of two cores, and should take ${mostS}. Make these quicker, or name a file that is long by nature *.long.test.ts:`,
    ...slowest.map(({ file, tookS: s }) => `${s.toFixed(1).padStart(7)} s  ${file}`),
  ].join('\n');
}
