/** Listens to the channels of a market for a while, on its own connection, and passes everything to an inspector. */
import { isUtf8 } from 'node:buffer';
import type { Options } from '../../config/options.js';
import type { Channel, Market, StatusWord } from '../../contract/contract.js';
import type { Clock } from '../../core/clock.js';
import type { ErrorCode } from '../../core/errors.js';
import { parseExact } from '../../core/lossless-json.js';
import { ackedChannel, isEvent, readStatus, type Status, subscribeFrame } from '../../decode/protocol.js';
import { Connection } from '../../feed/connection.js';
import { fatalStatuses, verdicts } from '../../feed/verdict.js';
import { Changes } from '../../pacing/changes.js';
import { LoopBudget } from '../../pacing/loop-budget.js';
import type { Target } from '../../stream/target.js';
import { Inspector } from './inspector.js';

/** Part of each second for looking at events; the rest of a flood is skipped. */
const lookingMsPerSecond = 250;
const mostNamedSymbols = 20;
const lookedForStatus = '"status"';

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
  readonly statuses: readonly StatusWord[];
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
  private readonly connection: Connection;
  private readonly asked = new Set<string>();
  private readonly refused = new Set<string>();
  private readonly inspector: Inspector;
  /** The channel that was asked for last, until it is answered. */
  private waiting: string | undefined;
  private passedOver = 0;
  private second = { startMs: 0, spentMs: 0 };

  constructor(
    private readonly market: Market,
    { urls, key, replay }: Target,
    private readonly services: ListenerServices,
  ) {
    const { clock, options } = services;
    this.changes = new Changes(clock);
    this.inspector = new Inspector(market, this.asked);
    const notify = (): undefined => {
      this.changes.notify();
      return undefined;
    };
    const listener = {
      live: notify,
      frame: (data: Buffer): undefined => this.take(data),
      delivered: notify,
      changed: notify,
    };
    this.connection = new Connection(
      urls,
      key,
      options,
      clock,
      new LoopBudget(clock),
      listener,
      replay?.dialer(notify),
    );
  }

  async run(channels: readonly Channel[], listenMs: number): Promise<Heard> {
    const { clock, options } = this.services;
    this.connection.start();
    await this.changes.until(() => this.isLive || this.isOver, options.connectTimeoutMs + options.authTimeoutMs);
    for (const channel of channels) await this.askFor(channel);
    const begunMs = clock.elapsed();
    if (this.isLive) await this.changes.until(() => !this.isLive, listenMs);
    const { lastFault } = this.connection.state;
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
    await this.connection.stop();
  }

  private get isLive(): boolean {
    return this.connection.state.name === 'live';
  }

  private get isOver(): boolean {
    return this.connection.state.name === 'refused';
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
    if (!this.connection.send(subscribeFrame([name]))) return false;
    await this.changes.until(() => this.waiting === undefined || !this.isLive, this.services.options.ackTimeoutMs);
    this.waiting = undefined;
    return !this.refused.has(name);
  }

  private take(data: Buffer): undefined {
    const { clock } = this.services;
    const begunMs = clock.elapsed();
    if (begunMs - this.second.startMs >= 1_000) this.second = { startMs: begunMs, spentMs: 0 };
    // Statuses are read in any flood.
    if (this.second.spentMs > lookingMsPerSecond && !data.includes(lookedForStatus)) {
      this.passedOver++;
      return undefined;
    }
    for (const item of readItems(data)) this.hear(item);
    this.second.spentMs += clock.elapsed() - begunMs;
    return undefined;
  }

  private hear(item: unknown): void {
    if (isEvent(item) && item.ev === 'status') {
      this.hearStatus(readStatus(item, this.services.statuses));
      return;
    }
    this.connection.messageCame();
    this.inspector.take(item);
  }

  private hearStatus(status: Status): void {
    const fatal = status.means && fatalStatuses[status.means];
    if (fatal) {
      this.connection.fail({ kind: fatal, message: 'The feed ended it.' });
      return;
    }
    switch (status.means) {
      case 'greeting':
        this.connection.greeted();
        return;
      case 'authenticated':
        this.connection.authenticated();
        return;
      case 'subscribed':
        this.inspector.takeAcknowledgement(ackedChannel(status.message));
        if (this.waiting !== undefined && this.inspector.isAcknowledged(this.waiting)) this.waiting = undefined;
        return;
      case 'not_authorized':
      case 'limit_exceeded':
        // It does not concern what was acknowledged before.
        if (this.waiting !== undefined) this.refused.add(this.waiting);
        this.waiting = undefined;
        return;
      case undefined:
        this.inspector.takeUnknown(status);
        return;
      default:
        return;
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
