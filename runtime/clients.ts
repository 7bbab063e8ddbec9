/** The clients over HTTP and their sessions: who has room, who gives way, and whose request is whose. */
import { randomUUID } from 'node:crypto';
import { isInitializeRequest } from '@modelcontextprotocol/server';
import { anybody, type Caller, callerIn, callerOf, idOf } from './caller.js';
import { Calls } from './calls.js';
import { ClientGate } from './clientgate.js';
import { StreamError } from './errors.js';
import { type Exchange, whenClosed } from './exchange.js';
import type { Hub } from './hub.js';
import { Leases } from './leases.js';
import { optionTable } from './options.js';
import type { Pages } from './pages.js';
import { Quota } from './quota.js';
import { readerOf } from './reader.js';
import { refuse, refuseMore, sessionNotFound } from './refusals.js';
import { Session } from './session.js';
import { isWanted } from './state.js';
import type { Token } from './token.js';
import type { TokenStore } from './tokenstore.js';
import type { HubView } from './view.js';
import { Visitor } from './visitor.js';
import type { UriBound } from './watches.js';

export interface HttpParts {
  readonly hub: Hub;
  readonly pages: Pages;
  readonly version: string;
}

export class Clients {
  private readonly visitors: Leases<Visitor>;
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
    // Sessions without a token take no place from those who have none.
    const most = httpClients + (tokens.required ? 0 : 1);
    this.visitors = new Leases(clock, most, httpClientTtlMs, visitor => this.letGo(visitor));
    this.sessions = new Leases(clock, httpClients, httpClientTtlMs, session => {
      void session.close();
      // Without a token, nobody can come back to what was the session's.
      if (session.owner.id === session.id) this.visitors.end(session.id);
    });
  }

  /** Who calls, as far as it is known before the body of the request is read. */
  nameCaller(token: Token | undefined, session: string | undefined): Caller {
    if (token) return callerOf(token);
    return (session === undefined ? undefined : this.sessions.get(session)?.owner) ?? anybody;
  }

  /** Serves protocol 2026-07-28. */
  async serveModern(exchange: Exchange, caller: Caller): Promise<Response> {
    // Without a token, a session says nothing here.
    const visitor = this.visit(caller.hasToken ? caller : anybody);
    if (!visitor) return this.refuseClient();
    this.use(exchange, visitor.caller);
    return orRefusal(exchange, visitor.serve(exchange));
  }

  /** Serves the 2025 protocols. */
  async serveLegacy(exchange: Exchange, caller: Caller): Promise<Response> {
    const { request, body } = exchange;
    const id = request.headers.get('mcp-session-id') ?? undefined;
    if (id === undefined && !isInitializeRequest(body)) {
      return request.method === 'POST'
        ? refuse(400, 'A session is needed: initialize, then send Mcp-Session-Id with every request.')
        : refuse(405, 'Without a session there is nothing to get or to delete.', { headers: { allow: 'POST' } });
    }
    // Whoever opens sessions does so in its own turn, and not in one of each session.
    if (id === undefined) {
      const opening = this.calls.run(caller.id, () => this.serveNew(exchange, caller), { signal: request.signal });
      return orRefusal(exchange, opening);
    }
    const session = this.sessions.get(id);
    if (!session || session.owner.id !== (caller.hasToken ? caller.id : session.id)) {
      return refuse(404, 'Session not found', { code: sessionNotFound });
    }
    session.isUsed = true;
    return this.serveIn(session, exchange);
  }

  /** Ends what belongs to tokens that are none any more. */
  endTokens(tokens: readonly Token[]): void {
    for (const { name } of tokens) {
      this.parts.hub.log.say(`http token ${name}`, `http: the token ${name} has expired, or was changed or revoked`);
      this.visitors.end(idOf(name));
      this.sessions.endEach(({ owner }) => owner.id === idOf(name));
    }
  }

  close(): void {
    this.sessions.close();
    this.visitors.close();
  }

  /** @returns the client of a caller, which is made if there is none; nothing if there is no room for one more */
  private visit(caller: Caller): Visitor | undefined {
    const { reads } = caller;
    if (reads === undefined) return this.visitors.take(caller.id, () => this.makeVisitor(caller));
    const owner = this.visit(callerOf({ name: reads }));
    return owner && this.visitors.take(caller.id, () => this.makeReader(caller, owner.parts.hub));
  }

  private makeVisitor(caller: Caller): Visitor {
    const client = this.parts.hub.client(caller.hasToken ? { owner: caller.name } : {});
    return new Visitor(this.partsOf(caller, client), () => client.close());
  }

  private makeReader(caller: Caller, view: HubView): Visitor {
    return new Visitor(this.partsOf(caller, readerOf(view)), async () => {});
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

  private async serveNew(exchange: Exchange, caller: Caller): Promise<Response> {
    const session = await this.openSession(caller.hasToken ? caller : undefined);
    if (!session) return this.refuseClient();
    const answered = await this.serveIn(session, exchange);
    // Nobody was told of a session that was not opened after all.
    if (!answered.ok) this.sessions.end(session.id);
    return answered;
  }

  private serveIn(session: Session, exchange: Exchange): Promise<Response> {
    whenClosed(exchange.response, this.sessions.use(session.id));
    this.use(exchange, session.owner);
    return session.serve(exchange);
  }

  /** What a client holds is kept while it or somebody who looks at it calls. */
  private use({ response }: Exchange, { id, reads }: Caller): void {
    whenClosed(response, this.visitors.use(id));
    if (reads !== undefined) whenClosed(response, this.visitors.use(idOf(reads)));
  }

  private letGo(visitor: Visitor): void {
    const { id, reads } = visitor.caller;
    void visitor.close();
    this.sessions.endEach(({ owner }) => owner.id === id);
    if (reads !== undefined) return;
    // They look at what is no more.
    const looksHere = ({ reads: other }: Caller): boolean => other !== undefined && idOf(other) === id;
    this.sessions.endEach(({ owner }) => looksHere(owner));
    this.visitors.endEach(({ caller }) => looksHere(caller));
  }

  /** @returns nothing if there is no room for one more */
  private async openSession(caller: Caller | undefined): Promise<Session | undefined> {
    const id = randomUUID();
    const owner = caller ?? callerIn(id);
    if (!(caller ? this.hasRoomFor(caller) : this.hasRoom())) return undefined;
    const visitor = this.visit(owner);
    if (!visitor) return undefined;
    const session = this.sessions.take(id, () => new Session(id, visitor.parts, () => this.sessions.end(id)));
    if (!session && !caller) this.visitors.end(owner.id);
    await session?.open();
    return session;
  }

  /**
   * Tokens share the sessions, so that none takes those of another. One that has its share gives up a session that
   * nobody uses, since clients that vanish do not end theirs.
   */
  private hasRoomFor(caller: Caller): boolean {
    const { httpClients, httpSessions } = this.parts.hub.settings.options;
    const share = Math.max(1, Math.min(httpSessions, Math.floor(httpClients / this.tokens.count)));
    const isTheirs = ({ owner }: Session): boolean => owner.id === caller.id;
    return this.sessions.count(isTheirs) < share || this.giveWay(isTheirs, caller.name);
  }

  /** Without tokens nobody is told apart: a session that holds nothing gives way, first one that was never used. */
  private hasRoom(): boolean {
    const { httpClients } = this.parts.hub.settings.options;
    if (this.sessions.size < httpClients) return true;
    return [true, false].some(unused =>
      this.giveWay(session => (!unused || !session.isUsed) && holdsNothing(session), 'a new client'),
    );
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

async function orRefusal({ request, body }: Exchange, serving: Promise<Response>): Promise<Response> {
  try {
    return await serving;
  } catch (error) {
    // Nobody reads it.
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
