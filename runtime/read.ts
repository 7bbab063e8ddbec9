import { type Answer, commonAnswer, cursorOf, newestAge, showOutages, silenceOf } from './answer.js';
import type { Entry } from './buffer.js';
import { toCsv } from './csv.js';
import { decodeCursor } from './cursor.js';
import type { Detail, Message } from './format.js';
import { parseFilters, type Selection, selectionOf } from './selection.js';
import type { HubView, StreamView } from './view.js';

export interface ReadArguments {
  readonly market: string;
  readonly cursor?: string;
  readonly channels?: readonly string[];
  readonly limit?: number;
  readonly max_bytes?: number;
  readonly detail?: Detail;
  readonly format?: 'json' | 'csv';
}

const defaultLimit = 50;
export const defaultMaxBytes = 20_000;

/** Messages that fit, and where to go on. */
export interface Page {
  readonly messages: readonly Message[];
  /** Seq from which the next read goes on. */
  readonly next: number;
  readonly hasMore: boolean;
  /** Bytes of the message that was too large for an empty page. */
  readonly tooLarge?: number;
}

/**
 * Answers messages of a stream, oldest first: those since the cursor, or else the newest.
 *
 * @throws StreamError BAD_CURSOR, INVALID_CHANNEL
 */
export function read(hub: HubView, args: ReadArguments): Answer {
  const stream = hub.stream(args.market);
  const { buffer } = stream;
  const select = selectionOf(parseFilters(stream.market, args.channels), stream.visible);
  const limits = { limit: args.limit ?? defaultLimit, maxBytes: args.max_bytes ?? defaultMaxBytes };
  const show = (entry: Entry): Message => stream.show(entry, args.detail ?? 'summary');
  const since = args.cursor === undefined ? undefined : positionOf(hub, stream, args.cursor);
  const builder = new PageBuilder(limits);
  const page =
    since === undefined ? readNewest(stream, select, show, builder) : readSince(stream, since, select, show, builder);
  const dropped = since === undefined ? 0 : Math.max(0, buffer.oldestSeq - since);
  const notes = page.tooLarge ? [`The next message alone has ${page.tooLarge} bytes: raise max_bytes.`] : [];
  return {
    ...commonAnswer(stream, notes),
    ...(args.format === 'csv' ? { csv: toCsv(page.messages) } : { messages: page.messages }),
    count: page.messages.length,
    cursor: cursorOf(hub, stream, page.next),
    has_more: page.hasMore,
    dropped,
    outages: showOutages(stream.outages.since(since ?? buffer.oldestSeq)),
    newest_age_ms: newestAge(hub, stream),
    silence: page.messages.length === 0 && !page.hasMore ? silenceOf(hub, stream) : null,
  };
}

interface Limits {
  readonly limit: number;
  readonly maxBytes: number;
}

/** @throws StreamError BAD_CURSOR */
export function positionOf(hub: HubView, stream: StreamView, cursor: string): number {
  return decodeCursor(cursor, { process: hub.process, market: stream.market.name, seq: stream.buffer.nextSeq });
}

/** Adds to a page what matches from `since` on, as far as it fits. */
export function readSince(
  { buffer }: StreamView,
  since: number,
  select: Selection,
  show: (entry: Entry) => Message,
  page: PageBuilder,
): Page {
  for (let seq = Math.max(since, buffer.oldestSeq); seq < buffer.nextSeq; seq++) {
    if (!select(buffer, seq)) continue;
    if (!page.add(show(buffer.at(seq)!)))
      return { messages: page.messages, next: seq, hasMore: true, ...page.overflow };
  }
  return { messages: page.messages, next: buffer.nextSeq, hasMore: false };
}

function readNewest(
  { buffer }: StreamView,
  select: Selection,
  show: (entry: Entry) => Message,
  page: PageBuilder,
): Page {
  for (let seq = buffer.nextSeq - 1; seq >= buffer.oldestSeq; seq--) {
    if (select(buffer, seq) && !page.add(show(buffer.at(seq)!))) break;
  }
  return { messages: page.messages.toReversed(), next: buffer.nextSeq, hasMore: false, ...page.overflow };
}

/** Collects whole messages up to a count and a size. */
export class PageBuilder {
  readonly messages: Message[] = [];
  private bytes = 2;
  private refused = 0;

  constructor(private readonly limits: Limits) {}

  /** @returns whether the message fitted */
  add(message: Message): boolean {
    const size = Buffer.byteLength(JSON.stringify(message)) + 1;
    if (this.messages.length >= this.limits.limit || this.bytes + size > this.limits.maxBytes) {
      this.refused = size;
      return false;
    }
    this.messages.push(message);
    this.bytes += size;
    return true;
  }

  /** Present when not even one message fitted. */
  get overflow(): { tooLarge?: number } {
    return this.messages.length === 0 && this.refused > 0 ? { tooLarge: this.refused + 2 } : {};
  }
}
