/** A stocks stream on a scripted feed, and a simple model of what must be true of it. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { decodeCursor } from '../../runtime/buffer/cursor.js';
import type { Client } from '../../runtime/stream/client.js';
import { type Answered, type Called, callOn, hubOn } from './bench.js';
import { type FeedSession, ScriptedMarket } from './scripted-market.js';

export type Action =
  | { readonly call: 'start' | 'subscribe' | 'unsubscribe'; readonly channels: readonly string[] }
  | { readonly call: 'start twice'; readonly lists: readonly (readonly string[])[] }
  | { readonly call: 'stop' | 'status' | 'list' }
  | { readonly call: 'read'; readonly limit: number }
  | { readonly feed: 'sends'; readonly symbol: string; readonly count: number }
  | { readonly feed: 'cuts' | 'closes'; readonly after: number }
  | { readonly feed: 'denies'; readonly channels: readonly string[] }
  | { readonly feed: 'proves'; readonly symbol: string }
  | { readonly feed: 'refuses'; readonly code: Refusal }
  | { readonly feed: 'is mute' | 'answers late' | 'speaks' }
  | { readonly settle: true };

/** What the feed says when it ends a live stream for good. */
const refusals = {
  MAX_CONNECTIONS: ['max_connections', 'Maximum number of websocket connections exceeded.'],
  AUTH_FAILED: ['auth_failed', 'authentication failed'],
  PLAN_NO_WEBSOCKET: ['auth_failed', "Your plan doesn't include websocket access."],
  PLAN_NOT_REALTIME: ['error', "You don't have access real-time data for stocks."],
} as const;

type Refusal = keyof typeof refusals;

/** A channel that the stream wants, and its state on this connection. */
interface Wish {
  /** Whether the feed serves it. */
  readonly held: boolean;
  answered: boolean;
  /** Whether data came that may prove that the feed serves it. */
  provable: boolean;
}

const open = ['T.AAPL', 'T.MSFT', 'T.*', 'A.AAPL'];
const deniable = ['Q.AAPL', 'Q.*', 'AM.AAPL'];

const symbol = fc.constantFrom('AAPL', 'MSFT', 'NVDA');
const channels = fc.uniqueArray(fc.constantFrom(...open, ...deniable), { minLength: 1, maxLength: 4 });

