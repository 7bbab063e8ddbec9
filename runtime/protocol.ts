/** Frames: what the feed sends taken apart, what we send put together. */
import type { StatusMeaning, StatusWord } from './contract.js';
import { parseExact } from './json.js';

/** An event as it came. */
export type RawEvent = { readonly [key: string]: unknown };

/** A status message of the feed; one that no word of the spec explains has no meaning. */
export interface Status {
  readonly status: string;
  readonly message: string;
  readonly means?: StatusMeaning;
}

/** What one frame held. */
export interface Frame {
  readonly statuses: readonly Status[];
  readonly events: readonly RawEvent[];
  /** Items, or the whole frame, that are no events. */
  readonly malformed: number;
}

const broken: Frame = { statuses: [], events: [], malformed: 1 };

/**
 * A frame is an array of events and statuses; a lone object is taken for an array of one.
 * @see polygon-docs/websockets/quickstart.md:206-209 `ev`
 */
export function parseFrame(text: string, words: readonly StatusWord[]): Frame {
  let value: unknown;
  try {
    value = parseExact(text);
  } catch {
    return broken;
  }
  const items = Array.isArray(value) ? value : [value];
  const statuses: Status[] = [];
  const events: RawEvent[] = [];
  for (const item of items) {
    if (!isEvent(item)) continue;
    if (item.ev === 'status') statuses.push(readStatus(item, words));
    else events.push(item);
  }
  return { statuses, events, malformed: items.length - statuses.length - events.length };
}

function isEvent(item: unknown): item is RawEvent {
  return typeof item === 'object' && item !== null && !Array.isArray(item) && typeof (item as RawEvent).ev === 'string';
}

function readStatus(item: RawEvent, words: readonly StatusWord[]): Status {
  const status = typeof item.status === 'string' ? item.status : '';
  const message = typeof item.message === 'string' ? item.message : '';
  const word = words.find(other => other.status === status && message.startsWith(other.message));
  return { status, message, ...(word ? { means: word.means } : {}) };
}

/** The channel that a `subscribed to: T.AAPL` is about. */
export function ackedChannel(message: string): string {
  return message.slice(message.indexOf(': ') + 2).trim();
}

/** @see polygon-docs/websockets/quickstart.md:79 `"action":"auth"` */
export function authFrame(key: string): string {
  return JSON.stringify({ action: 'auth', params: key });
}

/**
 * @param names validated channel names
 * @see polygon-docs/websockets/quickstart.md:100-107 `params`
 */
export function subscribeFrame(names: readonly string[]): string {
  return JSON.stringify({ action: 'subscribe', params: names.join(',') });
}

/** @see polygon-docs/websockets/quickstart.md:129 `"action":"unsubscribe"` */
export function unsubscribeFrame(names: readonly string[]): string {
  return JSON.stringify({ action: 'unsubscribe', params: names.join(',') });
}
