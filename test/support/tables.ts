/** Small handwritten markets, so that tests of the runtime do not depend on the generated ones. */
import { z } from 'zod';
import type { Channel, Field, Role } from '../../runtime/contract/channel.js';
import type { Market } from '../../runtime/contract/market.js';

type Extra = Partial<Omit<Field, 'key' | 'name' | 'type'>>;

/** Roles; a field whose name is one of them gets that role. */
const roles: readonly Role[] = [
  'price',
  'size',
  'size_exact',
  'bid.price',
  'bid.size',
  'bid.exchange',
  'bid.time',
  'ask.price',
  'ask.size',
  'ask.exchange',
  'ask.time',
  'exchange_id',
  'trade_id',
  'tape',
  'condition',
  'conditions',
  'indicators',
  'participant_time',
  'received_time',
  'sequence',
  'value',
  'fair_value',
  'high_limit',
  'low_limit',
  'auction_time',
  'auction_type',
  'unmatched_size',
  'paired_size',
  'clearing_price',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'volume_exact',
  'accumulated_volume',
  'accumulated_volume_exact',
  'vwap',
  'day_vwap',
  'official_open',
  'average_size',
  'trades',
  'dollar_volume',
  'end_time',
];

function field(key: string, name: string, type: Field['type'], extra: Extra = {}): Field {
  const role = roles.find(known => known === name);
  return { key, name, type, optional: false, ...(role ? { role } : {}), ...extra };
}

function time(key: string, name: string, epoch: NonNullable<Field['epoch']>, extra: Extra = {}): Field {
  return field(key, name, 'integer', { epoch, ...extra });
}

function channel(
  prefix: string,
  event: Channel['event'],
  fields: readonly Field[],
  extra: Partial<Channel> = {},
): Channel {
  return {
    prefix,
    title: `${prefix} of the fixture`,
    event,
    wildcard: true,
    aliases: [],
    plans: 'any',
    fields,
    validator: z.looseObject({}),
    ...extra,
  };
}

const everyDay = { timeZone: 'UTC', sessions: [{ name: 'regular', opens: 'Sun 00:00', closes: 'Sat 24:00' }] };

const sym = field('sym', 'symbol', 'string', { role: 'symbol' });

const bar: readonly Field[] = [
  sym,
  field('v', 'volume', 'integer', { unit: 'shares' }),
  field('dv', 'volume_exact', 'decimal', { unit: 'shares', optional: true }),
  field('av', 'accumulated_volume', 'integer', { unit: 'shares' }),
  field('op', 'official_open', 'number', { unit: 'USD', optional: true }),
  field('vw', 'vwap', 'number', { unit: 'USD' }),
  field('o', 'open', 'number', { unit: 'USD' }),
  field('c', 'close', 'number', { unit: 'USD' }),
  field('h', 'high', 'number', { unit: 'USD' }),
  field('l', 'low', 'number', { unit: 'USD' }),
  field('a', 'day_vwap', 'number', { unit: 'USD' }),
  field('z', 'average_size', 'number', { unit: 'shares' }),
  time('s', 'start_time', 'ms', { role: 'time' }),
  time('e', 'end_time', 'ms'),
  field('otc', 'otc', 'boolean', { optional: true }),
];

/** Trades, quotes, bars, bands in nanoseconds and fair values of unknown magnitude. */
export const stocks: Market = {
  name: 'stocks',
  title: 'Stocks of the fixture',
  paths: ['/stocks', '/stocks/late'],
  feeds: [{ feed: 'realtime', delayMinutes: 0 }],
  hours: everyDay,
  symbol: {
    pattern: '^[A-Za-z]+(?:\\.[A-Za-z]+)?$',
    description: 'ticker, like AAPL or BRK.B',
    examples: ['AAPL', 'BRK.B'],
    spellings: [],
    slips: [],
    wrappers: [],
    elsewhere: [],
    tolerated: [],
    stars: [],
  },
  caps: [],
  channels: [
    channel('T', 'TRADE', [
      sym,
      field('x', 'exchange_id', 'integer'),
      field('i', 'trade_id', 'string'),
      field('z', 'tape', 'integer'),
      field('p', 'price', 'number', { unit: 'USD' }),
      field('s', 'size', 'integer', { unit: 'shares' }),
      field('c', 'conditions', 'integers', { optional: true }),
      time('t', 'timestamp', 'ms', { role: 'time' }),
      time('pt', 'participant_time', 'ms', { optional: true }),
      field('q', 'sequence', 'integer'),
    ]),
    channel('Q', 'QUOTE', [
      sym,
      field('bx', 'bid.exchange', 'integer'),
      field('bp', 'bid.price', 'number', { unit: 'USD' }),
      field('bs', 'bid.size', 'integer', { unit: 'shares' }),
      field('ax', 'ask.exchange', 'integer'),
      field('ap', 'ask.price', 'number', { unit: 'USD' }),
      field('as', 'ask.size', 'integer', { unit: 'shares' }),
      time('t', 'timestamp', 'ms', { role: 'time' }),
      field('q', 'sequence', 'integer'),
    ]),
    channel('AM', 'AGGREGATE_MINUTE', bar),
    channel('A', 'AGGREGATE_SECOND', bar, { aliases: ['AS'] }),
    channel('LULD', 'LULD', [
      field('T', 'symbol', 'string', { role: 'symbol' }),
      field('h', 'high_limit', 'number', { unit: 'USD' }),
      field('l', 'low_limit', 'number', { unit: 'USD' }),
      field('i', 'indicators', 'integers'),
      field('z', 'tape', 'integer'),
      time('t', 'timestamp', 'ns', { role: 'time' }),
      field('q', 'sequence', 'integer'),
    ]),
    channel('FMV', 'FAIR_MARKET_VALUE', [
      field('fmv', 'fair_value', 'number', { unit: 'USD' }),
      sym,
      time('t', 'timestamp', 'magnitude', { role: 'time' }),
    ]),
  ],
  legacy: [{ prefix: 'LV', title: 'Launchpad value', instead: 'use FMV' }],
  simulation: {
    tickSize: 0.01,
    lotSize: 100,
    instruments: [
      { symbol: 'AAPL', price: 212.4 },
      { symbol: 'MSFT', price: 431.05 },
      { symbol: 'BRK.B', price: 455.7 },
    ],
  },
  tools: [],
};

