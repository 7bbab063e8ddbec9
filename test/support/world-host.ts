/** A host of the REST API that serves the simulated world over HTTP, and fails as a test wants it to. */
import type { ServerResponse } from 'node:http';
import { operationGroups } from '../../generated/rest/operations.js';
import { markets } from '../../generated/suite.js';
import type { Operation } from '../../runtime/contract/operation.js';
import type { Clock } from '../../runtime/core/clock.js';
import { reduceUrl, slotsOf } from '../../runtime/rest/address.js';
import { SimulatedRest } from '../../runtime/rest/simulated/world.js';
import { type Scripted, status } from './rest-host.js';

export const operations: readonly Operation[] = operationGroups.flatMap(group => group.operations);

export function operationNamed(name: string): Operation {
  const operation = operations.find(one => one.name === name);
  if (!operation) throw new Error(`there is no operation ${name}`);
  return operation;
}

/** How an answer differs from what the world says. */
export interface WorldFault {
  /** Instead of an answer. */
  readonly status?: number;
  /** The header Retry-After, in seconds. */
  readonly retryAfterS?: number;
  /** How long the answer waits, by the clock of the host. */
  readonly delayMs?: number;
}

/** Answers of the world in the form in which a `RestHost` takes them: `host.answer(...worldAnswers(clock, [{ status: 429 }, {}]))`. */
export function worldAnswers(clock: Clock, faults: readonly WorldFault[] = [{}]): Scripted[] {
  const world = new SimulatedRest(markets, clock);
  return faults.map(({ status: code, retryAfterS, delayMs = 0 }): Scripted => {
    const headers = retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) };
    const failed =
      code === undefined ? undefined : status(code, { status: 'ERROR', error: 'As the test wants it.' }, headers);
    return (request, response) => {
      const reply = failed ? async () => failed(request, response) : () => answer(world, request.url ?? '', response);
      if (delayMs > 0) clock.after(delayMs, () => void reply());
      else void reply();
    };
  });
}

async function answer(world: SimulatedRest, url: string, response: ServerResponse): Promise<void> {
  // `/v3/reference/tickers/types` is no ticker.
  const fits = operations.filter(({ path }) => reduceUrl(path, url, ''));
  const [found] = fits.sort((one, other) => slotsOf(one.path).length - slotsOf(other.path).length);
  if (!found) throw new Error('no operation has this path');
  const { status: code, body } = await world.send(
    reduceUrl(found.path, url, '')!,
    'host',
    new AbortController().signal,
    found,
  );
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(body);
}
