import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { SessionRow } from '../../generated/types.js';
import { specHours } from '../../runtime/market/trading-hours.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { Hub, type HubServices } from '../../runtime/stream/hub.js';
import { parseChannels } from '../../runtime/symbols/channels.js';
import { status } from '../../runtime/tools/verbs/status.js';
import { Bench, testOptions } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { marketOf } from '../support/markets.js';

interface Asked {
  readonly market: string;
  readonly at: string;
  readonly channels?: readonly string[];
  readonly feed?: string;
  readonly hours?: HubServices['hours'];
}

/** What the status says of sessions while these channels are subscribed. */
function sessionsAt({ market: name, at, channels = [], feed = 'realtime', hours }: Asked): readonly SessionRow[] {
  const market = marketOf(name);
  const settings = { feed, allowedHosts: [], options: testOptions };
  const services = { clock: new TestClock(Date.parse(at)), write: () => {}, ...(hours ? { hours } : {}) };
  const hub = new Hub(suite, markets, settings, services).client({ alone: true });
  hub.stream(name).subscribe(parseChannels(market, channels).names);
  return status(hub, market).sessions;
}

describe('the status says when what is subscribed trades', () => {
  test('on a Sunday', () => {
    expect(sessionsAt({ market: 'stocks', at: '2026-11-29T17:00:00Z', channels: ['T.AAPL'] })).toEqual([
      {
        of: 'US stocks',
        open: false,
        session: null,
        changes_at: '2026-11-30T09:00:00.000Z',
        calendar: 'US stock exchanges',
        text: 'closed since Friday 17:00 (early close, day after Thanksgiving); opens Monday 04:00 in New York',
      },
    ]);
  });

  test('on a holiday, for each group of products', () => {
    const channels = ['T.ESZ6', 'Q.ESZ6', 'T.ZCH7', 'T.AW1Z6'];
    expect(sessionsAt({ market: 'futures', at: '2026-11-26T17:00:00Z', channels })).toEqual([
      {
        of: 'US futures',
        open: true,
        session: 'CME and CBOT week',
        changes_at: '2026-11-27T23:45:00.000Z',
        calendar: null,
        text: 'open (CME and CBOT week) until Friday 17:45 in Chicago. Holidays are not known here',
      },
      {
        of: 'CME equity index futures',
        open: true,
        session: 'globex',
        changes_at: '2026-11-26T18:00:00.000Z',
        calendar: 'CME equity index futures',
        text: 'open (globex) until 12:00 in Chicago (early close, Thanksgiving)',
      },
      {
        of: 'CBOT grain and oilseed futures',
        open: false,
        session: null,
        changes_at: '2026-11-27T14:30:00.000Z',
        calendar: 'CME grain and oilseed futures',
        text: 'closed since Wednesday 13:20 (Thanksgiving); opens Friday 08:30 in Chicago',
      },
    ]);
  });

  test('on a half day', () => {
    const channels = ['T.O:AAPL261218C00230000'];
    expect(sessionsAt({ market: 'options', at: '2026-11-27T19:00:00Z', channels })).toMatchObject([
      { of: 'US options', open: false, changes_at: '2026-11-30T14:30:00.000Z' },
    ]);
  });

  test('for all symbols, of the market and of every group', () => {
    const rows = sessionsAt({ market: 'options', at: '2026-11-24T21:05:00Z', channels: ['T.*'] });
    expect(rows.map(({ of, open }) => [of, open])).toEqual([
      ['US options', false],
      ['Index options with extended hours', true],
      ['Options that trade to 16:15', true],
    ]);
  });

  test('never, where it is simulated', () => {
    expect(sessionsAt({ market: 'stocks', at: '2026-11-29T17:00:00Z', feed: 'simulated' })).toEqual([
      {
        of: 'US stocks',
        open: true,
        session: 'simulated',
        changes_at: null,
        calendar: null,
        text: 'open: the simulated feed never closes',
      },
    ]);
  });

  test('by a newer source than the spec, where there is one', () => {
    const hours: HubServices['hours'] = {
      of: market => {
        const known = specHours.of(market);
        const mourning = { date: '2026-12-01', name: 'National Day of Mourning' };
        return { ...known, calendar: { ...known.calendar!, holidays: [mourning] } };
      },
    };
    expect(sessionsAt({ market: 'stocks', at: '2026-12-01T17:00:00Z', hours })).toMatchObject([
      { open: false, text: 'closed since Monday 20:00 (National Day of Mourning); opens Wednesday 04:00 in New York' },
    ]);
  });
});

test('a contract that expires while it is subscribed is named in the silence', async () => {
  let shownMs = Date.UTC(2026, 10, 23, 15);
  const clock = { ...systemClock, now: () => shownMs };
  const bench = await Bench.open({ suite, markets: [marketOf('futures')], clock });
  try {
    await bench.call('start_futures_stream', { channels: ['T.ESZ6'] });
    const silence = async (): Promise<string> =>
      String((await bench.call('get_futures_stream_status')).structured.silence);
    expect(await silence()).not.toContain('ESZ6');
    shownMs = Date.UTC(2027, 0, 15, 15);
    expect(await silence()).toContain('ESZ6 expired in December 2026; the front month is ESH7.');
  } finally {
    await bench.close();
  }
});
