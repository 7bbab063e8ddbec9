import { describe, expect, test } from 'vitest';
import { codeNames } from '../../runtime/market/code-names.js';
import { channelOf } from '../../runtime/market/format.js';
import { marketOf } from '../support/markets.js';

function namesOf(market: string, ev: string, raw: object) {
  const table = marketOf(market);
  return codeNames(table, channelOf(table, ev)!, { ev, ...raw });
}

describe('codes in words', () => {
  test.each<[string, string, string, object, object]>([
    [
      'of a stock trade',
      'stocks',
      'T',
      { x: 4, z: 3, c: [37, 41], trfi: 202 },
      {
        exchange_id: 'FINRA Alternative Display Facility',
        tape: 'C: listed on Nasdaq',
        conditions: ['Odd Lot Trade', 'Trade Thru Exempt'],
        trf_id: 'FINRA Nasdaq TRF Carteret',
      },
    ],
    [
      'of a quote, where 41 is something else',
      'stocks',
      'Q',
      { bx: 12, ax: 19, c: 41, i: [602], z: 1 },
      {
        bid: { exchange: 'Nasdaq' },
        ask: { exchange: 'Cboe BZX' },
        condition: 'Cash Only Settlement',
        indicators: ['This quote is the NBBO'],
        tape: 'A: listed on NYSE',
      },
    ],
    [
      'of a price band',
      'stocks',
      'LULD',
      { i: [17], z: 3 },
      { indicators: ['Trading suspended: halt or pause'], tape: 'C: listed on Nasdaq' },
    ],
    [
      'that are not confirmed',
      'stocks',
      'LULD',
      { i: [23] },
      { indicators: ['National best bid in limit state (unconfirmed)'] },
    ],
    ['of an imbalance', 'stocks', 'NOI', { x: 10 }, { exchange_id: 'New York Stock Exchange' }],
    [
      'of an option trade',
      'options',
      'T',
      { x: 309, c: [227] },
      { exchange_id: 'Nasdaq MRX', conditions: ['Single Leg Auction Non ISO'] },
    ],
    ['of a crypto trade', 'crypto', 'XT', { x: 1, c: [2] }, { exchange_id: 'Coinbase', conditions: ['Buy side'] }],
    ['of a forex quote', 'forex', 'C', { x: 48 }, { exchange_id: 'Currency Banks 1' }],
    ['in an empty list', 'crypto', 'XT', { c: [] }, { conditions: [] }],
    [
      'that no table has',
      'stocks',
      'T',
      { x: 999, c: [14, 999, 'fill'], z: '3' },
      { exchange_id: null, conditions: ['Intermarket Sweep', null, null], tape: null },
    ],
  ])('%s', (_, market, ev, raw, names) => {
    expect(namesOf(market, ev, raw)).toEqual(names);
  });

  test.each([
    ['a message without codes', 'stocks', 'T', { p: 1, c: null }],
    ['a market without tables', 'futures', 'T', { p: 1, c: [1] }],
    ['a channel without codes', 'stocks', 'AM', { v: 1, z: 3 }],
  ])('%s has none', (_, market, ev, raw) => {
    expect(namesOf(market, ev, raw)).toBeUndefined();
  });
});
