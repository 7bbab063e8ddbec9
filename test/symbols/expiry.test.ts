import { describe, expect, test } from 'vitest';
import { parseChannels } from '../../runtime/symbols/channels.js';
import { withoutExpired } from '../../runtime/symbols/contracts.js';
import { frontMonth, judgeExpiry } from '../../runtime/symbols/expiry.js';
import { marketOf } from '../support/markets.js';

const futures = marketOf('futures');

describe('a contract that is over is named with the newest like it', () => {
  test.each([
    ['futures', 'ESZ5', '2026-11-28', 'ESZ5 expired in December 2025; the front month is ESZ6'],
    ['futures', 'ESZ25', '2026-11-28', 'ESZ25 expired in December 2025; the front month is ESZ6'],
    ['futures', 'ESU6', '2026-11-28', 'ESU6 expired in September 2026; the front month is ESZ6'],
    ['futures', 'NQH4', '2026-12-19', 'NQH4 expired in March 2024; the front month is NQH7'],
    ['futures', 'GCJ5', '2026-11-28', 'GCJ5 expired in April 2025; the front month is GCZ6'],
    ['futures', 'CLZ25', '2026-11-28', 'CLZ25 expired in December 2025; the front month is CLF7'],
    ['futures', 'SR3M26', '2026-11-28', 'SR3M26 expired in June 2026; the front month is SR3U6'],
    ['futures', 'ESZ9', '2030-06-03', 'ESZ9 expired in December 2029; the front month is ESM0'],
    [
      'options',
      'O:SPY251219C00650000',
      '2026-11-28',
      'O:SPY251219C00650000 expired on 2025-12-19; of 2026-12-18 it would be written O:SPY261218C00650000',
    ],
    [
      'options',
      'O:AAPL260515P00230000',
      '2026-06-01',
      'O:AAPL260515P00230000 expired on 2026-05-15; of 2026-06-18 it would be written O:AAPL260618P00230000',
    ],
  ])('%s %s on %s: %s', (market, symbol, day, text) => {
    expect(judgeExpiry(marketOf(market), symbol, Date.parse(`${day}T12:00:00Z`))).toEqual({ certain: true, text });
  });
});

describe('a contract that may be over is a doubt', () => {
  test.each([
    [
      'CLZ5',
      '2026-11-28',
      'CLZ5 expired in December 2025, unless it is that of December 2035; the front month is CLF7',
    ],
    ['NGH6', '2026-11-28', 'NGH6 expired in March 2026, unless it is that of March 2036; the front month is NGF7'],
    ['AW1Z5', '2026-11-28', 'AW1Z5 has probably expired in December 2025; the rules of its product are not known here'],
    ['CLZ6', '2026-11-28', 'CLZ6 traded to 2026-11-20 by the usual rule; the front month is CLF7'],
    ['ESZ6', '2026-12-19', 'ESZ6 traded to 2026-12-18 by the usual rule; the front month is ESH7'],
  ])('%s on %s: %s', (symbol, day, text) => {
    expect(judgeExpiry(futures, symbol, Date.parse(`${day}T12:00:00Z`))).toEqual({ certain: false, text });
  });
});

describe('nothing is said of what trades', () => {
  test.each([
    ['futures', 'ESZ6', '2026-11-28T12:00:00Z'],
    ['futures', 'ESZ0', '2026-11-28T12:00:00Z'],
    ['futures', 'CLZ0', '2026-11-28T12:00:00Z'],
    ['futures', 'SR3U6', '2026-11-28T12:00:00Z'],
    ['futures', 'ESZ6', '2026-12-18T12:00:00Z'],
    ['options', 'O:SPY261127C00650000', '2026-11-28T04:59:00Z'],
    ['options', 'O:SPY281215C00700000', '2026-11-28T12:00:00Z'],
    ['stocks', 'AAPL', '2026-11-28T12:00:00Z'],
    ['crypto', 'BTC-USD', '2026-11-28T12:00:00Z'],
  ])('%s %s at %s', (market, symbol, moment) => {
    expect(judgeExpiry(marketOf(market), symbol, Date.parse(moment))).toBeUndefined();
  });

  test('until the day is over in New York', () => {
    const options = marketOf('options');
    expect(judgeExpiry(options, 'O:SPY261127C00650000', Date.parse('2026-11-28T05:00:00Z'))?.certain).toBe(true);
  });
});

