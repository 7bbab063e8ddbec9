/** The tools of the REST API over a real MCP client of each era, against a host on this machine. */
import { expect, test } from 'vitest';
import { closeAfterEach, open } from '../support/closing.js';
import { eras } from '../support/peers.js';
import { RestHost, restKey, status } from '../support/rest-host.js';

closeAfterEach();

test.each(eras)('an agent asks, goes on, and is told of an error, over %s', async (_, connect) => {
  const host = await RestHost.open();
  const more = `${host.url}/v3/reference/tickers?cursor=x1`;
  host.answer(
    { request_id: 'one', results: [{ ticker: 'AAPL' }], next_url: more },
    { request_id: 'two', results: [{ ticker: 'MSFT' }] },
    status(403, { status: 'NOT_AUTHORIZED', message: `Not with ${restKey}.` }),
  );
  const peer = await connect({ POLYGON_FEED: 'realtime', POLYGON_REST_URL: host.url, POLYGON_API_KEY: restKey });
  open.push(host, peer);

  const first = await peer.call('list_tickers', { market: 'stocks', limit: 1 });
  const { next_page: page } = first.structuredContent as { next_page: string };
  const second = await peer.callWith('list_tickers', JSON.stringify({ params: JSON.stringify({ page }) }));
  const refused = await peer.call('get_ticker_details', { ticker: 'AAPL' });
  const unserved = await peer.call('list_trades', { ticker: 'AAPL' });
  const told = await peer.readText('polygon-docs://tools/get_options_chain');
  const misspelled = peer.call('get_option_chain', {}).catch((error: unknown) => String(error));

  expect(host.urls).toEqual([
    '/v3/reference/tickers?market=stocks&limit=1',
    '/v3/reference/tickers?cursor=x1',
    '/v3/reference/tickers/AAPL',
  ]);
  expect(first).toMatchObject({ structuredContent: { csv: 'ticker\nAAPL\n', request_id: 'one' } });
  expect(second).toMatchObject({ structuredContent: { csv: 'ticker\nMSFT\n', next_page: null } });
  expect(refused).toMatchObject({ isError: true, structuredContent: { error: { code: 'NOT_ENTITLED' } } });
  expect(unserved).toMatchObject({
    isError: true,
    structuredContent: {
      error: { code: 'NOT_SERVED', message: 'list_trades is not served; it belongs to the toolset rest-stocks.' },
    },
  });
  expect(JSON.stringify([first, second, refused])).not.toContain(restKey);
  expect(await misspelled).toContain(
    'There is no such tool; did you mean get_options_chain? See polygon-docs://tools/get_options_chain',
  );
  expect(told).toContain('`strike_price`: number; ');
  expect(told).toContain('also with _gt, _gte, _lt, _lte');
  expect(told).toContain('`endpoint`: ');
  expect((await peer.readText('polygon-docs://tools/list_trades')).split('\n')[0]).toBe('# Arguments of list_trades');
});
