/** What an answer of the API says: a document with rows, or an error, wherever it stands. */
import { StreamError } from '../core/errors.js';
import { hasMoreParts, parseDigits } from '../core/lossless-json.js';
import { quoteText } from '../core/quoting.js';
import { type Hidden, hide } from './hidden.js';

/** An answer of the API, without the key in it. */
export interface Reply {
  readonly status: number;
  readonly body: Buffer;
  /** That answered. */
  readonly host?: string;
  /** How long it asks to wait, where that is too long for a call. */
  readonly retryAfterMs?: number;
}

/** An object of JSON, or the list that stands at its root. */
export type ReplyDocument = Readonly<Record<string, unknown>> | readonly unknown[];

/** Statuses inside an answer that are errors, whatever the status of HTTP. */
const errorStatuses: Readonly<Record<string, number>> = {
  ERROR: 200,
  AUTH_ERROR: 401,
  NOT_AUTHORIZED: 403,
  NOT_FOUND: 404,
};

/** Of the largest answers that the API gives there are a few hundred thousand. */
const mostParts = 2_000_000;

/**
 * @param hidden what was asked for; no sentence of the API repeats it
 * @throws StreamError
 */
export function readReply({ status, body, retryAfterMs }: Reply, hidden: readonly Hidden[]): ReplyDocument {
  // Nothing is built of what was made to be slow.
  if (hasMoreParts(body, 0, body.length, mostParts))
    throw new StreamError('LIMIT_EXCEEDED', `The REST API answered with more than ${mostParts} values.`, askLess);
  const text = body.toString();
  const document = parse(text);
  const object = isObject(document) ? document : undefined;
  const said = object && saidIn(object, hidden);
  if (status >= 200 && status < 300) {
    if (!isDocument(document)) throw unreadable(text, status, document);
    const inner = object && typeof object.status === 'string' ? errorStatuses[object.status.toUpperCase()] : undefined;
    if (inner === undefined) return document;
    throw errorOf(inner, said ? `It answered: ${said}.` : 'It gave no reason.');
  }
  const wait = retryAfterMs === undefined ? '' : ` It asks to wait for ${Math.ceil(retryAfterMs / 1_000)} s.`;
  const answered = said ? `It answered: ${said}.` : `It answered HTTP ${status} ${withWhat(text, document)}.`;
  throw errorOf(status, `${answered}${wait}`);
}

function errorOf(status: number, said: string): StreamError {
  if (status === 400)
    return new StreamError('INVALID_ARGUMENT', `The REST API refused the request. ${said}`, correctIt);
  if (status === 401) return new StreamError('AUTH_FAILED', `The REST API did not accept the key. ${said}`, checkKey);
  if (status === 403) return new StreamError('NOT_ENTITLED', `The REST API gave no access. ${said}`);
  if (status === 404) return new StreamError('NOT_FOUND', `The REST API found nothing. ${said}`);
  if (status >= 300 && status < 400)
    return new StreamError('UPSTREAM_ERROR', `The REST API sent the request elsewhere, and is not followed. ${said}`);
  const what = status >= 500 ? 'The REST API failed.' : 'The REST API refused the request.';
  return new StreamError('UPSTREAM_ERROR', `${what} ${said}`);
}

const correctIt = 'Correct the arguments by what the API says; dates, symbols and combinations are judged there.';
export const askLess = 'Ask for less: a smaller limit, a shorter range, fewer symbols.';
const checkKey = 'Check the API key (POLYGON_API_KEY) in the dashboard of the vendor, then start the server again.';

/** The sentence of the API, as quoted data. */
function saidIn(object: Readonly<Record<string, unknown>>, hidden: readonly Hidden[]): string | undefined {
  const said = [object.error, object.message].find(one => typeof one === 'string' && one.trim() !== '');
  return typeof said === 'string' ? quoteText(hide(said, hidden)) : undefined;
}

function unreadable(text: string, status: number, document: unknown): StreamError {
  return new StreamError('UPSTREAM_ERROR', `The REST API answered HTTP ${status} ${withWhat(text, document)}.`);
}

/** The kind of a body, of which nothing is shown. */
function withWhat(text: string, document: unknown): string {
  const begin = text.slice(0, 1_000).trimStart();
  if (begin === '') return 'with nothing in it';
  if (begin.startsWith('<')) return 'with a page of HTML or XML';
  if (!/^[[{]/.test(begin)) return 'with something that is no JSON';
  return document === undefined ? 'with JSON that is cut or broken' : 'without a reason';
}

function parse(text: string): unknown {
  try {
    return parseDigits(text);
  } catch {
    // The error's message quotes the text.
    return undefined;
  }
}

function isDocument(value: unknown): value is ReplyDocument {
  return typeof value === 'object' && value !== null;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return isDocument(value) && !Array.isArray(value);
}
