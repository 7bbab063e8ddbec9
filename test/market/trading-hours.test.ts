import { expect, test } from 'vitest';
import { hoursOf } from '../../runtime/market/product-hours.js';
import { reportTrading, spellReport } from '../../runtime/market/trading-hours.js';
import { marketOf } from '../support/markets.js';

function said(market: string, symbol: string, moment: string): string {
  const { hours } = marketOf(market);
  return spellReport(reportTrading(hoursOf(marketOf(market), hours, [symbol])[0]!, Date.parse(moment)));
}

const option = 'O:AAPL261218C00230000';
const spy = 'O:SPY261218C00690000';

test.each([
  // A Sunday.
  [
    'stocks',
    'AAPL',
    '2026-11-29T17:00:00Z',
    'closed since Friday 17:00 (early close, day after Thanksgiving); opens Monday 04:00 in New York',
  ],
  [
    'futures',
    'ESZ6',
    '2026-11-29T17:00:00Z',
    'closed since Friday 12:15 (early close, day after Thanksgiving); opens 17:00 in Chicago',
  ],
  [
    'forex',
    'EUR/USD',
    '2026-11-29T17:00:00Z',
    'closed since Friday 17:00; opens 17:00 in New York. Holidays are not known here',
  ],
  ['crypto', 'BTC-USD', '2026-11-29T17:00:00Z', 'open around the clock'],
  // A holiday.
  [
    'stocks',
    'AAPL',
    '2026-11-26T17:00:00Z',
    'closed since Wednesday 20:00 (Thanksgiving); opens Friday 04:00 in New York',
  ],
  [
    'options',
    option,
    '2026-11-26T17:00:00Z',
    'closed since Wednesday 16:00 (Thanksgiving); opens Friday 09:30 in New York',
  ],
  [
    'options',
    spy,
    '2026-11-26T17:00:00Z',
    'closed since Wednesday 16:15 (Thanksgiving); opens Friday 09:30 in New York',
  ],
  ['futures', 'ESZ6', '2026-11-26T17:00:00Z', 'open (globex) until 12:00 in Chicago (early close, Thanksgiving)'],
  ['futures', 'ESZ6', '2026-11-26T20:00:00Z', 'closed since 12:00 (early close, Thanksgiving); opens 17:00 in Chicago'],
  [
    'futures',
    'ZCH7',
    '2026-11-26T20:00:00Z',
    'closed since Wednesday 13:20 (Thanksgiving); opens Friday 08:30 in Chicago',
  ],
  ['futures', 'ESH7', '2026-12-25T18:00:00Z', 'closed since Thursday 12:15 (Christmas); opens Sunday 17:00 in Chicago'],
  // A half day.
  [
    'stocks',
    'AAPL',
    '2026-11-27T17:00:00Z',
    'open (regular) until 13:00 in New York (early close, day after Thanksgiving), then after hours',
  ],
  [
    'options',
    option,
    '2026-11-27T17:59:00Z',
    'open (regular) until 13:00 in New York (early close, day after Thanksgiving)',
  ],
  [
    'options',
    option,
    '2026-11-27T19:00:00Z',
    'closed since 13:00 (early close, day after Thanksgiving); opens Monday 09:30 in New York',
  ],
  [
    'options',
    spy,
    '2026-11-27T18:05:00Z',
    'open (regular) until 13:15 in New York (early close, day after Thanksgiving)',
  ],
  // A usual day, and the daily break.
  ['stocks', 'AAPL', '2026-11-24T15:00:00Z', 'open (regular) until 16:00 in New York, then after hours'],
  ['futures', 'ESZ6', '2026-11-24T22:30:00Z', 'closed since 16:00; opens 17:00 in Chicago'],
  [
    'forex',
    'EUR/USD',
    '2026-12-25T15:00:00Z',
    'open (trading week) until 17:00 in New York; little is traded today (Christmas). Holidays are not known here',
  ],
  // Beyond what is known.
  [
    'stocks',
    'AAPL',
    '2029-01-06T17:00:00Z',
    'closed since Friday 20:00; opens Monday 04:00 in New York. Holidays are known to 2028-12-31 only',
  ],
  [
    'futures',
    'ESH7',
    '2027-01-02T17:00:00Z',
    'closed since Thursday 16:00; opens Sunday 17:00 in Chicago. Holidays are known to 2026-12-31 only',
  ],
  [
    'futures',
    'ESH7',
    '2027-01-05T17:00:00Z',
    'open (globex) until 16:00 in Chicago. Holidays are known to 2026-12-31 only',
  ],
  // Sessions that are not sure.
  [
    'stocks',
    'AAPL',
    '2026-12-09T03:00:00Z',
    'closed since 20:00; opens Wednesday 04:00 in New York. An overnight session, 21:00 to 04:00 in New York, is announced for December 2026; that it began on 2026-12-06 is not confirmed, nor that the feed has it',
  ],
  [
    'futures',
    'BTCZ6',
    '2026-11-29T17:00:00Z',
    'closed since Friday 13:45 (early close, day after Thanksgiving); opens 17:00 in Chicago. CME announced that crypto futures trade around the clock since 2026-05-29, with maintenance at the weekend; nothing confirms it here',
  ],
  [
    'indices',
    'I:SPX',
    '2026-11-29T17:00:00Z',
    'closed since Friday 13:00 (early close, day after Thanksgiving); opens Monday 09:30 in New York. Some groups of indices are published earlier and later, and on Sundays',
  ],
])('%s, %s, at %s: %s', (market, symbol, moment, text) => {
  expect(said(market, symbol, moment)).toBe(text);
});
