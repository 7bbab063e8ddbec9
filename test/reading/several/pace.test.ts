import { expect, test } from 'vitest';
import { markets, suite } from '../../../generated/suite.js';
import { systemClock } from '../../../runtime/pacing/system-clock.js';
import { callOn, hubOn } from '../../support/bench.js';
import { handFrame } from '../../support/hand-feed.js';
import { both } from '../../support/two-markets.js';

const held = 4_000;

test.each([
  ['read_stream_messages', { channels: ['MSFT', 'ETH-USD'] }, { count: 0, has_more: false }],
  [
    'wait_for_stream_message',
    { channels: ['MSFT', 'ETH-USD'], timeout_s: 50, condition: { field: 'price', op: '>', value: 1 } },
    { matched: false, count: 0 },
  ],
])('%s of two full buffers lets others have their turn, and ends', async (name, args, expected) => {
  let elapsedMs = 0;
  // Every look at the clock comes a millisecond later.
  const clock = { ...systemClock, elapsed: () => elapsedMs++ };
  const hub = hubOn(suite, markets, 'realtime', { bufferMessages: held }, clock);
  const { cursor } = (await callOn(hub, 'read_stream_messages', { markets: both })).structured;
  for (let count = 0; count < held; count++) {
    handFrame(hub.stream('stocks'), '[{"ev":"T","sym":"AAPL","p":2,"s":1}]');
    handFrame(hub.stream('crypto'), '[{"ev":"XT","pair":"BTC-USD","p":2,"s":1}]');
  }
  let turns = 0;
  let isOver = false;
  const interrupt = (): void => {
    turns++;
    if (!isOver) setImmediate(interrupt);
  };
  setImmediate(interrupt);
  const { structured } = await callOn(hub, name, { markets: both, cursor, ...args });
  isOver = true;
  expect(structured).toMatchObject(expected);
  expect(turns).toBeGreaterThan(10);
});
