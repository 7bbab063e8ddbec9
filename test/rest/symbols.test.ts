/** Nothing is found under a symbol in a wrong form, and the answer says what is right. */
import { describe, expect, test } from 'vitest';
import { StreamError } from '../../runtime/core/errors.js';
import { closeAfterEach } from '../support/closing.js';
import { askable, bars, status, tickers, trades } from '../support/rest-host.js';

closeAfterEach();

const doubt =
  'Tickers are written in capitals, with a prefix for all but stocks and futures: AAPL, X:BTCUSD, C:EURUSD, I:SPX, and O: before options.';
const day = { multiplier: 1, timespan: 'day', from: '2026-01-05', to: '2026-01-09' };

describe('an answer without rows', () => {
  test.each(['aapl', 'BTC-USD', 'EUR/USD', 'BTCUSD', '$AAPL', '^GSPC', 'x:btcusd', 'O:aapl261218c00230000', 'AAPL US'])(
    'says how tickers are written, where one is %s',
    async ticker => {
      const { call } = await askable({ status: 'OK', resultsCount: 0 });

      expect((await call(bars, { ticker, ...day })).notes).toContain(doubt);
    },
  );

  test.each(['AAPL', 'BRK.B', 'BACpK', 'X:BTCUSD', 'C:EURUSD', 'I:SPX', 'O:AAPL261218C00230000', 'ESZ7'])(
    'says nothing of them, where one is %s',
    async ticker => {
      const { call } = await askable({ status: 'OK', resultsCount: 0 });

      expect((await call(bars, { ticker, ...day })).notes).not.toContain(doubt);
    },
  );

  test('says it of a list', async () => {
    const { call } = await askable({ status: 'OK', results: [] });

    expect((await call(tickers, { tickers: ['AAPL', 'msft'] })).notes).toContain(doubt);
    expect((await call(tickers, { ticker_gte: 'a' })).notes).not.toContain(doubt);
  });
});

test('a row that says so itself says it, too', async () => {
  const { call } = await askable({ results: [{ ticker: 'aapl', error: 'NOT_FOUND', message: 'Ticker not found.' }] });

  expect((await call(tickers, { ticker_any_of: 'aapl,MSFT' })).notes).toContain(doubt);
});

test('an answer with rows says nothing of tickers', async () => {
  const { call } = await askable({ status: 'OK', results: [{ price: 1 }] });

  expect((await call(trades, { ticker: 'aapl' })).notes).not.toContain(doubt);
});

test('the refusal of what is not there says it', async () => {
  const { call } = await askable(status(404, { status: 'NOT_FOUND', message: 'Ticker not found.' }));

  const error = await call(trades, { ticker: 'aapl' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StreamError);
  expect(error).toMatchObject({ code: 'NOT_FOUND', details: { notes: [doubt] } });
  await expect(call(trades, { ticker: 'AAPL' })).rejects.toMatchObject({ code: 'NOT_FOUND', details: {} });
});
