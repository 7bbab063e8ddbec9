/** Streamable HTTP: many clients on one hub, in both protocol eras. Beside server.ts the only user of the package. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createMcpHandler,
  isInitializeRequest,
  isJsonContentType,
  isLegacyRequest,
  validateHostHeader,
  validateOriginHeader,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { answer, OpenResponses, readBody, toWeb } from './exchange.js';
import { Guest, type Shares } from './guest.js';
import { type HttpSettings, inUrl } from './httpsettings.js';
import type { Hub } from './hub.js';
import { Leases } from './leases.js';
import { listenedBy } from './listening.js';
import type { Pages } from './pages.js';
import { buildServer, complainTo } from './server.js';
import { Tokens } from './tokens.js';
import { Watches, wholeList } from './watches.js';

export interface HttpParts {
  readonly hub: Hub;
  readonly pages: Pages;
  readonly version: string;
}

/** A request that was let in. */
interface Exchange {
  readonly request: Request;
  readonly response: ServerResponse;
  /** The body, parsed; absent where there is none. */
  readonly body: unknown;
  /** Who calls, if a token tells. */
  readonly caller: string | undefined;
}

const path = '/mcp';
const methods = ['GET', 'POST', 'DELETE'];
/** Who calls without a token and without a session. */
const anybody = 'anybody';
const probeAfterMs = 30_000;

export class HttpServer {
  private readonly listener = createServer(
    { keepAlive: true, keepAliveInitialDelay: probeAfterMs },
    (request, response) => void this.serve(request, response),
  );
  private readonly tokens: Tokens;
  private readonly shares: Shares;
  private readonly visitors: Leases<Visitor>;
  private readonly sessions: Leases<Session>;

  private constructor(
    private readonly parts: HttpParts,
    private readonly settings: HttpSettings,
  ) {
    const { clock, markets } = parts.hub;
    const { httpClients, httpClientTtlMs } = parts.hub.settings.options;
    this.tokens = new Tokens(settings.tokens);
    this.shares = new Map(markets.map(({ name }) => [name, new Set()]));
    this.visitors = new Leases(clock, httpClients, httpClientTtlMs, visitor => void visitor.close());
    this.sessions = new Leases(clock, httpClients, httpClientTtlMs, session => {
      void session.close();
      // Without a token, nobody can come back to what was the session's.
      if (session.owner === session.id) this.visitors.end(session.id);
    });
  }

  /** @throws Error if the address cannot be listened on */
  static async listen(parts: HttpParts, settings: HttpSettings): Promise<HttpServer> {
    const server = new HttpServer(parts, settings);
    server.listener.listen(parts.hub.settings.options.port, settings.host);
    await once(server.listener, 'listening');
    return server;
  }

  get url(): string {
    const { address, port } = this.listener.address() as AddressInfo;
    return `http://${inUrl(address)}:${port}${path}`;
  }

  /** Ends every connection and lets go of what the clients hold. */
  close(): void {
    this.listener.close();
    this.sessions.close();
    this.visitors.close();
    this.listener.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answered = await this.admit(request, response).catch(error => {
      complainTo(this.parts.hub)(error);
      return refuse(500, 'This is a fault of the server; its log on stderr has the details.');
    });
    answer(response, answered);
  }

  /** Nothing of a request is read before it is clear that it may be made. */
  private async admit(request: IncomingMessage, response: ServerResponse): Promise<Response> {
    const { headers, method = '', url = '' } = request;
    const stranger = this.refuseStranger(headers);
    if (stranger) return stranger;
    if (url.split('?')[0] !== path) return refuse(404, `There is nothing here; MCP is at ${path}.`);
    const token = this.tokens.find(headers.authorization);
    if (this.tokens.required && token === undefined) {
      return refuse(401, 'A bearer token of this server is needed.', { 'www-authenticate': 'Bearer' });
    }
    if (!methods.includes(method)) return refuse(405, 'Method not allowed.', { allow: methods.join(', ') });
    if (method === 'POST' && !isJsonContentType(headers['content-type'])) {
      return refuse(415, 'Content-Type must be application/json.');
    }
    const { httpMaxBytes } = this.parts.hub.settings.options;
    const text = await readBody(request, httpMaxBytes);
    if (text === undefined) {
      return refuse(413, `A request has ${httpMaxBytes} bytes at most.`, { connection: 'close' });
    }
    const body = method === 'POST' ? parse(text) : undefined;
    if (body === notJson) return refuse(400, 'The body is not valid JSON.', {}, parseError);
    const caller = token === undefined ? undefined : `token ${token}`;
    const exchange = { request: toWeb(request, text, response), response, body, caller };
    return (await isLegacyRequest(exchange.request, body)) ? this.serveLegacy(exchange) : this.serveModern(exchange);
  }

  /** A web page must not reach the server through the browser of somebody who can. */
  private refuseStranger({ host, origin }: IncomingMessage['headers']): Response | undefined {
    const { names } = this.settings;
    const judged = [validateHostHeader(host, [...names]), validateOriginHeader(origin, [...names])];
    return judged.every(({ ok }) => ok)
      ? undefined
      : refuse(403, 'Host or Origin names another server than this one; MCP_POLYGON_HTTP_HOSTS adds names for it.');
  }

  private async serveModern(exchange: Exchange): Promise<Response> {
    const id = exchange.caller ?? anybody;
    const visitor = this.visitors.take(id, () => new Visitor(this.parts, this.shares));
    if (!visitor) return this.refuseMore();
    exchange.response.once('close', this.visitors.use(id));
    return visitor.serve(exchange);
  }

