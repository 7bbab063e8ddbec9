/** A stocks stream on a scripted feed, next to a simple model of what must be true of it. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { decodeCursor } from '../../runtime/cursor.js';
import type { Hub } from '../../runtime/hub.js';
import type { ToolResult } from '../../runtime/tools.js';
import { callOn, hubOn } from './bench.js';
import { type FeedSession, ScriptedMarket } from './scriptedmarket.js';

export type Action =
  | { readonly call: 'start' | 'subscribe' | 'unsubscribe'; readonly channels: readonly string[] }
  | { readonly call: 'stop' | 'status' | 'list' }
  | { readonly call: 'read'; readonly limit: number }
  | { readonly feed: 'sends'; readonly symbol: string; readonly count: number }
  | { readonly feed: 'cuts' | 'closes'; readonly after: number }
  | { readonly feed: 'denies'; readonly channels: readonly string[] }
  | { readonly feed: 'is mute' | 'speaks' }
  | { readonly settle: true };

const open = ['T.AAPL', 'T.MSFT', 'A.AAPL'];
const deniable = ['Q.AAPL', 'Q.*', 'AM.AAPL'];

const channels = fc.uniqueArray(fc.constantFrom(...open, ...deniable), { minLength: 1, maxLength: 4 });

/** Anything that a caller or the feed may do; what is common is common here. */
export const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ call: fc.constant('start' as const), channels }) },
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
      symbol: fc.constantFrom('AAPL', 'MSFT', 'NVDA'),
      count: fc.integer({ min: 1, max: 20 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ feed: fc.constantFrom('cuts' as const, 'closes' as const), after: fc.nat({ max: 20 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ feed: fc.constant('denies' as const), channels: fc.subarray(deniable) }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Action>({ feed: 'is mute' }, { feed: 'speaks' }, { feed: 'speaks' }) },
  { weight: 3, arbitrary: fc.constant<Action>({ settle: true }) },
);

const patienceMs = 10_000;

/** Plays actions, mostly without waiting for what they lead to, and checks all that the model knows. */
export class ModelledStream {
  /** Wanted channels, and whether the feed holds them. */
  private readonly wanted = new Map<string, boolean>();
  private running = false;
  private everStarted = false;
  /** Numbers of all messages that came, of past sessions. */
  private readonly past: number[] = [];
  private counted: FeedSession | undefined;
  /** How many messages had come when the stream was opened last. */
  private openedAt = 0;
  private drops = 0;
  private cursor: unknown;
  private position = 0;
  private calls: Promise<void>[] = [];
  /** Names that were unsubscribed while these calls were under way. */
  private readonly leaving = new Set<string>();

  private constructor(
    private readonly feed: ScriptedMarket,
    private readonly hub: Hub,
    private readonly bufferMessages: number,
  ) {}

  static async open(bufferMessages: number): Promise<ModelledStream> {
    const feed = await ScriptedMarket.open();
    const times = { ackTimeoutMs: 250, backoffInitialMs: 3, backoffMaxMs: 12 };
    const hub = hubOn(suite, markets, feed.url, { ...times, bufferMessages });
    const modelled = new ModelledStream(feed, hub, bufferMessages);
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
    await this.hub.close();
    await this.feed.close();
  }

  private async act(one: Action): Promise<void> {
    if ('settle' in one) return this.settle();
    if ('call' in one) {
      if (one.call === 'start') return this.start(one.channels);
      if (one.call === 'subscribe') return this.subscribe(one.channels);
      if (one.call === 'unsubscribe') return this.unsubscribe(one.channels);
      if (one.call === 'read') return void (await this.read(one.limit));
      if (one.call === 'stop') return this.stop();
      const { structured } = await this.call(
        one.call === 'status' ? 'get_stocks_stream_status' : 'list_stocks_subscriptions',
      );
      return this.expectState(structured.state);
    }
    if (one.feed === 'sends') return this.feed.trade(one.symbol, one.count);
    if (one.feed === 'cuts' || one.feed === 'closes') return this.drop(one.feed, one.after);
    await this.settle();
    if (one.feed === 'denies') this.feed.denied = new Set(one.channels);
    else this.feed.mute = one.feed === 'is mute';
  }

  private async start(names: readonly string[]): Promise<void> {
    const fresh = !this.running;
    if (fresh) {
      this.wanted.clear();
      this.openedAt = this.past.length;
      this.drops = 0;
      this.everStarted = true;
      this.running = true;
    }
    for (const name of names) this.ask(name);
    const { structured, isError } = await this.call('start_stocks_stream', { channels: names });
    this.expectHonest(structured);
    const hopeless = names.every(name => !this.wanted.has(name));
    // A start that finds the stream on its way back does not wait for what the feed will say.
    if (fresh || !hopeless) expect(isError).toBe(hopeless);
    if (isError) expect(structured).toMatchObject({ error: { code: 'CHANNELS_REJECTED' } });
    if (fresh && hopeless) this.ended();
  }

  private subscribe(names: readonly string[]): void {
    const { running } = this;
    if (running) for (const name of names) this.ask(name);
    const called = this.call('subscribe_stocks_channels', { channels: names }).then(({ structured, isError }) => {
      const { code } = (structured.error ?? {}) as { code?: string };
      if (!running) expect(code).toBe('NOT_STARTED');
      else if (code === 'CHANNELS_REJECTED') expect(names.filter(name => !this.isLost(name))).toEqual([]);
      else if (isError) expect(code).toBe('STOPPED');
      this.expectHonest(structured);
    });
    called.catch(() => {});
    this.calls.push(called);
  }

  private async unsubscribe(names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.wanted.delete(name);
      this.leaving.add(name);
    }
    const { structured } = await this.call('unsubscribe_stocks_channels', { channels: names });
    if (!this.running) expect(structured).toMatchObject({ error: { code: 'NOT_STARTED' } });
    else expect([...(structured.removed as []), ...(structured.not_held as [])].toSorted()).toEqual(names.toSorted());
  }

  private async stop(): Promise<void> {
    await this.call('stop_stocks_stream');
    this.ended();
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
    for (const name of [...this.wanted.keys()]) {
      this.wanted.delete(name);
      this.ask(name);
    }
  }

  /** What a subscribe frame with this name leads to. */
  private ask(name: string): void {
    if (this.wanted.has(name)) return;
    const denied = this.feed.denied.has(name);
    if (!denied || this.feed.mute) this.wanted.set(name, !denied);
  }

  /** The stream is stopped: what its last session delivered is known for good. */
  private ended(): void {
    this.running = false;
    this.wanted.clear();
    const last = this.feed.sessions.at(-1);
    if (last && this.counted !== last) this.resolve(last);
  }

  /** Takes down how much of a session came, which is the beginning of what was sent. */
  private resolve(session: FeedSession): number {
    const came = this.stream.totals.received - (this.past.length - this.openedAt);
    expect(came).toBeGreaterThanOrEqual(0);
    expect(came).toBeLessThanOrEqual(session.sent.length);
    this.past.push(...session.sent.slice(0, came));
    this.counted = session;
    return came;
  }

  /** Numbers of the messages that came or are on their way. */
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

    const held = wanted.filter(name => this.wanted.get(name));
    const openSessions = this.feed.sessions.filter(({ socket }) => socket.readyState === 1);
    expect(openSessions.map(session => [...session.held].toSorted())).toEqual(this.running ? [held] : []);
    const unconfirmed = status.unconfirmed as string[];
    expect(wanted.filter(name => !unconfirmed.includes(name) && !held.includes(name))).toEqual([]);

    const came = this.coming.length - this.openedAt;
    expect(status.messages_received).toBe(this.everStarted ? came : 0);
    // A stream that is stopped while it is down does not come back.
    expect([this.drops, this.running ? this.drops : this.drops - 1]).toContain(status.reconnects);
    expect((status.outages as unknown[]).length > 0).toBe(this.drops > 0);
    await this.drain();
  }

  /** Reads to the end: nothing twice, and nothing skipped that is not counted as dropped. */
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

  /** Live, nothing pending, and every frame of either side read by the other. */
  private async ready(): Promise<void> {
    const { subscriptions } = this.stream;
    const quiet = (): boolean => this.stream.state === 'live' && subscriptions.namesIn('pending').length === 0;
    await this.until(quiet);
    await this.feed.barrier();
    await this.until(quiet);
    await this.feed.barrier();
  }

  private isLost(name: string): boolean {
    return this.feed.denied.has(name) || this.leaving.has(name);
  }

  private expectState(state: unknown): void {
    if (this.running) expect(['connecting', 'authenticating', 'live', 'retrying']).toContain(state);
    else expect(state).toBe(this.everStarted ? 'stopped' : 'idle');
  }

  /** Nothing is called refused that the feed did not refuse. */
  private expectHonest({ rejected = [] }: { readonly rejected?: unknown }): void {
    const names = (rejected as { channel: string }[]).map(({ channel }) => channel);
    expect(names.filter(name => !this.feed.denied.has(name))).toEqual([]);
  }

  private get stream() {
    return this.hub.stream('stocks');
  }

  private call(name: string, args: object = {}): Promise<ToolResult> {
    return callOn(this.hub, name, args);
  }

  private async until(done: () => boolean): Promise<void> {
    if (!(await this.stream.changes.until(done, patienceMs))) throw new Error(`waited in vain for ${done}`);
  }
}
