import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { suite } from '../../generated/suite.js';
import type { FeedListener, FeedSource, SourceServices } from '../../runtime/feed/source.js';
import { Changes } from '../../runtime/pacing/changes.js';
import { LoopBudget } from '../../runtime/pacing/loop-budget.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { ChannelFilter } from '../../runtime/recording/channel-filter.js';
import { encodeFrames, encodeHeader } from '../../runtime/recording/frames.js';
import { pack } from '../../runtime/recording/member.js';
import { Progress } from '../../runtime/recording/progress.js';
import { Replay } from '../../runtime/recording/replay.js';
import { ReplaySource } from '../../runtime/recording/replay-source.js';
import { symbolTableOf } from '../../runtime/symbols/symbol-table.js';
import { testOptions } from '../support/bench.js';
import { marketOf } from '../support/markets.js';
import { RecordFolder } from '../support/recording.js';

const market = marketOf('stocks');
const atMs = Date.UTC(2026, 10, 23, 14, 30);
const title = 'stocks.2026-11-23.realtime.0001';
const trade = (sym: string, p: number): string => `{"ev":"T","sym":"${sym}","p":${p},"s":1}`;

let folder: RecordFolder;
let source: FeedSource;
/** All that the source told, in order. */
let told: string[];
const changes = new Changes(systemClock);

beforeEach(() => {
  folder = new RecordFolder();
  told = [];
});

afterEach(async () => {
  await source.close();
  await folder.close();
});

function services(): SourceServices {
  const loopBudget = new LoopBudget(systemClock);
  return {
    market,
    decoding: suite,
    symbols: symbolTableOf(market),
    options: testOptions,
    clock: systemClock,
    loopBudget,
  };
}

function tell(what: string): void {
  told.push(what);
  changes.notify();
}

const listener: FeedListener = {
  changed: from => tell(`${from} > ${source.state}`),
  came: frame => tell(`came ${frame}`),
  answered: answer => tell('channel' in answer ? `${answer.kind} ${answer.channel}` : answer.kind),
  take: (_, { events, malformed }) => tell(`${events.count} events, ${malformed} malformed`),
  delivered: () => {},
  ended: () => tell('ended'),
};

/** A recording of these frames, opened as a source. */
async function opened(...texts: readonly string[]): Promise<void> {
  await folder.write(
    title,
    texts.map(text => ({ atMs, text })),
  );
  const places = [{ folder: folder.path, title: '2026-11-23' }];
  const replay = await Replay.find(market, suite, { places, speed: 1, loop: false }, systemClock, 1_000_000);
  source = replay.open(services(), listener);
}

const until = async (what: string): Promise<void> => {
  expect(await changes.until(() => told.includes(what), 10_000)).toBe(true);
};

describe('a recording', () => {
  test('is live at once, grants what it is asked for, and plays it to the end', async () => {
    await opened(`[${trade('AAPL', 1)},${trade('MSFT', 2)}]`, `[${trade('MSFT', 3)}]`, `[${trade('AAPL', 4)},5]`);
    expect([source.state, source.place, source.attempts]).toEqual(['idle', 'replay:2026-11-23.realtime', 0]);
    source.start();
    expect(source.subscribe(['T.AAPL'])).toBe(false);
    await until('connecting > live');
    expect(source.subscribe(['T.AAPL'])).toBe(true);
    await until('ended');
    expect(told).toEqual([
      'idle > connecting',
      'connecting > live',
      'granted T.AAPL',
      `came [${trade('AAPL', 1)}]`,
      '1 events, 0 malformed',
      `came [${trade('AAPL', 4)},5]`,
      '1 events, 1 malformed',
      'ended',
    ]);
    expect(source.state).toBe('live');
  });

  test('drops what it served, and says nothing of what it did not', async () => {
    await opened(`[${trade('AAPL', 1)}]`);
    source.start();
    await until('connecting > live');
    source.subscribe(['Q.AAPL', 'Q.MSFT']);
    source.unsubscribe(['Q.MSFT', 'T.A']);
    await until('dropped Q.MSFT');
    await until('ended');
    expect(told.filter(what => /granted|dropped/.test(what))).toEqual([
      'granted Q.AAPL',
      'granted Q.MSFT',
      'dropped Q.MSFT',
    ]);
  });

  test('says nothing more once it is closed', async () => {
    await opened(`[${trade('AAPL', 1)}]`);
    source.start();
    await until('connecting > live');
    source.subscribe(['T.AAPL']);
    await source.close();
    expect(told.slice(2)).toEqual(['live > stopped']);
    expect(source.subscribe(['T.AAPL'])).toBe(false);
  });

  test('that is closed before it is live never is', async () => {
    await opened(`[${trade('AAPL', 1)}]`);
    source.start();
    await source.close();
    expect(told).toEqual(['idle > connecting', 'connecting > stopped']);
  });

  test('counts what is no text as no event, and plays on', async () => {
    await opened('[]');
    const frames = [
      { atMs, data: Buffer.of(0x5b, 0xff, 0x5d) },
      { atMs, data: Buffer.from(`[${trade('AAPL', 1)}]`) },
    ];
    const parts = [await pack(encodeHeader('stocks', 'realtime', atMs), atMs), await pack(encodeFrames(frames), atMs)];
    writeFileSync(folder.pathOf(`${title}.frames.gz`), Buffer.concat(parts));
    source.start();
    await until('connecting > live');
    source.subscribe(['T.AAPL']);
    await until('ended');
    expect(told.filter(what => what.includes('malformed'))).toEqual(['0 events, 1 malformed', '1 events, 0 malformed']);
  });

  test('that cannot be played ends for good, and quotes nobody', async () => {
    const playlist = {
      // biome-ignore lint/correctness/useYield: it ends before the first frame
      async *frames(): AsyncGenerator<never> {
        throw new TypeError('a secret');
      },
    };
    const progress = new Progress('2026-11-23', 1, () => {});
    const programme = { playlist, filter: new ChannelFilter(market, suite), progress, pace: { speed: 1, loop: false } };
    source = new ReplaySource('replay:2026-11-23', programme, services(), listener);
    source.start();
    await until('connecting > live');
    source.subscribe(['T.AAPL']);
    await until('live > refused');
    expect(source.lastFault).toEqual({ kind: 'broken_replay', message: 'The replay broke off: TypeError.' });
    expect(source.subscribe(['T.AAPL'])).toBe(false);
  });
});
