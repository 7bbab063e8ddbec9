/** The simulated world behind a host that fails: what a client of the API makes of it. */
import { expect, test } from 'vitest';
import { closeAfterEach, open } from '../../support/closing.js';
import { clientOf, failure, HastyClock, RestHost } from '../../support/rest-host.js';
import { operationNamed, type WorldFault, worldAnswers } from '../../support/world-host.js';

closeAfterEach();

async function askThrough(...faults: readonly WorldFault[]) {
  const host = await RestHost.open();
  const clock = new HastyClock();
  host.answer(...worldAnswers(clock, faults));
  const { api } = clientOf(host, { clock });
  open.push(host, api);
  const call = () => api.call(operationNamed('get_previous_close_agg'), { ticker: 'AAPL' }, { client: 'a' });
  return { host, clock, call };
}

test('an answer over HTTP is the one of the world', async () => {
  const { call } = await askThrough({});
  expect((await call()).csv).toMatch(/^T,/);
});

test('what is asked too often is asked again after the time that the host says', async () => {
  const { host, clock, call } = await askThrough({ status: 429, retryAfterS: 3 }, {});
  expect((await call()).count).toBe(1);
  expect(host.asked).toHaveLength(2);
  expect(Math.max(...clock.waitsMs)).toBeGreaterThanOrEqual(3_000);
});

test('a host that asks to wait for a minute is not waited for', async () => {
  const { call } = await askThrough({ status: 429, retryAfterS: 60 });
  expect((await failure(call())).code).toBe('RATE_LIMITED');
});

test('errors that pass are no errors, and others say what they are', async () => {
  expect((await (await askThrough({ status: 503 }, {})).call()).count).toBe(1);
  expect((await failure((await askThrough({ status: 403 })).call())).code).toBe('NOT_ENTITLED');
});

test('a slow answer is waited for', async () => {
  const { clock, call } = await askThrough({ delayMs: 9_000 });
  expect((await call()).count).toBe(1);
  expect(clock.waitsMs).toContain(9_000);
});
