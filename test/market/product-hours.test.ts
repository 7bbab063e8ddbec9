import { describe, expect, test } from 'vitest';
import type { Hours } from '../../runtime/contract/market.js';
import { type TradingTime, tradingTimeAt } from '../../runtime/market/hours.js';
import { hoursOf } from '../../runtime/market/product-hours.js';
import { marketOf } from '../support/markets.js';

function hoursOfSymbol(market: string, symbol: string): Hours {
  const { hours } = marketOf(market);
  return hoursOf(marketOf(market), hours, [symbol])[0]!.hours;
}

function at(market: string, symbol: string, iso: string): TradingTime {
  return tradingTimeAt(hoursOfSymbol(market, symbol), Date.parse(iso));
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** When trading stops and starts on a day of 2026 in Chicago. */
function changesOn(symbol: string, date: string): string {
  const hours = hoursOfSymbol('futures', symbol);
  // Chicago is 6 hours behind UTC in winter and 5 in summer, from 2026-03-08 to 2026-11-01.
  const behind = date > '2026-03-08' && date < '2026-11-01' ? 5 : 6;
  const beginMs = Date.parse(`${date}T00:00:00Z`) + behind * 3_600_000;
  const timeOf = (atMs: number): string => new Date(atMs - behind * 3_600_000).toISOString().slice(11, 16);
  const changes: string[] = [];
  let time = tradingTimeAt(hours, beginMs);
  changes.push(time.session ? 'open' : 'closed');
  for (;;) {
    const changeMs = time.session?.closesMs ?? time.next.opensMs;
    if (changeMs >= beginMs + 24 * 3_600_000) return changes.join(', ');
    changes.push(`${time.session ? 'stops' : 'opens'} ${timeOf(changeMs)}`);
    time = tradingTimeAt(hours, changeMs);
  }
}

describe('the product of a symbol decides', () => {
  test.each([
    ['futures', 'ESZ6', 'CME equity index futures'],
    ['futures', 'MNQH27', 'CME equity index futures'],
    ['futures', 'ESZ6-ESH7', 'CME equity index futures'],
    ['futures', 'ZNZ6', 'CME interest rate futures'],
    ['futures', '6EZ6', 'CME currency futures'],
    ['futures', 'CLF7', 'NYMEX energy futures'],
    ['futures', 'BZ:BF G6-H6-J6', 'NYMEX energy futures'],
    ['futures', 'GCJ7', 'COMEX and NYMEX metal futures'],
    ['futures', 'ZCH7', 'CBOT grain and oilseed futures'],
    ['futures', 'LEG7', 'CME livestock futures'],
    ['futures', 'MBTZ6', 'CME crypto futures'],
    ['futures', 'AW1Z6', 'US futures'],
    ['options', 'O:SPXW261204C06000000', 'Index options with extended hours'],
    ['options', 'O:QQQ261218P00500000', 'Options that trade to 16:15'],
    ['options', 'O:AAPL261218C00230000', 'US options'],
    ['stocks', 'SPY', 'US stocks'],
    ['crypto', 'BTC-USD', 'Crypto'],
  ])('of %s, %s has the hours of: %s', (market, symbol, title) => {
    expect(hoursOf(marketOf(market), marketOf(market).hours, [symbol]).map(({ of }) => of)).toEqual([title]);
  });

  test('and all symbols have those of the market and of every group', () => {
    const { hours } = marketOf('options');
    expect(hoursOf(marketOf('options'), hours, ['*']).map(({ of }) => of)).toEqual([
      'US options',
      'Index options with extended hours',
      'Options that trade to 16:15',
    ]);
    expect(hoursOf(marketOf('options'), hours, []).map(({ of }) => of)).toEqual(['US options']);
  });
});

describe('futures in a usual week', () => {
  test.each([
    ['ESZ6', '2026-10-11', 'closed, opens 17:00'],
    ['ESZ6', '2026-10-14', 'open, stops 16:00, opens 17:00'],
    ['ESZ6', '2026-10-16', 'open, stops 16:00'],
    ['ESZ6', '2026-10-17', 'closed'],
    ['ZCZ6', '2026-10-11', 'closed, opens 19:00'],
    ['ZCZ6', '2026-10-14', 'open, stops 07:45, opens 08:30, stops 13:20, opens 19:00'],
    ['ZCZ6', '2026-10-16', 'open, stops 07:45, opens 08:30, stops 13:20'],
    ['LEZ6', '2026-10-14', 'closed, opens 08:30, stops 13:05'],
    ['LEZ6', '2026-10-11', 'closed'],
  ])('%s on %s: %s', (symbol, date, changes) => {
    expect(changesOn(symbol, date)).toBe(changes);
  });
});

describe('futures on the holidays of 2026', () => {
  test.each([
    ['ESH6', '2026-01-01', 'closed, opens 17:00'],
    ['ESH6', '2026-01-19', 'open, stops 12:00, opens 17:00'],
    ['ESM6', '2026-04-03', 'open, stops 08:15'],
    ['ESM6', '2026-05-25', 'open, stops 12:00, opens 17:00'],
    ['ESU6', '2026-06-19', 'open, stops 12:00'],
    ['ESU6', '2026-07-03', 'open, stops 12:00'],
    ['ESZ6', '2026-11-26', 'open, stops 12:00, opens 17:00'],
    ['ESZ6', '2026-11-27', 'open, stops 12:15'],
    ['ESH7', '2026-12-24', 'open, stops 12:15'],
    ['ESH7', '2026-12-25', 'closed'],
    ['ESH7', '2026-12-27', 'closed, opens 17:00'],
    ['ESH7', '2026-12-31', 'open, stops 16:00'],
    ['ZNM6', '2026-04-03', 'open, stops 10:15'],
    ['6EZ6', '2026-11-26', 'open, stops 16:00, opens 17:00'],
    ['6EZ6', '2026-11-27', 'open, stops 13:45'],
    ['CLH6', '2026-01-19', 'open, stops 13:30, opens 17:00'],
    ['CLK6', '2026-04-02', 'open, stops 16:00'],
    ['CLK6', '2026-04-03', 'closed'],
    ['CLF7', '2026-11-27', 'open, stops 13:45'],
    ['GCG7', '2026-12-24', 'open, stops 12:45'],
    ['ZCH6', '2026-01-01', 'closed'],
    ['ZCH6', '2026-01-02', 'closed, opens 08:30, stops 13:20'],
    ['ZCH6', '2026-01-18', 'closed'],
    ['ZCH6', '2026-01-19', 'closed, opens 19:00'],
    ['ZCH6', '2026-01-20', 'open, stops 07:45, opens 08:30, stops 13:20, opens 19:00'],
    ['ZCH7', '2026-11-25', 'open, stops 07:45, opens 08:30, stops 13:20'],
    ['ZCH7', '2026-11-26', 'closed'],
    ['ZCH7', '2026-11-27', 'closed, opens 08:30, stops 12:05'],
    ['ZCH7', '2026-12-24', 'open, stops 07:45, opens 08:30, stops 12:05'],
    ['LEG7', '2026-11-26', 'closed'],
    ['LEG7', '2026-11-27', 'closed, opens 08:30, stops 12:05'],
    ['LEG7', '2026-12-24', 'closed, opens 08:30, stops 12:15'],
    ['LEG7', '2026-12-25', 'closed'],
    ['MBTF7', '2026-12-25', 'closed'],
  ])('%s on %s: %s', (symbol, date, changes) => {
    expect(changesOn(symbol, date)).toBe(changes);
  });

  test('say why they are closed, and when they open', () => {
    const holiday = at('futures', 'ESZ6', '2026-11-26T19:00:00Z');
    expect(holiday).toMatchObject({ session: undefined, last: { earlyClose: 'Thanksgiving' } });
    expect(iso(holiday.last?.closesMs)).toBe('2026-11-26T18:00:00.000Z');
    expect(iso(holiday.next.opensMs)).toBe('2026-11-26T23:00:00.000Z');

    expect(at('futures', 'ESH7', '2026-12-25T18:00:00Z')).toMatchObject({ session: undefined, holiday: 'Christmas' });
    expect(at('futures', 'ESH7', '2027-01-01T04:00:00Z')).toMatchObject({ holiday: "New Year's Eve" });
  });

  test('are known to the end of 2026, and not after, although a few dates were announced early', () => {
    expect(at('futures', 'ESZ6', '2026-11-28T12:00:00Z').knownTo).toBe('2026-12-31');
    expect(at('futures', 'ESH7', '2026-12-31T23:00:00Z')).toMatchObject({ session: undefined, knownTo: undefined });
    expect(at('futures', 'ESH7', '2027-01-18T19:00:00Z')).toMatchObject({ session: { name: 'globex' } });
    expect(at('futures', 'ESH7', '2027-01-18T19:00:00Z').knownTo).toBeUndefined();
    expect(at('futures', 'ESH7', '2027-01-01T18:00:00Z')).toMatchObject({ holiday: "New Year's Day" });
  });
});

describe('futures over the changes of the clocks in Chicago', () => {
  test.each([
    ['to summer time', '2026-03-07T12:00:00Z', '2026-03-08T22:00:00.000Z'],
    ['to winter time', '2026-10-31T12:00:00Z', '2026-11-01T23:00:00.000Z'],
    ['to summer time, beyond the known holidays', '2028-03-11T12:00:00Z', '2028-03-12T22:00:00.000Z'],
  ])('%s open at five', (_, moment, opening) => {
    expect(iso(at('futures', 'ESM6', moment).next.opensMs)).toBe(opening);
  });

  test('between the changes of America and Europe a day in London is one hour off, and a day in Chicago is not', () => {
    const london = { timeZone: 'Europe/London', sessions: [{ name: 'day', opens: 'Mon 08:00', closes: 'Mon 16:30' }] };
    const opens = (moment: string): string | undefined => iso(tradingTimeAt(london, Date.parse(moment)).next.opensMs);
    expect(opens('2026-03-22T12:00:00Z')).toBe('2026-03-23T08:00:00.000Z');
    expect(opens('2026-03-29T00:30:00Z')).toBe('2026-03-30T07:00:00.000Z');
    expect(opens('2026-10-25T00:30:00Z')).toBe('2026-10-26T08:00:00.000Z');
    expect(iso(at('futures', 'LEM6', '2026-03-22T12:00:00Z').next.opensMs)).toBe('2026-03-23T13:30:00.000Z');
    expect(iso(at('futures', 'LEM6', '2026-03-29T12:00:00Z').next.opensMs)).toBe('2026-03-30T13:30:00.000Z');
    expect(iso(at('futures', 'LEZ6', '2026-10-25T12:00:00Z').next.opensMs)).toBe('2026-10-26T13:30:00.000Z');
    expect(iso(at('futures', 'LEZ6', '2026-11-01T12:00:00Z').next.opensMs)).toBe('2026-11-02T14:30:00.000Z');
  });
});

describe('options that trade longer', () => {
  test.each([
    ['O:SPY261218C00690000', '2026-11-24T21:14:59Z', true],
    ['O:SPY261218C00690000', '2026-11-24T21:15:00Z', false],
    ['O:SPXW261218C06900000', '2026-11-24T21:14:59Z', true],
    ['O:AAPL261218C00230000', '2026-11-24T21:00:00Z', false],
    ['O:SPY261218C00690000', '2026-11-27T18:14:59Z', true],
    ['O:SPY261218C00690000', '2026-11-27T18:15:00Z', false],
    ['O:AAPL261218C00230000', '2026-11-27T18:00:00Z', false],
    ['O:SPY280721C00690000', '2028-07-03T17:14:59Z', true],
    ['O:SPY280721C00690000', '2028-07-03T17:15:00Z', false],
    ['O:SPY261218C00690000', '2026-11-26T16:00:00Z', false],
  ])('%s at %s: open is %s', (symbol, moment, open) => {
    expect(at('options', symbol, moment).session !== undefined).toBe(open);
  });
});

describe('sessions that are not sure', () => {
  test('are named while they would be on, and do not open the market', () => {
    const night = at('stocks', 'AAPL', '2026-12-08T03:00:00Z');
    expect(night).toMatchObject({ session: undefined, unconfirmed: { name: 'overnight', confidence: 'low' } });
    expect(at('stocks', 'AAPL', '2026-12-07T02:00:00Z').unconfirmed?.name).toBe('overnight');
    expect(at('stocks', 'AAPL', '2026-12-08T01:30:00Z').unconfirmed).toBeUndefined();
  });

  test('are not named before their date, on the night to a holiday, or at the weekend', () => {
    expect(at('stocks', 'AAPL', '2026-12-03T03:00:00Z').unconfirmed).toBeUndefined();
    expect(at('stocks', 'AAPL', '2026-12-25T03:00:00Z').unconfirmed).toBeUndefined();
    expect(at('stocks', 'AAPL', '2026-12-12T03:00:00Z').unconfirmed).toBeUndefined();
  });

  test('are those of crypto futures at the weekend, and of chosen options in the morning', () => {
    expect(at('futures', 'BTCF7', '2026-11-28T18:00:00Z').unconfirmed?.confidence).toBe('medium');
    expect(at('futures', 'BTCK6', '2026-05-23T18:00:00Z').unconfirmed).toBeUndefined();
    expect(at('options', 'O:AAPL261218C00230000', '2026-11-24T13:00:00Z').unconfirmed?.name).toBe('extended');
    expect(at('options', 'O:SPXW261218C06900000', '2026-11-24T03:00:00Z').unconfirmed?.name).toBe('extended');
  });
});

test('forex is open on Christmas, of which it is said that little is traded', () => {
  expect(at('forex', 'EUR/USD', '2026-12-25T15:00:00Z')).toMatchObject({
    session: { name: 'trading week' },
    thinDay: 'Christmas',
  });
  expect(at('forex', 'EUR/USD', '2026-12-28T15:00:00Z').thinDay).toBeUndefined();
});
