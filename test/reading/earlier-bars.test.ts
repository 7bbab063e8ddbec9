import { describe, expect, test } from 'vitest';
import type { Client } from '../../runtime/stream/client.js';
import { callOn } from '../support/bench.js';
import { closeAfterEach } from '../support/closing.js';
import { type Scripted, status } from '../support/rest-host.js';
import { RestScene } from '../support/rest-scene.js';
import { Hands } from '../support/scene.js';

closeAfterEach();

type Bar = Readonly<Record<string, unknown>>;

const at = (time: string): number => Date.parse(`2026-09-09T${time}Z`);
const trade = (time: string, p: number, s = 100) => ({ ev: 'T', sym: 'AAPL', x: 4, i: '1', z: 3, p, s, t: at(time) });
const piece = (time: string, o: number, h: number, l: number, c: number, v: number, vw: number, n: number) => ({
  ...{ t: at(time), o, h, l, c, v, vw, n },
});
/** The newest first, as they are asked for. */
const minutes = {
  status: 'OK',
  results: [
    piece('15:00:00', 13, 15, 12, 14, 400, 13.5, 4),
    piece('14:59:00', 12, 13, 11, 13, 300, 12, 3),
    piece('14:58:00', 10, 12, 9, 12, 100, 11, 1),
  ],
};

interface Played {
  readonly scene: RestScene;
  readonly client: Client;
  read(args?: object): Promise<{ readonly bars: readonly Bar[]; readonly series: Bar; readonly notes: unknown }>;
}

/** AAPL trades at 10 from 15:00:40, and once in each minute after it; it is 15:02:05. The stream began at 15:00:30. */
async function played(...script: readonly Scripted[]): Promise<Played> {
  const hands = new Hands();
  hands.wallMs = at('15:00:30');
  const scene = await RestScene.open(script, { clock: hands.clock });
  const client = scene.client();
  await scene.play(client, 'stocks', { channels: ['T.AAPL'] }, [trade('15:00:40', 10)]);
  await hands.pass(40_000);
  await scene.send(client, 'stocks', [trade('15:01:10', 16)]);
  await hands.pass(55_000);
  await scene.send(client, 'stocks', [trade('15:02:04', 17)]);
  return {
    scene,
    client,
    async read(args = {}) {
      const answer = await scene.call(client, 'read_bars', {
        market: 'stocks',
        symbols: ['AAPL'],
        interval: '1m',
        ...args,
      });
      const [series] = answer.symbols as [Bar & { bars: readonly Bar[] }];
      return { bars: series.bars, series, notes: answer.notes };
    },
  };
}

const shown = (bars: readonly Bar[]) =>
  bars.map(({ start_time: start, close, source, partial }) => [String(start).slice(11, 16), close, source, partial]);

