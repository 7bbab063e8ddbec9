/** Every operation of the spec, asked of the simulated world by its example. */
import { describe, expect, test } from 'vitest';
import { failure } from '../../support/rest-host.js';
import { simulatedRest } from '../../support/simulated-rest.js';
import { operations } from '../../support/world-host.js';

/** One for all tests: it keeps no answer, and nothing of it is open. */
const { ask, all } = simulatedRest();

/** Columns that answers lack, since a value would be none of the world, or stands only in answers to other questions. */
const leftOut: readonly (readonly [why: string, names: readonly string[]])[] = [
  ['nothing is traded over the counter', ['otc', 'day_otc', 'min_otc', 'prevDay_otc']],
  [
    'of companies only name and exchange are known',
    [
      ...['address_address1', 'address_address2', 'address_city', 'address_postal_code', 'address_state'],
      ...[
        'branding_icon_url',
        'branding_logo_url',
        'cik',
        'composite_figi',
        'share_class_figi',
        'homepage_url',
        'list_date',
      ],
      ...[
        'market_cap',
        'phone_number',
        'share_class_shares_outstanding',
        'sic_code',
        'sic_description',
        'total_employees',
      ],
      ...['weighted_shares_outstanding', 'delisted_utc', 'ticker_suffix'],
    ],
  ],
  ['pairs of currencies alone have them', ['base_currency_name', 'base_currency_symbol', 'currency_symbol']],
  ['pictures', ['amp_url', 'image_url', 'images', 'insights', 'publisher_favicon_url', 'publisher_logo_url']],
  ['no trade is corrected', ['correction', 'e', 'additional_underlyings']],
  [
    'the messages do not have them, or not always',
    [
      ...[
        'received_timestamp',
        'trf_timestamp',
        'trf_id',
        'decimal_size',
        'participant_timestamp',
        'conditions',
        'indicators',
      ],
      ...['c', 'ds', 'f', 'r', 'i', 'y', 'channel', 'report_sequence', 'lastTrade_c', 'last_trade_conditions'],
      ...['lastTrade_ds', 'day_dv', 'min_dv', 'min_dav', 'last_minute_decimal_volume', 'last_trade_decimal_size'],
      ...['last_trade_participant_timestamp', 'session_decimal_volume', 'fmv'],
    ],
  ],
  ['another market has them', ['lastQuote_a', 'lastQuote_b', 'lastQuote_x', 'underlying_asset_value']],
  [
    'the feed has no sessions',
    [
      ...['session_early_trading_change', 'session_early_trading_change_percent', 'session_late_trading_change'],
      ...[
        'session_late_trading_change_percent',
        'session_regular_trading_change',
        'session_regular_trading_change_percent',
      ],
      'session_settlement_price',
    ],
  ],
  ['for tickers that are not found', ['error', 'message']],
  [
    'the tables of codes have them not',
    [
      ...['abbreviation', 'description', 'exchange', 'sip_mapping_CTA', 'sip_mapping_OPRA', 'sip_mapping_UTP'],
      ...['acronym', 'mic', 'operating_mic', 'participant_id', 'url'],
    ],
  ],
  [
    'of products little is known',
    [
      ...[
        'first_trade_date',
        'group_code',
        'max_order_quantity',
        'spread_tick_size',
        'last_updated',
        'price_quotation',
      ],
      ...['settlement_method', 'settlement_type', 'sub_sector', 'unit_of_measure', 'unit_of_measure_qty'],
    ],
  ],
];
const mayLack = new Set(leftOut.flatMap(([, names]) => names));
/** A row of an option stands in another question to the same endpoint. */
const ofOptions = /^(break_even_price|details_|greeks_|implied_volatility|open_interest|underlying_asset_)/;

/** What would be taken for a report about a real company, or an opinion of a real person. */
const withoutRows =
  /^list_(benzinga_(?!news)|bulls|ipo|stock_financials|short|balance|cash|income|ratios|float|corporate|filings|10k|8k|13f|form|risk|disclosure|etf|merchant)/;

describe('the simulated world answers', () => {
  test.each(operations.map(operation => [operation.name, operation] as const))('%s', async (name, operation) => {
    const answer = await ask(name, operation.example ?? {});
    if (withoutRows.test(name) || name.endsWith('_ticker_changes') || name === 'list_ticker_events') {
      expect(answer.count).toBe(0);
      expect(answer.notes.join(' ')).toMatch(/nothing of this kind|ever renamed/i);
      return;
    }
    if (name !== 'list_splits') expect(answer.count).toBeGreaterThan(0);
    const names = answer.columns.map(column => column.name);
    const spec = operation.columns.map(column => column.name);
    expect(names.filter(one => !spec.includes(one))).toEqual([]);
    if (answer.count === 0) return;
    const missing = spec.filter(one => !names.includes(one) && !mayLack.has(one));
    expect(missing.filter(one => !(name === 'list_universal_snapshots' && ofOptions.test(one)))).toEqual([]);
  });

  test('a universal snapshot of an option with its greeks, and says that they are made up', async () => {
    const { rows, notes } = await ask('list_universal_snapshots', { ticker_any_of: 'O:SPY281215C00700000' });
    expect(rows[0]).toMatchObject({ type: 'options', details_strike_price: 700, details_contract_type: 'call' });
    expect(rows[0]).toHaveProperty('greeks_delta');
    expect(notes.join(' ')).toContain('Greeks, implied volatility and open interest');
  });
});

