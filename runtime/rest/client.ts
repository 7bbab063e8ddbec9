/** The REST API as the tools call it: an operation and arguments in, rows out. */
import type { Options } from '../config/options.js';
import type { Operation } from '../contract/operation.js';
import type { Clock } from '../core/clock.js';
import { count } from '../core/count.js';
import { StreamError } from '../core/errors.js';
import { oneLine } from '../core/quoting.js';
import type { Secret } from '../core/secret.js';
import type { FindProxy } from '../feed/proxy.js';
import type { Address } from './address.js';
import { readArguments, type SentValue } from './arguments.js';
import { AnswerCache } from './cache.js';
import { Flights } from './flights.js';
import { keptMs } from './freshness.js';
import { hiddenInPage, hiddenInValues } from './hidden.js';
import { nextPage, type Page, readCursor, writeCursor } from './page.js';
import type { RestPlace } from './place.js';
import { isObject, type ReadDocument, type Reply, type ReplyDocument, readReply } from './reply.js';
import { Requester } from './requester.js';
import type { RowsWanted } from './row-scan.js';
import { rowsIn } from './rows.js';
import { doubtsOf } from './symbols.js';
import { makeTable, mostRows, type Table, type TableFormat } from './table.js';
import { Transport } from './transport.js';
import type { RestWorld } from './world.js';

export interface RestSettings {
  readonly place: RestPlace;
  /** Everything here belongs to it: pace, requests under way, cache. Another key needs another client of the API. */
  readonly key: Secret;
  readonly options: Options;
  readonly clock: Clock;
  readonly findProxy?: FindProxy | undefined;
  /** Who answers instead of the hosts of the place. */
  readonly world?: RestWorld;
}

export interface CallOptions {
  /** Who calls. */
  readonly client: string;
  readonly signal?: AbortSignal | undefined;
  readonly format?: TableFormat | undefined;
  /** Most bytes of rows. */
  readonly maxBytes?: number | undefined;
}

export interface RestAnswer extends Omit<Table, 'unfound'> {
  /** Cursor to what follows, to be given as `page`; null where nothing does. */
  readonly next_page: string | null;
  readonly request_id: string | null;
  readonly source: { readonly path: string; readonly host?: string };
  /** Whether rows that came are left out; `next_page` begins with them. */
  readonly truncated: boolean;
  /** How long ago this client had the same answer first; absent where it is new to this client. */
  readonly cached_age_s?: number;
}

const usualBytes = 100_000;
const longestId = 100;

/** What a call asks for, and how it is answered. */
interface Asked {
  readonly page: Page;
  /** Absent for a further page. */
  readonly sent?: readonly SentValue[];
  readonly notes: readonly string[];
}

export class RestClient {
  private readonly transport: Transport;
  private readonly world: RestWorld;
  private readonly flights = new Flights<Reply>();
  private readonly cache: AnswerCache;

  constructor(private readonly settings: RestSettings) {
    const { options, clock, place, key, findProxy, world } = settings;
    const { connectTimeoutMs, restBodyBytes, restTimeoutMs, restCalls, restCacheBytes } = options;
    this.transport = new Transport({ connectTimeoutMs, mostBytes: restBodyBytes, findProxy }, clock);
    const own = { place, key, timeoutMs: restTimeoutMs, callsAtOnce: restCalls };
    this.world = world ?? new Requester(own, this.transport, clock);
    this.cache = new AnswerCache(restCacheBytes, clock);
  }

  /** Ends the connections that nobody uses. */
  close(): void {
    this.transport.close();
  }

  /**
   * @param args as they came, of any shape
   * @throws StreamError with the way out
   */
  async call(operation: Operation, args: unknown, options: CallOptions): Promise<RestAnswer> {
    const asked = this.read(operation, args);
    const { read, ageMs, host } = await this.documentOf(operation, asked, options);
    const { document } = read;
    const { page, notes } = asked;
    const found = rowsIn(read, operation, page.skip);
    const rows = found ?? { count: 0, rows: [] };
    const { format = 'csv', maxBytes = usualBytes } = options;
    const { unfound, ...table } = await makeTable(operation, rows, { format, maxBytes, clock: this.settings.clock });
    const next = this.nextOf(operation, document, page, { left: rows.count - table.count, shown: table.count });
    return {
      ...table,
      next_page: next.cursor,
      request_id: idIn(document),
      source: { path: operation.path, ...(host === undefined ? {} : { host }) },
      truncated: table.count < rows.count,
      ...(ageMs === undefined ? {} : { cached_age_s: Math.floor(ageMs / 1_000) }),
      notes: [
        ...notes,
        ...(found ? [] : unplaced(document)),
        ...(rows.count > 0 && unfound === 0 ? [] : doubtsOf(asked.sent)),
        ...next.notes,
        ...table.notes,
        ...(this.world.notesOn?.(operation) ?? []),
        ...operation.notes,
      ],
    };
  }

