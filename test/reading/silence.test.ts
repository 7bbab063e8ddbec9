import { describe, expect, test } from 'vitest';
import type { StateName } from '../../runtime/feed/state.js';
import { explainSilence, type Silence } from '../../runtime/reading/silence.js';
import { marketOf } from '../support/markets.js';

const tuesdayNoonMs = Date.parse('2026-01-13T17:00:00Z');
const saturdayNoonMs = Date.parse('2026-01-17T17:00:00Z');

function explain(silence: Partial<Silence>): string {
  return explainSilence({
    market: marketOf('stocks'),
    hours: (silence.market ?? marketOf('stocks')).hours,
    state: 'live',
    simulated: false,
    delayMinutes: 0,
    nowMs: tuesdayNoonMs,
    liveSinceMs: tuesdayNoonMs - 60_000,
    liveForMs: 60_000,
    attempts: 0,
    pending: [],
    subscriptions: ['T.A', 'T.B', 'Q.*'],
    unconfirmed: [],
    doubts: [],
    rejected: 0,
    suspects: [],
    ...silence,
  });
}

const fault = { message: 'It broke.', wayOut: 'Wait.' };

describe('a stream that is not live is silent because', () => {
  test.each<[StateName, string]>([
    ['idle', 'The stream was not started: call start_stocks_stream.'],
    ['stopped', 'The stream is stopped: call start_stocks_stream.'],
    ['connecting', 'Connecting to the feed.'],
    ['authenticating', 'Connecting to the feed.'],
  ])('it is %s', (state, sentence) => {
    expect(explain({ state })).toBe(sentence);
  });

  test('it is on its way back, for a reason', () => {
    expect(explain({ state: 'authenticating', attempts: 1, fault })).toBe('Reconnecting to the feed. It broke.');
  });

  test('it was refused, for a reason and with a way out', () => {
    expect(explain({ state: 'refused', fault: { message: 'The key was wrong.', wayOut: 'Check it.' } })).toBe(
      'The feed refused the stream, and it stays down. The key was wrong. Check it.',
    );
  });

  test('it was refused, for no reason that is known', () => {
    expect(explain({ state: 'refused' })).toBe('The feed refused the stream, and it stays down.');
  });

  test('it is coming back, at a known time', () => {
    const nextRetryAtMs = Date.parse('2026-01-13T17:00:04Z');
    expect(explain({ state: 'retrying', nextRetryAtMs, fault })).toBe(
      'The connection is down; the next attempt is at 2026-01-13T17:00:04.000Z. It broke.',
    );
    expect(explain({ state: 'retrying' })).toBe('The connection is down; the next attempt is due.');
  });

  test('it is down, whatever the hour', () => {
    expect(explain({ state: 'retrying', nowMs: saturdayNoonMs })).toContain('The connection is down');
  });
});

test('a caller that may only look is told to call nothing', () => {
  const filters = [{ prefix: 'T', symbol: 'MSFT' }];
  const sought = { filters, seen: 0, passed: 0 };
  const whose = 'the client whose streams these are can';
  expect(explain({ readOnly: true, state: 'idle' })).toBe(`The stream was not started: ${whose} start it.`);
  expect(explain({ readOnly: true, state: 'stopped' })).toBe(`The stream is stopped: ${whose} start it.`);
  for (const silent of [
    { subscriptions: [] },
    { subscriptions: [], rejected: 2 },
    { subscriptions: ['T.AAPL'], sought },
  ]) {
    const told = explain({ ...silent, readOnly: true });
    expect(told).toContain(`: ${whose} subscribe it.`);
    expect(told).not.toContain('call ');
  }
});