describe('what the simulated world does not list', () => {
  test.each([
    ['get_aggs', { ticker: 'NONE', multiplier: 1, timespan: 'day', from: '2026-01-02', to: '2026-01-30' }],
    ['list_trades', { ticker: 'NONE' }],
    ['get_previous_close_agg', { ticker: 'NONE' }],
    ['get_sma', { ticker: 'NONE' }],
    ['get_options_chain', { underlying_asset: 'NONE' }],
    ['list_futures_aggregates', { ticker: 'NONE', resolution: '1min' }],
  ])('has no rows in %s', async (name, args) => {
    expect(await ask(name, args)).toMatchObject({ count: 0, next_page: null });
  });

  test.each([
    ['get_ticker_details', { ticker: 'NONE' }],
    ['get_last_trade', { ticker: 'NONE' }],
    ['get_last_quote', { ticker: 'X:BTCUSD' }],
    ['get_snapshot_ticker', { market_type: 'stocks', ticker: 'NONE' }],
    ['get_snapshot_option', { underlying_asset: 'SPY', option_contract: 'O:AAPL281215C00230000' }],
    ['get_daily_open_close_agg', { ticker: 'AAPL', date: '2026-11-28' }],
    ['get_last_crypto_trade', { from: 'USD', to: 'BTC' }],
    ['get_real_time_currency_conversion', { from: 'USD', to: 'XXX' }],
  ])('is not found by %s', async (name, args) => {
    expect((await failure(ask(name, args))).code).toBe('NOT_FOUND');
  });

  test('has a row that says so among others', async () => {
    const { rows } = await ask('list_universal_snapshots', { ticker_any_of: 'AAPL,NONE' });
    expect(rows).toMatchObject([
      { ticker: 'AAPL', name: 'Apple Inc.' },
      { ticker: 'NONE', error: 'NOT_FOUND' },
    ]);
  });

  test('is refused where the time ends before it begins', async () => {
    const args = { ticker: 'AAPL', multiplier: 1, timespan: 'day', from: '2026-01-30', to: '2026-01-02' };
    expect((await failure(ask('get_aggs', args))).code).toBe('INVALID_ARGUMENT');
  });
});

describe('lists of the simulated world', () => {
  test('are searched by name', async () => {
    const { rows } = await ask('list_tickers', { search: 'apple', market: 'stocks' });
    expect(rows).toMatchObject([{ ticker: 'AAPL', name: 'Apple Inc.', primary_exchange: 'XNAS', type: 'CS' }]);
  });

  test('are filtered by bounds and sorted', async () => {
    const args = { date_gte: '2026-11-16', date_lt: '2026-11-21', sort: 'date.desc' };
    const { rows } = await ask('list_treasury_yields', args);
    expect(rows.map(({ date }) => date)).toEqual([
      '2026-11-20',
      '2026-11-19',
      '2026-11-18',
      '2026-11-17',
      '2026-11-16',
    ]);
  });

  test('come in pages that lose nothing', async () => {
    const whole = (await ask('list_tickers', { limit: 1_000 })).rows.map(({ ticker }) => ticker);
    const paged = (await all('list_tickers', { limit: 7 })).map(({ ticker }) => ticker);
    expect(whole).toContain('C:EURUSD');
    expect(paged).toEqual(whole);
  });

  test('say in every title of the news that it is simulated', async () => {
    const news = [
      ...(await all('list_ticker_news', { limit: 50 })),
      ...(await all('list_benzinga_news', { tickers: 'AAPL' })),
    ];
    expect(news.length).toBeGreaterThan(50);
    expect(news.filter(({ title }) => !String(title).startsWith('[Simulated] '))).toEqual([]);
  });

  test('hold the contracts of an expiration and a range of strikes', async () => {
    const { rows } = await ask('get_options_chain', {
      underlying_asset: 'SPY',
      expiration_date: '2028-12-15',
      strike_price_gte: 660,
    });
    expect(rows.map(({ details_ticker }) => details_ticker)).toEqual(['O:SPY281215C00700000']);
  });

  test('call gainers what rose, the most first', async () => {
    const rises = async (direction: string) =>
      (await ask('get_snapshot_direction', { market_type: 'crypto', direction })).rows.map(row =>
        Number(row.todaysChangePerc),
      );
    const [up, down] = [await rises('gainers'), await rises('losers')];
    expect(up).toEqual([...up].sort((a, b) => b - a));
    expect(down).toEqual([...down].sort((a, b) => a - b));
    expect(Math.min(...up)).toBeGreaterThan(0);
    expect(Math.max(...down)).toBeLessThan(0);
  });
});

describe('calendars and currencies of the simulated world', () => {
  test('say that exchanges are open on the morning after Thanksgiving and close at 13:00', async () => {
    const { rows, notes } = await ask('get_market_status', {});
    expect(rows).toMatchObject([{ market: 'open', exchanges_nyse: 'open', serverTime: '2026-11-27T10:30:12-05:00' }]);
    expect(notes.join(' ')).toContain('the simulated feed never closes');
    const [first] = (await ask('get_market_holidays', {})).rows;
    expect(first).toMatchObject({ date: '2026-11-27', status: 'early-close', close: '2026-11-27T18:00:00.000Z' });
  });

  test('convert both ways, and by way of the dollar', async () => {
    const converted = async (from: string, to: string): Promise<number> =>
      Number(
        (await ask('get_real_time_currency_conversion', { from, to, amount: 1_000, precision: 4 })).rows[0]!.converted,
      );
    const [there, back] = [await converted('EUR', 'USD'), await converted('USD', 'EUR')];
    expect((there / 1_000) * back).toBeCloseTo(1_000, -1);
    expect((there / 1_000) * back).toBeLessThan(1_000);
    expect(await converted('AUD', 'CAD')).toBeGreaterThan(0);
  });
});
