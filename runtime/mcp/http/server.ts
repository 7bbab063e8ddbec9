/** Streamable HTTP: many clients on one hub, in both protocol eras. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLegacyRequest } from '@modelcontextprotocol/server';
import { type HttpSettings, inUrl } from '../../config/http-settings.js';
import { type Options, optionTable } from '../../config/options.js';
import type { Token } from '../../config/token.js';
import { TokenStore } from '../../config/token-store.js';
import { faultsOfToolsets, toolsetsHeader } from '../../config/toolsets.js';
import { hasMoreParts } from '../../core/lossless-json.js';
import { namesIn } from '../../core/name-list.js';
import { Quota } from '../../pacing/quota.js';
import { complainTo } from '../discreet-server.js';
import { faultOfEchoes } from '../echoes.js';
import { leavesNothing } from '../served-hub.js';
import { packArguments } from '../whole-arguments.js';
import { path, refuseForm, refuseStranger } from './admission.js';
import { Bodies, type Unread } from './bodies.js';
import type { Caller } from './caller.js';
import { Clients, type HttpParts } from './clients.js';
import { Connections } from './connections.js';
import { answer, toWeb, whenClosed } from './node-web.js';
import { parseError, refuse, refuseMore } from './refusals.js';

const probeAfterMs = 30_000;
const largestHeadBytes = 16_384;
/** Ten times what any call needs. */
const mostParts = 50_000;

export class HttpServer {
  private readonly listener;
  private readonly clients: Clients;
  private readonly bodies: Bodies;
  private readonly connections: Connections;
  /** Requests from their head to the end of their answer. */
  private readonly requests: Quota;

  private constructor(
    private readonly parts: HttpParts,
    private readonly settings: HttpSettings,
    private readonly tokens: TokenStore,
  ) {
    const { options } = parts.hub.settings;
    this.listener = createServer(listenerOptions(options), (request, response) => void this.serve(request, response));
    // The size of a head is bounded. With a limit on their number, some headers would go unchecked.
    this.listener.maxHeadersCount = 0;
    this.bodies = new Bodies(options.httpMaxBytes, options.httpClientBytes, options.httpTotalBytes);
    this.requests = new Quota(options.httpCalls, options.httpTotalCalls);
    this.connections = new Connections(options.httpConnections, options.httpPerAddress, () =>
      parts.hub.log.say('http connections', 'http: a connection was refused, all others are in use'),
    );
    this.connections.guard(this.listener);
    this.clients = new Clients(parts, tokens);
    tokens.onGone(gone => this.clients.endTokens(gone));
  }

  /** @throws Error if the address or the file of tokens cannot be used */
  static async listen(parts: HttpParts, settings: HttpSettings): Promise<HttpServer> {
    const { clock, log } = parts.hub;
    const server = new HttpServer(parts, settings, await TokenStore.open(clock, log, settings));
    server.listener.listen(parts.hub.settings.options.port, settings.host);
    await once(server.listener, 'listening').catch(error => {
      server.tokens.close();
      throw error;
    });
    return server;
  }

  get url(): string {
    const { address, port } = this.listener.address() as AddressInfo;
    return `http://${inUrl(address)}:${port}${path}`;
  }

  /** Ends every connection and releases what the clients hold. */
  close(): void {
    this.tokens.close();
    this.listener.close();
    this.clients.close();
    this.listener.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { hub } = this.parts;
    // Whatever a request takes is given back when its response ends, and that is more than Node expects.
    response.setMaxListeners(0);
    const answered = await this.admit(request, response).catch(error => {
      complainTo(hub.log)(error);
      return refuse(500, 'This is a fault of the server; its log on stderr has the details.');
    });
    if (answered) answer(response, answered, hub.clock, hub.settings.options.httpTimeoutMs);
  }

  /** Reads the body only once the request is allowed. @returns undefined if the caller is gone */
  private async admit(request: IncomingMessage, response: ServerResponse): Promise<Response | undefined> {
    const stranger = refuseStranger(request, this.settings.names);
    if (stranger) return stranger;
    const token = this.tokens.find(request.headers.authorization);
    if (this.tokens.required && !token) return this.refuseLogin(request);
    const malformed = refuseForm(request);
    if (malformed) return malformed;
    const caller = this.clients.nameCaller(token, request.headers['mcp-session-id'] as string | undefined);
    const read = await this.read(request, response, caller);
    if ('refusal' in read) return read.refusal;
    // A body may take long; its token may have expired by now, or its name belong to another one.
    if (token && !isSameCaller(token, this.tokens.find(request.headers.authorization)))
      return this.refuseLogin(request);
    // A request counts only once it is complete.
    const exceeded = this.requests.take(caller.id);
    if (exceeded) return refuseRequest(exceeded, this.requests[exceeded]);
    whenClosed(response, () => this.requests.add(caller.id, -1));
    whenClosed(response, this.connections.use(request.socket));
    return this.pass(request, response, read.body, caller);
  }

