/** Who answers a request of a tool, and with which key. */
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { readerOf } from '../../runtime/stream/reader.js';
import { type Called, callOn, hubOn } from '../support/bench.js';
import { closeAfterEach } from '../support/closing.js';
import { restBench } from '../support/rest-bench.js';
import { type RestHost, restKey } from '../support/rest-host.js';

closeAfterEach();

const [hers, his] = ['a-key-of-hers-0123456789', 'a-key-of-his-0123456789'];

function errorOf({ structured }: Called) {
  return (structured as { error: { code: string; message: string; hint: string } }).error;
}

function keysOf({ asked }: RestHost) {
  return asked.map(({ headers }) => headers.authorization);
}

describe('the endpoint', () => {
  test.each([undefined, 'vendor', 'realtime', 'Delayed', 'business'])('%s is the API of the vendor', async endpoint => {
    const { host, call } = await restBench();
    const { structured } = await call('list_tickers', { endpoint });

    expect(structured).toMatchObject({ endpoint: 'vendor', simulated: false });
    expect(keysOf(host)).toEqual([`Bearer ${restKey}`]);
  });

  test('of a replay answers nothing, and asks nobody', async () => {
    const { host, call } = await restBench([], { feed: 'replay:/tmp' });
    const usual = await call('list_tickers', {});
    const named = await call('list_tickers', { endpoint: 'vendor' });

    expect(usual).toMatchObject({ isError: false, structured: { endpoint: 'replay', rows: null, count: 0 } });
    expect(String(usual.structured.notes)).toContain('nothing of today is mixed with it');
    expect(named.structured).toMatchObject({ endpoint: 'vendor' });
    expect(host.asked).toHaveLength(1);
  });

  test('that is simulated never asks the vendor', async () => {
    const { host, call } = await restBench([], { feed: 'simulated' });
    const usual = await call('list_tickers', {});
    const named = await call('list_tickers', { endpoint: 'simulated', api_key: hers });

    for (const { structured } of [usual, named]) {
      expect(structured).toMatchObject({ endpoint: 'simulated', simulated: true });
      expect(structured.count).toBeGreaterThan(50);
      expect(String(structured.notes)).toContain('Simulated data: made up, not the market.');
    }
    expect(host.asked).toEqual([]);
  });

  test('that is simulated knows the markets that are not served, too', async () => {
    const { call } = await restBench([], { feed: 'simulated', markets: ['stocks'] });
    const { structured } = await call('get_previous_close_agg', { ticker: 'X:BTCUSD' });

    expect(structured).toMatchObject({ endpoint: 'simulated', count: 1 });
  });

  test.each(['wss://socket.massive.com/stocks', 'https://evil.example/', 'vendr', 'x'.repeat(5_000)])(
    'that is a URL or unknown is refused: %#',
    async endpoint => {
      const { host, call } = await restBench();
      const refused = await call('list_tickers', { endpoint });

      expect(errorOf(refused).code).toBe('ENDPOINT_NOT_ALLOWED');
      expect(refused.text).not.toContain(endpoint);
      expect(host.asked).toEqual([]);
    },
  );
});

test('a feed at another address than the vendor is no reason to send its key there', async () => {
  const hub = hubOn(suite, markets, 'ws://127.0.0.1:9');
  const refused = errorOf(await callOn(hub, 'list_tickers', {}));
  const { host, call } = await restBench([], { feed: 'ws://127.0.0.1:9' });

  expect(refused).toMatchObject({
    code: 'ENDPOINT_NOT_ALLOWED',
    hint: expect.stringContaining('"endpoint": "vendor"'),
  });
  expect((await call('list_tickers', {})).isError).toBe(false);
  expect(host.asked).toHaveLength(1);
});

describe('the key', () => {
  test('is missing: the way out is the simulated endpoint', async () => {
    const { host, call } = await restBench([], { key: false });
    const refused = errorOf(await call('list_tickers', {}));

    expect(refused).toMatchObject({ code: 'NO_API_KEY', message: 'The REST API needs an API key, and none is set.' });
    expect(refused.hint).toContain('use endpoint "simulated", which needs no key');
    expect(host.asked).toEqual([]);
  });

  test('of a caller goes out instead of that of the server, and keeps its answers to itself', async () => {
    const { host, hub, call } = await restBench();
    const other = hub.client();
    await call('list_tickers', {});
    await call('list_tickers', { api_key: hers });
    await call('list_tickers', { api_key: hers });
    await callOn(other, 'list_tickers', { api_key: hers });
    await callOn(other, 'list_tickers', { api_key: his });
    await callOn(other, 'list_tickers', { api_key: restKey });

    expect(keysOf(host)).toEqual([restKey, hers, hers, his].map(key => `Bearer ${key}`));
  });

  test('is forgotten with its client, and where it brings many more', async () => {
    const { host, hub } = await restBench();
    const client = hub.client();
    const ask = (key: string) => callOn(client, 'list_tickers', { api_key: key });
    await ask(hers);
    for (const number of [1, 2, 3, 4]) await ask(`another-key-of-mine-${number}`);
    const before = host.asked.length;
    await ask(hers);

    expect([before, host.asked.length]).toEqual([5, 6]);
    await client.close();
  });

  test.each(['', 'short', 'k y', 'ü'.repeat(20)])('that is none is refused before anything is sent: %j', async key => {
    const { host, call } = await restBench([], { key: false });
    const refused = await call('list_tickers', { api_key: key });

    expect(['INVALID_ARGUMENT', 'NO_API_KEY']).toContain(errorOf(refused).code);
    expect(host.asked).toEqual([]);
  });

  test('is no parameter of a request, and comes back in no text', async () => {
    const { call, host } = await restBench([{ results: [{ ticker: hers, name: `${restKey} ${hers}` }] }]);
    const inside = await call('list_tickers', { params: { api_key: hers } });
    const beside = await call('list_tickers', { api_key: hers });
    const usual = await call('list_tickers', {});

    expect(errorOf(inside).message).toContain('The key is no parameter of a request');
    for (const { text, structured } of [inside, beside]) expect(text + JSON.stringify(structured)).not.toContain(hers);
    expect(usual.text + JSON.stringify(usual.structured)).not.toContain(restKey);
    expect(host.urls.join()).not.toContain(hers);
  });

  test('of the server is used by a read-only token, which must bring no other', async () => {
    const { host, client } = await restBench();
    const reader = readerOf(client);

    expect((await callOn(reader, 'list_tickers', {})).isError).toBe(false);
    expect(errorOf(await callOn(reader, 'list_tickers', { api_key: hers })).code).toBe('READ_ONLY');
    expect(keysOf(host)).toEqual([`Bearer ${restKey}`]);
  });
});

test('a call that its caller gives up ends, and the request with it', async () => {
  const { host, call } = await restBench([() => {}]);
  const abort = new AbortController();
  const called = call('list_tickers', {}, abort.signal);
  await host.until(1);
  abort.abort();

  expect(errorOf(await called).code).toBe('STOPPED');
});
