/** Plays two clients of one hub, of which one must not notice what the other does. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { markets, suite } from '../../generated/suite.js';
import { ResourceUpdates, wholeList } from '../../runtime/mcp/resource-updates.js';
import { Resources } from '../../runtime/mcp/resources.js';
import type { Client, ClientOptions } from '../../runtime/stream/client.js';
import type { Hub } from '../../runtime/stream/hub.js';
import { callOn, sharedHubOn, testOptions } from './bench.js';
import { TestClock } from './clock.js';
import { FilteringFeed, type Sent } from './filtering-feed.js';

/** What a client may do. */
export type Deed =
  | { readonly do: 'start'; readonly channels: readonly string[]; readonly key?: string; readonly endpoint?: string }
  | { readonly do: 'subscribe' | 'unsubscribe'; readonly channels: readonly string[] }
  | { readonly do: 'stop' | 'status' | 'list' | 'resources' }
  /** Only ann does this: another client takes her place. */
  | { readonly do: 'go away' }
  | { readonly do: 'read'; readonly cursor: boolean; readonly channels?: readonly string[]; readonly limit: number }
  | { readonly do: 'summarize'; readonly window?: number }
  | { readonly do: 'wait'; readonly count: number; readonly meanwhile: readonly Trade[] };

/** A trade, a quote, or an event that the spec does not know. */
export interface Trade {
  readonly ev: 'T' | 'Q' | 'NEW';
  readonly symbol: string;
  readonly size: number;
}

/** A step of a play. */
export type Step =
  | { readonly who: 'ann' | 'bob'; readonly deed: Deed }
  /** Nothing happens, for as long as a deed takes. */
  | { readonly idle: true }
  | { readonly feed: readonly Trade[] }
  | { readonly pass: number }
  | { readonly cut: true };

const denied = ['Q.NVDA'];
const served = ['T.AAPL', 'T.MSFT', 'T.*', 'Q.AAPL', 'Q.MSFT', 'Q.*'];
const symbols = ['AAPL', 'MSFT', 'NVDA', 'TSLA'];
const otherKey = 'another-key-4711';

const trades: fc.Arbitrary<readonly Trade[]> = fc.array(
  fc.record({
    ev: fc.constantFrom('T' as const, 'T' as const, 'Q' as const, 'NEW' as const),
    symbol: fc.constantFrom(...symbols),
    size: fc.integer({ min: 1, max: 99_999 }),
  }),
  { minLength: 1, maxLength: 6 },
);

function deedsOn(names: readonly string[], endpoints: readonly (string | undefined)[]): fc.Arbitrary<Deed> {
  const channels = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 });
  const start = fc
    .record({
      channels,
      key: fc.constantFrom(undefined, undefined, otherKey),
      endpoint: fc.constantFrom(...endpoints),
    })
    .map(
      ({ key, endpoint, ...rest }): Deed => ({
        do: 'start',
        ...rest,
        ...(key && { key }),
        ...(endpoint && { endpoint }),
      }),
    );
  return fc.oneof(
    { weight: 6, arbitrary: start },
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constantFrom('subscribe' as const, 'unsubscribe' as const), channels }),
    },
    { weight: 1, arbitrary: fc.constantFrom<Deed>({ do: 'stop' }, { do: 'go away' }) },
    { weight: 4, arbitrary: fc.constantFrom<Deed>({ do: 'status' }, { do: 'list' }, { do: 'resources' }) },
    {
      weight: 5,
      arbitrary: fc
        .record({ cursor: fc.boolean(), channels: fc.option(channels), limit: fc.integer({ min: 1, max: 20 }) })
        .map(({ channels: filter, ...rest }): Deed => ({ do: 'read', ...rest, ...(filter && { channels: filter }) })),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Deed>(
        { do: 'summarize' },
        { do: 'summarize', window: 30 },
        { do: 'summarize', window: 900 },
      ),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({ count: fc.integer({ min: 1, max: 4 }), meanwhile: trades })
        .map((one): Deed => ({ do: 'wait', ...one })),
    },
  );
}

