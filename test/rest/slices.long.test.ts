/** However an answer of the REST API is made, reading it keeps nobody waiting. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { closeAfterEach, open } from '../support/closing.js';
import { Lag } from '../support/lag.js';
import { bars, clientOf, failure, RestHost } from '../support/rest-host.js';

closeAfterEach();

const aapl = { ticker: 'AAPL', multiplier: 1, timespan: 'day', from: '2026-01-05', to: '2026-01-09' };
const many = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, n) => item(n)).join();
const trade = (n: number): string =>
  `{"conditions":[12,41],"exchange":11,"id":"${n}","participant_timestamp":1790000000${100_000_000 + n},"price":${100 + (n % 50) / 100},"size":${n % 900},"tape":3}`;

/** Of a busy machine. */
const mostMs = 60;

test.each<[string, () => string, string | number]>([
  ['50,000 trades', () => many(50_000, trade), 50_000],
  ['1,800 rows of 1,000 columns', () => many(1_800, () => `{${many(1_000, c => `"c${c}":1`)}}`), 50_000],
  ['200,000 rows that are numbers', () => many(200_000, n => `${n}`), 50_000],
  ['one row of 900,000 members', () => `{${many(900_000, n => `"m${n}":1`)}}`, 'LIMIT_EXCEEDED'],
  ['a list of 1,900,000 numbers in a row', () => `{"a":[${many(1_900_000, () => '1')}]}`, 'LIMIT_EXCEEDED'],
  ['deep brackets', () => '['.repeat(900_000) + ']'.repeat(900_000), 'LIMIT_EXCEEDED'],
  ['a number of 15,000,000 digits', () => '7'.repeat(15_000_000), 'LIMIT_EXCEEDED'],
  ['a text of 15,000,000 letters', () => `"${'x'.repeat(15_000_000)}"`, 'LIMIT_EXCEEDED'],
  ['15,000,000 blanks', () => ' '.repeat(15_000_000), 0],
])('%s', { timeout: 60_000 }, async (_, rows, outcome) => {
  const host = await RestHost.open();
  const body = gzipSync(`{"status":"OK","results":[${rows()}]}`);
  host.answer((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.end(body);
  });
  const { api } = clientOf(host, { clock: systemClock });
  open.push(host, api);
  const call = () => api.call(bars, aapl, { client: 'a', maxBytes: 20_000_000 });
  await failure(call()).catch(() => {});
  const lag = new Lag();
  const answer = call();
  const shown = typeof outcome === 'string' ? (await failure(answer)).code : (await answer).count;
  lag.end();
  if (typeof outcome === 'string') expect(shown).toBe(outcome);
  else expect(shown).toBeLessThanOrEqual(outcome);
  expect(lag.longestMs).toBeLessThan(mostMs);
});