describe('earlier bars', () => {
  test('come by REST up to the first that the stream has whole, each of one source', async () => {
    const { scene, read } = await played(minutes);
    const { bars, series, notes } = await read();
    expect(shown(bars)).toEqual([
      ['14:58', 12, 'rest', undefined],
      ['14:59', 13, 'rest', undefined],
      // The stream began in this one.
      ['15:00', 14, 'rest', undefined],
      ['15:01', 16, undefined, undefined],
      ['15:02', 17, undefined, true],
    ]);
    expect(bars[1]).toEqual({
      ...{ start_time: '2026-09-09T14:59:00.000Z', open: 12, high: 13, low: 11, close: 13 },
      ...{ volume: 300, vwap: 12, trades: 3, source: 'rest' },
    });
    expect(series).toMatchObject({ adjusted: true, from: 'trades', channel: 'T.AAPL' });
    expect(notes).toEqual([]);
    expect(scene.host.urls).toHaveLength(1);
    const [, from, to] = /^\/v2\/aggs\/ticker\/AAPL\/range\/1\/minute\/(\d+)\/(\d+)\?/.exec(scene.host.urls[0]!)!;
    expect(Number(to)).toBe(at('15:01:00') - 1);
    expect(Number(from)).toBeLessThan(at('13:00:00'));
  });

  test('of a longer interval are built of shorter ones, exactly', async () => {
    const { read } = await played(minutes);
    // 14:50 to 15:00 of two minutes: volume 100 + 300, and (100 x 11 + 300 x 12) / 400 = 11.75.
    const { bars } = await read({ interval: '10m', from: '2026-09-09T14:50:00Z' });
    expect(bars[0]).toMatchObject({ open: 10, high: 13, low: 9, close: 13, volume: 400, vwap: 11.75, trades: 4 });
    // It still runs, and began before the stream.
    expect(bars[1]).toMatchObject({ start_time: '2026-09-09T15:00:00.000Z', partial: true });
    expect(bars[1]).not.toHaveProperty('source');
  });

  test('count in the indicators of later ones', async () => {
    const { read } = await played(minutes);
    const { bars } = await read({ from: '2026-09-09T14:58:00Z', indicators: ['sma:3'] });
    // (12 + 13 + 14) / 3, then (13 + 14 + 16) / 3
    expect(bars.map(({ indicators }) => (indicators as Bar)['sma:3'])).toEqual([null, null, 13, 14.33, 15.67]);
  });

  test('before the ones that are shown are asked for, so that indicators have their values', async () => {
    // 15:01 and 15:02 are of the stream; (13 + 14 + 16) / 3, (14 + 16 + 17) / 3.
    for (const args of [{ count: 2 }, { from: '2026-09-09T15:01:00Z' }]) {
      const { read } = await played(minutes);
      const { bars } = await read({ ...args, indicators: ['sma:3'] });
      expect(bars.map(({ start_time, indicators }) => [start_time, (indicators as Bar)['sma:3']])).toEqual([
        ['2026-09-09T15:01:00.000Z', 14.33],
        ['2026-09-09T15:02:00.000Z', 15.67],
      ]);
    }
  });

  test('of the day count in its vwap, however few are shown', async () => {
    const yesterday = { ...minutes.results[2]!, t: Date.parse('2026-09-08T19:00:00Z') };
    const { read } = await played({ ...minutes, results: [...minutes.results, yesterday] });
    // 100 of each trade at 16 and 17, and by REST 400 x 13.5 + 300 x 12 + 100 x 11: (3300 + 10100) / 1000 = 13.4
    const { bars } = await read({ count: 1, indicators: ['vwap'] });
    expect(bars.map(({ indicators }) => (indicators as Bar).vwap)).toEqual([13.4]);
  });

  test('are not asked for where the stream has what is wanted', async () => {
    const { scene, read } = await played(minutes);
    expect(shown((await read({ from: '2026-09-09T15:01:00Z' })).bars)).toEqual([
      ['15:01', 16, undefined, undefined],
      ['15:02', 17, undefined, true],
    ]);
    await read({ count: 1 });
    await read({ interval: '2t' });
    expect(scene.host.urls).toEqual([]);
  });

  test('of a symbol that the stream has not are counted in the text, and the running one is partial', async () => {
    const running = { ...minutes, results: [piece('15:02:00', 14, 15, 13, 14, 40, 14, 2), ...minutes.results] };
    const { client } = await played(running);
    const args = { market: 'stocks', symbols: ['MSFT'], interval: '1m' };
    const { structured, text } = await callOn(client, 'read_bars', args);
    const [{ bars }] = structured.symbols as [{ bars: readonly Bar[] }];
    expect(shown(bars)).toEqual([
      ['14:58', 12, 'rest', undefined],
      ['14:59', 13, 'rest', undefined],
      ['15:00', 14, 'rest', undefined],
      ['15:02', 14, 'rest', true],
    ]);
    expect(text).toContain('MSFT: 4 bars.');
  });

  test('are missing with a note where the plan has none', async () => {
    const { read } = await played(status(403, { status: 'NOT_AUTHORIZED', message: 'No.' }));
    const { bars, notes } = await read();
    expect(shown(bars)).toEqual([
      ['15:00', 10, undefined, true],
      ['15:01', 16, undefined, undefined],
      ['15:02', 17, undefined, true],
    ]);
    expect(notes).toEqual(['No earlier bars by REST: the plan of this key does not include them (NOT_ENTITLED).']);
  });

  test('have a column for their source in CSV', async () => {
    const { scene, client } = await played(minutes);
    const args = { market: 'stocks', symbols: ['AAPL'], interval: '1m', format: 'csv' };
    const { csv } = await scene.call(client, 'read_bars', args);
    const lines = String(csv).trim().split('\n');
    expect(lines.map(line => line.split(',').at(-1))).toEqual(['source', 'rest', 'rest', 'rest', '', '']);
  });
});

