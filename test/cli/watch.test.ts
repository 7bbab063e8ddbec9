import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { layOut } from '../../runtime/cli/watch/layout.js';
import { cutLine, paint, textOf, wrap } from '../../runtime/cli/watch/line.js';
import { Printer } from '../../runtime/cli/watch/printer.js';
import { type Circumstances, listAsides, listRemarks } from '../../runtime/cli/watch/remarks.js';
import { Screen } from '../../runtime/cli/watch/screen.js';
import { sparkline } from '../../runtime/cli/watch/sparkline.js';
import { Trail } from '../../runtime/cli/watch/trail.js';
import type { Display, Row, View } from '../../runtime/cli/watch/view.js';
import { Watcher } from '../../runtime/cli/watch/watcher.js';
import { Bench } from '../support/bench.js';
import { tries } from '../support/property.js';

const apple: Row = {
  symbol: 'AAPL',
  halted: false,
  direction: 'up',
  prices: { last: 187.3, bid: 187.29, ask: 187.32, spread: 0.03 },
  decimals: 2,
  volume: 1_234_567,
  messages: 42,
  ratePerS: 12.34,
  trend: [187.1, 187.22, 187.15, 187.3],
};

const berkshire: Row = {
  symbol: 'BRK.B',
  halted: true,
  direction: undefined,
  prices: { last: undefined, bid: undefined, ask: undefined, spread: undefined },
  decimals: 2,
  volume: undefined,
  messages: 0,
  ratePerS: 0,
  trend: [],
};

const view: View = {
  market: 'US stocks',
  state: 'live',
  feed: 'delayed',
  lateness: '15 minutes late',
  channels: 3,
  messages: 42,
  ratePerS: 12.3,
  atMs: Date.UTC(2026, 10, 23, 14, 30, 5),
  replayedMs: undefined,
  rows: [apple, berkshire],
  omitted: 0,
  remarks: ['1 outage: 14:29:50 to 14:29:58 UTC, 8 s. What came then is lost.'],
  asides: [],
};

function drawn(changes: Partial<View>, width: number, height: number): string[] {
  return layOut({ ...view, ...changes }, width, height).map(line => textOf(line).trimEnd());
}

