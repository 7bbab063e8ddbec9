import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;

/** Memory in use inside and outside of the heap after garbage collection, MiB. */
export async function usedMb(): Promise<number> {
  // The first round may run finalizers that release more.
  for (let round = 0; round < 2; round++) {
    collect();
    await nextTurn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

/** Memory allocated outside of the heap, garbage included, MiB. */
export function outsideMb(): number {
  return process.memoryUsage().external / 2 ** 20;
}
