import { expect, test } from 'vitest';
import { closeAfterEach, open } from '../support/closing.js';
import { find, report } from '../support/doctor.js';
import { polite, RawFeed } from '../support/raw-feed.js';
import { RestHost, type Scripted, status } from '../support/rest-host.js';

closeAfterEach();

async function examined(script: Scripted, ...args: readonly string[]) {
  const [host, feed] = [await RestHost.open(), await RawFeed.open(polite)];
  open.push(host, feed);
  host.answer(script);
  const found = await report(feed.url, ['--markets', 'stocks', '--rest-url', host.url, ...args]);
  return { host, found, rest: find(found, 'rest') };
}

test('the REST API is asked once, and said to be reached and to take the key', async () => {
  const { host, found, rest } = await examined({ market: 'open' });

  expect(host.urls).toEqual(['/v1/marketstatus/now']);
  expect(rest).toMatchObject({ result: 'ok', host: host.url.slice('http://'.length) });
  expect(rest.message).toMatch(/^127\.0\.0\.1:\d+ answered after \d+ ms and took the key/);
  expect(found.ok).toBe(true);
});

test.each([
  [401, 'fail', 'AUTH_FAILED', false],
  [403, 'note', 'NOT_ENTITLED', true],
  [500, 'fail', 'UPSTREAM_ERROR', false],
])('its answer %i is a finding, with what to do', async (answered, result, code, isFine) => {
  const { host, found, rest } = await examined(status(answered, { status: 'ERROR', error: 'No.' }));

  expect(rest).toMatchObject({ result, code });
  expect([found.ok, found.to_do.length > 0]).toEqual([isFine, !isFine]);
  expect(host.asked).toHaveLength(1);
});

test('it is not asked by --no-connect, nor where the feed is elsewhere and no host is named', async () => {
  const { host, rest } = await examined({ market: 'open' }, '--no-connect');
  const feed = await RawFeed.open(polite);
  open.push(feed);
  const without = find(await report(feed.url, ['--markets', 'stocks']), 'rest');

  expect([rest.result, rest.message, host.asked]).toEqual(['skip', 'not asked: by --no-connect', []]);
  expect([without.result, without.message]).toEqual(['skip', 'not asked: POLYGON_REST_URL names no host']);
});