describe('the layout', () => {
  test('of 80 columns and 14 lines holds almost everything, the keys in the last one', () => {
    expect(drawn({}, 80, 14)).toEqual([
      'US stocks  LIVE  feed delayed, 15 minutes late',
      '14:30:05 UTC  3 channels  42 messages  12.3/s',
      '',
      'SYMBOL              LAST          BID       ASK  SPREAD     VOLUME  TREND',
      'AAPL              187.30  ▲    187.29    187.32    0.03  1,234,567  ▁▅▃█',
      'BRK.B (halted)         -            -         -       -          -',
      '',
      '1 outage: 14:29:50 to 14:29:58 UTC, 8 s. What came then is lost.',
      '',
      '',
      '',
      '',
      '',
      'q quits',
    ]);
  });

  test('of 100 columns has room for every column', () => {
    expect(drawn({}, 100, 14).slice(3, 6)).toEqual([
      'SYMBOL              LAST          BID       ASK  SPREAD     VOLUME  MSG/S  TREND',
      'AAPL              187.30  ▲    187.29    187.32    0.03  1,234,567   12.3  ▁▅▃█',
      'BRK.B (halted)         -            -         -       -          -    0.0',
    ]);
  });

  test('of 50 columns and 8 lines leaves out columns, blank lines, and what counts least of the rows', () => {
    const rows = [
      apple,
      { ...apple, symbol: 'MSFT', direction: 'down' as const },
      berkshire,
      { ...apple, symbol: 'IBM' },
    ];
    expect(drawn({ rows }, 50, 8)).toEqual([
      'US stocks  LIVE  feed delayed, 15 minutes late',
      '14:30:05 UTC  3 channels  42 messages  12.3/s',
      'SYMBOL        LAST          BID       ASK',
      'AAPL        187.30  ▲    187.29    187.32',
      'MSFT        187.30  ▼    187.29    187.32',
      'and 2 symbols more',
      '1 outage: 14:29:50 to 14:29:58 UTC, 8 s. What came',
      'q quits',
    ]);
  });

  test('counts the symbols that no row was made for', () => {
    expect(drawn({ omitted: 7 }, 80, 14)[6]).toBe('and 7 symbols more');
    expect(drawn({ omitted: 7 }, 80, 7).slice(2, 6)).toEqual([
      expect.stringMatching(/^SYMBOL/),
      expect.stringMatching(/^AAPL/),
      'and 8 symbols more',
      expect.stringMatching(/^1 outage/),
    ]);
  });

  test('shows an aside only where the rows and the remarks leave a line', () => {
    const asides = ['US stocks: closed.'];
    const tight = drawn({ remarks: [], asides, rows: [apple] }, 40, 5);
    expect(tight.join()).not.toContain('closed');
    expect(drawn({ remarks: [], asides, rows: [apple] }, 40, 6)).toContain('US stocks: closed.');
    expect(tight.slice(2, 4)).toEqual(drawn({ remarks: [], rows: [apple] }, 40, 5).slice(2, 4));
  });

  test('gives long remarks what the rows leave over', () => {
    const remarks = ['one two three four five six seven eight nine ten'];
    expect(drawn({ remarks, rows: [apple] }, 20, 12).slice(3)).toEqual([
      'SYMBOL        LAST',
      'AAPL        187.30',
      '',
      'one two three four',
      'five six seven eight',
      'nine ten',
      '',
      '',
      'q quits',
    ]);
  });

  test('shows prices with the digits of the symbol, and as they came where a number would lose some', () => {
    const forex = { ...apple, prices: { last: undefined, bid: 1.0854, ask: 1.08541, spread: 0.00001 }, decimals: 5 };
    expect(drawn({ rows: [forex] }, 80, 14)[4]).toContain('-  ▲   1.08540   1.08541  0.00001');
    const exact = { ...apple, prices: { ...apple.prices, last: '5910.2500000000000001' }, volume: '10' };
    expect(drawn({ rows: [exact] }, 120, 14)[4]).toMatch(/^AAPL {6}5910\.2500000000000001 .* 10 {3}12\.3/);
  });

  test.each([
    [0.056981, '0.056981'],
    [999.5, '999.5'],
    [1_500.25, '1,500'],
    [1_234_567_890, '1,234,567,890'],
  ])('shows the volume %d as %s', (volume, text) => {
    expect(drawn({ rows: [{ ...apple, volume }] }, 120, 14)[4]).toMatch(new RegExp(` ${text}   12\\.3`));
  });

  test('says aloud when the stream is not live', () => {
    const [header] = layOut({ ...view, state: 'retrying' }, 80, 14);
    expect(header).toContainEqual({ text: 'RETRYING', style: 'alarm' });
  });

  test('has both times of a replay in its header, and is not alarmed by its end', () => {
    const shown = { state: 'ended', replayedMs: Date.UTC(2026, 10, 20, 15, 0, 1) } as const;
    expect(drawn(shown, 80, 14)[1]).toBe('14:30:05 UTC  recorded 2026-11-20 15:00:01  3 channels  42 messages  12.3/s');
    expect(layOut({ ...view, ...shown }, 80, 14)[0]).toContainEqual({ text: 'ENDED', style: 'up' });
  });

  test('never goes beyond the window, and always shows how to quit', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 90 });
    const rows = fc.array(fc.record({ symbol: text, trend: fc.array(fc.double({ noNaN: true }), { maxLength: 90 }) }));
    const views = fc.record({ rows, remarks: fc.array(text), feed: text, omitted: fc.nat(3) });
    fc.assert(
      fc.property(
        views,
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 40 }),
        (changes, width, height) => {
          const shown = { ...changes, rows: changes.rows.map(row => ({ ...apple, ...row })) };
          const lines = layOut({ ...view, ...shown }, width, height).map(textOf);
          expect(lines).toHaveLength(height);
          for (const line of lines) expect([...line].length).toBeLessThanOrEqual(width);
          if (height > 3) expect('q quits'.startsWith(lines.at(-1)!.replace('…', ''))).toBe(true);
        },
      ),
      tries(300),
    );
  });
});

