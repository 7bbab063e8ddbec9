/** The MCP face of a hub: beside http.ts the only file that knows the protocol's package. */
import {
  isJSONRPCNotification,
  type JSONRPCMessage,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  STDIO_DEFAULT_MAX_BUFFER_SIZE,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { complete } from './completion.js';
import { StreamError } from './errors.js';
import { quoteForeign } from './foreign.js';
import { type Gate, openGate } from './gate.js';
import { hearClient, hearServer } from './listening.js';
import { describePrompt, describeTool } from './listing.js';
import { drained, pace } from './pace.js';
import type { Pages } from './pages.js';
import { reportProgress } from './progress.js';
import { fillPrompt } from './prompts.js';
import { Resources, resourceTemplates } from './resources.js';
import { callTool, listTools, refuseCall } from './tools.js';
import type { HubView } from './view.js';
import { Watches, wholeList } from './watches.js';

export interface ServerParts {
  readonly hub: HubView;
  readonly pages: Pages;
  readonly version: string;
  /** Lets requests in; absent: all at once. */
  readonly gate?: Gate;
}

/**
 * Serves MCP on stdin and stdout, in the protocol era in which the client opens.
 *
 * @param closed called when the connection has ended, whoever ended it
 */
export function serve(parts: ServerParts, closed: () => void): void {
  let server: Server | undefined;
  const complain = complainTo(parts.hub);
  const tell = async (send: (server: Server) => Promise<void>): Promise<void> => {
    await drained(process.stdout);
    if (server) await send(server);
  };
  const watches = new Watches(parts.hub, {
    updated: uri => tell(to => to.sendResourceUpdated({ uri })).catch(complain),
    listChanged: () => tell(to => to.sendResourceListChanged()).catch(complain),
  });
  const transport = new HostTransport(watches, closed);
  serveStdio(
    ({ era }) => {
      // Clients of 2025 hear of changes to the list without asking for it.
      if (era === 'legacy') watches.follow(wholeList, [wholeList]);
      server = buildServer(parts, watches);
      return server;
    },
    { transport, onerror: complain },
  );
  transport.readAlong();
}

/** The pipes to the host, and what passes over them that the server is not told. */
class HostTransport extends StdioServerTransport {
  constructor(
    private readonly watches: Watches,
    private readonly closed: () => void,
  ) {
    const paced = pace(process.stdin, process.stdout, { mostLineBytes: STDIO_DEFAULT_MAX_BUFFER_SIZE });
    super(paced as ConstructorParameters<typeof StdioServerTransport>[0]);
  }

  /** To be called when whoever serves has begun to hear. */
  readAlong(): void {
    const deliver = this.onmessage;
    this.onmessage = message => {
      if (isJSONRPCNotification(message)) hearClient(this.watches, message);
      deliver?.(message);
    };
  }

  override send(message: JSONRPCMessage): Promise<void> {
    if (isJSONRPCNotification(message)) hearServer(this.watches, message);
    return super.send(message);
  }

  override async close(): Promise<void> {
    this.watches.close();
    await super.close();
    this.closed();
  }
}

export function complainTo({ log }: Pick<HubView, 'log'>): (error: unknown) => void {
  return error => log.say('protocol', `protocol: ${error instanceof Error ? error.message : String(error)}`);
}

/** @param watches is told what a client of the 2025 protocols subscribes to */
export function buildServer({ hub, pages, version, gate = openGate }: ServerParts, watches: Watches): Server {
  const { name, title, instructions } = hub.suite;
  const server = new Server(
    { name, title, version },
    {
      capabilities: { tools: {}, resources: { subscribe: true, listChanged: true }, prompts: {}, completions: {} },
      instructions,
    },
  );
  serveTools(server, hub, gate);
  serveResources(server, hub, new Resources(hub, pages), watches, gate);
  servePrompts(server, hub, gate);
  server.setRequestHandler('completion/complete', ({ params: { argument, context } }) =>
    letIn(gate, () => hub.redactor.redactIn({ completion: { ...complete(hub, argument, context?.arguments) } })),
  );
  return server;
}

/** Answers in its turn. */
async function letIn<T>(gate: Gate, answer: () => T | Promise<T>): Promise<T> {
  try {
    return await gate.ask(async () => answer());
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    throw new ProtocolError(serverBusy, `${error.message} ${error.hint}`, { code: error.code });
  }
}

/** The first of the codes that JSON-RPC leaves to servers. */
const serverBusy = -32_000;

function serveTools(server: Server, hub: HubView, gate: Gate): void {
  const tools = new Map(listTools(hub).map(owned => [owned.tool.name, owned]));
  const complain = complainTo(hub);
  server.setRequestHandler('tools/list', () => letIn(gate, () => ({ tools: [...tools.values()].map(describeTool) })));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const owned = tools.get(params.name);
    if (!owned) throw refuse(hub, `There is no tool ${quoteForeign(params.name)}.`);
    const stopProgress = reportProgress(hub.clock, mcpReq._meta?.progressToken, progress =>
      mcpReq.notify({ method: 'notifications/progress', params: { ...progress } }).catch(complain),
    );
    try {
      const { structured, text, isError } = await gate
        .call(owned, () => callTool(hub, owned, params.arguments, mcpReq.signal), mcpReq.signal)
        .catch(error => {
          // Nobody waits for the answer of a call that was given up before its turn.
          if (mcpReq.signal.aborted) throw error;
          return refuseCall(hub, owned, error);
        });
      return {
        structuredContent: { ...structured },
        content: [{ type: 'text' as const, text }],
        ...(isError ? { isError } : {}),
      };
    } finally {
      stopProgress();
    }
  });
}

function refuse({ redactor }: HubView, message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, redactor.redact(message));
}

function serveResources(server: Server, hub: HubView, resources: Resources, watches: Watches, gate: Gate): void {
  const read = async (uri: string) => {
    // A URI with a key in it would come back in every notice.
    const shown = hub.redactor.redact(uri);
    const content = shown === uri ? await resources.read(uri) : undefined;
    if (!content) throw new ResourceNotFoundError(shown);
    return content;
  };
  server.setRequestHandler('resources/list', () =>
    letIn(gate, async () => hub.redactor.redactIn({ resources: [...(await resources.list())] })),
  );
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) =>
    letIn(gate, async () => ({ contents: [{ ...(await read(uri)) }] })),
  );
  server.setRequestHandler('resources/subscribe', ({ params: { uri } }) =>
    letIn(gate, async () => {
      // What cannot be read cannot change.
      await read(uri);
      watches.follow(uri, [uri]);
      return {};
    }),
  );
  server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
    watches.unfollow(uri);
    return {};
  });
}

function servePrompts(server: Server, hub: HubView, gate: Gate): void {
  const prompts = new Map(hub.suite.prompts.map(prompt => [prompt.name, prompt]));
  server.setRequestHandler('prompts/list', () =>
    letIn(gate, () => ({ prompts: [...prompts.values()].map(describePrompt) })),
  );
  server.setRequestHandler('prompts/get', ({ params }) =>
    letIn(gate, () => {
      const prompt = prompts.get(params.name);
      if (!prompt) throw refuse(hub, `There is no prompt ${quoteForeign(params.name)}.`);
      try {
        const text = hub.redactor.redact(fillPrompt(hub, prompt, params.arguments ?? {}));
        return {
          description: prompt.description,
          messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }],
        };
      } catch (error) {
        throw error instanceof StreamError ? refuse(hub, error.message) : error;
      }
    }),
  );
}
