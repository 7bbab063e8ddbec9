/** How the messages of a stream are shown, and the newest of each symbol. */
import type { Entry } from '../buffer/message-buffer.js';
import type { Market } from '../contract/market.js';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import { describeThrown } from '../core/thrown.js';
import type { FeedText } from '../feed/feed-text.js';
import { channelOf, cleanRaw, type Detail, formatMessage, type Message } from '../market/format.js';
import { Snapshots } from '../market/snapshots.js';
import type { ClientMessages } from './client-messages.js';

export interface PresentationServices {
  readonly clock: Clock;
  readonly log: Log;
}

export class Presentation {
  /** Messages whose fields have wrong types, of those that the owner was shown. */
  mistyped = 0;
  /** By whoever looks at them. */
  private drawn = new WeakMap<object, Snapshots>();

  /** @param text how text that came over the connection is shown */
  constructor(
    private readonly market: Market,
    private readonly services: PresentationServices,
    private readonly messages: ClientMessages,
    private readonly text: () => FeedText,
  ) {}

  /** Forgets all, for another start. */
  clear(): void {
    this.mistyped = 0;
    this.drawn = new WeakMap();
  }

  /** Drawn from what the buffer holds when they are first asked for. */
  snapshotsOf(viewer: object): Snapshots {
    let snapshots = this.drawn.get(viewer);
    if (!snapshots) {
      const { buffer, dropped } = this.messages;
      snapshots = new Snapshots(this.market, buffer, this.services.clock, buffer.oldestSeq);
      snapshots.missed = dropped;
      this.drawn.set(viewer, snapshots);
    }
    return snapshots;
  }

  /** For the owner: what has wrong types is counted when it is first shown. */
  show(entry: Entry, detail: Detail): Message {
    const message = this.format(entry, detail);
    if (this.messages.buffer.judge(entry.seq)) {
      const validator = channelOf(this.market, entry.ev)?.validator;
      if (!message || (validator && !validator.safeParse(entry.raw).success)) this.mistyped++;
    }
    return message ?? this.asItCame(entry);
  }

  /** For somebody who only looks at it. */
  showToReader(entry: Entry, detail: Detail): Message {
    return this.format(entry, detail) ?? this.asItCame(entry);
  }

  /** @returns nothing where it cannot be formatted */
  private format(entry: Entry, detail: Detail): Message | undefined {
    try {
      return formatMessage(this.market, entry, detail, this.text());
    } catch (error) {
      const what = `${this.market.name}: an event was not formatted: ${describeThrown(error)}`;
      this.services.log.say(`${this.market.name} format`, what);
      return undefined;
    }
  }

  private asItCame({ symbol, raw }: Entry): Message {
    const text = this.text();
    const shownSymbol = symbol === null ? null : text.quote(symbol);
    return { event: 'UNKNOWN', symbol: shownSymbol, full_data: cleanRaw(raw, text) };
  }
}