describe('a line', () => {
  test('is painted by what its parts stand for', () => {
    expect(paint([{ text: 'A' }, { text: '▲', style: 'up' }, { text: '!', style: 'alarm' }])).toBe(
      'A\u001b[32m▲\u001b[0m\u001b[1;33m!\u001b[0m',
    );
  });

  test.each([
    [5, 'abcde'],
    [4, 'abc…'],
    [3, 'ab…'],
    [1, '…'],
    [0, ''],
  ])('is cut to %d characters as %j', (width, text) => {
    expect(textOf(cutLine([{ text: 'ab', style: 'up' }, { text: 'cde' }], width))).toBe(text);
  });

  test('is never cut in the middle of a character', () => {
    expect(textOf(cutLine([{ text: '😀😀😀' }], 2))).toBe('😀…');
  });

  test.each([
    ['one two', 7, ['one two']],
    ['one two', 6, ['one', 'two']],
    ['one two', 3, ['one', 'two']],
    ['abcdefgh i', 3, ['abc', 'def', 'gh', 'i']],
    ['', 3, ['']],
  ])('%j is wrapped at %d', (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });
});

test.each([
  [[1, 2, 3, 4, 5, 6, 7, 8], 8, '▁▂▃▄▅▆▇█'],
  [[8, 1], 8, '█▁'],
  [[5, 5, 5], 8, '▄▄▄'],
  [[9, 9, 1, 2], 2, '▁█'],
  [[1.0854, 1.0856, 1.0855], 8, '▁█▅'],
  [[], 8, ''],
  [[1, 2], 0, ''],
])('the sparkline of %j in %d characters is %s', (values, width, text) => {
  expect(sparkline(values, width)).toBe(text);
});

describe('the trail of a symbol', () => {
  test('knows where the price went when it last changed', () => {
    const trail = new Trail('AAPL');
    const directions = [10, 11, 11, 10.5].map((last, second) => trail.follow({ last }, second * 1_000).direction);
    expect(directions).toEqual([undefined, 'up', 'up', 'down']);
    expect(trail.follow({ last: 10.5 }, 4_000).trend).toEqual([10, 11, 11, 10.5, 10.5]);
  });

  test('counts the messages of a second', () => {
    const trail = new Trail('AAPL');
    trail.follow({ messages: 0 }, 0);
    expect(trail.follow({ messages: 20 }, 2_000).ratePerS).toBe(10);
  });

  test('shows as many digits as any price needed so far', () => {
    const trail = new Trail('AAPL');
    expect([10, 10.1234, 10].map(last => trail.follow({ last }, 0).decimals)).toEqual([2, 4, 4]);
    expect(trail.follow({ last: 1e-9 }, 0).decimals).toBe(8);
  });

  test.each([
    [{ value: 5910.25 }, 5910.25],
    [{ bar: { event: 'AGGREGATE_MINUTE', close: 11, volume: 500 } }, 11],
    [{ fair_value: 11.25 }, 11.25],
    [{ last: 10, value: 11 }, 10],
  ])('takes %j for its last price', (answer, last) => {
    expect(new Trail('X').follow(answer, 0)).toMatchObject({ prices: { last }, trend: [last] });
  });

  test('follows the middle of the quote where there is no price, and claims none', () => {
    const row = new Trail('EUR/USD').follow({ bid: 1.0854, ask: 1.0856, spread: 0.0002 }, 0);
    expect(row.prices.last).toBeUndefined();
    expect(row.trend).toEqual([1.0855]);
  });

  test('has the volume of a bar where there are no trades', () => {
    expect(new Trail('X').follow({ bar: { event: 'AGGREGATE_MINUTE', volume: 500 } }, 0).volume).toBe(500);
    expect(new Trail('X').follow({ window_volume: 7, bar: { event: 'AGGREGATE_MINUTE', volume: 500 } }, 0).volume).toBe(
      7,
    );
  });

  test('is as long as a wide terminal, and empty before the first price', () => {
    const trail = new Trail('X');
    expect(trail.follow(undefined, 0)).toMatchObject({ messages: 0, trend: [], halted: false });
    for (let last = 1; last <= 300; last++) trail.follow({ last }, 0);
    expect(trail.follow({ last: 301 }, 0).trend).toHaveLength(240);
  });
});

