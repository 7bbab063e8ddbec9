import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ClientOptions } from '../../runtime/stream/client.js';
import { ClientStream } from '../../runtime/stream/client-stream.js';
import { ClientSubscriptions } from '../../runtime/stream/client-subscriptions.js';
import { StreamUser } from '../../runtime/stream/stream-user.js';
import type { StreamCounts } from '../../runtime/stream/view.js';
import type { Rejection } from '../../runtime/symbols/channels.js';
import { HttpBench } from '../support/http-server.js';
import { play, type Step, smoothPlay, whatBobIsTold } from '../support/neighbours.js';
import { httpEras, type Peer } from '../support/peers.js';
import { tries } from '../support/property.js';

function withoutAnn(steps: readonly Step[]): readonly Step[] {
  return steps.map(step => ('who' in step && step.who === 'ann' ? { idle: true } : step));
}

function sameWithoutAnn(bobs: ClientOptions = {}) {
  return fc.asyncProperty(play, async steps => {
    const { answers } = await whatBobIsTold(steps, bobs);
    expect(answers).toEqual((await whatBobIsTold(withoutAnn(steps), bobs)).answers);
  });
}

describe('whatever one client does, another', () => {
  test('is answered the same to the byte as if it were alone', async () => {
    await fc.assert(sameWithoutAnn(), tries(60));
  }, 120_000);

  // How long a refusal takes depends on whether the feed may be repeating an earlier one: that is its pace.
  test('is told the same news before the same answers where the feed refuses nothing', async () => {
    const property = fc.asyncProperty(smoothPlay, async steps => {
      expect(await whatBobIsTold(steps)).toEqual(await whatBobIsTold(withoutAnn(steps)));
    });
    await fc.assert(property, tries(60));
  }, 120_000);
});

describe('the comparison bites', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  async function isCaught(bobs: ClientOptions = {}): Promise<boolean> {
    return (await fc.check(sameWithoutAnn(bobs), { ...tries(60), endOnFailure: true })).failed;
  }

  test('on a client who has all that a connection brings', async () => {
    expect(await isCaught({ alone: true })).toBe(true);
  }, 60_000);

  /** Counts stream by stream; a reader of a stream has its buffer, too. */
  class Tally {
    private readonly counts = new WeakMap<object, number>();

    of(buffer: object): number {
      return this.counts.get(buffer) ?? 0;
    }

    add(buffer: object, count: number): void {
      this.counts.set(buffer, this.of(buffer) + count);
    }
  }

  test('on a count of what nobody can be said to have asked for', async () => {
    const strays = new Tally();
    const { strayed } = StreamUser.prototype;
    vi.spyOn(StreamUser.prototype, 'strayed').mockImplementation(function (this: StreamUser, stray) {
      strayed.call(this, stray);
      strays.add(this.messages.buffer, stray.unknown ?? 0);
    });
    const { get: usual } = Object.getOwnPropertyDescriptor(ClientStream.prototype, 'totals')!;
    vi.spyOn(ClientStream.prototype, 'totals', 'get').mockImplementation(function (this: ClientStream) {
      const totals: StreamCounts = usual!.call(this);
      return { ...totals, mistyped: totals.mistyped + strays.of(this.buffer) };
    });
    expect(await isCaught()).toBe(true);
  }, 60_000);

  test('on a refusal that is told to everybody', async () => {
    const all = new WeakMap<ClientSubscriptions, Map<string, Rejection>>();
    const { reject } = ClientSubscriptions.prototype;
    vi.spyOn(ClientSubscriptions.prototype, 'reject').mockImplementation(function (
      this: ClientSubscriptions,
      rejection,
    ) {
      reject.call(this, rejection);
      all.set(this, new Map(all.get(this)).set(rejection.channel, rejection));
    });
    vi.spyOn(ClientSubscriptions.prototype, 'rejections', 'get').mockImplementation(function (
      this: ClientSubscriptions,
    ) {
      return [...(all.get(this)?.values() ?? [])];
    });
    expect(await isCaught()).toBe(true);
  }, 60_000);

  test('on a rate of all that a connection brings', async () => {
    const taken = new Tally();
    const { take } = StreamUser.prototype;
    const { ratePerSecond } = ClientStream.prototype;
    vi.spyOn(StreamUser.prototype, 'take').mockImplementation(function (this: StreamUser, ...told) {
      take.apply(this, told);
      taken.add(this.messages.buffer, told[1].count);
    });
    vi.spyOn(ClientStream.prototype, 'ratePerSecond').mockImplementation(function (this: ClientStream) {
      return ratePerSecond.call(this) + taken.of(this.buffer);
    });
    expect(await isCaught()).toBe(true);
  }, 60_000);
});

describe.each(httpEras)('over HTTP in protocol %s', (_, visit) => {
  type Answer = Readonly<Record<string, unknown>>;
  const tokens = ['token-of-ann-0123456789', 'token-of-bob-0123456789'];

  async function ask(peer: Peer, name: string, args: Answer = {}): Promise<Answer> {
    return (await peer.call(name, args)).structuredContent as Answer;
  }

  test('what one client starts, subscribes and draws shows in no answer of another', async () => {
    const bench = await HttpBench.open({ tokens });
    const [ann, bob] = await Promise.all(tokens.map(token => visit(bench.url, token)));
    const own = { channels: ['T.*', 'Q.AAPL'], api_key: 'a-key-of-ann-4711' };
    try {
      await ask(ann!, 'start_stocks_stream', own);
      await ask(ann!, 'start_crypto_stream', { channels: ['XT.BTC-USD'], endpoint: 'simulated' });
      await ask(bob!, 'start_stocks_stream', { channels: ['T.MSFT'] });
      expect(await ask(bob!, 'start_crypto_stream', { channels: ['XT.BTC-USD'] })).toMatchObject({
        state: 'live',
        simulated: false,
      });
      await ask(ann!, 'stop_stocks_stream');
      await ask(ann!, 'start_stocks_stream', { channels: ['T.*'] });
      bench.feed.sessions[1]!.socket.send('[{"ev":"T","sym":"AAPL","p":1,"s":7},{"ev":"T","sym":"MSFT","p":2,"s":9}]');
      await bench.feed.barrier(bench.feed.sessions[1]);
      const answers = [
        await ask(bob!, 'get_stocks_stream_status'),
        await ask(bob!, 'list_stocks_subscriptions'),
        await ask(bob!, 'read_stream_messages', { market: 'stocks' }),
        await ask(bob!, 'summarize_stream', { market: 'stocks' }),
        await ask(bob!, 'stop_stocks_stream'),
      ];
      expect(answers).toMatchObject([
        { messages_received: 1, subscriptions: ['T.MSFT'], buffer: { messages: 1 }, notes: [] },
        { subscriptions: { Trades: ['T.MSFT'] } },
        { count: 1, messages: [{ symbol: 'MSFT', price: 2 }] },
        { symbols: [{ symbol: 'MSFT', trades: 1 }] },
        { messages_received: 1, notes: [] },
      ]);
      expect(JSON.stringify(answers)).not.toMatch(/AAPL|simulated":true|a-key-of-ann/);
      expect(await ask(ann!, 'get_stocks_stream_status')).toMatchObject({ state: 'live', messages_received: 2 });
    } finally {
      await Promise.all([ann!.close(), bob!.close()]);
      await bench.close();
    }
  });
});
