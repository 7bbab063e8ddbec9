import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;

/** What the heap and everything outside of it take when the garbage is gone, MiB. */
export async function usedMb(): Promise<number> {
  // What a first round lets go of may hold more.
  for (let round = 0; round < 2; round++) {
    collect();
    await nextTurn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

/** What is allocated outside of the heap, garbage or not, MiB. */
export function outsideMb(): number {
  return process.memoryUsage().external / 2 ** 20;
}