  private async serveLegacy(exchange: Exchange): Promise<Response> {
    const { request, response, body, caller } = exchange;
    const id = request.headers.get('mcp-session-id') ?? undefined;
    if (id === undefined && !isInitializeRequest(body)) {
      return request.method === 'POST'
        ? refuse(400, 'A session is needed: initialize, then send Mcp-Session-Id with every request.')
        : refuse(405, 'Without a session there is nothing to get or to delete.', { allow: 'POST' });
    }
    const session = id === undefined ? await this.openSession(caller) : this.sessions.get(id);
    if (!session && id === undefined) return this.refuseMore();
    if (!session || session.owner !== (caller ?? session.id)) {
      return refuse(404, 'Session not found', {}, sessionNotFound);
    }
    response.once('close', this.sessions.use(session.id));
    response.once('close', this.visitors.use(session.owner));
    return session.serve(exchange);
  }

  /** @returns nothing if there is no room for one more */
  private async openSession(caller: string | undefined): Promise<Session | undefined> {
    const id = randomUUID();
    const owner = caller ?? id;
    const visitor = this.visitors.take(owner, () => new Visitor(this.parts, this.shares));
    if (!visitor || !this.hasRoomFor(owner)) return undefined;
    const end = (): void => this.sessions.end(id);
    const session = this.sessions.take(id, () => new Session(id, owner, this.parts, visitor.guest, end));
    if (!session && caller === undefined) this.visitors.end(owner);
    await session?.open();
    return session;
  }

  /**
   * Tokens share the sessions, so that none takes those of another. One that has its share gives up a session that
   * nobody uses, since clients that vanish do not end theirs.
   */
  private hasRoomFor(owner: string): boolean {
    if (!this.tokens.required) return true;
    const share = Math.max(1, Math.floor(this.parts.hub.settings.options.httpClients / this.settings.tokens.length));
    const isTheirs = (session: Session): boolean => session.owner === owner;
    return this.sessions.count(isTheirs) < share || this.sessions.endIdle(isTheirs);
  }

  private refuseMore(): Response {
    const { httpClients } = this.parts.hub.settings.options;
    const message = `This server takes no more clients or sessions, ${httpClients} at most, until one of them is gone.`;
    return refuse(503, message, { 'retry-after': '60' });
  }
}

/** A client: its part of the streams, and how it is served in protocol 2026-07-28. */
class Visitor {
  readonly guest: Guest;
  private readonly listening = new OpenResponses();
  private readonly watches: Watches;
  private readonly handler;
  private listens = 0;

  constructor({ hub, pages, version }: HttpParts, shares: Shares) {
    const { httpWaits, httpMaxBytes } = hub.settings.options;
    const guest = new Guest(hub, shares);
    const watches = new Watches(guest, {
      updated: async uri => {
        this.listening.dropUnread();
        this.handler.notify.resourceUpdated(uri);
      },
      listChanged: async () => {
        this.listening.dropUnread();
        this.handler.notify.resourcesChanged();
      },
    });
    this.guest = guest;
    this.watches = watches;
    this.handler = createMcpHandler(() => buildServer({ hub: guest, pages, version }, watches), {
      legacy: 'reject',
      maxSubscriptions: httpWaits,
      maxRequestBodySize: httpMaxBytes,
      onerror: complainTo(hub),
    });
  }

  serve({ request, response, body }: Exchange): Promise<Response> {
    const uris = listenedBy(body);
    if (uris) {
      const follower = ++this.listens;
      this.watches.follow(follower, uris);
      this.listening.add(response, () => this.watches.unfollow(follower));
    }
    return this.handler.fetch(request, { parsedBody: body });
  }

  async close(): Promise<void> {
    this.watches.close();
    await Promise.all([this.handler.close(), this.guest.close()]);
  }
}

/** A session of the 2025 protocols. */
class Session {
  private readonly listening = new OpenResponses();
  private readonly watches: Watches;
  private readonly server;
  private readonly transport;

  /**
   * @param owner client that opened it, the only one that may go on with it
   * @param end is called when the client ends it
   */
  constructor(
    readonly id: string,
    readonly owner: string,
    { hub, pages, version }: HttpParts,
    guest: Guest,
    end: () => void,
  ) {
    this.watches = new Watches(guest, {
      updated: uri => this.tell(() => this.server.sendResourceUpdated({ uri })),
      listChanged: () => this.tell(() => this.server.sendResourceListChanged()),
    });
    this.server = buildServer({ hub: guest, pages, version }, this.watches);
    this.server.onerror = complainTo(hub);
    this.transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessionclosed: end,
      maxRequestBodySize: hub.settings.options.httpMaxBytes,
    });
  }

  async open(): Promise<void> {
    this.watches.follow(wholeList, [wholeList]);
    await this.server.connect(this.transport);
  }

  serve({ request, response, body }: Exchange): Promise<Response> {
    if (request.method === 'GET') this.listening.add(response);
    return this.transport.handleRequest(request, { parsedBody: body });
  }

  async close(): Promise<void> {
    this.watches.close();
    await this.server.close();
  }

  private async tell(send: () => Promise<void>): Promise<void> {
    this.listening.dropUnread();
    await send().catch(() => {});
  }
}

const serverError = -32_000;
const sessionNotFound = -32_001;
const parseError = -32_700;

function refuse(status: number, message: string, headers: Record<string, string> = {}, code = serverError): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status, headers });
}

const notJson = Symbol('no JSON');

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return notJson;
  }
}
