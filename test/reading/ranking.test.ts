/** What a summary says of many symbols: which trades count, in which order they come, page by page. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { Bench, callOn, hubOn } from '../support/bench.js';
import { handFrame } from '../support/hand-feed.js';

/** 2026-09-21 10:00 in New York, a Monday. */
const mondayMs = Date.UTC(2026, 8, 21, 14);
/** The same day at 08:00, before the regular session. */
const earlyMs = Date.UTC(2026, 8, 21, 12);

type Answer = Readonly<Record<string, unknown>>;

/** A hub whose stream took these events in. */
function hubWith(market: string, events: readonly object[]): Client {
  const clock = { ...systemClock, now: () => mondayMs, elapsed: () => 1_000 };
  const hub = hubOn(suite, markets, 'realtime', {}, clock);
  handFrame(hub.stream(market), Buffer.from(JSON.stringify(events)));
  return hub;
}

async function summarize(hub: Client, market: string, args: object = {}): Promise<Answer> {
  return (await callOn(hub, 'summarize_stream', { market, ...args })).structured;
}

async function summaryOf(market: string, events: readonly object[], args: object = {}): Promise<Answer> {
  return summarize(hubWith(market, events), market, args);
}

function trade(sym: string, p: number, s: number, c?: readonly number[], t = mondayMs): object {
  return { ev: 'T', sym, p, s, ...(c ? { c } : {}), t };
}

function symbolsIn({ symbols }: Answer): string[] {
  return (symbols as { symbol: string }[]).map(({ symbol }) => symbol);
}

describe('trades', () => {
  // 2 average price: volume only. 13 sold last counts; 37 odd lot: volume only. 41 trade thru exempt: everything.
  // @see polygon-docs/market/stock-codes.md
  const day = [
    trade('AAPL', 100, 10),
    trade('AAPL', 90, 5, [2]),
    trade('AAPL', 110, 1, [37]),
    trade('AAPL', 102, 20, [41]),
  ];

  test('that do not count by their conditions move no price, are in the volume, and are counted', async () => {
    const { symbols } = await summaryOf('stocks', day);
    expect(symbols).toMatchObject([
      {
        trades: 4,
        ineligible_trades: 2,
        last: 102,
        last_size: 20,
        window_open: 100,
        window_high: 102,
        window_low: 100,
        window_volume: 36,
        window_change_pct: 2,
      },
    ]);
  });

  test('all count where all are asked for', async () => {
    const [row] = (await summaryOf('stocks', day, { prints: 'all' })).symbols as Answer[];
    expect(row).toMatchObject({ last: 102, window_high: 110, window_low: 90, window_volume: 36 });
    expect(row).not.toHaveProperty('ineligible_trades');
  });

  test('with a condition that no table has count as volume, move nothing, and are told once', async () => {
    const { symbols, notes } = await summaryOf('stocks', [
      trade('AAPL', 100, 10),
      trade('AAPL', 500, 7, [251]),
      trade('AAPL', 600, 7, [251]),
    ]);
    expect(symbols).toMatchObject([{ last: 100, window_high: 100, window_volume: 24, ineligible_trades: 2 }]);
    expect((notes as string[]).filter(note => note.includes('(251)'))).toHaveLength(1);
  });

  test('outside the regular session move the last price, which says its session', async () => {
    const { symbols } = await summaryOf('stocks', [trade('AAPL', 100, 10, [12], earlyMs)]);
    expect(symbols).toMatchObject([{ last: 100, last_session: 'pre-market' }]);
  });

  test('say the session of their product, and none where it has one or several at once', async () => {
    const future = (sym: string): object => ({ ev: 'T', sym, p: 100, s: 1, t: Date.UTC(2026, 8, 22, 6) });
    const { symbols } = await summaryOf('futures', [future('ZCZ6'), future('ESZ6'), future('AW1Z6')], {
      sort: 'symbol',
      order: 'asc',
      fields: ['last', 'last_session'],
    });
    // 01:00 in Chicago on a Tuesday.
    expect(symbols).toEqual([
      { symbol: 'AW1Z6', last: 100 },
      { symbol: 'ESZ6', last: 100 },
      { symbol: 'ZCZ6', last: 100, last_session: 'overnight' },
    ]);
  });

  test('of fractions are shown and summed with them', async () => {
    const { symbols } = await summaryOf('stocks', [
      { ...trade('AAPL', 100, 0), ds: '0.25' },
      { ...trade('AAPL', 100, 0), ds: '0.5' },
    ]);
    expect(symbols).toMatchObject([{ last_size: 0.5, window_volume: 0.75, window_vwap: 100 }]);
  });
});

