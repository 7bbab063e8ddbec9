import { describe, expect, test } from 'vitest';
import { markets, suite } from '../generated/suite.js';
import { systemClock } from '../runtime/clock.js';
import type { Hub } from '../runtime/hub.js';
import { callOn, hubOn } from './support/bench.js';

const capacity = 10_000;

/** A hub with a full buffer of AAPL trades, whose clock says that every look at it comes a millisecond later. */
function fullHub(): Hub {
  let elapsedMs = 0;
  const clock = { ...systemClock, elapsed: () => elapsedMs++ };
  const hub = hubOn(suite, markets, 'realtime', { bufferMessages: capacity }, clock);
  for (let seq = 0; seq < capacity; seq++) take(hub, seq);
  return hub;
}

function take(hub: Hub, price: number): void {
  hub.stream('stocks').ingest(Buffer.from(`[{"ev":"T","sym":"AAPL","p":${price}}]`));
}

async function read(hub: Hub, args: object): Promise<Record<string, unknown>> {
  const { structured, isError, text } = await callOn(hub, 'read_stream_messages', { market: 'stocks', ...args });
  if (isError) throw new Error(text);
  return structured;
}

/** Reads while messages go on coming, so many each time that others have their turn. */
async function readAmid(
  hub: Hub,
  args: object,
  each: number,
): Promise<{ answer: Record<string, unknown>; turns: number }> {
  let turns = 0;
  let price = capacity;
  let reading = true;
  const interrupt = (): void => {
    if (!reading) return;
    turns++;
    for (let count = 0; count < each; count++) take(hub, price++);
    setImmediate(interrupt);
  };
  setImmediate(interrupt);
  const answer = await read(hub, args);
  reading = false;
  return { answer, turns };
}

async function cursorAtStart(hub: Hub): Promise<string> {
  const { cursor } = await read(hub, { limit: 1 });
  const { buffer } = hub.stream('stocks');
  expect(buffer.size).toBe(capacity);
  const [process, market] = Buffer.from(cursor as string, 'base64url')
    .toString()
    .split('.');
  return Buffer.from(`${process}.${market}.${buffer.oldestSeq.toString(36)}`).toString('base64url');
}

describe('a read that looks through a full buffer', () => {
  test.each([
    ['from a cursor on', true],
    ['for the newest', false],
  ])('lets others have their turn, and ends: %s', async (_, since) => {
    const hub = fullHub();
    const args = { channels: ['MSFT'], ...(since ? { cursor: await cursorAtStart(hub) } : {}) };
    const { answer, turns } = await readAmid(hub, args, 1);
    expect(turns).toBeGreaterThan(10);
    expect(answer).toMatchObject({ count: 0, has_more: false });
  });

  test('leaves what comes meanwhile to the next one', async () => {
    const hub = fullHub();
    const { answer } = await readAmid(hub, { channels: ['AAPL'], limit: 1_000, max_bytes: 200_000 }, 1);
    expect(answer).toMatchObject({ count: 1_000, messages: { 999: { price: capacity - 1 } } });
    const { messages } = await read(hub, { cursor: answer.cursor, limit: 1 });
    expect(messages).toMatchObject([{ price: capacity }]);
  });

  test('counts as dropped what leaves before it is looked at, and only that', async () => {
    const hub = fullHub();
    const cursor = await cursorAtStart(hub);
    const { answer } = await readAmid(hub, { cursor, channels: ['MSFT'] }, 1_000);
    const { dropped } = answer as { dropped: number };
    expect(dropped).toBeGreaterThan(0);
    // What it had looked at when it left is not lost.
    expect(dropped).toBeLessThan(capacity);

    const { messages } = await read(hub, { cursor: answer.cursor, limit: 1 });
    const [{ price }] = messages as [{ price: number }];
    expect(price).toBe(Math.max(capacity, hub.stream('stocks').buffer.oldestSeq));
  });
});
