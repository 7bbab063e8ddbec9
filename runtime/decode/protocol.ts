/** The feed's protocol: events, statuses, and the frames that we send. */
import type { StatusMeaning, StatusWord } from '../contract/suite.js';

/** An event as received. */
export type RawEvent = { readonly [key: string]: unknown };

/** Stands for a binary frame. */
export const noText = Buffer.alloc(0);

/** A status message of the feed; `means` is absent if the spec does not know it. */
export interface Status {
  readonly status: string;
  readonly message: string;
  readonly means?: StatusMeaning;
}

/** @see polygon-docs/websockets/quickstart.md:206-209 `ev` */
export function isEvent(item: unknown): item is RawEvent & { readonly ev: string } {
  return typeof item === 'object' && item !== null && !Array.isArray(item) && typeof (item as RawEvent).ev === 'string';
}

export function readStatus(item: RawEvent, words: readonly StatusWord[]): Status {
  const status = typeof item.status === 'string' ? item.status : '';
  const message = typeof item.message === 'string' ? item.message : '';
  const word = words.find(other => other.status === status && message.startsWith(other.message));
  return { status, message, ...(word ? { means: word.means } : {}) };
}

/** The channel in `subscribed to: T.AAPL`. */
export function ackedChannel(message: string): string {
  return message.slice(message.indexOf(': ') + 2).trim();
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
