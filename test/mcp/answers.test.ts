/** Every tool, called by a client of each protocol era on the simulated feed, answers what the spec says. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import { AnswerSchemas } from '../support/answer-schemas.js';
import { eras, type Peer } from '../support/peers.js';

const schemas = new AnswerSchemas();
/** Markets of which more is asked than the first instrument on every channel. */
const chosen: Readonly<Record<string, readonly string[]>> = {
  stocks: ['T.AAPL', 'Q.AAPL', 'A.AAPL', 'LULD.AAPL', 'FMV.AAPL', 'NOI.AAPL'],
  options: ['T.*', 'A.*'],
  futures: ['T.*', 'Q.ESZ7'],
  indices: ['V.I:SPX', 'A.I:SPX'],
  forex: ['C.EUR/USD', 'CAS.EUR/USD'],
  crypto: ['XT.BTC-USD', 'XQ.BTC-USD'],
};
const channels = markets.map(({ name, channels: all, simulation }): [market: string, names: readonly string[]] => [
  name,
  chosen[name] ?? all.map(({ prefix }) => `${prefix}.${simulation.instruments[0]!.symbol}`),
]);

/** By market: an instrument that plays. */
const simulated = new Map(markets.map(({ name, simulation }) => [name, simulation.instruments[0]!]));

