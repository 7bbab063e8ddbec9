/** Cursors to the next page: opaque to callers, without a key, and of use for nothing but the operation's own path. */
import type { Operation } from '../contract/operation.js';
import { StreamError } from '../core/errors.js';
import { type Address, reduceUrl } from './address.js';
import type { RestPlace } from './place.js';

/** Where an answer goes on. */
export interface Page {
  readonly address: Address;
  /** Rows of it that the caller has. */
  readonly skip: number;
}

const form = 1;
const longestAddress = 4_000;
const longestCursor = 6_000;
const mostSkipped = 1_000_000;

/** What the API calls the next page; nothing where it is not one of the operation. */
export function nextPage(operation: Operation, { base }: RestPlace, nextUrl: unknown): Page | undefined {
  if (typeof nextUrl !== 'string' || nextUrl.length > longestAddress) return undefined;
  const address = reduceUrl(operation.path, nextUrl, base);
  return address && { address, skip: 0 };
}

/** @returns nothing for an address that is too long */
export function writeCursor({ name }: Operation, { mark }: RestPlace, { address, skip }: Page): string | undefined {
  const { path, query } = address;
  const cursor = Buffer.from(JSON.stringify([form, mark, name, path, query, skip])).toString('base64url');
  return cursor.length > longestCursor ? undefined : cursor;
}

/** @throws StreamError BAD_CURSOR */
export function readCursor(operation: Operation, { mark }: RestPlace, cursor: string): Page {
  const parts = partsOf(cursor);
  const [version, place, name, path, query, skip] = parts;
  if (version !== form || typeof path !== 'string' || typeof query !== 'string')
    throw refuse(operation, 'is no cursor');
  if (name !== operation.name) throw refuse(operation, 'is a cursor of another tool');
  if (place !== mark) throw refuse(operation, 'is a cursor of another host');
  const address = reduceUrl(operation.path, `${path}?${query}`, '');
  const isCount = typeof skip === 'number' && Number.isInteger(skip) && skip >= 0 && skip <= mostSkipped;
  if (!address || !path.startsWith('/') || !isCount) throw refuse(operation, 'is no cursor');
  return { address, skip };
}

function partsOf(cursor: string): readonly unknown[] {
  if (cursor.length > longestCursor || !/^[\w-]+$/.test(cursor)) return [];
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function refuse({ name }: Operation, what: string): StreamError {
  return new StreamError('BAD_CURSOR', `page ${what}.`, `Call ${name} without page to begin at the first one.`);
}