describe('a live stream is silent because', () => {
  test('nothing is subscribed', () => {
    expect(explain({ subscriptions: [] })).toContain('nothing is subscribed: call subscribe_stocks_channels');
  });

  test('every channel was rejected', () => {
    expect(explain({ subscriptions: [], rejected: 2 })).toContain('every channel was rejected');
  });

  test('no channel was acknowledged', () => {
    expect(explain({ subscriptions: ['T.A', 'T.B'], unconfirmed: ['T.A', 'T.B'] })).toContain(
      'did not acknowledge T.A, T.B;',
    );
  });

  test('no channel was acknowledged, of which five are named', () => {
    const unconfirmed = ['T.A', 'T.B', 'T.C', 'T.D', 'T.E', 'T.F'];
    expect(explain({ subscriptions: unconfirmed, unconfirmed })).toContain(
      'did not acknowledge T.A, T.B, T.C, T.D, T.E and others',
    );
  });

  test('the market rests over a weekend and a holiday, and messages are due at a known time', () => {
    expect(explain({ nowMs: saturdayNoonMs })).toBe(
      'US stocks: closed since Friday 20:00; opens Tuesday 04:00 in New York; messages are due from 2026-01-20T09:00:00.000Z.',
    );
  });

  test('the market has a holiday, which is named', () => {
    expect(explain({ nowMs: Date.parse('2026-11-26T16:00:00Z') })).toBe(
      'US stocks: closed since Wednesday 20:00 (Thanksgiving); opens Friday 04:00 in New York; messages are due from 2026-11-27T09:00:00.000Z.',
    );
  });

  test('the market closed early, for a reason', () => {
    expect(explain({ nowMs: Date.parse('2026-11-27T23:00:00Z') })).toBe(
      'US stocks: closed since 17:00 (early close, day after Thanksgiving); opens Monday 04:00 in New York; messages are due from 2026-11-30T09:00:00.000Z.',
    );
  });

  test.each([
    ['beyond the calendar', 'stocks', '2029-01-06T12:00:00Z', 'Holidays are known to 2028-12-31 only.'],
    ['in a market without one', 'forex', '2026-01-10T12:00:00Z', 'Holidays are not known here.'],
  ])('the market rests %s, and that is said', (_, market, moment, doubt) => {
    expect(explain({ market: marketOf(market), nowMs: Date.parse(moment) })).toContain(doubt);
  });

  test('the market rests for a delayed feed still, some minutes after the opening', () => {
    const sentence = explain({ delayMinutes: 15, nowMs: Date.parse('2026-01-13T09:10:00Z') });
    expect(sentence).toContain(
      'closed since Monday 20:00; opens 04:00 in New York; messages are due from 2026-01-13T09:15:00.000Z, 15 minutes late.',
    );
  });

  test('it is quiet, for a delayed feed still some minutes after the close', () => {
    expect(explain({ delayMinutes: 15, nowMs: Date.parse('2026-01-14T01:10:00Z') })).toContain('Live and subscribed');
  });

  test('it has only just become live', () => {
    expect(explain({ liveForMs: 4_999 })).toContain('just become live');
    expect(explain({ liveForMs: 5_000 })).not.toContain('just become live');
  });

  test('it has only just become live, if it is not known since when', () => {
    expect(explain({ liveForMs: undefined })).toBe('The stream has just become live; nothing has come yet.');
  });

  test.each([
    ['where holidays are not known', 'forex', '2026-12-25T12:00:00Z', true],
    ['beyond the calendar', 'stocks', '2029-07-04T15:00:00Z', true],
    ['within the calendar', 'stocks', '2026-07-06T15:00:00Z', false],
    ['where the market never closes', 'crypto', '2026-12-25T12:00:00Z', false],
  ])('%s, a market that should be open may be closed all the same', (_, market, moment, isDoubted) => {
    const nowMs = Date.parse(moment);
    const sentence = explain({ market: marketOf(market), nowMs, liveSinceMs: nowMs - 60_000, liveForMs: 60_000 });

    expect(sentence.includes('Or the market is closed: its holidays')).toBe(isDoubted);
  });

  test('little is traded on the day, and then no symbol is suspected', () => {
    const nowMs = Date.parse('2026-12-25T12:00:00Z');
    const sentence = explain({ market: marketOf('forex'), nowMs, liveSinceMs: nowMs - 60_000, liveForMs: 60_000 });
    expect(sentence).toContain('Little is traded today (Christmas).');
    expect(sentence).not.toContain('misspelled');
  });

  test('the products that are subscribed rest, each for its own reason, although others trade', () => {
    const nowMs = Date.parse('2026-11-25T23:30:00Z');
    const futures = marketOf('futures');
    expect(explain({ market: futures, nowMs, subscriptions: ['T.ZCH7'] })).toContain(
      'CBOT grain and oilseed futures: closed since 13:20 (eve of Thanksgiving); opens Friday 08:30 in Chicago;',
    );
    expect(explain({ market: futures, nowMs, subscriptions: ['T.ZCH7', 'T.ESZ6'] })).toMatch(
      /^Live and subscribed.* CBOT grain and oilseed futures: closed .*A quiet or misspelled symbol is silent/,
    );
    const holiday = { market: futures, nowMs: Date.parse('2026-12-25T18:00:00Z') };
    expect(explain({ ...holiday, subscriptions: ['T.ESH7', 'Q.CLG7'] })).toMatch(
      /^CME equity index futures: closed .* \(Christmas\).*NYMEX energy futures: closed .* \(Christmas\)/,
    );
  });

  test('what a call looked for rests, although other products trade', () => {
    const sentence = explain({
      market: marketOf('futures'),
      nowMs: Date.parse('2026-11-25T23:30:00Z'),
      subscriptions: ['T.ZCH7', 'T.ESZ6'],
      sought: { filters: [{ symbol: 'ZCH7' }], seen: 0, passed: 0 },
    });
    expect(sentence).toContain('CBOT grain and oilseed futures: closed');
  });

  test('the market rests, while sessions that are not sure may be on', () => {
    expect(explain({ nowMs: Date.parse('2026-12-09T03:00:00Z') })).toContain(
      'that it began on 2026-12-06 is not confirmed',
    );
    expect(explain({ nowMs: Date.parse('2026-12-02T03:00:00Z') })).not.toContain('not confirmed');
  });

  test('a symbol may be quiet or misspelled', () => {
    expect(explain({})).toContain('no event came since it was started');
    const lastMessageAtMs = Date.parse('2026-01-13T16:59:30Z');
    expect(explain({ lastMessageAtMs, newestAgeMs: 30_000 })).toContain(
      'no event came since 2026-01-13T16:59:30.000Z. A quiet',
    );
    expect(explain({})).toContain('the feed acknowledges any symbol');
  });

  test('a symbol is in small letters', () => {
    expect(explain({ suspects: ['T.aapl: it would be written T.AAPL.'] })).toMatch(
      /any symbol\. T\.aapl: it would be written T\.AAPL\.$/,
    );
  });

  test('it has only just come back, and nothing since', () => {
    const gap = { liveForMs: 1_000, newestAgeMs: 90_000, lastMessageAtMs: tuesdayNoonMs - 90_000 };
    expect(explain(gap)).toBe('The stream has just become live again; nothing has come since.');
    expect(explain({ ...gap, newestAgeMs: 900 })).toContain('no event came since');
  });

  test('nothing has come since it came back', () => {
    const gap = { liveForMs: 60_000, newestAgeMs: 90_000, lastMessageAtMs: tuesdayNoonMs - 90_000 };
    expect(explain(gap)).toContain(
      'no event came since 2026-01-13T16:58:30.000Z, and it was down until 2026-01-13T16:59:00.000Z.',
    );
  });

  test('some channels are not acknowledged, or wait for their answer, while others are quiet', () => {
    expect(explain({ unconfirmed: ['T.A'] })).toMatch(/^Live and .* The feed did not acknowledge T\.A; it may not be/);
    expect(explain({ pending: ['T.A'] })).toMatch(/^Live and .* The feed has not answered for T\.A yet\.$/);
  });

  test('nothing was answered yet', () => {
    expect(explain({ pending: ['T.A', 'T.B', 'Q.*'] })).toBe(
      'The feed was asked for T.A, T.B, Q.*, and has not answered.',
    );
  });

  test('what a call looked for was not acknowledged', () => {
    const sought = { filters: [{ prefix: 'T', symbol: 'A' }], seen: 0, passed: 7 };
    expect(explain({ unconfirmed: ['T.A'], sought })).toBe('The feed did not acknowledge T.A; it may not be served.');
    expect(explain({ unconfirmed: ['T.B'], sought })).toBe('7 messages came, and none of T.A.');
  });

  test('never for the hour, if it is simulated or trades without end', () => {
    const simulated = explain({ simulated: true, nowMs: saturdayNoonMs, liveSinceMs: 0 });
    expect(simulated).toContain('Live and subscribed');
    expect(simulated).toContain('The simulated feed never closes.');
    expect(explain({ market: marketOf('crypto'), nowMs: saturdayNoonMs, liveSinceMs: 0 })).toContain(
      'Live and subscribed',
    );
  });
});

describe('what a call looked for', () => {
  const filters = [{ symbol: 'AAPL' }, { prefix: 'T', symbol: 'MSFT' }, { symbol: 'NVDA' }];
  const ages = new Map([
    ['AAPL', 41_400],
    ['MSFT', 720_000],
  ]);
  const sought = { filters, seen: 0, passed: 7, ageOf: ({ symbol = '' }) => ages.get(symbol) };

  test('is told by how old its own messages are', () => {
    expect(explain({ sought, newestAgeMs: 200, subscriptions: ['T.*'] })).toBe(
      '7 messages came, and none of AAPL, T.MSFT, NVDA. AAPL: last message 41 s ago, T.MSFT: last message 12 min ago; others came 0.2 s ago.',
    );
  });

  test('is silent since its own last message, where nothing came', () => {
    const quiet = explain({ sought: { ...sought, passed: 0 }, newestAgeMs: 30_000, subscriptions: ['T.*'] });
    expect(quiet).toMatch(
      /^Live and subscribed, but no event came since 2026-01-13T16:59:18\.600Z\. AAPL: last message 41 s ago, .*; others came 30 s ago\. A quiet/,
    );
  });
});