const pair = field('pair', 'symbol', 'string', { role: 'symbol' });

const pairBar: readonly Field[] = [
  pair,
  field('o', 'open', 'number'),
  field('c', 'close', 'number'),
  field('h', 'high', 'number'),
  field('l', 'low', 'number'),
  field('v', 'volume', 'integer', { unit: 'quote updates' }),
  time('s', 'start_time', 'ms', { role: 'time' }),
  time('e', 'end_time', 'ms', { optional: true }),
];

/** Quotes and aggregates of them; symbols have several spellings. */
export const forex: Market = {
  name: 'forex',
  title: 'Forex of the fixture',
  paths: ['/forex'],
  feeds: [{ feed: 'realtime', delayMinutes: 0 }],
  hours: everyDay,
  symbol: {
    pattern: '^[A-Z]{3}/[A-Z]{3}$',
    description: 'pair, like EUR/USD',
    examples: ['EUR/USD', 'USD/JPY'],
    spellings: [{ pattern: '^(?:C:)?([A-Z]{3})-?([A-Z]{3})$', canonical: '$1/$2' }],
    slips: [],
    wrappers: [],
    elsewhere: [],
    tolerated: [],
    stars: [],
  },
  caps: [],
  channels: [
    channel('C', 'QUOTE', [
      field('p', 'symbol', 'string', { role: 'symbol' }),
      field('x', 'exchange_id', 'identifier'),
      field('a', 'ask.price', 'number'),
      field('b', 'bid.price', 'number'),
      time('t', 'timestamp', 'ms', { role: 'time' }),
    ]),
    channel('CA', 'AGGREGATE_MINUTE', pairBar),
    channel('CAS', 'AGGREGATE_SECOND', pairBar),
  ],
  legacy: [],
  simulation: {
    tickSize: 0.00001,
    lotSize: 1,
    instruments: [
      { symbol: 'EUR/USD', price: 1.0852 },
      { symbol: 'GBP/USD', price: 1.2671 },
    ],
  },
  tools: [],
};

/** Quotes without a wildcard and for at most three contracts; prices of trades as decimal text. */
export const options: Market = {
  name: 'options',
  title: 'Options of the fixture',
  paths: ['/options'],
  feeds: [{ feed: 'realtime', delayMinutes: 0 }],
  hours: everyDay,
  symbol: {
    pattern: '^O:[A-Z]+\\d{6}[CP]\\d{8}$',
    description: 'contract, like O:SPY251219C00650000',
    examples: ['O:SPY251219C00650000', 'O:SPY251219P00600000'],
    spellings: [],
    slips: [],
    wrappers: [],
    elsewhere: [],
    tolerated: [],
    stars: ['O:*'],
  },
  caps: [{ prefixes: ['Q'], maxHeld: 3, unit: 'contracts' }],
  channels: [
    channel('T', 'TRADE', [
      sym,
      field('p', 'price', 'decimal', { unit: 'USD' }),
      field('s', 'size', 'integer', { unit: 'contracts' }),
      time('t', 'timestamp', 'ms', { role: 'time' }),
      field('q', 'sequence', 'integer'),
    ]),
    channel(
      'Q',
      'QUOTE',
      [
        sym,
        field('bp', 'bid.price', 'number', { unit: 'USD' }),
        field('ap', 'ask.price', 'number', { unit: 'USD' }),
        field('bs', 'bid.size', 'integer', { unit: 'contracts' }),
        field('as', 'ask.size', 'integer', { unit: 'contracts' }),
        time('t', 'timestamp', 'ms', { role: 'time' }),
        field('q', 'sequence', 'integer'),
      ],
      { wildcard: false, wildcardNote: 'at most three contracts can be held' },
    ),
  ],
  legacy: [],
  simulation: {
    tickSize: 0.01,
    lotSize: 1,
    instruments: [
      { symbol: 'O:SPY251219C00650000', price: 12.35 },
      { symbol: 'O:SPY251219P00600000', price: 0.06 },
    ],
  },
  tools: [],
};