describe('a spread', () => {
  test('comes in hundredths of a percent of the middle, too', async () => {
    const { symbols } = await summaryOf('stocks', [{ ev: 'Q', sym: 'AAPL', bp: 99.9, bs: 1, ap: 100.1, as: 1 }]);
    expect(symbols).toMatchObject([{ spread: 0.2, spread_bps: 20 }]);
  });

  test.each([
    ['EUR/USD', 1.085, 1.08512, 1.2],
    ['USD/JPY', 150.1, 150.115, 1.5],
    ['XAU/USD', 2400, 2400.35, 35],
  ])('of %s comes in pips, too', async (p, b, a, expected) => {
    const { symbols } = await summaryOf('forex', [{ ev: 'C', p, b, a, t: mondayMs }]);
    expect(symbols).toMatchObject([{ spread_pips: expected }]);
  });

  test('of a pair whose pip nobody is sure of comes without', async () => {
    const { symbols } = await summaryOf('forex', [{ ev: 'C', p: 'USD/KRW', b: 1380, a: 1381, t: mondayMs }]);
    expect((symbols as object[])[0]).not.toHaveProperty('spread_pips');
    expect(symbols).toMatchObject([{ spread_bps: 7.24 }]);
  });

  test('is none where a side has neither price nor size', async () => {
    const { symbols } = await summaryOf('stocks', [{ ev: 'Q', sym: 'AAPL', bp: 0, bs: 0, ap: 100.1, as: 1 }]);
    expect(symbols).toMatchObject([{ bid: null, ask: 100.1, spread: null }]);
    expect((symbols as object[])[0]).not.toHaveProperty('spread_bps');
  });
});

describe('the order', () => {
  const events = [
    trade('UP', 100, 1),
    trade('UP', 110, 1),
    trade('DOWN', 100, 50),
    trade('DOWN', 70, 50),
    trade('DOWN', 80, 50),
    trade('CALM', 100, 7),
    { ev: 'Q', sym: 'WIDE', bp: 90, bs: 1, ap: 110, as: 1 },
    { ev: 'Q', sym: 'CALM', bp: 99.99, bs: 1, ap: 100.01, as: 1 },
  ];

  test.each([
    ['activity', undefined, ['DOWN', 'CALM', 'UP', 'WIDE']],
    ['change', undefined, ['UP', 'CALM', 'DOWN', 'WIDE']],
    ['change', 'asc', ['DOWN', 'CALM', 'UP', 'WIDE']],
    ['range', undefined, ['DOWN', 'UP', 'CALM', 'WIDE']],
    ['volume', undefined, ['DOWN', 'CALM', 'UP', 'WIDE']],
    ['spread', undefined, ['WIDE', 'CALM', 'DOWN', 'UP']],
    ['symbol', undefined, ['CALM', 'DOWN', 'UP', 'WIDE']],
    ['symbol', 'desc', ['WIDE', 'UP', 'DOWN', 'CALM']],
  ])('by %s (%s), what has no such value comes last', async (sort, order, expected) => {
    expect(symbolsIn(await summaryOf('stocks', events, { sort, ...(order ? { order } : {}) }))).toEqual(expected);
  });

  test('goes over all symbols, and the rest comes page by page, each once', async () => {
    const many = Array.from({ length: 250 }, (_, index) => trade(`S${index}`, 100, 1 + (index % 7)));
    const hub = hubWith('stocks', many);
    const seen: string[] = [];
    let cursor: unknown;
    let pages = 0;
    do {
      const page = await summarize(hub, 'stocks', { sort: 'volume', top: 30, ...(cursor ? { cursor } : {}) });
      seen.push(...symbolsIn(page));
      expect(page.omitted).toBe(250 - seen.length);
      cursor = page.cursor;
      pages++;
    } while (cursor !== null);

    expect(pages).toBe(9);
    expect(new Set(seen).size).toBe(250);
    expect(seen[0]).toBe('S104');
  });

  test('has a cursor of its own: one of another order is refused, and what is none', async () => {
    const hub = hubWith('stocks', events);
    const { cursor } = await summarize(hub, 'stocks', { sort: 'change', top: 1 });
    for (const args of [
      { sort: 'volume', cursor },
      { sort: 'change', cursor: 'bm9uc2Vuc2U' },
      { cursor: 'x'.repeat(600) },
    ]) {
      expect(await summarize(hub, 'stocks', args)).toMatchObject({ error: { code: 'BAD_CURSOR' } });
    }
  });

  test('comes with the keys that are asked for, and refuses others with the nearest', async () => {
    const hub = hubWith('stocks', events);
    expect((await summarize(hub, 'stocks', { top: 1, fields: ['last', 'window_change_pct'] })).symbols).toEqual([
      { symbol: 'DOWN', last: 80, window_change_pct: -20 },
    ]);
    expect(await summarize(hub, 'stocks', { fields: ['last', 'window_chage_pct'] })).toMatchObject({
      error: {
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/^fields\[1\].*did you mean window_change_pct\?/),
      },
    });
  });
});

