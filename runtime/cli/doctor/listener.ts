/** Listens to the channels of a market for a while, on its own connection, and passes everything to an inspector. */
import { isUtf8 } from 'node:buffer';
import type { Options } from '../../config/options.js';
import type { Channel } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import type { Decoding } from '../../contract/suite.js';
import type { Clock } from '../../core/clock.js';
import type { ErrorCode } from '../../core/errors.js';
import { parseExact } from '../../core/lossless-json.js';
import { isEvent } from '../../decode/protocol.js';
import type { Answer, FeedSource, Findings } from '../../feed/source.js';
import { verdicts } from '../../feed/verdict.js';
import { Changes } from '../../pacing/changes.js';
import { LoopBudget } from '../../pacing/loop-budget.js';
import type { Target } from '../../stream/target.js';
import { symbolTableOf } from '../../symbols/symbol-table.js';
import { Inspector } from './inspector.js';

/** Part of each second for looking at events; the rest of a flood is skipped. */
const lookingMsPerSecond = 250;
const mostNamedSymbols = 20;

/** The result of listening. */
export interface Heard {
  readonly inspector: Inspector;
  /** Channels that the feed was asked for. */
  readonly asked: readonly string[];
  readonly refused: readonly string[];
  readonly unanswered: readonly string[];
  /** Frames that were skipped, since too many arrived. */
  readonly passedOver: number;
  /** How long it listened once all was asked for, ms. */
  readonly listenedMs: number;
  /** Why the connection ended early; without the feed's text. */
  readonly trouble?: ErrorCode;
}

/** What a listener needs of the hub. */
export interface ListenerServices {
  readonly clock: Clock;
  readonly options: Options;
  readonly decoding: Decoding;
}

/**
 * @param channels that the plan allows
 * @param seconds to listen once all was asked for
 */
export async function listenTo(
  market: Market,
  target: Target,
  channels: readonly Channel[],
  seconds: number,
  services: ListenerServices,
): Promise<Heard> {
  const listener = new EventListener(market, target, services);
  try {
    return await listener.run(channels, seconds * 1_000);
  } finally {
    await listener.close();
  }
}

class EventListener {
  private readonly changes: Changes;
  private readonly source: FeedSource;
  private readonly asked = new Set<string>();
  private readonly refused = new Set<string>();
  private readonly inspector: Inspector;
  /** The channel that was asked for last, until it is answered. */
  private waiting: string | undefined;
  private passedOver = 0;
  /** As it came; nothing once it was looked at. */
  private frame: Buffer | undefined;
  private second = { startMs: 0, spentMs: 0 };

  constructor(
    private readonly market: Market,
    target: Target,
    private readonly services: ListenerServices,
  ) {
    const { clock, options, decoding } = services;
    this.changes = new Changes(clock);
    this.inspector = new Inspector(market, this.asked, target.key);
    const notify = (): void => this.changes.notify();
    const needs = {
      market,
      decoding,
      symbols: symbolTableOf(market),
      options,
      clock,
      loopBudget: new LoopBudget(clock),
    };
    this.source = target.open(needs, {
      came: frame => {
        this.frame = frame;
      },
      answered: answer => this.hear(answer),
      take: (_, found) => this.take(found),
      changed: notify,
      delivered: notify,
      ended: notify,
    });
  }

  async run(channels: readonly Channel[], listenMs: number): Promise<Heard> {
    const { clock, options } = this.services;
    this.source.start();
    await this.changes.until(() => this.isLive || this.isOver, options.connectTimeoutMs + options.authTimeoutMs);
    for (const channel of channels) await this.askFor(channel);
    const begunMs = clock.elapsed();
    if (this.isLive) await this.changes.until(() => !this.isLive, listenMs);
    const { lastFault } = this.source;
    const { inspector, passedOver, asked, refused } = this;
    return {
      inspector,
      asked: [...asked],
      refused: [...refused],
      unanswered: [...asked].filter(name => !refused.has(name) && !inspector.isAcknowledged(name)),
      passedOver,
      listenedMs: Math.round(clock.elapsed() - begunMs),
      ...(this.isLive ? {} : { trouble: lastFault ? verdicts[lastFault.kind].code : 'CONNECT_FAILED' }),
    };
  }

  async close(): Promise<void> {
    await this.source.close();
  }

  private get isLive(): boolean {
    return this.source.state === 'live';
  }

  private get isOver(): boolean {
    return this.source.state === 'refused';
  }

  /** All symbols if the feed allows it, else those of the simulated feed. */
  private async askFor({ prefix, wildcard }: Channel): Promise<void> {
    if (wildcard && (await this.ask(`${prefix}.*`))) return;
    for (const { symbol } of this.market.simulation.instruments.slice(0, mostNamedSymbols)) {
      if (!this.isLive || !(await this.ask(`${prefix}.${symbol}`))) return;
    }
  }

  /** One at a time, since a refusal does not say what it refuses. @returns whether it is not refused */
  private async ask(name: string): Promise<boolean> {
    this.asked.add(name);
    this.waiting = name;
    if (!this.source.subscribe([name])) return false;
    await this.changes.until(() => this.waiting === undefined || !this.isLive, this.services.options.ackTimeoutMs);
    this.waiting = undefined;
    return !this.refused.has(name);
  }

  /** Looks at the whole frame with the first piece of it. */
  private take({ events, malformed }: Findings): void {
    if (events.count + malformed === 0) return;
    this.source.messageCame();
    const { frame } = this;
    this.frame = undefined;
    if (!frame) return;
    const { clock } = this.services;
    const begunMs = clock.elapsed();
    if (begunMs - this.second.startMs >= 1_000) this.second = { startMs: begunMs, spentMs: 0 };
    if (this.second.spentMs > lookingMsPerSecond) {
      this.passedOver++;
      return;
    }
    for (const item of readItems(frame)) this.look(item);
    this.second.spentMs += clock.elapsed() - begunMs;
  }

  private look(item: unknown): void {
    if (!isEvent(item) || item.ev !== 'status') this.inspector.take(item);
  }

  /** Answers are heard in any flood. */
  private hear(answer: Answer): void {
    switch (answer.kind) {
      case 'granted':
        this.inspector.takeAcknowledgement(answer.channel);
        if (this.waiting !== undefined && this.inspector.isAcknowledged(this.waiting)) this.waiting = undefined;
        return;
      case 'refused':
      case 'refused whole':
        // What is acknowledged already is not meant.
        if (this.waiting !== undefined) this.refused.add(this.waiting);
        this.waiting = undefined;
        return;
      case 'notice':
        this.inspector.takeUnknown(answer.said);
    }
  }
}

/** The items of a frame; a frame that is no JSON is one item that is no event. */
function readItems(data: Buffer): readonly unknown[] {
  if (!isUtf8(data)) return [undefined];
  try {
    const value = parseExact(data.toString());
    return Array.isArray(value) ? value : [value];
  } catch {
    return [undefined];
  }
}
