import {
  isJSONRPCErrorResponse,
  type JSONRPCMessage,
  type Transport,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { StreamError } from '../../core/errors.js';
import { complainTo, refuseBusy } from '../discreet-server.js';
import { type Gate, unhandled } from '../gate.js';
import { ResourceUpdates, wholeList } from '../resource-updates.js';
import { buildServer } from '../server.js';
import type { Caller } from './caller.js';
import type { ClientParts } from './http-client.js';
import { OpenResponses, type RawRequest } from './node-web.js';
import { withoutWords } from './refusals.js';

/** A session of the 2025 protocols. */
export class Session {
  /** Whether its client used it after opening it. */
  isUsed = false;
  private readonly listening = new OpenResponses();
  /** The request that opens the session passed its gate before the session existed. */
  private readonly gate: Gate = {
    enter: (asked, answer, signal) => (this.isUsed ? this.parts.gate.enter(asked, answer, signal) : answer()),
    call: (owned, call) => this.parts.gate.call(owned, call),
  };
  private readonly updates: ResourceUpdates;
  private readonly server;
  private readonly transport;

  /**
   * @param parts of the client that opened it, the only one that may use it
   * @param toolsets what the client asked for when it opened the session
   * @param end is called when the client ends it
   */
  constructor(
    readonly id: string,
    readonly parts: ClientParts,
    toolsets: readonly string[],
    end: () => void,
  ) {
    const { hub, uris } = parts;
    this.updates = new ResourceUpdates(
      hub,
      {
        updated: uri => this.tell(() => this.server.sendResourceUpdated({ uri })),
        listChanged: () => this.tell(() => this.server.sendResourceListChanged()),
      },
      uris,
    );
    this.server = buildServer({ ...parts, toolsets, gate: this.gate }, this.updates);
    this.server.onerror = complainTo(hub.log);
    this.transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessionclosed: end,
      maxRequestBodySize: hub.settings.options.httpMaxBytes,
    });
  }

  /** The client that opened it. */
  get owner(): Caller {
    return this.parts.caller;
  }

  async open(): Promise<void> {
    this.updates.follow(wholeList, [wholeList]);
    await this.server.connect(this.transport);
    letOut(this.transport, this.gate);
  }

  serve({ request, response, body }: RawRequest): Promise<Response> {
    if (request.method === 'GET') this.listening.add(response);
    return this.transport.handleRequest(request, { parsedBody: body }).then(withoutWords);
  }

  async close(): Promise<void> {
    this.updates.close();
    await this.server.close();
  }

  private async tell(send: () => Promise<void>): Promise<void> {
    this.listening.dropUnread();
    await send().catch(() => {});
  }
}

/** The package's own answers, which no handler sees, wait for their turn, too. */
function letOut(transport: Transport, gate: Gate): void {
  const deliver = transport.onmessage;
  const send = transport.send.bind(transport);
  let delivers = false;
  transport.onmessage = (message, extra) => {
    delivers = true;
    try {
      deliver?.(message, extra);
    } finally {
      delivers = false;
    }
  };
  transport.send = (message, options) => {
    if (!delivers) return send(message, options);
    return gate
      .enter(unhandled, async () => message)
      .catch(error => busy(message, error))
      .then(answered => send(answered, options));
  };
}

/** Replaces the answer to a request that was not admitted. */
function busy(message: JSONRPCMessage, error: unknown): JSONRPCMessage {
  if (!(error instanceof StreamError) || !isJSONRPCErrorResponse(message)) return message;
  const { code, message: text, data } = refuseBusy(error);
  return { ...message, error: { code, message: text, data } };
}
