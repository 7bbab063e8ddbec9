import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { markets, suite } from '../../generated/suite.js';
import { parseExact } from '../../runtime/core/lossless-json.js';
import { Scanner } from '../../runtime/decode/scanner/scanner.js';
import { medianInterval } from '../bench/interval.js';
import { cutAtSequence } from '../bench/line.js';
import { eventsOf, framesOf, loudChannels, spelledMarkets, symbolOf } from '../bench/load.js';
import { showReport } from '../bench/report.js';
import { compete } from '../bench/rounds.js';
import {
  atLeast,
  atMost,
  isMet,
  joinRows,
  judgeCollapse,
  type Row,
  rowOf,
  strictlyAtLeast,
  valueAtMost,
} from '../bench/row.js';
import { percentileOf, ratiosOf, spreadOf } from '../bench/spread.js';
import { complaintOf, measureUntilTold } from '../bench/until-told.js';
import { wireFrame } from '../bench/wire.js';
import { marketOf } from '../support/markets.js';
import { RawFeed } from '../support/raw-feed.js';

describe('statistics', () => {
  test('a spread has the middle value, or the mean of both in the middle', () => {
    expect(spreadOf([9, 1, 4])).toEqual({ median: 4, min: 1, max: 9 });
    expect(spreadOf([9, 1, 4, 2])).toEqual({ median: 3, min: 1, max: 9 });
    expect(() => spreadOf([])).toThrow('a measurement at least');
  });

  test('a percentile is a value that occurred', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect([0.5, 0.99, 1].map(share => percentileOf(values, share))).toEqual([100, 198, 200]);
    expect(percentileOf([7], 0.5)).toBe(7);
    expect(() => percentileOf([], 0.5)).toThrow('a value at least');
  });

  // Ranks from tables of the sign test, 95 %.
  test.each([
    [6, 1, 6],
    [8, 1, 8],
    [9, 2, 8],
    [10, 2, 9],
    [12, 3, 10],
    [20, 6, 15],
    [36, 12, 25],
  ])('the true median of %d values lies between rank %d and rank %d', (length, from, to) => {
    const values = Array.from({ length }, (_, index) => length - index);
    expect(medianInterval(values)).toEqual({ from, to });
  });

  test('of five values nobody can tell', () => {
    expect(medianInterval([1, 1, 1, 1, 1])).toBeUndefined();
  });

  test('ratios compare what was measured in the same round', () => {
    expect(ratiosOf([6, 1], [2, 4])).toEqual([3, 0.25]);
    expect(() => ratiosOf([6], [2, 4])).toThrow('1 rounds against 2');
  });
});

test('contestants run in turn, every other round the other way about', async () => {
  const order: string[] = [];
  const run = (name: string) => async () => order.push(name);
  const results = await compete(3, { a: run('a'), b: run('b') });
  expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
  expect(results).toEqual({ a: [1, 4, 5], b: [2, 3, 6] });
});

describe('a goal', () => {
  const row = (values: readonly number[], goal: Row['goal']): Row =>
    rowOf('ingest', {
      what: 'x',
      unit: 'events/s',
      values,
      against: { name: 'y', values: [10, 10, 10] },
      ...(goal && { goal }),
    });

  test.each([
    [20, atLeast(2), true],
    [19, atLeast(2), false],
    [5, atMost(0.5), true],
    [6, atMost(0.5), false],
  ])('of a ratio: %d of 10 with %o', (value, goal, met) => {
    expect(isMet(row([value, 0, 1000], goal))).toBe(met);
  });

  test('of a value never collapses, since machines differ', () => {
    const measured = row([50, 50, 50], valueAtMost(10));
    expect([isMet(measured), judgeCollapse(measured)]).toEqual([false, 'holds']);
  });

  test('that is not there is neither met nor missed', () => {
    const measured = row([1, 2, 3], undefined);
    expect([isMet(measured), judgeCollapse(measured)]).toEqual([undefined, 'holds']);
  });

  test('of a ratio needs a baseline', () => {
    const measured = rowOf('ingest', { what: 'x', unit: 'y', values: [1], goal: atLeast(2) });
    expect(() => isMet(measured)).toThrow('none was measured');
  });
});