/** Anything that two clients, their feed and time may do. */
function playWith(names: readonly string[]): fc.Arbitrary<readonly Step[]> {
  return fc.array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: deedsOn(names, [undefined, undefined, 'simulated']).map(deed => ({ who: 'ann' as const, deed })),
      },
      { weight: 8, arbitrary: deedsOn(names, [undefined]).map(deed => ({ who: 'bob' as const, deed })) },
      { weight: 8, arbitrary: trades.map(feed => ({ feed })) },
      { weight: 3, arbitrary: fc.constantFrom(400, 1_000, 20_000).map(pass => ({ pass })) },
      { weight: 1, arbitrary: fc.constant({ cut: true } as const) },
    ),
    { minLength: 8, maxLength: 40, size: 'max' },
  );
}

export const play = playWith([...served, ...denied]);
/** One in which the feed refuses nothing. */
export const smoothPlay = playWith(served);

/** At the end, bob looks at everything. */
const curtain: readonly Step[] = [
  { who: 'bob', deed: { do: 'read', cursor: true, limit: 20 } },
  { who: 'bob', deed: { do: 'read', cursor: false, limit: 20 } },
  { who: 'bob', deed: { do: 'summarize' } },
  { who: 'bob', deed: { do: 'resources' } },
];

/** The answers to bob in a play, and the notifications before each answer. */
interface Told {
  readonly answers: readonly string[];
  readonly news: readonly string[];
}

/** Everything that the server tells bob in a play. */
export async function whatBobIsTold(steps: readonly Step[], bobs: ClientOptions = {}): Promise<Told> {
  const stage = await Stage.open(bobs);
  try {
    for (const step of [...steps, ...curtain]) await stage.play(step);
    return { answers: stage.answers, news: stage.news };
  } finally {
    await stage.close();
  }
}

const pages = { list: async () => [], read: async () => undefined };

class Stage {
  readonly answers: string[] = [];
  readonly news: string[] = [];
  private readonly clock = new TestClock();
  private readonly cast: { ann: Client; bob: Client };
  private readonly cursors = new Map<Client, unknown>();
  private readonly watches: ResourceUpdates;
  private readonly hub: Hub;
  private serial = 0;

  private constructor(
    private readonly feed: FilteringFeed,
    bobs: ClientOptions,
  ) {
    // A small buffer, so that it drops messages.
    const options = { httpBufferBytes: 1_000, bufferMessages: 12 };
    this.hub = sharedHubOn(suite, markets, feed.url, options, this.clock);
    this.cast = { ann: this.hub.client(), bob: this.hub.client(bobs) };
    this.watches = new ResourceUpdates(this.cast.bob, {
      updated: async uri => void this.news.push(`${this.answers.length}: ${uri}`),
      listChanged: async () => void this.news.push(`${this.answers.length}: list`),
    });
    const followed = ['polygon://streams/stocks', 'polygon://streams/stocks/T.AAPL', 'polygon://streams/stocks/T.*'];
    this.watches.follow('bob', [...followed, wholeList]);
  }

  static async open(bobs: ClientOptions): Promise<Stage> {
    return new Stage(await FilteringFeed.open(denied), bobs);
  }

  async play(step: Step): Promise<void> {
    if ('who' in step) await this.perform(step.who, step.deed);
    else if ('idle' in step) await this.idle();
    else if ('feed' in step) await this.send(step.feed);
    else if ('pass' in step) this.clock.advance(step.pass);
    else await this.cut();
    await this.settle();
  }

  async close(): Promise<void> {
    this.watches.close();
    await this.hub.close();
    await this.feed.close();
  }

  private async perform(who: 'ann' | 'bob', deed: Deed): Promise<void> {
    if (deed.do === 'go away' && who === 'ann') {
      await this.cast.ann.close();
      this.cast.ann = this.hub.client();
      await this.idle();
      return;
    }
    const client = this.cast[who];
    const asked = this.answer(client, deed);
    await this.settle();
    // Connecting takes real time, but no time of the test clock.
    await until(() => !['connecting', 'authenticating'].includes(client.stream('stocks').state));
    await this.settle();
    await this.idle();
    const answer = await asked;
    await this.settle();
    if (who === 'ann') return;
    const views = [await this.answer(client, { do: 'status' }), await this.answer(client, { do: 'list' })];
    this.answers.push(this.masked(client, JSON.stringify([answer, ...views])));
  }