describe('the remarks', () => {
  const calm: Circumstances = {
    silence: null,
    outages: [],
    fault: undefined,
    rejected: [],
    notes: [],
    incomplete: undefined,
  };
  const fromMs = Date.UTC(2026, 10, 23, 14, 30);
  const fault = { code: 'CONNECT_FAILED' as const, message: 'The peer closed.', atMs: fromMs };

  test('are none while all is well', () => {
    expect(listRemarks(calm)).toEqual([]);
  });

  test('name the products that do not trade, unless the silence does', () => {
    const closed = {
      of: 'US stocks',
      open: false,
      session: null,
      changes_at: null,
      calendar: null,
      text: 'closed since 13:00',
    };
    expect(listAsides([closed], null)).toEqual(['US stocks: closed since 13:00.']);
    const silence = 'US stocks: closed since 13:00; opens Monday.';
    expect(listAsides([closed], silence)).toEqual([]);
    expect(listAsides([{ ...closed, open: true }], null)).toEqual([]);
  });

  test('name the last outage and the last error', () => {
    const outages = [fromMs - 60_000, fromMs].map(ms => ({
      fromMs: ms,
      toMs: ms + 8_000,
      seq: 0,
      cause: '',
      channels: [],
    }));
    expect(listRemarks({ ...calm, outages, fault })).toEqual([
      '2 outages; the last: 14:30:00 to 14:30:08 UTC, 8 s. What came then is lost.',
      'Last error, 14:30:00 UTC: CONNECT_FAILED: The peer closed.',
    ]);
  });

  test('tell an error once: not again where the silence has it', () => {
    const outages = [{ fromMs, seq: 0, cause: '', channels: [] }];
    expect(listRemarks({ ...calm, silence: 'The connection is down. The peer closed.', outages, fault })).toEqual([
      'The connection is down. The peer closed.',
      '1 outage: since 14:30:00 UTC. What came then is lost.',
    ]);
  });

  test('name what was rejected, what is missing, and what was rewritten', () => {
    const rejected = [{ channel: 'Q.AAPL', code: 'NOT_AUTHORIZED' as const, message: 'not in the plan' }];
    expect(
      listRemarks({ ...calm, rejected, incomplete: '5 messages had left.', notes: ['AS.X is sent as A.X'] }),
    ).toEqual(['Rejected Q.AAPL: NOT_AUTHORIZED: not in the plan', '5 messages had left.', 'AS.X is sent as A.X']);
  });
});

describe('the screen', () => {
  function screenOf(): { screen: Screen; taken: () => string } {
    let text = '';
    const screen = new Screen(more => {
      text += more;
    });
    const taken = (): string => {
      const all = text.replaceAll('\u001b', '^');
      text = '';
      return all;
    };
    return { screen, taken };
  }

  test('is taken with the first drawing, and then only what changed is written', () => {
    const { screen, taken } = screenOf();
    screen.draw(['a', 'b', 'c']);
    expect(taken()).toBe('^[?1049h^[?25l^[?7l^[2J^[1;1H^[2Ka^[2;1H^[2Kb^[3;1H^[2Kc');
    screen.draw(['a', 'B', 'c']);
    expect(taken()).toBe('^[2;1H^[2KB');
    screen.draw(['a', 'B']);
    expect(taken()).toBe('^[3;1H^[2K');
    screen.draw(['a', 'B']);
    expect(taken()).toBe('');
  });

  test('is drawn whole once it was forgotten', () => {
    const { screen, taken } = screenOf();
    screen.draw(['a']);
    taken();
    screen.forget();
    screen.draw(['a']);
    expect(taken()).toBe('^[2J^[1;1H^[2Ka');
  });

  test('is given back once, and not at all where it was never taken', () => {
    const { screen, taken } = screenOf();
    screen.forget();
    screen.leave();
    expect(taken()).toBe('');
    screen.draw([]);
    taken();
    screen.leave();
    screen.leave();
    expect(taken()).toBe('^[?7h^[?25h^[?1049l');
  });
});