test.each([
  ['ES', '2026-11-28', 'ESZ6'],
  ['ES', '2026-12-18', 'ESZ6'],
  ['ES', '2026-12-21', 'ESH7'],
  // The 25th of December is none, so that four days before it count.
  ['CL', '2026-12-21', 'CLF7'],
  ['CL', '2026-12-22', 'CLG7'],
  ['NG', '2026-11-25', 'NGZ6'],
  ['NG', '2026-11-26', 'NGF7'],
  ['GC', '2026-12-29', 'GCZ6'],
  ['GC', '2026-12-30', 'GCG7'],
  ['ZN', '2026-12-21', 'ZNZ6'],
  ['ZN', '2026-12-22', 'ZNH7'],
  ['ZC', '2026-12-14', 'ZCZ6'],
  ['ZC', '2026-12-15', 'ZCH7'],
  ['6E', '2026-12-14', '6EZ6'],
  ['6E', '2026-12-15', '6EH7'],
  ['BTC', '2026-11-27', 'BTCX6'],
  ['BTC', '2026-11-28', 'BTCZ6'],
  ['SR3', '2026-12-15', 'SR3U6'],
  ['SR3', '2026-12-16', 'SR3Z6'],
  ['ES', '2030-06-03', 'ESM0'],
])('the front month of %s on %s is %s', (code, day, symbol) => {
  expect(frontMonth(futures, code, Date.parse(`${day}T18:00:00Z`))).toBe(symbol);
});

describe('a request', () => {
  const nowMs = Date.parse('2026-11-28T12:00:00Z');

  function judged(...channels: string[]) {
    const { names, rejected, notes } = withoutExpired(futures, channels, parseChannels(futures, channels), nowMs);
    return { names: names.map(({ name }) => name), rejected, notes };
  }

  test('keeps what trades, refuses what is over, and doubts what may be', () => {
    expect(judged('T.ESZ6', 'T.ESZ5', 'Q.CLZ5')).toEqual({
      names: ['T.ESZ6', 'Q.CLZ5'],
      rejected: [
        {
          channel: 'T.ESZ5',
          code: 'INVALID_CHANNEL',
          message: 'ESZ5 expired in December 2025; the front month is ESZ6',
        },
      ],
      notes: ['CLZ5 expired in December 2025, unless it is that of December 2035; the front month is CLF7'],
    });
  });

  test.each([
    ['T.ES', 'ES names no month; the front month is ESZ6: T.ESZ6'],
    ['Q.NQ!', 'NQ names no month; the front month is NQZ6: Q.NQZ6'],
    ['NQ!', 'NQ names no month; the front month is NQZ6: T.NQZ6'],
    ['T./CL', 'CL names no month; the front month is CLF7: T.CLF7'],
    ['T.GC=F', 'GC names no month; the front month is GCZ6: T.GCZ6'],
    ['T.6E1!', '6E names no month; the front month is 6EZ6: T.6EZ6'],
    ['T.es', 'ES names no month; the front month is ESZ6: T.ESZ6'],
  ])('for %s, a product without a month, is told the front month', (channel, message) => {
    expect(judged(channel).rejected).toMatchObject([{ code: 'INVALID_CHANNEL', message }]);
  });

  test.each(['T.XYZQ', 'T.ES*', 'ZZ.ES', 'secret'])('for %s is told nothing of a front month', channel => {
    expect(judged(channel).rejected[0]?.message).not.toContain('front month');
  });
});
