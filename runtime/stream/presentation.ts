/** Formats the messages of a stream, and keeps snapshots of its symbols. */
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
  /** Messages with fields of wrong types, of those shown to the owner. */
  mistyped = 0;
  private byViewer = new WeakMap<object, Snapshots>();

  /** @param text shows text of the connection */
  constructor(
    private readonly market: Market,
    private readonly services: PresentationServices,
    private readonly messages: ClientMessages,
    private readonly text: () => FeedText,
  ) {}

  /** Forgets everything, for another start. */
  clear(): void {
    this.mistyped = 0;
    this.byViewer = new WeakMap();
  }

  /** The first call builds them from the buffer. */
  snapshotsOf(viewer: object): Snapshots {
    let snapshots = this.byViewer.get(viewer);
    if (!snapshots) {
      const { buffer, dropped } = this.messages;
      snapshots = new Snapshots(this.market, buffer, this.services.clock, buffer.oldestSeq);
      snapshots.missed = dropped;
      this.byViewer.set(viewer, snapshots);
    }
    return snapshots;
  }

  /** For the owner: counts a message with wrong types when it is first shown. */
  show(entry: Entry, detail: Detail, isNamed: boolean): Message {
    const message = this.format(entry, detail, isNamed);
    if (this.messages.buffer.judge(entry.seq)) {
      const validator = channelOf(this.market, entry.ev)?.validator;
      if (!message || (validator && !validator.safeParse(entry.raw).success)) this.mistyped++;
    }
    return message ?? this.asItCame(entry);
  }

  /** For a read-only client: counts nothing. */
  showToReader(entry: Entry, detail: Detail, isNamed: boolean): Message {
    return this.format(entry, detail, isNamed) ?? this.asItCame(entry);
  }

  /** @returns undefined if it cannot be formatted */
  private format(entry: Entry, detail: Detail, isNamed: boolean): Message | undefined {
    try {
      return formatMessage(this.market, entry, detail, this.text(), isNamed);
    } catch (error) {
      const what = `${this.market.name}: an event was not formatted: ${describeThrown(error)}`;
      this.services.log.say(`${this.market.name} format`, what);
      return undefined;
    }
  }

  private asItCame({ symbol, raw }: Entry): Message {
    const text = this.text().forMessage();
    const shownSymbol = symbol === null ? null : text.quote(symbol);
    return { event: 'UNKNOWN', symbol: shownSymbol, full_data: cleanRaw(raw, text) };
  }
}
