import type { ServerResponse } from 'node:http';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { toolsetsHeader } from '../../config/toolsets.js';
import { namesIn } from '../../core/name-list.js';
import { complainTo } from '../discreet-server.js';
import { type Gate, unhandled } from '../gate.js';
import { listenedBy } from '../listening.js';
import { ResourceUpdates, type UriBound } from '../resource-updates.js';
import { buildServer, type ServerParts } from '../server.js';
import type { Caller } from './caller.js';
import { OpenResponses, type RawRequest, whenClosed } from './node-web.js';
import { withoutWords } from './refusals.js';

/** What a client needs. */
export interface ClientParts extends ServerParts {
  readonly caller: Caller;
  readonly gate: Gate;
  readonly uris: UriBound;
}

/** The toolsets that a request asks for, which were judged before. */
function askedBy(request: Request | undefined): string[] {
  return namesIn(request?.headers.get(toolsetsHeader));
}

/** A client over HTTP, and its server for protocol 2026-07-28. */
export class HttpClient {
  private readonly listening = new OpenResponses();
  private readonly updates: ResourceUpdates;
  private readonly handler;
  private listens = 0;
  /** Requests whose gate was found by a server. */
  private readonly entered = new WeakSet<Request>();

  /**
   * @param parts what it needs; its sessions use the same
   * @param closed releases what it holds
   */
  constructor(
    readonly parts: ClientParts,
    private readonly closed: () => Promise<void>,
  ) {
    const { hub, uris } = parts;
    const { httpWaits, httpMaxBytes } = hub.settings.options;
    const updates = new ResourceUpdates(
      hub,
      {
        updated: async uri => {
          this.listening.dropUnread();
          this.handler.notify.resourceUpdated(uri);
        },
        listChanged: async () => {
          this.listening.dropUnread();
          this.handler.notify.resourcesChanged();
        },
      },
      uris,
    );
    this.updates = updates;
    this.handler = createMcpHandler(
      ({ requestInfo }) =>
        buildServer({ ...parts, toolsets: askedBy(requestInfo), gate: this.gateFor(requestInfo) }, updates),
      {
        legacy: 'reject',
        maxSubscriptions: httpWaits,
        maxRequestBodySize: httpMaxBytes,
        onerror: complainTo(hub.log),
      },
    );
  }

  get caller(): Caller {
    return this.parts.caller;
  }

  /** @throws StreamError LIMIT_EXCEEDED */
  async serve({ request, response, body }: RawRequest): Promise<Response> {
    const uris = listenedBy(body);
    if (uris) await this.gateFor(request).enter(unhandled, async () => this.listen(response, uris), request.signal);
    const answered = await this.handler.fetch(request, { parsedBody: body }).then(withoutWords);
    return this.entered.has(request) ? answered : this.letOut(request, answered);
  }

  async close(): Promise<void> {
    this.updates.close();
    await Promise.all([this.handler.close(), this.closed()]);
  }

  private gateFor(request: Request | undefined): Gate {
    const { gate } = this.parts;
    return {
      enter: (asked, answer, signal) => {
        if (request) this.entered.add(request);
        return gate.enter(asked, answer, signal);
      },
      call: (owned, call) => gate.call(owned, call),
    };
  }

  /** The package's own answers wait for their turn like all others. */
  private async letOut({ signal }: Request, answered: Response): Promise<Response> {
    try {
      return await this.parts.gate.enter(unhandled, async () => answered, signal);
    } catch (error) {
      await answered.body?.cancel();
      throw error;
    }
  }

  private listen(response: ServerResponse, uris: readonly string[]): void {
    const follower = ++this.listens;
    this.updates.follow(follower, uris);
    this.listening.add(response);
    whenClosed(response, () => this.updates.unfollow(follower));
  }
}
