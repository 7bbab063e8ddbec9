/**
 * Node takes in one new connection in each turn of the event loop, and a host's requests are let in one in a turn, too.
 * Where turns are filled with long work, whoever comes behind a hundred others waits for a hundred of them; so work rests
 * while newcomers come in.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** An endless stream of newcomers must not stop the work of others. */
const mostPasses = 256;

let came = 0;

/** Call this for each new connection and for each request of a host. */
export function noteArrival(): void {
  came++;
}

/** Resolves in a later turn of the event loop, once no newcomer is waiting. */
export async function whenAllAreIn(): Promise<void> {
  for (let pass = 0; pass < mostPasses; pass++) {
    const before = came;
    await nextTurn();
    if (came === before) return;
  }
}