describe('bars of an outage', () => {
  test('come by REST where the stream lacks them', async () => {
    const hands = new Hands();
    hands.wallMs = at('15:00:30');
    const scene = await RestScene.open([minutes], { clock: hands.clock });
    const client = scene.client();
    await scene.play(client, 'stocks', { channels: ['T.AAPL'] }, [trade('15:00:40', 10)]);
    await hands.pass(40_000);
    await scene.send(client, 'stocks', [trade('15:01:10', 16)]);
    await scene.cut(client, 'stocks');
    await hands.pass(55_000);
    await scene.send(client, 'stocks', [trade('15:02:04', 17)]);
    scene.host.answer({ status: 'OK', results: [piece('15:01:00', 14, 19, 13, 18, 500, 15, 9)] });
    const args = { market: 'stocks', symbols: ['AAPL'], interval: '1m', from: '2026-09-09T15:01:00Z' };
    const { symbols } = await scene.call(client, 'read_bars', args);
    const [{ bars }] = symbols as [{ bars: readonly Bar[] }];
    expect(shown(bars)).toEqual([
      ['15:01', 18, 'rest', undefined],
      ['15:02', 17, undefined, true],
    ]);
    expect(bars[0]).not.toHaveProperty('gap');
  });
});

describe('where the stream has nothing', () => {
  test('all bars of a future come by REST, in the units of its API', async () => {
    const hands = new Hands();
    hands.wallMs = at('15:00:30');
    const bar = { ticker: 'ESZ8', open: 1, high: 3, low: 1, close: 2, volume: 7, transactions: 2 };
    const results = [{ ...bar, window_start: Number(at('14:00:00')) * 1_000_000 }];
    const text = JSON.stringify({ status: 'OK', results }).replace(
      /"window_start":\d+/,
      `"window_start":${at('14:00:00')}000000`,
    );
    const scene = await RestScene.open([text], { clock: hands.clock });
    const client = scene.client();
    await scene.call(client, 'start_futures_stream', { channels: ['T.ESZ8'] });
    const args = { market: 'futures', symbols: ['ESZ8'], interval: '1h', from: '2026-09-09T13:00:00Z' };
    const { symbols } = await scene.call(client, 'read_bars', args);
    expect(symbols).toMatchObject([
      {
        from: null,
        silence: null,
        bars: [{ start_time: '2026-09-09T14:00:00.000Z', close: 2, volume: 7, source: 'rest' }],
      },
    ]);
    const url = `/futures/v1/aggs/ESZ8?`;
    expect(scene.host.urls).toEqual([expect.stringContaining(url)]);
    expect(scene.host.urls[0]).toContain(`window_start.gte=${at('13:00:00')}000000`);
    expect(scene.host.urls[0]).toContain('resolution=1hour');
  });

  test('a simulated stream does not ask the vendor', async () => {
    const scene = await RestScene.open([minutes]);
    const client = scene.client();
    await scene.call(client, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: 'simulated' });
    await scene.call(client, 'read_bars', { market: 'stocks', symbols: ['AAPL'], interval: '1m' });
    expect(scene.host.urls).toEqual([]);
  });
});