  private async answer(client: Client, deed: Deed): Promise<unknown> {
    switch (deed.do) {
      case 'start':
        return this.call(client, 'start_stocks_stream', {
          channels: deed.channels,
          ...(deed.key && { api_key: deed.key }),
          ...(deed.endpoint && { endpoint: deed.endpoint }),
        });
      case 'subscribe':
      case 'unsubscribe':
        return this.call(client, `${deed.do}_stocks_channels`, { channels: deed.channels });
      case 'stop':
        return this.call(client, 'stop_stocks_stream');
      case 'status':
      case 'go away':
        return this.call(client, 'get_stocks_stream_status');
      case 'list':
        return this.call(client, 'list_stocks_subscriptions');
      case 'resources': {
        const resources = new Resources(client, pages as never);
        return [await resources.list(), await resources.read('polygon://streams/stocks/T.AAPL')];
      }
      case 'read': {
        const cursor = deed.cursor ? this.cursors.get(client) : undefined;
        const { limit, channels: filter } = deed;
        const args = { market: 'stocks', limit, ...(filter && { channels: filter }), ...(cursor ? { cursor } : {}) };
        return this.call(client, 'read_stream_messages', args);
      }
      case 'summarize':
        return this.call(client, 'summarize_stream', {
          market: 'stocks',
          ...(deed.window && { window_s: deed.window }),
        });
      case 'wait': {
        const abort = new AbortController();
        const args = { market: 'stocks', count: deed.count };
        const waiting = callOn(client, 'wait_for_stream_message', args, abort.signal);
        // What the feed sends must not depend on ann.
        if (client === this.cast.bob) await this.send(deed.meanwhile);
        await this.settle();
        abort.abort();
        return waiting;
      }
    }
  }

  private async call(client: Client, name: string, args: object = {}): Promise<unknown> {
    const result = await callOn(client, name, args);
    const { cursor } = result.structured;
    if (cursor !== undefined) this.cursors.set(client, cursor);
    return result;
  }

  private async send(all: readonly Trade[]): Promise<void> {
    const sent = all.map(({ ev, symbol, size }): Sent => {
      const event = { ev, sym: symbol, p: 100.5, s: size, bp: 1, ap: 2, t: this.clock.now(), q: this.serial++ };
      // A subscriber of all trades gets new kinds of events, too.
      return { event, channels: ev === 'NEW' ? ['T.*'] : [`${ev}.${symbol}`, `${ev}.*`] };
    });
    await this.feed.send(...sent);
  }

  /** Lets enough time pass for the silence after a refusal that the stream waits for. */
  private async idle(): Promise<void> {
    for (let quarter = 0; quarter < 4; quarter++) {
      await this.settle();
      this.clock.advance(250);
    }
  }

  /** Cuts every connection, and waits until all have reconnected. */
  private async cut(): Promise<void> {
    const cut = [this.cast.ann, this.cast.bob]
      .map(client => client.stream('stocks'))
      .filter(({ state, target }) => state === 'live' && !target!.endpoint.simulated);
    this.feed.cut();
    await until(() => cut.every(({ state }) => state === 'retrying'));
    // Long enough for the longest back-off, which connections with more outages have, and for nothing else.
    this.clock.advance(testOptions.backoffMaxMs);
    await until(() =>
      cut.every(({ state, subscriptions }) => state === 'live' && subscriptions.namesIn('pending').length === 0),
    );
  }

  /** Masks what differs between runs: the process in a cursor, and the port of the feed. */
  private masked({ process }: Client, text: string): string {
    const name = Buffer.from(`${process}.`).toString('base64url');
    return text.replaceAll(name, '<cursor>').replaceAll(this.feed.url, '<feed>');
  }

  /** Waits until everybody has received what was sent and has looked at the clock again. */
  private async settle(): Promise<void> {
    await this.feed.settle();
    await nextTurn();
    await nextTurn();
  }
}

async function until(done: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!done()) {
    if (performance.now() > endMs) throw new Error(`waited in vain for ${done}`);
    await nextTurn();
  }
}
