/** Formats the messages of a stream, and keeps what its symbols come to since the start. */
import type { Entry } from '../buffer/message-buffer.js';
import type { Market } from '../contract/market.js';
import type { Kernel } from '../contract/suite.js';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import { describeThrown } from '../core/thrown.js';
import type { FeedText } from '../feed/feed-text.js';
import { channelOf, cleanRaw, type Detail, formatMessage, type Message } from '../market/format.js';
import { Window } from '../market/totals/window.js';
import type { ClientMessages } from './client-messages.js';

/** What the symbols come to costs the feed some time once it is asked for, so all readers have it in common. */
export type Viewer = 'owner' | 'reader';

export interface PresentationServices {
  /** Reads the numbers of messages. */
  readonly numberKernel: Kernel;
  readonly clock: Clock;
  readonly log: Log;
}

export class Presentation {
  /** Messages with fields of wrong types, of those shown to the owner. */
  mistyped = 0;
  private readonly byViewer = new Map<Viewer, Window>();

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
    this.byViewer.clear();
  }

  /** What the symbols come to; from the first call on, also of what leaves the buffer. */
  sinceStart(viewer: Viewer): Window {
    let kept = this.byViewer.get(viewer);
    if (!kept || kept.isLost) {
      const { buffer, dropped } = this.messages;
      const { clock, numberKernel: kernel } = this.services;
      kept = new Window(this.market, buffer, { kernel, clock, from: buffer.oldestSeq, isKept: true });
      kept.missed = dropped;
      this.byViewer.set(viewer, kept);
    }
    return kept;
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
