/** Requests that are under way. Callers who ask for the same wait for the same one. */
import { StreamError } from '../core/errors.js';

interface Flight<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
}

export class Flights<T> {
  private readonly flights = new Map<string, Flight<T>>();

  /**
   * @param begin starts the request, where none is under way; ended when nobody waits for it any more
   * @param signal gives up waiting
   * @throws StreamError STOPPED if the caller gave up
   */
  async join(key: string, begin: (abort: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw cancelled();
    const flight = this.flights.get(key) ?? this.start(key, begin);
    flight.waiting++;
    let giveUp: (() => void) | undefined;
    try {
      if (!signal) return await flight.result;
      const given = new Promise<never>((_, reject) => {
        giveUp = () => reject(cancelled());
        signal.addEventListener('abort', giveUp, { once: true });
      });
      return await Promise.race([flight.result, given]);
    } finally {
      if (giveUp) signal?.removeEventListener('abort', giveUp);
      flight.waiting--;
      if (flight.waiting === 0) this.end(key, flight);
    }
  }

  private start(key: string, begin: (abort: AbortSignal) => Promise<T>): Flight<T> {
    const abort = new AbortController();
    const flight: Flight<T> = { result: begin(abort.signal), abort, waiting: 0 };
    this.flights.set(key, flight);
    const forget = (): void => this.forget(key, flight);
    // Whoever waits hears of a failure; here it only ends.
    flight.result.then(forget, forget);
    return flight;
  }

  private end(key: string, flight: Flight<T>): void {
    this.forget(key, flight);
    flight.abort.abort();
  }

  private forget(key: string, flight: Flight<T>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }
}

/** What a caller is told who gave up. */
export function cancelled(): StreamError {
  return new StreamError('STOPPED', 'The call was cancelled.', 'Call it again if it is still wanted.');
}
