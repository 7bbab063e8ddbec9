import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { callOn, hubOn } from '../support/bench.js';
import { handFrame } from '../support/hand-feed.js';

const eveningMs = Date.parse('2026-03-06T22:00:00Z');
const noonMs = Date.parse('2026-03-06T17:00:00Z');

/** Reads the messages of a frame. */
async function read(market: string, events: readonly object[], args: object): Promise<Record<string, unknown>> {
  const hub = hubOn(suite, markets, 'realtime');
  handFrame(hub.stream(market), JSON.stringify(events));
  const { structured, isError, text } = await callOn(hub, 'read_stream_messages', { market, ...args });
  if (isError) throw new Error(text);
  return structured;
}

const trade = { ev: 'T', sym: 'AAPL', x: 12, z: 3, p: 287.41, s: 5, t: noonMs };

describe('names', () => {
  test('stand beside the codes where they are asked for', async () => {
    const { messages } = await read('stocks', [{ ...trade, c: [37] }], { names: true });

    expect(messages).toEqual([
      expect.objectContaining({
        exchange_id: 12,
        conditions: [37],
        names: { exchange_id: 'Nasdaq', tape: 'C: listed on Nasdaq', conditions: ['Odd Lot Trade'] },
      }),
    ]);
  });

  test.each([[{}], [{ names: false }], [{ names: null }], [{ detail: 'full' }]])('are left out with %j', async args => {
    const { messages } = await read('stocks', [{ ...trade, c: [37] }], args);

    expect(messages).toEqual([expect.not.objectContaining({ names: expect.anything() })]);
  });

  test('may be asked for by a text', async () => {
    const { messages, notes } = await read('stocks', [{ ...trade, c: [37] }], { names: 'true' });

    expect(messages).toEqual([expect.objectContaining({ names: expect.anything() })]);
    expect(notes).toContain('names came as text and is read as true or false.');
  });

  test('are columns of CSV, with semicolons between those of a list', async () => {
    const { csv } = await read('stocks', [{ ...trade, c: [37, 41] }], { names: true, format: 'csv' });

    expect(csv).toBe(
      'event,symbol,exchange_id,tape,price,size,conditions,timestamp,names.exchange_id,names.tape,names.conditions\n' +
        'TRADE,AAPL,12,3,287.41,5,37 41,2026-03-06T17:00:00.000Z,Nasdaq,C: listed on Nasdaq,Odd Lot Trade; Trade Thru Exempt\n',
    );
  });

  test('are missing from what has no codes', async () => {
    const { messages } = await read('futures', [{ ev: 'T', sym: 'ESZ6', p: 5_000, s: 1 }], { names: true });

    expect(messages).toEqual([expect.not.objectContaining({ names: expect.anything() })]);
  });
});

describe('what a trade updates', () => {
  const updatesOf = async (more: object, market = 'stocks') => {
    const { messages } = await read(market, [{ ...trade, ...more }], { detail: 'full' });
    const [{ updates, day_updates: ofDay }] = messages as [{ updates?: string[]; day_updates?: string[] }];
    return { updates, ofDay };
  };

  test.each<[string, object, string[] | undefined, string[] | undefined]>([
    ['is left out where it is everything', {}, undefined, undefined],
    ['is left out with conditions that allow everything', { c: [14, 41] }, undefined, undefined],
    ['is volume for an odd lot', { c: [37] }, ['volume'], undefined],
    ['is not the last price for a late print', { c: [32] }, ['high_low', 'volume'], undefined],
    ['is no volume for a corrected close', { c: [38] }, ['last', 'high_low'], undefined],
    ['is nothing for an official close', { c: [15] }, [], undefined],
    ['is volume with a code that no table has', { c: [999] }, ['volume'], undefined],
    ['differs for the day in the evening', { c: [12], t: eveningMs }, ['last', 'high_low', 'volume'], ['volume']],
    [
      'differs for the day in nanoseconds, too',
      { c: [12], t: `${eveningMs}000000` },
      ['last', 'high_low', 'volume'],
      ['volume'],
    ],
    ['is volume for such a print at noon', { c: [12] }, ['volume'], undefined],
    ['is volume for such a print without a time', { c: [12], t: undefined }, ['volume'], undefined],
  ])('%s', async (_, more, updates, ofDay) => {
    expect(await updatesOf(more)).toEqual({ updates, ofDay });
  });

  test('is nothing for a cancelled option trade', async () => {
    expect(await updatesOf({ sym: 'O:SPY261218C00690000', c: [201] }, 'options')).toEqual({
      updates: [],
      ofDay: undefined,
    });
  });

  test('is left out of summaries of messages, and of messages that are no trades', async () => {
    const { messages } = await read('stocks', [{ ...trade, c: [37] }], {});
    expect(messages).toEqual([expect.not.objectContaining({ updates: expect.anything() })]);

    const quote = { ev: 'Q', sym: 'AAPL', bp: 1, ap: 2, c: 41 };
    const { messages: quotes } = await read('stocks', [quote], { detail: 'full' });
    expect(quotes).toEqual([expect.not.objectContaining({ updates: expect.anything() })]);
  });
});
