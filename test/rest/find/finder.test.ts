import { describe, expect, test } from 'vitest';
import { operationGroups } from '../../../generated/rest/operations.js';
import { readArguments } from '../../../runtime/rest/arguments.js';
import { OperationFinder } from '../../../runtime/rest/find/finder.js';

const finder = new OperationFinder(operationGroups);
/** A Wednesday. */
const today = '2026-06-17';

function find(text: string, market?: string) {
  return finder.find(text, { market, limit: 3, today, fresh: example => example }).found;
}

function best(text: string, market?: string): readonly [string | undefined, unknown] {
  const [found] = find(text, market);
  return [found?.operation.name, found?.call.arguments];
}

describe('a question', () => {
  test.each([
    ['P/E of Tesla', 'list_ratios', { ticker: 'TSLA' }],
    ['splits of $BRK.B', 'list_splits', { ticker: 'BRK.B' }],
    ['NVDA rsi', 'get_rsi', { ticker: 'NVDA', window: 14 }],
    ['rsi of ether', 'get_crypto_rsi', { ticker: 'X:ETHUSD' }],
    ['20 day ema of EUR/USD', 'get_forex_ema', { ticker: 'C:EURUSD', timespan: 'day', window: 20 }],
    ['50-day sma of the S&P 500', 'get_index_sma', { ticker: 'I:SPX', timespan: 'day', window: 50 }],
    ['macd of O:SPY281215C00700000', 'get_options_macd', { ticker: 'O:SPY281215C00700000' }],
    ['15 min candles of CLZ6', 'list_futures_aggregates', { ticker: 'CLZ6', resolution: '15min', limit: 20 }],
    ['convert 250 euros to dollars', 'get_real_time_currency_conversion', { from: 'EUR', to: 'USD', amount: 250 }],
    ['how many yen for 50 dollars', 'get_real_time_currency_conversion', { from: 'USD', to: 'JPY', amount: 50 }],
    ['convert 2.5k GBP to EUR', 'get_real_time_currency_conversion', { from: 'GBP', to: 'EUR', amount: 2_500 }],
    ['top losers in crypto', 'get_snapshot_direction', { market_type: 'crypto', direction: 'losers' }],
    ['WHAT DID AAPL CLOSE AT YESTERDAY', 'get_previous_close_agg', { ticker: 'AAPL' }],
    ['dividnds of Pepsi', 'list_dividends', { ticker: 'PEP' }],
    ['CPI', 'list_inflation', { limit: 12 }],
  ])('is answered by one request, with its symbols and numbers in place: %s', (text, name, args) => {
    expect(best(text)).toEqual([name, args]);
  });

  test.each([
    ['daily bars of AAPL from 2026-01-05 to 2026-02-06', { from: '2026-01-05', to: '2026-02-06' }],
    ['daily bars of AAPL between Jan 5 and February 6th, 2026', { from: '2026-01-05', to: '2026-02-06' }],
    ['daily bars of AAPL since 2026-06-01', { from: '2026-06-01', to: '2026-06-17' }],
    ['daily bars of AAPL over the last 2 weeks', { from: '2026-06-03', to: '2026-06-17' }],
    ['daily bars of AAPL in 2025', { from: '2025-01-01', to: '2025-12-31' }],
    ['daily bars of AAPL for February 2024', { from: '2024-02-01', to: '2024-02-29' }],
    ['daily bars of AAPL this year', { from: '2026-01-01', to: '2026-06-17' }],
    ['daily bars of AAPL on 5 Jan', { from: '2026-01-05', to: '2026-01-05' }],
    ['daily bars of AAPL on Dec 24', { from: '2025-12-24', to: '2025-12-24' }],
    ['5 minute bars of AAPL yesterday', { multiplier: 5, timespan: 'minute', from: '2026-06-16', to: '2026-06-16' }],
    ['daily bars of AAPL last Friday', { from: '2026-06-12', to: '2026-06-12' }],
  ])('has its days read: %s', (text, days) => {
    expect(best(text)).toEqual(['get_aggs', { ticker: 'AAPL', multiplier: 1, timespan: 'day', ...days }]);
  });

  test.each([
    ['what does VOO charge me', 'list_etf_profiles'],
    ['golden cross on solana', 'get_crypto_sma'],
    ['is the market open on thanksgiving', 'get_market_holidays'],
    ['who is dumping shares', 'list_form_4_filings'],
    ['can Ford pay its bills', 'list_balance_sheets'],
    ['what moved the most', 'get_snapshot_direction'],
  ])('is understood in words that the API does not have: %s', (text, name) => {
    expect(best(text)[0]).toBe(name);
  });

  test('of an expiry means the next such day, and fills the filters that it names', () => {
    const calls = find('SPY puts with a strike of 600 expiring Jan 15').map(({ operation, call }) => [
      operation.name,
      call.arguments,
    ]);
    const filters = { contract_type: 'put', strike_price: 600, expiration_date: '2027-01-15' };

    expect(calls).toContainEqual(['get_options_chain', { underlying_asset: 'SPY', limit: 50, ...filters }]);
    expect(calls).toContainEqual(['list_options_contracts', { underlying_ticker: 'SPY', ...filters }]);
  });

  test('on a Monday calls Friday yesterday, since nothing trades on Sunday', () => {
    const { found } = finder.find('premarket price of GME yesterday', {
      limit: 1,
      today: '2026-06-15',
      fresh: example => example,
    });

    expect(found[0]!.call.arguments).toEqual({ ticker: 'GME', date: '2026-06-12' });
  });

  test('says which arguments come from it', () => {
    const [{ call }] = find('moving average of NVDA') as [ReturnType<typeof find>[number]];

    expect(call.asked).toEqual(['ticker']);
  });

  test('is narrowed to a market', () => {
    const named = find('moving average', 'forex').map(({ operation }) => operation.name);

    expect(named.slice(0, 2).sort()).toEqual(['get_forex_ema', 'get_forex_sma']);
    for (const { operation } of find('price', 'futures')) expect(operation.markets).toContain('futures');
  });

  test.each(['', '   ', '?!', 'qxzzk', 'the of and', '2026-02-30'])('of nothing known finds nothing: "%s"', text => {
    expect(find(text)).toEqual([]);
  });

  test('in no word of which a symbol is meant has none', () => {
    const [{ call }] = find('IPOs on the NYSE') as [ReturnType<typeof find>[number]];

    expect(call.asked).toEqual([]);
  });

  test('of any length and kind is answered in bounded time', () => {
    for (const text of ['a'.repeat(500), 'O:'.repeat(250), '1'.repeat(500), 'AAPL '.repeat(100), '/-&.'.repeat(125)]) {
      expect(() => find(text)).not.toThrow();
    }
  });
});

test('an operation is found by its own name, title and description, and its call is one that it takes', () => {
  const all = operationGroups.flatMap(({ operations }) => operations);
  const missed = all.filter(operation => {
    const found = find(`${operation.name.replaceAll('_', ' ')} ${operation.title} ${operation.description}`);
    for (const { operation: of, call } of found) readArguments(of, call.arguments);
    return !found.some(one => one.operation.name === operation.name);
  });

  expect(missed.map(({ name }) => name)).toEqual([]);
});
