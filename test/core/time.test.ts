import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { readSettings } from '../../runtime/config/settings.js';
import type { EpochUnit } from '../../runtime/contract/channel.js';
import { isoOrNull, isoTime, isTimeIn, sortableTime, timeMs, unitOf, wallMsOf } from '../../runtime/core/time.js';
import { wire } from '../../runtime/decode/wire.js';
import { formatMessage } from '../../runtime/market/format.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { read } from '../../runtime/reading/read.js';
import { Hub } from '../../runtime/stream/hub.js';
import { plainRead } from '../support/bench.js';
import { handFrame } from '../support/hand-feed.js';
import { entryOf, marketOf } from '../support/markets.js';
import { tries } from '../support/property.js';
import { recordedMarkets } from '../support/recorded.js';

test.each<[number, number]>([
  [946684800000, 946684800000],
  [4102444799999, 4102444799999],
  [1601316752683746, 1601316752683.746],
  [1789654286000000000, 1789654286000],
  [946684799999, Number.NaN],
  [4102444800000, Number.NaN],
  [1791985632418.5, Number.NaN],
  [Number.NaN, Number.NaN],
])('%d is %d as Unix ms, whatever its unit', (value, ms) => {
  expect(timeMs(value)).toBe(ms);
});

test.each<[unknown, string]>([
  [946684800000, '2000-01-01T00:00:00.000Z'],
  [4102444799999, '2099-12-31T23:59:59.999Z'],
  [1791985632418, '2026-10-14T13:47:12.418Z'],
  ['1791985632418', '2026-10-14T13:47:12.418Z'],
  [1601316752683746, '2020-09-28T18:12:32.683746Z'],
  [1791985632418007, '2026-10-14T13:47:12.418007Z'],
  ['1789654286204817593', '2026-09-17T14:11:26.204817593Z'],
  ['1789654286204000999', '2026-09-17T14:11:26.204000999Z'],
  ['1789654286000000001', '2026-09-17T14:11:26.000000001Z'],
  ['1789654286999999999', '2026-09-17T14:11:26.999999999Z'],
  ['1795444200123456789', '2026-11-23T14:30:00.123456789Z'],
])('%s is %s, whatever unit is documented', (value, iso) => {
  expect(isoTime(value)).toBe(iso);
});

test.each<[unknown]>([
  [0],
  [-1],
  [946684799999],
  [4102444800000],
  [1791985632],
  [17919856324180],
  [179198563241800],
  ['-1789654286204817593'],
  [1.5],
  [8640000000000000],
  ['17896542862048175930'],
  ['9999999999999999999999999'],
  ['1e400'],
  [''],
  ['noon'],
  ['2026-10-14T13:47:12Z'],
  [true],
  [null],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
])('%s is no time of these days in any unit and stays as it is', value => {
  expect(isoTime(value)).toBe(value);
  expect(unitOf(value)).toBeUndefined();
});

test('a time that is an object stays as it is', () => {
  const value = { a: 1 };
  expect(isoTime(value)).toBe(value);
});

test('a time that is not known is null', () => {
  expect(isoOrNull(undefined)).toBeNull();
  expect(isoOrNull(1791985632418)).toBe('2026-10-14T13:47:12.418Z');
});

const nanosecondsOfOurDays = fc.bigInt({ min: 946_684_800_000_000_000n, max: 4_102_444_799_999_999_999n });

test('a time in nanoseconds keeps every digit', () => {
  fc.assert(
    fc.property(nanosecondsOfOurDays, ns => {
      const iso = isoTime(String(ns)) as string;
      const [seconds = '', fraction = ''] = iso.slice(0, -1).split('.');
      expect(BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction)).toBe(ns);
    }),
    tries(500),
  );
});

/** One more or less is still such a time. */
const nanosecondsWithin = nanosecondsOfOurDays.map(ns => ns / 2n + 1_000_000_000_000_000_000n);