describe('a collapse, which is not even half of the goal,', () => {
  const tens = Array<number>(6).fill(10);
  const row = (values: readonly number[], goal: Row['goal']): Row =>
    rowOf('ingest', {
      what: '10 a frame',
      unit: 'events/s',
      values,
      against: { name: 'y', values: tens.slice(0, values.length) },
      ...(goal && { goal }),
    });

  test.each([
    [[10, 11, 12, 13, 14, 15], atLeast(2), 'holds'],
    [[4, 5, 6, 7, 8, 9], atLeast(2), 'broken'],
    [[9, 11, 12, 13, 14, 15], atLeast(2), 'cannot tell'],
    [[5, 6, 7, 8, 9, 10], atMost(0.5), 'holds'],
    [[11, 12, 13, 14, 15, 16], atMost(0.5), 'broken'],
    [[5, 6, 7, 8, 9, 11], atMost(0.5), 'cannot tell'],
    [[90, 91, 92, 93, 94], atLeast(2), 'cannot tell'],
  ] as const)('is told by where the true median must lie: %j of tens with %o', (values, goal, verdict) => {
    expect(judgeCollapse(row(values, goal))).toBe(verdict);
  });

  test.each([
    [[10, 10, 11, 11, 12, 12], undefined],
    [[4, 5, 6, 7, 8, 9], 'Missed: ingest, 10 a frame, events/s'],
    [[9, 10, 11, 11, 12, 12], 'Cannot tell after 6 rounds: ingest, 10 a frame, events/s'],
  ])('is anything less than a goal that is strict: %j of tens', (values, complaint) => {
    expect(complaintOf(row(values, strictlyAtLeast(1)))).toBe(complaint);
  });

  test('is measured until it can be told, over all rounds together', async () => {
    const runs = [
      [2, 11, 12, 13, 14, 15],
      [11, 12, 13, 14, 15, 16],
      [1, 1, 1, 1, 1, 1],
    ];
    const { rows, rounds } = await measureUntilTold('ingest', async () => [row(runs.shift()!, atLeast(2))], {
      rounds: 6,
      mostRounds: 36,
    });
    expect([rounds, runs.length]).toEqual([12, 1]);
    expect(rows[0]!.value).toEqual({ median: 13, min: 2, max: 16 });
    expect(rows.map(complaintOf)).toEqual([undefined]);
  });

  test('that cannot be told within the most rounds is a complaint of its own', async () => {
    let runs = 0;
    const run = async (): Promise<Row[]> => {
      runs++;
      return [row([1, 1, 1, 99, 99, 99], atLeast(2))];
    };
    const { rows, rounds } = await measureUntilTold('ingest', run, { rounds: 6, mostRounds: 20 });
    expect([runs, rounds]).toEqual([3, 18]);
    expect(rows.map(complaintOf)).toEqual(['Cannot tell after 18 rounds: ingest, 10 a frame, events/s']);
  });

  test('is a complaint at once', async () => {
    const { rows, rounds } = await measureUntilTold('ingest', async () => [row([1, 2, 3, 4, 5, 6], atLeast(2))], {
      rounds: 6,
      mostRounds: 36,
    });
    expect([rounds, rows.map(complaintOf)]).toEqual([6, ['Collapsed: ingest, 10 a frame, events/s']]);
  });

  test('is not told of figures that are not the same', () => {
    const other = rowOf('ingest', { what: '1 a frame', unit: 'events/s', values: [1] });
    expect(() => joinRows([row([1], undefined)], [other])).toThrow('10 a frame became 1 a frame');
  });
});

