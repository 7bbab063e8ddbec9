/** A client with a read-only token looks at another client's streams: nothing that it does is seen there. */
import { afterEach, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Client } from '../../runtime/stream/client.js';
import { readerOf } from '../../runtime/stream/reader.js';
import type { HubView } from '../../runtime/stream/view.js';
import { callTool, listTools } from '../../runtime/tools/tools.js';
import { hubOn } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { handFrame } from '../support/hand-feed.js';

const open: Client[] = [];

afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
});

async function call(hub: HubView, name: string, args: object = {}): Promise<Readonly<Record<string, unknown>>> {
  const owned = listTools(hub).find(({ tool }) => tool.name === name)!;
  return { ...(await callTool(hub, owned, args)).structured };
}

/** A trade; one without a price is mistyped. */
function trade(symbol: string, price: string): string {
  return `{"ev":"T","sym":"${symbol}","x":4,"i":"1","z":3,"p":${price},"s":100,"t":1790000000000,"q":1}`;
}

function ingest(owner: Client, ...trades: readonly string[]): void {
  handFrame(owner.stream('stocks'), Buffer.from(`[${trades.join()}]`));
}

function owning(): Client {
  const owner = hubOn(suite, markets, 'ws://127.0.0.1:1', { bufferMessages: 4 }, new TestClock());
  open.push(owner);
  return owner;
}

const reads: readonly (readonly [string, object])[] = [
  ['read_stream_messages', { market: 'stocks' }],
  ['wait_for_stream_message', { market: 'stocks', condition: { field: 'size', op: '>', value: 0 } }],
  ['summarize_stream', { market: 'stocks' }],
  ['summarize_stream', { market: 'stocks', window_s: 60 }],
  ['read_stream_messages', { markets: ['stocks', 'crypto'] }],
  ['wait_for_stream_message', { markets: ['stocks', 'crypto'], condition: { field: 'size', op: '>', value: 0 } }],
  ['summarize_stream', { markets: ['stocks', 'crypto'] }],
  ['summarize_stream', { markets: ['stocks', 'crypto'], window_s: 60 }],
  ['get_stocks_stream_status', {}],
  ['list_stocks_subscriptions', {}],
];

describe.each([
  ['before the owner reads', 1],
  ['more often than the owner', 3],
])('what a reader reads %s', (_, times) => {
  /** All that the owner is answered, in an order in which it could depend on what was shown or drawn before. */
  async function lived(look: (owner: Client) => Promise<void>): Promise<string> {
    const owner = owning();
    const answers: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      ingest(owner, trade('AAPL', String(100 + round)), trade('MSFT', '"none"'), trade('A', 'null'));
      await look(owner);
      if (round === 0) continue;
      answers.push(await call(owner, 'get_stocks_stream_status'));
      for (const [name, args] of reads.slice(0, round === 1 ? 1 : reads.length))
        answers.push(await call(owner, name, args));
      answers.push(await call(owner, 'get_stocks_stream_status'));
    }
    // A cursor begins with the name of the client, which is another one each time.
    return JSON.stringify(answers).replace(/(?<="cursor":")[\w-]+/g, cursor =>
      Buffer.from(cursor, 'base64url').toString().replace(owner.process, 'client'),
    );
  }

  test('changes no byte of what the owner is answered', async () => {
    const alone = await lived(async () => {});
    const seen = await lived(async owner => {
      const reader = readerOf(owner);
      for (let time = 0; time < times; time++) for (const [name, args] of reads) await call(reader, name, args);
    });
    expect(seen).toBe(alone);
    // Of the four messages held each time, two that are mistyped were new in the last round, and three before.
    for (const mistyped of [0, 3, 5]) expect(alone).toContain(`"mistyped":${mistyped}`);
    expect(alone).toContain('had left the buffer');
  });
});

test('a reader draws what it looked at in time, and begins anew with the stream', async () => {
  const owner = owning();
  const reader = readerOf(owner);
  const counted = async (): Promise<unknown> => {
    const { symbols, incomplete = null } = await call(reader, 'summarize_stream', { market: 'stocks' });
    return [(symbols as { messages: number }[]).map(({ messages }) => messages), incomplete];
  };
  for (let round = 1; round <= 3; round++) {
    ingest(owner, trade('AAPL', '1'), trade('AAPL', '2'), trade('AAPL', '3'));
    expect(await counted()).toEqual([[3 * round], null]);
  }
  const { market } = owner.stream('stocks');
  const target = await owner.target(market, undefined, undefined);
  await owner.stream('stocks').stop();
  owner.stream('stocks').open(target);
  expect(await counted()).toEqual([[], null]);
});

test('a reader of a stream that was not started is told who can start it', async () => {
  const reader = readerOf(owning());
  for (const of of [{ market: 'stocks' }, { markets: ['stocks', 'crypto'] }]) {
    const { error } = await call(reader, 'wait_for_stream_message', { ...of, timeout_s: 1 });
    expect(error).toMatchObject({ code: 'NOT_STARTED', hint: expect.stringMatching(/^Read, wait, summarize, list/) });
  }
  const { silence } = await call(reader, 'read_stream_messages', { market: 'stocks' });
  expect(silence).toBe('The stream was not started: the client whose streams these are can start it.');
});