  private read(operation: Operation, args: unknown): Asked {
    const asked = readArguments(operation, args, this.settings.clock.now());
    if ('page' in asked) return { page: readCursor(operation, this.settings.place, asked.page), notes: asked.notes };
    return { page: { address: asked.address, skip: 0 }, sent: asked.sent, notes: asked.notes };
  }

  private async documentOf(
    operation: Operation,
    { page: { address, skip }, sent }: Asked,
    { client, signal }: CallOptions,
  ): Promise<{ read: ReadDocument; ageMs?: number; host?: string }> {
    const { clock } = this.settings;
    const wanted = { path: operation.rows.path, skip, most: mostRows };
    const key = keyOf(address);
    const longestMs = keptMs(operation.freshness, sent, clock.now());
    const hit = this.cache.find(key, client, longestMs);
    if (hit) {
      const read = await readReply({ status: 200, body: hit.body }, [], wanted, clock);
      return hit.ageMs === undefined ? { read } : { read, ageMs: hit.ageMs };
    }
    const reply = await this.flights.join(key, abort => this.world.send(address, client, abort, operation), signal);
    const read = await readAnswer(reply, { address, sent, wanted, operation }, clock);
    if (longestMs > 0) this.cache.put(key, client, reply.body);
    return { read, ...(reply.host === undefined ? {} : { host: reply.host }) };
  }

  /** Where rows were left out it goes on with these, else where the API says. */
  private nextOf(
    operation: Operation,
    document: ReplyDocument,
    { address, skip }: Page,
    { left, shown }: { readonly left: number; readonly shown: number },
  ): { cursor: string | null; notes: string[] } {
    const { place } = this.settings;
    if (left > 0) {
      const cursor = writeCursor(operation, place, { address, skip: skip + shown });
      const rest = cursor === undefined ? 'ask for less' : 'call again with next_page as page';
      return { cursor: cursor ?? null, notes: [`${count(left, 'row')} more came than fit: ${rest}.`] };
    }
    const nextUrl = isObject(document) && operation.isPaged ? document.next_url : undefined;
    if (nextUrl === undefined || nextUrl === null || nextUrl === '') return { cursor: null, notes: [] };
    const page = nextPage(operation, place, nextUrl);
    const cursor = page && writeCursor(operation, place, page);
    if (cursor !== undefined) return { cursor, notes: [] };
    return { cursor: null, notes: ['There is more, but the API names a next page that is not one of this operation.'] };
  }
}

interface Awaiting {
  readonly operation: Operation;
  readonly address: Address;
  readonly sent: readonly SentValue[] | undefined;
  readonly wanted: RowsWanted;
}

/** @throws StreamError that says so, where nothing may be found for the form of a symbol */
async function readAnswer(
  reply: Reply,
  { operation, address, sent, wanted }: Awaiting,
  clock: Clock,
): Promise<ReadDocument> {
  try {
    return await readReply(reply, sent ? hiddenInValues(sent) : hiddenInPage(operation.path, address), wanted, clock);
  } catch (error) {
    const doubts = doubtsOf(sent);
    if (!(error instanceof StreamError) || error.code !== 'NOT_FOUND' || doubts.length === 0) throw error;
    throw new StreamError(error.code, error.message, error.hint, { ...error.details, notes: doubts });
  }
}

function keyOf({ path, query }: Address): string {
  return `${path}?${query}`;
}

function idIn(document: ReplyDocument): string | null {
  const id = isObject(document) ? document.request_id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? oneLine(String(id), longestId) : null;
}

/** No place for rows is normal where there are none. */
function unplaced(document: ReplyDocument): string[] {
  const counted = isObject(document) ? [document.count, document.resultsCount].find(one => typeof one === 'number') : 0;
  if (typeof counted !== 'number' || counted === 0) return [];
  return ['The API counts rows, but they are not where the spec has them; please report it.'];
}