describe('the load', () => {
  const stocks = marketOf('stocks');

  test.each(markets)('of $name is what its spec describes, in frames of which the scanner is sure', market => {
    const events = eventsOf(market, 500, 1_000);
    expect(new Set(events).size).toBeGreaterThan(990);
    for (const text of events) {
      // Times in ns do not survive JSON.parse.
      const event = parseExact(text) as { readonly ev: string };
      const channel = market.channels.find(({ prefix }) => prefix === event.ev)!;
      expect(channel.validator.safeParse(event)).toMatchObject({ success: true });
    }
    const scanner = new Scanner(market.channels, suite.kernel);
    const frames = framesOf(events, 100);
    expect(frames).toHaveLength(10);
    for (const frame of frames) expect([scanner.scan(Buffer.from(frame)), scanner.count]).toEqual([true, 100]);
  });

  test('of stocks has events as long as those of the feed, trades and quotes of so many symbols', () => {
    const events = eventsOf(stocks, 500, 2_000);
    const bytes = events.reduce((sum, event) => sum + event.length, 0) / events.length;
    expect(Math.abs(bytes - 126)).toBeLessThan(4);
    expect(new Set(events.map(event => JSON.parse(event).sym)).size).toBe(500);
    expect(new Set(events.map(event => JSON.parse(event).ev))).toEqual(new Set(['T', 'Q']));
  });

  test.each(markets.filter(({ name }) => spelledMarkets.includes(name)))(
    'names symbols of $name that are allowed and differ',
    market => {
      const names = Array.from({ length: 10_000 }, (_, index) => symbolOf(market, index));
      expect(new Set(names).size).toBe(10_000);
      expect(names.filter(name => !new RegExp(market.symbol.pattern).test(name))).toEqual([]);
    },
  );

  test('comes on channels that may be subscribed whole', () => {
    // Whoever spells the symbols of a market in test/bench/load.ts writes its channels here.
    const loud = markets.filter(({ name }) => spelledMarkets.includes(name));
    expect(Object.fromEntries(loud.map(market => [market.name, loudChannels(market).join(' ')]))).toEqual({
      stocks: 'T.* Q.*',
      options: 'T.*',
      futures: 'T.* Q.*',
      indices: 'V.*',
      forex: 'C.*',
      crypto: 'XT.* XQ.*',
    });
  });

  test('can be stamped where its sequence number stands', () => {
    for (const event of eventsOf(stocks, 10, 100)) {
      const [before, after] = cutAtSequence(event);
      expect(JSON.parse(`${before}"q":123${after}`)).toEqual({ ...JSON.parse(event), q: 123 });
    }
    expect(() => cutAtSequence('{"ev":"T"}')).toThrow('no sequence');
  });
});

test.each([0, 125, 126, 65_535, 65_536])('a frame of %d bytes on the wire is one that clients read', async length => {
  const text = 'x'.repeat(length);
  const feed = await RawFeed.open({
    upgrade(_, socket) {
      setImmediate(() => socket.write(wireFrame(text)));
      return false;
    },
  });
  const socket = new WebSocket(feed.url);
  const data = await new Promise(resolve => socket.once('message', resolve));
  expect(String(data) === text).toBe(true);
  await feed.close();
});

describe('a report', () => {
  const report = {
    machine: { cpu: 'Abacus', cores: 2, memoryGiB: 4, platform: 'linux x64', node: '20.0.0' },
    rounds: 3,
    tookS: 12,
    notes: ['It was quiet.'],
    rows: [
      rowOf('ingest', {
        what: '10 a frame',
        unit: 'events/s',
        values: [1_234_567, 1_000_000, 2_000_000],
        against: { name: 'ws', values: [500_000, 500_000, 500_000] },
        goal: atLeast(2.5),
      }),
      rowOf('context', { what: 'tools/list', unit: 'bytes', values: [0.01234], goal: valueAtMost(0.01) }),
    ],
  };
  const about = 'Abacus, 2 cores, 4 GiB, linux x64, Node 20.0.0; medians of 3 rounds or more, 12 s. It was quiet.';

  test('is a table of Markdown', () => {
    expect(showReport(report, true).split('\n')).toEqual([
      '| Part | What | Unit | Here | Against | There | Ratio (min to max) | Goal |',
      '| --- | --- | --- | ---: | --- | ---: | ---: | --- |',
      '| ingest | 10 a frame | events/s | 1,234,567 | ws | 500,000 | 2.47 (2 to 4) | ratio at least 2.5: MISSED |',
      '| context | tools/list | bytes | 0.0123 |  |  |  | value at most 0.01: MISSED |',
      '',
      about,
    ]);
  });

  test('or one with aligned columns', () => {
    expect(showReport(report, false).split('\n')).toEqual([
      'Part     What        Unit           Here  Against    There  Ratio (min to max)  Goal',
      'ingest   10 a frame  events/s  1,234,567  ws       500,000       2.47 (2 to 4)  ratio at least 2.5: MISSED',
      'context  tools/list  bytes        0.0123                                        value at most 0.01: MISSED',
      '',
      about,
    ]);
  });
});
