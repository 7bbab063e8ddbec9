/** What an answer of the API says: a document with rows, or an error, wherever it stands. */
import type { Clock } from '../core/clock.js';
import { StreamError } from '../core/errors.js';
import { parseDigits } from '../core/lossless-json.js';
import { quoteText } from '../core/quoting.js';
import { TimeSlice } from '../pacing/time-slice.js';
import { type Hidden, hide } from './hidden.js';
import { type RowsWanted, scanRows } from './row-scan.js';

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

/** Rows that are parsed one by one, when they are asked for. */
export interface RowList {
  /** How many there are, those that are not wanted left out. */
  readonly count: number;
  /**
   * No more than are wanted, each with the bytes that it has in the answer.
   *
   * @throws StreamError UPSTREAM_ERROR where one is broken
   */
  readonly rows: Iterable<{ readonly row: unknown; readonly bytes: number }>;
}

export interface ReadDocument {
  readonly document: ReplyDocument;
  /** Absent where no list is in its place; where there is one, the document has an empty one there. */
  readonly list?: RowList;
}

/**
 * @param hidden what was asked for; no sentence of the API repeats it
 * @throws StreamError
 */
export async function readReply(
  { status, body, retryAfterMs }: Reply,
  hidden: readonly Hidden[],
  wanted: RowsWanted,
  clock: Clock,
): Promise<ReadDocument> {
  const begin = body.toString('utf8', 0, beginBytes).trimStart();
  const slice = new TimeSlice(clock);
  await slice.begin();
  const { around, rows } = /^[[{]/.test(begin) ? await scanRows(body, wanted, slice) : {};
  const document = around === undefined ? undefined : parse(around);
  const object = isObject(document) ? document : undefined;
  const said = object && saidIn(object, hidden);
  if (status >= 200 && status < 300) {
    if (!isDocument(document)) throw unreadable(begin, status, document);
    const inner = object && typeof object.status === 'string' ? errorStatuses[object.status.toUpperCase()] : undefined;
    if (inner === undefined) {
      if (!rows) return { document };
      const list = { count: Math.max(0, rows.count - wanted.skip), rows: rowsAt(body, rows.spans, status) };
      return { document, list };
    }
    throw errorOf(inner, said ? `It answered: ${said}.` : 'It gave no reason.');
  }
  const wait = retryAfterMs === undefined ? '' : ` It asks to wait for ${Math.ceil(retryAfterMs / 1_000)} s.`;
  const answered = said ? `It answered: ${said}.` : `It answered HTTP ${status} ${withWhat(begin, document)}.`;
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
/** So much is looked at to tell what an answer is. */
const beginBytes = 1_000;
const checkKey = 'Check the API key (POLYGON_API_KEY) in the dashboard of the vendor, then start the server again.';

/** The sentence of the API, as quoted data. */
function saidIn(object: Readonly<Record<string, unknown>>, hidden: readonly Hidden[]): string | undefined {
  const said = [object.error, object.message].find(one => typeof one === 'string' && one.trim() !== '');
  return typeof said === 'string' ? quoteText(hide(said, hidden)) : undefined;
}

function* rowsAt(body: Buffer, spans: readonly number[], status: number): RowList['rows'] {
  for (let at = 0; at < spans.length; at += 2) {
    const [start, end] = [spans[at]!, spans[at + 1]!];
    const text = body.toString('utf8', start, end);
    const row = parse(text);
    if (row === undefined) throw unreadable('[', status, undefined);
    yield { row, bytes: end - start };
  }
}

function unreadable(begin: string, status: number, document: unknown): StreamError {
  return new StreamError('UPSTREAM_ERROR', `The REST API answered HTTP ${status} ${withWhat(begin, document)}.`);
}

/** The kind of a body, of which nothing is shown. */
function withWhat(begin: string, document: unknown): string {
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
