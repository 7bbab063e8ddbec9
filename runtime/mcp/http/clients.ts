/** The clients over HTTP and their sessions: who is admitted, who gives way, and which client a request belongs to. */
import { randomUUID } from 'node:crypto';
import { isInitializeRequest } from '@modelcontextprotocol/server';
import { optionTable } from '../../config/options.js';
import type { Token } from '../../config/token.js';
import type { TokenStore } from '../../config/token-store.js';
import { StreamError } from '../../core/errors.js';
import { isWanted } from '../../feed/state.js';
import { Leases } from '../../pacing/leases.js';
import { Quota } from '../../pacing/quota.js';
import type { Hub } from '../../stream/hub.js';
import { readerOf } from '../../stream/reader.js';
import type { HubView } from '../../stream/view.js';
import type { Pages } from '../../tools/pages.js';
import type { UriBound } from '../resource-updates.js';
import { anybody, type Caller, callerIn, callerOf, idOf } from './caller.js';
import { Calls } from './calls.js';
import { ClientGate } from './client-gate.js';
import { HttpClient } from './http-client.js';
import { type RawRequest, whenClosed } from './node-web.js';
import { refuse, refuseMore, sessionNotFound } from './refusals.js';
import { Session } from './session.js';

export interface HttpParts {
  readonly hub: Hub;
  readonly pages: Pages;
  readonly version: string;
}

export class Clients {
  private readonly httpClients: Leases<HttpClient>;
  private readonly sessions: Leases<Session>;
  private readonly calls: Calls;
  private readonly uris: Quota;

  constructor(
    private readonly parts: HttpParts,
    private readonly tokens: TokenStore,
  ) {
    const { clock, settings } = parts.hub;
    const { httpClients, httpClientTtlMs, httpCalls, httpTotalCalls, httpUris } = settings.options;
    this.calls = new Calls(httpCalls, httpTotalCalls);
    this.uris = new Quota(httpUris);
    // Sessions without a token do not use up the places of other clients.
    const most = httpClients + (tokens.required ? 0 : 1);
    this.httpClients = new Leases(clock, most, httpClientTtlMs, httpClient => this.letGo(httpClient));
    this.sessions = new Leases(clock, httpClients, httpClientTtlMs, session => {
      void session.close();
      // Without a token, nobody can return to what belonged to the session.
      if (session.owner.id === session.id) this.httpClients.end(session.id);
    });
  }

  /** The caller, as far as it is known before the body is read. */
  nameCaller(token: Token | undefined, session: string | undefined): Caller {
    if (token) return callerOf(token);
    return (session === undefined ? undefined : this.sessions.get(session)?.owner) ?? anybody;
  }

  /** Serves protocol 2026-07-28. */
  async serveModern(raw: RawRequest, caller: Caller): Promise<Response> {
    // Without a token, a session does not matter here.
    const httpClient = this.visit(caller.hasToken ? caller : anybody);
    if (!httpClient) return this.refuseClient();
    this.use(raw, httpClient.caller);
    return orRefusal(raw, httpClient.serve(raw));
  }

  /** Serves the 2025 protocols. */
  async serveLegacy(raw: RawRequest, caller: Caller): Promise<Response> {
    const { request, body } = raw;
    const id = request.headers.get('mcp-session-id') ?? undefined;
    if (id === undefined && !isInitializeRequest(body)) {
      return request.method === 'POST'
        ? refuse(400, 'A session is needed: initialize, then send Mcp-Session-Id with every request.')
        : refuse(405, 'Without a session there is nothing to get or to delete.', { headers: { allow: 'POST' } });
    }
    // Opening a session takes the caller's own turn, not one of each session.
    if (id === undefined) {
      const opening = this.calls.run(caller.id, () => this.serveNew(raw, caller), { signal: request.signal });
      return orRefusal(raw, opening);
    }
    const session = this.sessions.get(id);
    if (!session || session.owner.id !== (caller.hasToken ? caller.id : session.id)) {
      return refuse(404, 'Session not found', { code: sessionNotFound });
    }
    session.isUsed = true;
    return this.serveIn(session, raw);
  }

  /** Ends what belongs to revoked or expired tokens. */
  endTokens(tokens: readonly Token[]): void {
    for (const { name } of tokens) {
      this.parts.hub.log.say(`http token ${name}`, `http: the token ${name} has expired, or was changed or revoked`);
      this.httpClients.end(idOf(name));
      this.sessions.endEach(({ owner }) => owner.id === idOf(name));
    }
  }

  close(): void {
    this.sessions.close();
    this.httpClients.close();
  }

  /** @returns the client of a caller, a new one if needed; undefined if there is no room */
  private visit(caller: Caller): HttpClient | undefined {
    const { reads } = caller;
    if (reads === undefined) return this.httpClients.take(caller.id, () => this.makeVisitor(caller));
    const owner = this.visit(callerOf({ name: reads }));
    return owner && this.httpClients.take(caller.id, () => this.makeReader(caller, owner.parts.hub));
  }

  private makeVisitor(caller: Caller): HttpClient {
    const client = this.parts.hub.client(caller.hasToken ? { owner: caller.name } : {});
    return new HttpClient(this.partsOf(caller, client), () => client.close());
  }

  private makeReader(caller: Caller, view: HubView): HttpClient {
    return new HttpClient(this.partsOf(caller, readerOf(view)), async () => {});
  }