test('plain lines tell only what is new', () => {
  let text = '';
  const printer = new Printer(more => {
    text += more;
  });
  printer.show(view);
  printer.show(view);
  printer.show({ ...view, state: 'retrying', rows: [{ ...apple, messages: 43, direction: 'down', halted: true }] });
  expect(text.split('\n')).toEqual([
    '14:30:05Z US stocks live, feed delayed, 15 minutes late',
    '14:30:05Z 1 outage: 14:29:50 to 14:29:58 UTC, 8 s. What came then is lost.',
    '14:30:05Z AAPL  last 187.30  bid 187.29  ask 187.32  spread 0.03  volume 1,234,567  12.3/s  up',
    '14:30:05Z US stocks retrying, feed delayed, 15 minutes late',
    '14:30:05Z AAPL  last 187.30  bid 187.29  ask 187.32  spread 0.03  volume 1,234,567  12.3/s  down  halted',
    '',
  ]);
});

describe('the watcher', () => {
  let bench: Bench | undefined;

  afterEach(async () => {
    await bench?.close();
    bench = undefined;
  });

  /** Watches until a view is as it should be. */
  async function watched(
    name: string,
    channels: string[],
    events: object[],
    done: (view: View) => boolean,
  ): Promise<View> {
    bench = await Bench.open({ suite, markets });
    const { hub } = bench;
    const watcher = new Watcher(hub, hub.stream(name).market, channels);
    let seen: View | undefined;
    let sent = false;
    const display: Display = {
      refreshMs: 10,
      stays: true,
      show(latest) {
        seen = latest;
        if (latest.state === 'live' && !sent) {
          sent = true;
          for (const event of events) bench!.session(name).send(JSON.stringify([event]));
        }
        if (done(latest)) watcher.stop();
      },
      close() {},
    };
    await watcher.run(display);
    return seen!;
  }

  const trades = ['MSFT', 'TSLA', 'TSLA', 'AAPL'].map(sym => ({ ev: 'T', sym, p: 3, s: 1, t: 1_790_000_000_000 }));

  test('lists the named symbols in their order, also those of which nothing came', async () => {
    const seen = await watched('stocks', ['T.NVDA', 'Q.TSLA', 'T.TSLA'], trades, ({ messages }) => messages === 4);
    expect(seen.rows.map(({ symbol, messages }) => [symbol, messages])).toEqual([
      ['NVDA', 0],
      ['TSLA', 2],
    ]);
    expect(seen).toMatchObject({ market: 'US stocks', state: 'live', channels: 3, omitted: 0 });
  });

  test('lists behind them the others of a wildcard, the most active first', async () => {
    const seen = await watched('stocks', ['T.*', 'Q.AAPL'], trades, ({ messages }) => messages === 4);
    expect(seen.rows.map(({ symbol, messages }) => [symbol, messages])).toEqual([
      ['AAPL', 1],
      ['TSLA', 2],
      ['MSFT', 1],
    ]);
  });

  test('tells which channels were rejected and what was rewritten', async () => {
    const seen = await watched('indices', ['AS.I:SPX', 'X.I:SPX'], [], ({ remarks }) =>
      remarks.some(text => text.startsWith('AS.')),
    );
    expect(seen.remarks).toContain('AS.I:SPX is sent as A.I:SPX');
    expect(seen.remarks).toContainEqual(expect.stringMatching(/^Rejected channels\[1\]: INVALID_CHANNEL: /));
  });

  test('shows nothing any more once it is stopped, also if it was just looking', async () => {
    bench = await Bench.open({ suite, markets });
    await bench.call('start_stocks_stream', { channels: ['T.AAPL'] });
    const { hub } = bench;
    const watcher = new Watcher(hub, hub.stream('stocks').market, ['T.AAPL']);
    const shown: View[] = [];
    const running = watcher.run({ refreshMs: 10, stays: true, show: seen => void shown.push(seen), close() {} });
    watcher.stop();
    await running;
    expect(shown).toEqual([]);
  });

  test('fails as the start does', async () => {
    await expect(watched('stocks', ['X.AAPL'], [], () => false)).rejects.toMatchObject({ code: 'CHANNELS_REJECTED' });
  });
});
