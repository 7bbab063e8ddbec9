/** The simulated world as the tools ask it: a client of the API that stands before it, at a moment of its own. */
import { markets } from '../../generated/suite.js';
import type { Clock } from '../../runtime/core/clock.js';
import { Secret } from '../../runtime/core/secret.js';
import { type RestAnswer, RestClient } from '../../runtime/rest/client.js';
import { SimulatedRest } from '../../runtime/rest/simulated/world.js';
import { simulatedPlace } from '../../runtime/rest/world.js';
import { TestClock } from './clock.js';
import { defaultOptions } from './options.js';
import { operationNamed } from './world-host.js';

/** Friday after Thanksgiving 2026, 10:30:12.345 in New York. */
export const fridayMs = Date.UTC(2026, 10, 27, 15, 30, 12, 345);

export type Rows = readonly Readonly<Record<string, unknown>>[];

export interface Answered extends Omit<RestAnswer, 'rows'> {
  readonly rows: Rows;
}

/** Nothing is kept, so that each answer is one of the world. */
export function simulatedRest(clock: Clock = new TestClock(fridayMs)) {
  const options = { ...defaultOptions, restCacheBytes: 0 };
  const world = new SimulatedRest(markets, clock);
  const api = new RestClient({ place: simulatedPlace, key: new Secret('none'), options, clock, world });
  const ask = async (name: string, args: unknown): Promise<Answered> => {
    const answer = await api.call(operationNamed(name), args, { client: 'a', format: 'json', maxBytes: 10_000_000 });
    return { ...answer, rows: (answer.rows ?? []) as Rows };
  };
  /** All rows of all pages. */
  const all = async (name: string, args: unknown): Promise<Rows> => {
    const rows: Rows[number][] = [];
    for (let page = await ask(name, args); ; page = await ask(name, { page: page.next_page })) {
      rows.push(...page.rows);
      if (page.next_page === null) return rows;
    }
  };
  return { ask, all, api };
}