test('times sort as they happened, however many digits each has', () => {
  const texts = fc.tuple(nanosecondsWithin, fc.constantFrom(1n, 1_000n, 1_000_000n), fc.integer({ min: -1, max: 1 }));
  fc.assert(
    fc.property(texts, fc.constantFrom(1n, 1_000n, 1_000_000n), ([ns, one, by], other) => {
      const [a, b] = [ns / one, (ns + BigInt(by)) / other];
      const [left, right] = [a, b].map(count => sortableTime(isoTime(String(count)))!) as [string, string];
      const [early, late] = [a * one, b * other];
      expect(left < right).toBe(early < late);
      expect(left === right).toBe(early === late);
    }),
    tries(500),
  );
});

test.each([[1791985632418], ['1791985632'], [undefined], ['2026-10-14'], ['noon']])('%s sorts with no time', value => {
  expect(sortableTime(value)).toBeUndefined();
});

describe('a field of a time', () => {
  test.each<[EpochUnit, unknown, boolean]>([
    ['ms', 1791985632418, true],
    ['ms', 1791985632418007, false],
    ['ms', '1789654286204817593', false],
    ['us', 1791985632418007, true],
    ['us', 1791985632418, false],
    ['ns', '1789654286204817593', true],
    ['ns', 1791985632418, false],
    ['magnitude', 1791985632418, true],
    ['magnitude', 1791985632418007, true],
    ['magnitude', '1789654286204817593', true],
    ['magnitude', 1791985632, false],
    ['magnitude', 0, false],
    ['ms', 0, false],
    ['ms', 'noon', false],
    ['ms', undefined, false],
  ])('in %s takes %s: %s', (unit, value, taken) => {
    expect(isTimeIn(unit, value)).toBe(taken);
    expect(wire[unit].safeParse(value).success).toBe(taken);
  });
});

describe('the timestamp of a message', () => {
  test.each([
    ['stocks', 'T', { sym: 'AAPL', t: 1791985632418 }, '2026-10-14T13:47:12.418Z'],
    ['stocks', 'T', { sym: 'AAPL', t: '1791985632418000007' }, '2026-10-14T13:47:12.418000007Z'],
    ['stocks', 'LULD', { T: 'SOFI', t: '1789654286204817593' }, '2026-09-17T14:11:26.204817593Z'],
    ['stocks', 'LULD', { T: 'MSFT', t: 1601316752683746 }, '2020-09-28T18:12:32.683746Z'],
    ['stocks', 'LULD', { T: 'SOFI', t: 1789654286204 }, '2026-09-17T14:11:26.204Z'],
    ['stocks', 'NOI', { T: 'SOFI', t: '1789654286204817593' }, '2026-09-17T14:11:26.204817593Z'],
    ['stocks', 'NOI', { T: 'SOFI', t: 1789654286204 }, '2026-09-17T14:11:26.204Z'],
    ['stocks', 'NOI', { T: 'SOFI', t: 1789654286204817 }, '2026-09-17T14:11:26.204817Z'],
    ['stocks', 'FMV', { sym: 'NVDA', t: '1794507607318264907' }, '2026-11-12T18:20:07.318264907Z'],
    ['crypto', 'FMV', { sym: 'X:ETH-USD', t: 1794507607318 }, '2026-11-12T18:20:07.318Z'],
    ['crypto', 'XT', { pair: 'ETH-USD', t: 1794507607318264 }, '2026-11-12T18:20:07.318264Z'],
    ['stocks', 'AM', { sym: 'AAPL', s: 1791985620000, e: 1791985680000 }, '2026-10-14T13:47:00.000Z'],
    ['stocks', 'LULD', { T: 'SOFI', t: 1789654286 }, undefined],
  ])('of %s %s %j is read by its size', (market, ev, raw, timestamp) => {
    expect(formatMessage(marketOf(market), entryOf(ev, 'X', raw), 'summary').timestamp).toBe(timestamp);
  });

  test('is absent where the feed sent none', () => {
    const message = formatMessage(marketOf('stocks'), entryOf('T', 'AAPL', { sym: 'AAPL', p: 1 }), 'summary');
    expect(Object.keys(message)).toEqual(['event', 'symbol', 'price']);
  });
});

