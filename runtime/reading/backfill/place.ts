/** Where the next call goes on: opaque to callers, and no cursor into the stream. */
import { createHash } from 'node:crypto';
import { StreamError } from '../../core/errors.js';

export interface BackfillPlace {
  /** Begin of the outage. */
  readonly outageMs: number;
  /** How many channels are done. */
  readonly done: number;
  /** Time of the next message; 0 for the first of all. */
  readonly atMs: number;
  /** Messages of that time that were answered. */
  readonly skip: number;
}

/** @param names the channels, which the next call must choose again */
export function writePlace({ outageMs, done, atMs, skip }: BackfillPlace, market: string, names: readonly string[]) {
  const numbers = [outageMs, done, atMs, skip].map(number => number.toString(36));
  return Buffer.from([...numbers, digestOf(market, names)].join('.')).toString('base64url');
}

/** @throws StreamError BAD_CURSOR */
export function readPlace(text: string): { readonly place: BackfillPlace; readonly digest: string } {
  const [outageMs, done, atMs, skip, digest, ...more] = Buffer.from(text, 'base64url').toString().split('.');
  const numbers = [outageMs, done, atMs, skip].map(part => (/^[0-9a-z]{1,10}$/.test(part ?? '') ? part! : ''));
  const [outage, index, at, skipped] = numbers.map(part => Number.parseInt(part, 36));
  const isWhole = numbers.every(part => part !== '') && digest !== undefined && more.length === 0;
  if (!isWhole) throw bad('page is none that backfill_outage answered.');
  return { place: { outageMs: outage!, done: index!, atMs: at!, skip: skipped! }, digest };
}

/** @throws StreamError BAD_CURSOR if the page belongs to other channels */
export function judgePlace(digest: string, market: string, names: readonly string[]): void {
  if (digest !== digestOf(market, names)) throw bad('page belongs to a call with another market or other channels.');
}

function bad(message: string): StreamError {
  return new StreamError(
    'BAD_CURSOR',
    message,
    'Give next_page of the last answer as page, with market and channels as they were; or leave page out to begin anew.',
  );
}

function digestOf(market: string, names: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([market, names]))
    .digest('hex')
    .slice(0, 12);
}