describe.concurrent.each(eras)('to a client of %s', (_era, connect) => {
  let peer: Peer;
  const called = new Map<string, { succeeded: number; failed: number }>();

  /** Calls a tool and expects an answer of its form. */
  async function ask(tool: string, args: object, fails = false): Promise<Record<string, unknown>> {
    const { structuredContent, isError = false } = await peer.call(tool, { ...args });
    expect([tool, isError, structuredContent]).toEqual([tool, fails, expect.anything()]);
    expect(schemas.faultsOf(tool, structuredContent, isError, 'markets' in args), tool).toEqual([]);
    const { succeeded, failed } = called.get(tool) ?? { succeeded: 0, failed: 0 };
    called.set(tool, { succeeded: succeeded + (fails ? 0 : 1), failed: failed + (fails ? 1 : 0) });
    return structuredContent as Record<string, unknown>;
  }

  beforeAll(async () => {
    peer = await connect({});
  }, 30_000);

  afterAll(async () => {
    await peer.close();
  });

  test.each(channels)('the tools of %s', { timeout: 60_000 }, async (market, names) => {
    await ask(`get_${market}_stream_status`, {});
    await ask(`subscribe_${market}_channels`, { channels: names }, true);
    await ask(`unsubscribe_${market}_channels`, { channels: names }, true);
    await ask(`start_${market}_stream`, { channels: names }, true);
    await ask(`start_${market}_stream`, { channels: ['nonsense'] }, true);
    await ask(`start_${market}_stream`, { channels: [] }, true);
    await ask('wait_for_stream_message', { market }, true);
    const { cursor } = await ask(`start_${market}_stream`, { channels: [...names, 'nonsense'], endpoint: 'simulated' });
    await ask(`start_${market}_stream`, { channels: names, endpoint: 'realtime', api_key: 'other' }, true);
    await ask('wait_for_stream_message', { market, cursor, count: Math.min(20, 5 * names.length), timeout_s: 20 });
    await ask('wait_for_stream_message', { market, condition: { field: 'state', op: '==', value: 'live' } });
    await ask('wait_for_stream_message', { market, condition: { field: 'nothing', op: '>', value: 1 } }, true);
    await ask('read_stream_messages', { market, cursor });
    await ask('read_stream_messages', { market, detail: 'full', names: true, max_bytes: 2_000 });
    await ask('read_stream_messages', { market, names: true, format: 'csv' });
    await ask('read_stream_messages', { market, cursor: 'nonsense' }, true);
    await ask('read_stream_messages', { market, limit: 0 }, true);
    await ask('summarize_stream', { market });
    await ask('summarize_stream', { market, window_s: 5, max_bytes: 1_000 });
    await ask('summarize_stream', { market, symbols: ['no symbol'] }, true);
    const { symbol } = simulated.get(market)!;
    await ask('read_bars', { market, symbols: [symbol], interval: '1s', indicators: ['sma:2', 'macd', 'bbands:2'] });
    await ask('read_bars', { market, symbols: [symbol], interval: '1m', fill: 'previous', format: 'csv' });
    await ask('read_bars', { market, symbols: [symbol], interval: '5t' });
    await ask('read_bars', { market, symbols: [symbol], interval: 'nonsense' }, true);
    await ask('backfill_outage', { market });
    await ask('backfill_outage', { market, outage: 'nonsense' }, true);
    await ask(`subscribe_${market}_channels`, { channels: names });
    await ask(`get_${market}_stream_status`, {});
    await ask(`list_${market}_subscriptions`, {});
    await ask(`unsubscribe_${market}_channels`, { channels: names.slice(-1) });
    await ask(`stop_${market}_stream`, {});
    await ask('read_stream_messages', { market, cursor });
  });

  test('the tools of all streams at once', { concurrent: false, timeout: 60_000 }, async () => {
    const [[market, names], [other, others]] = channels as [(typeof channels)[number], (typeof channels)[number]];
    await ask('wait_for_stream_message', { markets: [market, other] }, true);
    await ask(`start_${market}_stream`, { channels: names, endpoint: 'simulated' });
    const alone = await ask('wait_for_stream_message', { markets: [market, other] });
    expect(alone.streams).toMatchObject([{ market }, { market: other, error: { code: 'NOT_STARTED' } }]);
    await ask(`start_${other}_stream`, { channels: others, endpoint: 'simulated' });
    await ask('get_streams_overview', {});

    const markets = [market, other];
    const begin = await ask('read_stream_messages', { markets });
    const single = await ask('read_stream_messages', { market, limit: 1 });
    const wait = { markets, cursor: begin.cursor, count: 30, timeout_s: 20 };
    const waited = await ask('wait_for_stream_message', wait);
    const read = await ask('read_stream_messages', { markets, cursor: begin.cursor, limit: 1_000, max_bytes: 200_000 });
    // Some may have come between the two first reads, and none is in both of the others but at the same place.
    const own = (read.messages as Record<string, unknown>[]).filter(message => message.market === market);
    expect((read.messages as object[]).slice(0, 30)).toEqual(waited.messages);
    const after = { market, cursor: single.cursor, limit: 1_000, max_bytes: 200_000 };
    const beside = (await ask('read_stream_messages', after)).messages as object[];
    const bare = own.map(({ market: _, ...message }) => message);
    const [first] = beside;
    const shared = bare.slice(bare.findIndex(message => JSON.stringify(message) === JSON.stringify(first)));
    expect(beside.slice(0, shared.length)).toEqual(shared);
    await ask('read_stream_messages', { markets, format: 'csv', names: true, channels: names });
    await ask('read_stream_messages', { markets, cursor: single.cursor }, true);
    await ask('read_stream_messages', { market, cursor: begin.cursor }, true);
    const ranked = await ask('summarize_stream', { markets, top: 1 });
    if (ranked.cursor !== null) await ask('summarize_stream', { markets, cursor: ranked.cursor });
    await ask('summarize_stream', { markets, window_s: 5, sort: 'volume', symbols: ['no symbol'] }, true);
    await ask('find_rest_tool', { query: 'what did AAPL close at yesterday' });
    await ask('find_rest_tool', { query: '' }, true);
    const request = { name_or_path: 'get_market_status', arguments: { endpoint: 'simulated' } };
    await ask('call_rest_tool', request);
    await ask('call_rest_tool', { ...request, name_or_path: 'nonsense' }, true);
    await ask(`stop_${other}_stream`, {});
    await ask('stop_all_streams', {});
  });

  test('all of them were called, and failed where they can', { concurrent: false }, () => {
    expect([...called.keys()].sort()).toEqual([...schemas.tools].sort());
    for (const [tool, { succeeded, failed }] of called) {
      const canFail = !/^(?:get|list|stop)_/.test(tool);
      expect([tool, succeeded > 0, failed > 0]).toEqual([tool, true, canFail]);
    }
  });
});

describe('the judge of answers bites', () => {
  const stopped = {
    market: 'stocks',
    state: 'stopped',
    simulated: true,
    delayed_minutes: null,
    notes: [],
    messages_received: 1,
    duration_s: 0.5,
  };

  test('on nothing in a right answer', () => {
    expect(schemas.faultsOf('stop_stocks_stream', stopped, false)).toEqual([]);
  });

  test.each([
    ['a key too many', { ...stopped, price: 1 }],
    ['a key that is missing', { ...stopped, duration_s: undefined }],
    ['another type', { ...stopped, duration_s: '0.5' }],
    ['null where there is always a value', { ...stopped, messages_received: null }],
    ['a word that is none', { ...stopped, state: 'gone' }],
    ['an answer for an error', { ...stopped, error: { code: 'INTERNAL', message: 'It failed.', hint: 'Call again.' } }],
  ])('on %s', (_, answer) => {
    expect(schemas.faultsOf('stop_stocks_stream', JSON.parse(JSON.stringify(answer)), false)).not.toEqual([]);
  });
});