  /** @returns the parsed body or a refusal; neither if the caller is gone */
  private async read(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
  ): Promise<{ body: unknown } | { refusal: Response | undefined }> {
    if (request.method !== 'POST') return { body: undefined };
    const read = await this.bodies.read(request, caller.id);
    if ('unread' in read) return { refusal: this.refuseBody(read.unread) };
    whenClosed(response, read.done);
    // Parsing blocks everybody, for longer the more parts a body has.
    if (hasMoreParts(read.bytes, 0, read.bytes.length, mostParts)) {
      return { refusal: refuse(413, `A request has at most ${mostParts} lists, objects and items of them.`) };
    }
    const body = parse(read.bytes.toString());
    return body === notJson ? { refusal: refuse(400, 'The body is not valid JSON.', { code: parseError }) } : { body };
  }

  private async pass(
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    caller: Caller,
  ): Promise<Response> {
    const echo = faultOfEchoes(body);
    if (echo) return refuse(400, echo.message, { code: echo.code });
    const web = toWeb(request, response);
    if (!web) return refuse(400, 'The request is not valid HTTP.');
    const toolsets = namesIn(web.headers.get(toolsetsHeader));
    const faults = faultsOfToolsets(toolsets, this.parts.hub);
    if (faults.length > 0) return refuse(400, `The header ${toolsetsHeader}: ${faults.join('; ')}`);
    if (leavesNothing(this.parts.hub, toolsets)) {
      return refuse(400, `The header ${toolsetsHeader} leaves none of the tools that are served here; leave it out.`);
    }
    const raw = { request: web, response, body: packArguments(body), toolsets };
    return (await isLegacyRequest(web, body))
      ? this.clients.serveLegacy(raw, caller)
      : this.clients.serveModern(raw, caller);
  }

  private refuseLogin({ headers, socket }: IncomingMessage): Response {
    const what = headers.authorization === undefined ? 'no token' : 'an unknown or expired token';
    this.parts.hub.log.say('http login', `http: a login was refused: ${what}, from ${socket.remoteAddress}`);
    return refuse(401, 'A bearer token of this server is needed.', { headers: { 'www-authenticate': 'Bearer' } });
  }

  private refuseBody(unread: Unread): Response | undefined {
    if (unread === 'gone') return undefined;
    const { httpMaxBytes, httpClientBytes } = this.parts.hub.settings.options;
    const headers = { connection: 'close' };
    if (unread === 'too large') return refuse(413, `A request has ${httpMaxBytes} bytes at most.`, { headers });
    const { httpClientBytes: own, httpTotalBytes: all } = optionTable;
    const bounds = `${httpClientBytes} bytes of a client (${own.variable}), and a bound for all (${all.variable})`;
    return refuseMore(503, `The request gave way to others: of requests there may be ${bounds}.`, {
      headers,
    });
  }
}

function isSameCaller({ name, reads }: Token, now: Token | undefined): boolean {
  return now !== undefined && now.name === name && now.reads === reads;
}

function listenerOptions({ httpHeadTimeoutMs, httpTimeoutMs }: Options) {
  return {
    keepAlive: true,
    keepAliveInitialDelay: probeAfterMs,
    maxHeaderSize: largestHeadBytes,
    headersTimeout: Math.min(httpHeadTimeoutMs, httpTimeoutMs),
    requestTimeout: httpTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, httpHeadTimeoutMs),
  };
}

function refuseRequest(exceeded: 'perClient' | 'inAll', most: number): Response {
  return exceeded === 'perClient'
    ? refuseMore(429, `A client has ${most} requests under way at most (${optionTable.httpCalls.variable}).`)
    : refuseMore(503, `There are ${most} requests under way at most (${optionTable.httpTotalCalls.variable}).`);
}

const notJson = Symbol('no JSON');

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return notJson;
  }
}
