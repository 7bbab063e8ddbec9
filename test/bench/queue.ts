import { readFileSync } from 'node:fs';

const accounts = '/proc/self/schedstat';

/**
 * How long the main thread of this process has waited for a core so far, ms. On a busy machine that is what makes
 * measurements differ; where the system does not tell, it is 0.
 */
export function queuedMs(): number {
  try {
    return Number(readFileSync(accounts, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