  private partsOf(caller: Caller, hub: HubView) {
    const { pages, version } = this.parts;
    return { hub, pages, version, caller, gate: new ClientGate(caller, hub, this.calls), uris: this.boundOf(caller) };
  }

  private boundOf({ id }: Caller): UriBound {
    return {
      change: change => {
        if (change <= 0) this.uris.add(id, change);
        else if (this.uris.take(id, change)) throw tooManyUris(this.uris.perClient);
      },
    };
  }

  private async serveNew(raw: RawRequest, caller: Caller): Promise<Response> {
    const session = await this.openSession(caller.hasToken ? caller : undefined, raw.toolsets);
    if (!session) return this.refuseClient();
    const answered = await this.serveIn(session, raw);
    // The session was not opened, so nobody knows of it.
    if (!answered.ok) this.sessions.end(session.id);
    return answered;
  }

  private serveIn(session: Session, raw: RawRequest): Promise<Response> {
    whenClosed(raw.response, this.sessions.use(session.id));
    this.use(raw, session.owner);
    return session.serve(raw);
  }

  /** A client is kept while it or a reader of its streams calls. */
  private use({ response }: RawRequest, { id, reads }: Caller): void {
    whenClosed(response, this.httpClients.use(id));
    if (reads !== undefined) whenClosed(response, this.httpClients.use(idOf(reads)));
  }

  private letGo(httpClient: HttpClient): void {
    const { id, reads } = httpClient.caller;
    void httpClient.close();
    this.sessions.endEach(({ owner }) => owner.id === id);
    if (reads !== undefined) return;
    // Their streams are gone.
    const looksHere = ({ reads: other }: Caller): boolean => other !== undefined && idOf(other) === id;
    this.sessions.endEach(({ owner }) => looksHere(owner));
    this.httpClients.endEach(({ caller }) => looksHere(caller));
  }

  /** @returns undefined if there is no room */
  private async openSession(caller: Caller | undefined, toolsets: readonly string[]): Promise<Session | undefined> {
    const id = randomUUID();
    const owner = caller ?? callerIn(id);
    if (!(caller ? this.hasRoomFor(caller) : this.hasRoom())) return undefined;
    const httpClient = this.visit(owner);
    if (!httpClient) return undefined;
    const session = this.sessions.take(
      id,
      () => new Session(id, httpClient.parts, toolsets, () => this.sessions.end(id)),
    );
    if (!session && !caller) this.httpClients.end(owner.id);
    await session?.open();
    return session;
  }

  /**
   * Each token may have the same number of sessions. At its limit, a token gives up a session that
   * nobody uses, since clients that vanish do not end their sessions.
   */
  private hasRoomFor(caller: Caller): boolean {
    const { httpClients, httpSessions } = this.parts.hub.settings.options;
    const quota = Math.max(1, Math.min(httpSessions, Math.floor(httpClients / this.tokens.count)));
    const isTheirs = ({ owner }: Session): boolean => owner.id === caller.id;
    return this.sessions.count(isTheirs) < quota || this.giveWay(isTheirs, caller.name);
  }

  /**
   * Without tokens, a session without streams gives way, first one that was never used; then one whose streams are all
   * made up, replayed, or of a feed or key of its own choice.
   */
  private hasRoom(): boolean {
    const { httpClients } = this.parts.hub.settings.options;
    if (this.sessions.size < httpClients) return true;
    const ranks = [(session: Session) => !session.isUsed && holdsNothing(session), holdsNothing, holdsNothingUsual];
    return ranks.some(chosen => this.giveWay(chosen, 'a new client'));
  }

  private giveWay(chosen: (session: Session) => boolean, to: string): boolean {
    const gave = this.sessions.endIdle(chosen);
    if (gave) this.parts.hub.log.say('http session replaced', `http: an idle session was replaced by one of ${to}`);
    return gave;
  }

  private refuseClient(): Response {
    const { httpClients, httpSessions } = this.parts.hub.settings.options;
    const bounds = `${httpClients} at most (${optionTable.httpClients.variable}), ${httpSessions} sessions of a token (${optionTable.httpSessions.variable})`;
    return refuseMore(503, `This server takes no more clients or sessions, ${bounds}, until one of them is gone.`);
  }
}

function holdsNothing({ parts: { hub } }: Session): boolean {
  return hub.markets.every(({ name }) => !isWanted(hub.stream(name).state));
}

function holdsNothingUsual({ parts: { hub } }: Session): boolean {
  const streams = hub.markets.map(({ name }) => hub.stream(name));
  return streams.every(({ state, target }) => !isWanted(state) || !target?.usual);
}

async function orRefusal({ request, body }: RawRequest, serving: Promise<Response>): Promise<Response> {
  try {
    return await serving;
  } catch (error) {
    // The answer has no reader.
    if (request.signal.aborted) return new Response(null, { status: 499 });
    if (!(error instanceof StreamError)) throw error;
    return refuseMore(429, `${error.message} ${error.hint}`, { id: idIn(body) });
  }
}

function tooManyUris(most: number): StreamError {
  return new StreamError(
    'LIMIT_EXCEEDED',
    `At most ${most} resources of a client are listened to at the same time (${optionTable.httpUris.variable}).`,
    'Unsubscribe some, or listen to the stream as a whole.',
  );
}

function idIn(body: unknown): string | number | undefined {
  const { id } = (body ?? {}) as { readonly id?: unknown };
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