describe('a summary that waits', () => {
  test('answers once every symbol that is asked for has something', async () => {
    const bench = await Bench.open({ suite, markets });
    onTestFinished(() => bench.close());
    await callOn(bench.hub, 'start_stocks_stream', { channels: ['T.*'] });
    const send = (event: object): void => bench.session('stocks').send(JSON.stringify([event]));
    send(trade('AAPL', 100, 1));
    const asked = callOn(bench.hub, 'summarize_stream', { market: 'stocks', symbols: ['AAPL', 'MSFT'], wait_s: 30 });
    // The call is waiting before the rest comes.
    await vi.waitFor(() => expect(bench.hub.stream('stocks').changes.listening).toBe(1));
    send(trade('NVDA', 5, 1));
    send(trade('MSFT', 50, 1));
    const { structured } = await asked;

    expect(structured.symbols).toMatchObject([
      { symbol: 'AAPL', last: 100 },
      { symbol: 'MSFT', last: 50 },
    ]);
  });

  test('answers what there is when the time is up', async () => {
    const { symbols } = await summaryOf('stocks', [trade('AAPL', 100, 1)], { symbols: ['AAPL', 'MSFT'], wait_s: 0.05 });
    expect(symbols).toMatchObject([
      { symbol: 'AAPL', last: 100 },
      { symbol: 'MSFT', messages: 0 },
    ]);
  });

  test('does not wait for a stream that is over', async () => {
    const hub = hubOn(suite, markets, 'realtime');
    expect((await summarize(hub, 'stocks', { wait_s: 30 })).symbols).toEqual([]);
  });
});

describe('a condition on a price', () => {
  const late = [trade('AAPL', 100, 10), trade('AAPL', 120, 10, [2]), trade('AAPL', 101, 10)];
  const above = { field: 'price', op: '>', value: '110' };

  async function waitFor(condition: object, args: object, events = late): Promise<Answer> {
    const hub = hubWith('stocks', events);
    const { cursor } = (await callOn(hub, 'read_stream_messages', { market: 'stocks' })).structured;
    const first = Buffer.from(
      Buffer.from(cursor as string, 'base64url')
        .toString()
        .replace(/[^.]+$/, '0'),
    );
    const asked = { market: 'stocks', condition, cursor: first.toString('base64url'), timeout_s: 1, ...args };
    return (await callOn(hub, 'wait_for_stream_message', asked)).structured;
  }

  test('holds for no trade that its conditions keep from the last price', async () => {
    expect(await waitFor(above, {})).toMatchObject({ matched: false, messages: [] });
    expect(await waitFor(above, { prints: 'all' })).toMatchObject({ matched: true, messages: [{ price: 120 }] });
  });

  test('crosses a level between trades that count', async () => {
    const crossing = { field: 'price', op: 'crosses_above', value: '100.5' };
    expect(await waitFor(crossing, {})).toMatchObject({ matched: true, messages: [{ price: 101 }] });
    expect(await waitFor(crossing, { prints: 'all' })).toMatchObject({ matched: true, messages: [{ price: 120 }] });
  });
});