/** Anything that a caller or the feed may do; common actions are frequent. */
export const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ call: fc.constant('start' as const), channels }) },
  {
    weight: 3,
    arbitrary: fc.record({ call: fc.constant('start twice' as const), lists: fc.tuple(channels, channels) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ call: fc.constantFrom('subscribe' as const, 'unsubscribe' as const), channels }),
  },
  { weight: 2, arbitrary: fc.constantFrom<Action>({ call: 'stop' }, { call: 'status' }, { call: 'list' }) },
  {
    weight: 4,
    arbitrary: fc.record({ call: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 12 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      feed: fc.constant('sends' as const),
      symbol,
      count: fc.integer({ min: 1, max: 20 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ feed: fc.constantFrom('cuts' as const, 'closes' as const), after: fc.nat({ max: 20 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ feed: fc.constant('denies' as const), channels: fc.subarray(deniable) }),
  },
  { weight: 1, arbitrary: fc.record({ feed: fc.constant('proves' as const), symbol }) },
  {
    weight: 1,
    arbitrary: fc.record({
      feed: fc.constant('refuses' as const),
      code: fc.constantFrom(...(Object.keys(refusals) as Refusal[])),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Action>({ feed: 'is mute' }, { feed: 'answers late' }, { feed: 'speaks' }),
  },
  { weight: 3, arbitrary: fc.constant<Action>({ settle: true }) },
);

const patienceMs = 10_000;

/** Channels that bring the trades of a symbol. */
function waysOf(symbol: string): readonly string[] {
  return [`T.${symbol}`, 'T.*'];
}

/** Plays actions, mostly without waiting for their effects, and checks everything that the model knows. */
export class ModelledStream {
  private readonly wanted = new Map<string, Wish>();
  /** Channels whose refusal is on its way; the stream may call them refused or unconfirmed. */
  private readonly doubted = new Set<string>();
  /** Channels that were wanted without a break since the last comparison. */
  private readonly steady = new Set<string>();
  /** Symbols with messages since the last comparison. */
  private readonly lately = new Set<string>();
  private running = false;
  /** State while it is not running. */
  private rest: 'idle' | 'stopped' | Refusal = 'idle';
  /** How each run of the stream ended. */
  private readonly ends: string[] = [];
  /** Whether an outage lasts. */
  private dark = false;
  private outages = 0;
  /** Channels that the stream called refused although the feed had not refused them. */
  private readonly slandered = new Set<string>();
  private unwatch = (): void => {};
  /** Numbers of all messages that came in past sessions. */
  private readonly past: number[] = [];
  private counted: FeedSession | undefined;
  /** How many messages had come when the stream was last opened. */
  private openedAt = 0;
  private drops = 0;
  private cursor: unknown;
  private position = 0;
  private calls: Promise<void>[] = [];
  /** Channels that were unsubscribed during these calls. */
  private readonly leaving = new Set<string>();

  private constructor(
    private readonly feed: ScriptedMarket,
    private readonly hub: Client,
    private readonly bufferMessages: number,
  ) {}

  static async open(bufferMessages: number): Promise<ModelledStream> {
    const feed = await ScriptedMarket.open();
    const times = { ackTimeoutMs: 250, backoffInitialMs: 3, backoffMaxMs: 12 };
    const hub = hubOn(suite, markets, feed.url, { ...times, bufferMessages });
    const modelled = new ModelledStream(feed, hub, bufferMessages);
    modelled.watch();
    modelled.cursor = (await modelled.call('read_stream_messages', { market: 'stocks' })).structured.cursor;
    return modelled;
  }

  async play(actions: readonly Action[]): Promise<void> {
    for (const one of actions) await this.act(one);
    await this.settle();
    await this.act({ call: 'stop' });
    await this.settle();
    await expect.poll(() => this.feed.connections, { interval: 2 }).toBe(0);
  }

  async close(): Promise<void> {
    this.unwatch();
    await this.hub.close();
    await this.feed.close();
  }

  /** Checks all the time that the stream calls no channel refused that the feed did not refuse. */
  private watch(): void {
    const { changes, subscriptions } = this.stream;
    this.unwatch = changes.listen(() => {
      for (const { channel } of subscriptions.rejections)
        if (!this.feed.refused.has(channel)) this.slandered.add(channel);
    });
  }

  private async act(one: Action): Promise<void> {
    if ('settle' in one) return this.settle();
    if ('call' in one) {
      if (one.call === 'start') return this.start([one.channels]);
      if (one.call === 'start twice') return this.start(one.lists);
      if (one.call === 'subscribe') return this.subscribe(one.channels);
      if (one.call === 'unsubscribe') return this.unsubscribe(one.channels);
      if (one.call === 'read') return void (await this.read(one.limit));
      if (one.call === 'stop') return this.stop();
      const { structured } = await this.call(
        one.call === 'status' ? 'get_stocks_stream_status' : 'list_stocks_subscriptions',
      );
      return this.expectState(structured.state);
    }
    if (one.feed === 'sends') return this.send(one.symbol, one.count);
    if (one.feed === 'cuts' || one.feed === 'closes') return this.drop(one.feed, one.after);
    if (one.feed === 'refuses') return this.refuse(one.code);
    await this.settle();
    if (one.feed === 'denies') this.feed.denied = new Set(one.channels);
    else if (one.feed === 'proves') return this.prove(one.symbol);
    else if (one.feed === 'is mute') this.feed.mute = true;
    else return this.answer(one.feed === 'speaks');
  }

  /** One start, or several at the same time. */
  private async start(lists: readonly (readonly string[])[]): Promise<void> {
    const fresh = !this.running;
    if (fresh) {
      this.forget();
      this.openedAt = this.past.length;
      this.drops = 0;
      this.outages = 0;
      this.dark = false;
      this.running = true;
    }
    for (const name of lists.flat()) this.ask(name);
    const answers = await Promise.all(lists.map(names => this.call('start_stocks_stream', { channels: names })));
    const hopeless = lists.map(names => names.every(name => !this.wanted.has(name)));
    const none = hopeless.every(one => one);
    for (const [index, { structured, isError }] of answers.entries()) {
      this.expectHonest(structured);
      const doubtful = lists[index]!.some(name => this.doubted.has(name));
      // A start that finds the stream reconnecting does not wait for the answers of the feed.
      if (!doubtful && (fresh || !hopeless[index])) expect(isError).toBe(hopeless[index]);
      const { code } = (structured.error ?? {}) as { code?: string };
      // If several starts are refused, the last may find the stream stopped by another one.
      if (isError) expect(fresh && none ? ['CHANNELS_REJECTED', 'STOPPED'] : ['CHANNELS_REJECTED']).toContain(code);
    }
    if (fresh && none) this.ended();
  }

  private subscribe(names: readonly string[]): void {
    const { running } = this;
    const before = this.ends.length;
    if (running) for (const name of names) this.ask(name);
    const called = this.call('subscribe_stocks_channels', { channels: names }).then(({ structured, isError }) => {
      const { code } = (structured.error ?? {}) as { code?: string };
      if (!running) expect(code).toBe('NOT_STARTED');
      else if (code === 'CHANNELS_REJECTED') expect(names.filter(name => !this.isLost(name))).toEqual([]);
      else if (isError) expect(this.ends.slice(before)).toContain(code);
      this.expectHonest(structured);
    });
    called.catch(() => {});
    this.calls.push(called);
  }

  private async unsubscribe(names: readonly string[]): Promise<void> {
    for (const name of this.running ? names : []) {
      this.forgetName(name);
      this.leaving.add(name);
    }
    const { structured } = await this.call('unsubscribe_stocks_channels', { channels: names });
    if (!this.running) expect(structured).toMatchObject({ error: { code: 'NOT_STARTED' } });
    else expect([...(structured.removed as []), ...(structured.not_held as [])].toSorted()).toEqual(names.toSorted());
  }

  private async stop(): Promise<void> {
    this.ends.push('STOPPED');
    await this.call('stop_stocks_stream');
    if (this.running) this.ended();
    else if (this.rest !== 'idle') this.rest = 'stopped';
    this.forget();
  }

  private send(symbol: string, count: number): void {
    if (this.running) this.lately.add(symbol);
    this.feed.trade(symbol, count);
  }

  /** A trade proves a channel if no other channel can have brought it. */
  private async prove(symbol: string): Promise<void> {
    if (!this.running) return;
    const { subscriptions } = this.stream;
    const before = subscriptions.namesIn('unconfirmed');
    const ways = waysOf(symbol).filter(name => this.wanted.has(name));
    this.feed.trade(symbol, 1);
    await this.ready();
    if (ways.length === 1) this.wanted.get(ways[0]!)!.answered = true;
    expect(subscriptions.namesIn('unconfirmed')).toEqual(before.filter(name => ways.length > 1 || name !== ways[0]));
  }

  /** @param goesOn whether later answers come in time again, perhaps directly after the late ones */
  private async answer(goesOn: boolean): Promise<void> {
    this.feed.answer();
    if (goesOn) this.feed.mute = false;
    for (const [name, wish] of this.running ? this.wanted : []) {
      if (wish.held) wish.answered = true;
      else this.doubted.add(name);
    }
    if (goesOn) return;
    // If nothing else is on its way, the stream can assign every late answer to its channel.
    for (const name of this.doubted) this.forgetName(name);
    await this.settle();
  }

  private async refuse(code: Refusal): Promise<void> {
    if (!this.running) return;
    await this.ready();
    const session = this.feed.session!;
    const [status, message] = refusals[code];
    this.ends.push(code);
    this.feed.refuse(status, message);
    await this.until(() => this.stream.state === 'refused');
    expect(this.resolve(session)).toBe(session.sent.length);
    this.goDark();
    this.running = false;
    this.rest = code;
    this.resolveDoubts();
    for (const [name] of this.wanted) this.wanted.set(name, { held: false, answered: false, provable: false });
  }

  private async drop(how: 'cuts' | 'closes', after: number): Promise<void> {
    if (!this.running) return;
    await this.ready();
    const session = this.feed.session!;
    this.feed.trade('AAPL', after);
    const before = this.stream.totals.reconnects;
    if (how === 'cuts') session.socket.terminate();
    else session.socket.close(1001);
    await this.until(() => this.stream.state !== 'live' || this.stream.totals.reconnects > before);
    const came = this.resolve(session);
    if (how === 'closes') expect(came).toBe(session.sent.length);
    else expect(came).toBeGreaterThanOrEqual(session.sent.length - after);
    this.drops++;
    this.goDark();
    this.resolveDoubts();
    for (const name of [...this.wanted.keys()]) {
      this.wanted.delete(name);
      this.ask(name);
    }
  }

  /** Begins an outage, which lasts until a message comes. */
  private goDark(): void {
    if (!this.dark) this.outages++;
    this.dark = true;
  }

  /** Accepts what the stream says about the doubted channels. */
  private resolveDoubts(): void {
    for (const name of this.doubted) {
      if (this.stream.subscriptions.stateOf(name) === undefined) this.forgetName(name);
    }
    this.doubted.clear();
  }

  /** The effect of a subscribe frame with this channel. */
  private ask(name: string): void {
    if (this.wanted.has(name)) return;
    const { denied, mute } = this.feed;
    const held = !denied.has(name);
    if (held || mute) this.wanted.set(name, { held, answered: !mute, provable: false });
  }

  private forgetName(name: string): void {
    for (const book of [this.wanted, this.doubted, this.steady]) book.delete(name);
  }

  private forget(): void {
    for (const book of [this.wanted, this.doubted, this.steady, this.lately]) book.clear();
  }

  /** The stream is stopped, so the messages of its last session are final. */
  private ended(): void {
    this.running = false;
    this.rest = 'stopped';
    this.forget();
    const last = this.feed.sessions.at(-1);
    if (last && this.counted !== last) this.resolve(last);
  }

  /** Counts how many messages of a session came: always the first ones that were sent. */
  private resolve(session: FeedSession): number {
    const came = this.stream.totals.received - (this.past.length - this.openedAt);
    expect(came).toBeGreaterThanOrEqual(0);
    expect(came).toBeLessThanOrEqual(session.sent.length);
    this.past.push(...session.sent.slice(0, came));
    this.counted = session;
    if (came > 0) this.dark = false;
    return came;
  }

  /** Numbers of the messages that have arrived or are on their way. */
  private get coming(): readonly number[] {
    const last = this.feed.sessions.at(-1);
    return last && last !== this.counted ? [...this.past, ...last.sent] : this.past;
  }

  private async read(limit: number): Promise<{ more: boolean; dropped: number }> {
    const { structured } = await this.call('read_stream_messages', { market: 'stocks', cursor: this.cursor, limit });
    const {
      dropped,
      messages,
      has_more: more,
    } = structured as {
      dropped: number;
      messages: { sequence: number }[];
      has_more: boolean;
    };
    const from = this.position + dropped;
    const read = messages.map(({ sequence }) => sequence);
    expect(read).toEqual(this.coming.slice(from, from + read.length));
    this.position = from + read.length;
    this.cursor = structured.cursor;
    const here = { process: this.hub.process, market: 'stocks', seq: this.stream.buffer.nextSeq };
    expect(decodeCursor(String(this.cursor), here)).toBe(this.position);
    return { more, dropped };
  }

  /** Waits until nothing is on its way, and compares everything. */
  private async settle(): Promise<void> {
    if (this.running) await this.ready();
    await Promise.all(this.calls.splice(0));
    this.leaving.clear();
    if (this.running) await this.ready();
    this.resolveDoubts();
    const { structured: status } = await this.call('get_stocks_stream_status');
    const { structured: list } = await this.call('list_stocks_subscriptions');
    const wanted = [...this.wanted.keys()].toSorted();
    expect(status).toMatchObject({ subscription_count: wanted.length, malformed: 0, unknown: 0, mistyped: 0 });
    expect((status.subscriptions as string[]).toSorted()).toEqual(wanted);
    expect(
      Object.values(list.subscriptions as object)
        .flat()
        .toSorted(),
    ).toEqual(wanted);
    this.expectState(status.state);

    const held = wanted.filter(name => this.wanted.get(name)!.held);
    const openSessions = this.feed.sessions.filter(({ socket }) => socket.readyState === 1);
    expect(openSessions.map(session => [...session.held].toSorted())).toEqual(this.running ? [held] : []);
    this.expectConfirmed(status.unconfirmed as string[]);
    expect([...this.slandered]).toEqual([]);

    const came = this.coming.length - this.openedAt;
    expect(status.messages_received).toBe(came);
    // A stream that is stopped while it is down does not reconnect.
    expect([this.drops, this.running ? this.drops : this.drops - 1]).toContain(status.reconnects);
    this.expectLedger(status);
    await this.drain();
    for (const book of [this.steady, this.lately]) book.clear();
    for (const name of wanted) this.steady.add(name);
  }

  /** Answered channels must be confirmed; channels without an answer or data must not be. */
  private expectConfirmed(unconfirmed: readonly string[]): void {
    for (const ways of [...this.lately].map(waysOf)) {
      const [first, ...others] = ways.filter(name => this.steady.has(name));
      for (const name of ways.filter(one => this.wanted.has(one))) {
        if (first === undefined || (first === name && others.length === 0)) this.wanted.get(name)!.provable = true;
      }
    }
    for (const [name, { answered, provable }] of this.wanted) {
      if (answered || !provable) expect([name, !unconfirmed.includes(name)]).toEqual([name, answered]);
    }
  }

  /** An outage must be open while the stream is down and until the next message, and no longer. */
  private expectLedger({ outages, state, last_error: error, next_retry_at: retry }: Answered): void {
    const last = this.feed.sessions.at(-1);
    if (this.running && last !== this.counted && last!.sent.length > 0) this.dark = false;
    const told = outages as { to: string | null }[];
    expect(told.length).toBe(this.outages);
    expect(told.map(({ to }) => to === null)).toEqual(told.map((_, index) => this.dark && index === told.length - 1));
    if (state !== 'refused') return;
    expect([error, retry]).toMatchObject([{ code: this.rest }, null]);
  }

  /** Reads to the end: no message may come twice, and every missing one must be counted as dropped. */
  private async drain(): Promise<void> {
    const oldest = Math.max(this.openedAt, this.coming.length - this.bufferMessages);
    const expected = Math.max(0, oldest - this.position);
    let read = await this.read(1_000);
    expect(read.dropped).toBe(expected);
    while (read.more) {
      read = await this.read(1_000);
      expect(read.dropped).toBe(0);
    }
    expect(this.position).toBe(this.coming.length);
  }

  /** Waits until the stream is live, nothing is pending, and each side has read every frame of the other. */
  private async ready(): Promise<void> {
    const { subscriptions } = this.stream;
    const quiet = (): boolean => this.stream.state === 'live' && subscriptions.namesIn('pending').length === 0;
    await this.until(quiet);
    await this.feed.barrier();
    await this.until(quiet);
    await this.feed.barrier();
  }

  private isLost(name: string): boolean {
    return this.feed.refused.has(name) || this.leaving.has(name);
  }

  private expectState(state: unknown): void {
    if (this.running) expect(['connecting', 'authenticating', 'live', 'retrying']).toContain(state);
    else expect(state).toBe(this.rest in refusals ? 'refused' : this.rest);
  }

  /** Expects that the feed has refused every channel that the answer calls rejected. */
  private expectHonest({ rejected = [] }: { readonly rejected?: unknown }): void {
    const names = (rejected as { channel: string }[]).map(({ channel }) => channel);
    expect(names.filter(name => !this.feed.refused.has(name))).toEqual([]);
  }

  private get stream() {
    return this.hub.stream('stocks');
  }

  private call(name: string, args: object = {}): Promise<Called> {
    return callOn(this.hub, name, args);
  }

  private async until(done: () => boolean): Promise<void> {
    if (!(await this.stream.changes.until(done, patienceMs))) throw new Error(`waited in vain for ${done}`);
  }
}