describe('a moment that is kept by the monotonic clock', () => {
  const hour = 3_600_000;

  /** Clocks whose difference a test changes. */
  function clocks(): { wallMs: number; passedMs: number; now(): number; elapsed(): number } {
    return {
      wallMs: Date.UTC(2026, 8, 9, 15),
      passedMs: 1_000,
      now() {
        return this.wallMs;
      },
      elapsed() {
        return this.passedMs;
      },
    };
  }

  test.each([5 * hour, -5 * hour, 1_000, -1_000])('jumps with the clock of the wall by %d ms', jump => {
    const clock = clocks();
    const [before, after] = [0, 61_000].map(elapsedMs => wallMsOf(clock, elapsedMs));
    expect([before, after]).toEqual([Date.UTC(2026, 8, 9, 14, 59, 59), Date.UTC(2026, 8, 9, 15, 1)]);
    clock.wallMs += jump;
    expect([0, 61_000].map(elapsedMs => wallMsOf(clock, elapsedMs))).toEqual([before! + jump, after! + jump]);
  });

  test('is shown the same each time, although the two clocks drift, until they are 25 ms apart', () => {
    const clock = clocks();
    const first = wallMsOf(clock, 500);
    for (const drift of [0.4, 1, -3, 25, -25]) {
      clock.wallMs += drift;
      expect(wallMsOf(clock, 500)).toBe(first);
      clock.wallMs -= drift;
    }
    clock.wallMs += 26;
    expect(wallMsOf(clock, 500)).toBe(first + 26);
    clock.wallMs -= 26;
    expect(wallMsOf(clock, 500)).toBe(first);
  });
});

describe('a message is counted as mistyped', () => {
  const { settings } = readSettings({}, recordedMarkets);

  /** How many of the messages in a frame are mistyped. */
  async function mistypedIn(market: string, frame: string): Promise<number> {
    const hub = new Hub(suite, markets, settings, { clock: systemClock, write: () => {} }).client({ alone: true });
    const stream = hub.stream(market);
    handFrame(stream, frame);
    await read(hub, { ...plainRead, market });
    return stream.totals.mistyped;
  }

  const band = '"ev":"LULD","T":"SOFI","h":29.41,"l":26.61,"i":[16],"z":3';
  const trade = '"ev":"T","sym":"NKE","x":4,"i":"7","z":1,"p":73.155,"s":212';
  const coin = '"ev":"XT","pair":"BTC-USD","p":43575.6,"s":4.522e-05,"x":23';

  test.each<[string, string, string, number]>([
    ['never for a band in nanoseconds', 'stocks', `[{${band},"t":1789654286204817593,"q":1}]`, 0],
    ['never for a band in microseconds', 'stocks', `[{${band},"t":1601316752683746,"q":1}]`, 0],
    ['never for a band in milliseconds', 'stocks', `[{${band},"t":1789654286204,"q":1}]`, 0],
    ['for a band in seconds', 'stocks', `[{${band},"t":1789654286,"q":1}]`, 1],
    [
      'for a trade whose time is not in the unit of the spec',
      'stocks',
      `[{${trade},"t":1789997467318000001,"q":1}]`,
      1,
    ],
    ['for a trade at the beginning of time', 'stocks', `[{${trade},"t":0,"q":1}]`, 1],
    ['for a coin in microseconds', 'crypto', `[{${coin},"t":1706649628023000,"r":1706649628068}]`, 1],
    ['never for a sequence beyond 2^53', 'stocks', `[{${trade},"t":1789997467318,"q":9007199254740993}]`, 0],
    ['never for one below -2^53', 'stocks', `[{${trade},"t":1789997467318,"q":-9007199254740993}]`, 0],
    ['never for a long code', 'stocks', `[{${trade},"c":[9007199254740993],"t":1789997467318,"q":1}]`, 0],
    ['for a sequence in quotes', 'stocks', `[{${trade},"t":1789997467318,"q":"17"}]`, 1],
    ['for a sequence that is not whole', 'stocks', `[{${trade},"t":1789997467318,"q":1.5}]`, 1],
    [
      'never for a size beyond 2^53',
      'crypto',
      `[{${coin.replace('4.522e-05', '12345678901234567890')},"t":1706649628023,"r":1706649628068}]`,
      0,
    ],
  ])('%s', async (_what, market, frame, mistyped) => {
    expect(await mistypedIn(market, frame)).toBe(mistyped);
  });
});
