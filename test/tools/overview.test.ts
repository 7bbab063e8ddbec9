import { afterEach, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Client } from '../../runtime/stream/client.js';
import { parseChannels } from '../../runtime/symbols/channels.js';
import { Bench, callOn, hubOn } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { marketOf } from '../support/markets.js';
import { marketNames } from '../support/spec.js';

const benches: Bench[] = [];

afterEach(async () => {
  await Promise.all(benches.splice(0).map(bench => bench.close()));
});

async function opened(): Promise<Bench> {
  const bench = await Bench.open({ suite, markets });
  benches.push(bench);
  return bench;
}

describe('get_streams_overview', () => {
  test('has a line for each market, started or not', async () => {
    const bench = await opened();
    const { structured, text } = await bench.call('get_streams_overview', {});

    expect(structured).toEqual({
      notes: [],
      running: 0,
      streams: marketNames.map(market => ({
        market,
        state: 'idle',
        feed: null,
        simulated: false,
        delayed_minutes: null,
        subscription_count: 0,
        messages_received: 0,
        rate_per_s: 0,
        newest_age_ms: null,
        sessions: [expect.objectContaining({ open: true })],
        expiries: [],
      })),
      recordings: [],
    });
    expect(text).toMatch(/^0 streams of \d+ running\.\nstocks: idle\. US stocks \(/);
  });

  test('says of those that run how they are, and which are made up', async () => {
    const bench = await opened();
    await bench.call('start_crypto_stream', { channels: ['XT.BTC-USD', 'XQ.BTC-USD'], endpoint: 'simulated' });
    await bench.call('wait_for_stream_message', { market: 'crypto', timeout_s: 20 });
    const { structured, text } = await bench.call('get_streams_overview', {});
    const line = (structured.streams as { market: string }[]).find(({ market }) => market === 'crypto');

    expect(structured).toMatchObject({
      running: 1,
      notes: ['Simulated data, made up, not the market: crypto.'],
    });
    expect(line).toMatchObject({
      state: 'live',
      feed: 'simulated',
      simulated: true,
      subscription_count: 2,
      messages_received: expect.any(Number),
      newest_age_ms: expect.any(Number),
    });
    expect(text).toMatch(
      /^crypto: live on simulated.*, 2 channels, \d+ messages?, [\d.]+\/s, the newest \d+ ms old\. Crypto: open: the simulated feed never closes\.$/m,
    );
  });

  test('says what keeps a stream down', async () => {
    // Nothing listens there.
    const hub = hubOn(suite, markets, 'ws://127.0.0.1:9');
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const { structured, text } = await callOn(hub, 'get_streams_overview');
    await callOn(hub, 'stop_all_streams');
    const [line] = structured.streams as { state: string; trouble?: string }[];

    expect(line!.state).toBe('retrying');
    expect(line!.trouble).toMatch(/^CONNECT_FAILED: /);
    expect(text).toContain(line!.trouble);
  });
});

/** A hub at a moment, with what is subscribed in each market. */
function hubAt(at: string, subscribed: Readonly<Record<string, readonly string[]>>): Client {
  const hub = hubOn(suite, markets, 'realtime', {}, new TestClock(Date.parse(at)));
  for (const [name, channels] of Object.entries(subscribed)) {
    hub.stream(name).subscribe(parseChannels(marketOf(name), channels).names);
  }
  return hub;
}

interface Line {
  readonly market: string;
  readonly [key: string]: unknown;
}

async function lineOf(hub: Client, market: string): Promise<{ line: Line; words: string | undefined }> {
  const { structured, text } = await callOn(hub, 'get_streams_overview');
  const line = (structured.streams as Line[]).find(one => one.market === market);
  return { line: line!, words: text.split('\n').find(one => one.startsWith(`${market}: `)) };
}

describe('get_streams_overview says when each market trades', () => {
  test('and by which calendar, on the half day after Thanksgiving', async () => {
    const hub = hubAt('2026-11-27T19:00:00Z', {});
    const { line, words } = await lineOf(hub, 'options');

    expect(line.sessions).toEqual([
      {
        of: 'US options',
        open: false,
        session: null,
        changes_at: '2026-11-30T14:30:00.000Z',
        calendar: 'US stock exchanges',
        text: expect.stringContaining('closed since 13:00 (early close, day after Thanksgiving); opens Monday 09:30'),
      },
    ]);
    expect(words).toContain(
      'US options (by the calendar of US stock exchanges): closed since 13:00 (early close, day after Thanksgiving)',
    );
    expect((await lineOf(hub, 'stocks')).words).toMatch(/: open \(after hours\) until 17:00 .*in New York/);
  });

  test('with the groups of what is subscribed, of which the text names three', async () => {
    const { line, words } = await lineOf(hubAt('2026-11-26T17:00:00Z', { futures: ['T.*'] }), 'futures');
    const sessions = line.sessions as { of: string; calendar: string | null }[];

    expect(sessions).toHaveLength(9);
    expect(sessions[0]).toMatchObject({ of: 'US futures', calendar: null });
    expect(words).toContain('CME equity index futures (by the calendar of CME equity index futures): open (globex)');
    expect(words).toContain('6 groups more in "sessions".');
  });
});

describe('get_streams_overview names contracts', () => {
  test('that have expired or expire within a week, the earliest first', async () => {
    const hub = hubAt('2026-11-27T15:00:00Z', {
      options: [
        'T.O:SPY261205C00700000',
        'T.O:SPY261204C00700000',
        'Q.O:SPY261204C00700000',
        'T.O:SPY261127C00700000',
        'T.O:AAPL261120C00230000',
      ],
    });
    const { line, words } = await lineOf(hub, 'options');

    expect(line.expiries).toEqual([
      {
        symbol: 'O:AAPL261120C00230000',
        expired: true,
        last_day: '2026-11-20',
        text: expect.stringMatching(/^O:AAPL261120C00230000 expired on 2026-11-20; of 2026-12-18 it would be written /),
      },
      {
        symbol: 'O:SPY261127C00700000',
        expired: false,
        last_day: '2026-11-27',
        text: 'O:SPY261127C00700000 expires on 2026-11-27',
      },
      {
        symbol: 'O:SPY261204C00700000',
        expired: false,
        last_day: '2026-12-04',
        text: 'O:SPY261204C00700000 expires on 2026-12-04',
      },
    ]);
    expect(words).toMatch(/O:SPY261127C00700000 expires on 2026-11-27\. O:SPY261204C00700000 expires on 2026-12-04\.$/);
  });

  test('by the rules of their product, where the symbol names a month only', async () => {
    const subscribed = { futures: ['T.ESZ6', 'T.ESH7', 'T.CLF7', 'T.XYZ9'] };
    // The third Friday; three business days before the 25th, or before the business day before it.
    const { line } = await lineOf(hubAt('2026-12-14T15:00:00Z', subscribed), 'futures');

    expect(line.expiries).toEqual([
      {
        symbol: 'ESZ6',
        expired: false,
        last_day: '2026-12-18',
        text: 'ESZ6 trades to 2026-12-18 by the usual rule',
      },
      {
        symbol: 'CLF7',
        expired: false,
        last_day: '2026-12-21',
        text: 'CLF7 trades to 2026-12-21 by the usual rule',
      },
    ]);
  });

  test('as not certainly expired, between the last day by the rule and the end of its month', async () => {
    const { line } = await lineOf(hubAt('2026-12-22T15:00:00Z', { futures: ['T.ESZ6'] }), 'futures');

    expect(line.expiries).toMatchObject([{ symbol: 'ESZ6', expired: null, last_day: '2026-12-18' }]);
  });

  test('twenty of them, and how many more', async () => {
    const strikes = Array.from({ length: 23 }, (_, index) => `T.O:SPY261127C00${700 + index}000`);
    const { line, words } = await lineOf(hubAt('2026-11-27T15:00:00Z', { options: strikes }), 'options');

    expect(line.expiries).toHaveLength(20);
    expect(line.more_expiries).toBe(3);
    expect(words).toMatch(/18 contracts more that expired or soon will\.$/);
  });
});

describe('stop_all_streams', () => {
  test('stops those that run and says of each what came', async () => {
    const bench = await opened();
    await bench.call('start_crypto_stream', { channels: ['XT.BTC-USD'], endpoint: 'simulated' });
    await bench.call('start_forex_stream', { channels: ['C.EUR/USD'], endpoint: 'simulated' });
    const { structured, text } = await bench.call('stop_all_streams', {});

    expect(structured).toEqual({
      notes: [],
      stopped: ['forex', 'crypto'].map(market => ({
        market,
        messages_received: expect.any(Number),
        duration_s: expect.any(Number),
      })),
    });
    expect(text).toMatch(/^2 streams stopped\.\nforex: after [\d.]+ s and \d+ messages?\.\ncrypto: /);
    const { structured: after } = await bench.call('get_streams_overview', {});
    expect(after.running).toBe(0);
  });

  test('says so where none ran', async () => {
    const bench = await opened();

    expect((await bench.call('stop_all_streams', {})).structured).toEqual({
      notes: ['No stream was running.'],
      stopped: [],
    });
  });
});
