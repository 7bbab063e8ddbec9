/** The MCP face of a hub: beside http.ts the only file that knows the protocol's package. */
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  STDIO_DEFAULT_MAX_BUFFER_SIZE,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { complete } from './completion.js';
import { type EchoFault, faultOfEchoes, ownSentence, withoutEcho } from './echoes.js';
import { StreamError } from './errors.js';
import { type Gate, openGate } from './gate.js';
import { hearClient, hearServer } from './listening.js';
import { describePrompt, describeTool } from './listing.js';
import { nearest, suggest } from './nearest.js';
import { drained, pace } from './pace.js';
import type { Pages } from './pages.js';
import { reportProgress } from './progress.js';
import { fillPrompt } from './prompts.js';
import { Resources, resourceTemplates } from './resources.js';
import { describeThrown } from './thrown.js';
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
      const fault = faultOfEchoes(message);
      if (fault) {
        // An id that is too long is not repeated either.
        const id = isJSONRPCRequest(message) && !faultOfEchoes({ id: message.id }) ? message.id : undefined;
        if (!isJSONRPCNotification(message)) void this.send(refusal(id, fault)).catch(() => {});
        return;
      }
      if (isJSONRPCNotification(message)) hearClient(this.watches, message);
      deliver?.(message);
    };
  }

  override send(message: JSONRPCMessage): Promise<void> {
    if (isJSONRPCNotification(message)) hearServer(this.watches, message);
    return super.send(cleaned(message));
  }

  override async close(): Promise<void> {
    this.watches.close();
    await super.close();
    this.closed();
  }
}

export function complainTo({ log }: Pick<HubView, 'log'>): (error: unknown) => void {
  return error => log.say('protocol', `protocol: ${describeThrown(error)}`);
}

/** What comes out of it repeats nothing of what came in, save what the protocol asks for. */
class DiscreetServer extends Server {
  override async connect(transport: Transport): Promise<void> {
    const send = transport.send.bind(transport);
    transport.send = (message: JSONRPCMessage, options?: TransportSendOptions) => send(cleaned(message), options);
    await super.connect(transport);
  }
}

function cleaned(message: JSONRPCMessage): JSONRPCMessage {
  return isJSONRPCErrorResponse(message) ? { ...message, error: withoutEcho(message.error) } : message;
}

function refusal(id: string | number | undefined, { code, message }: EchoFault): JSONRPCMessage {
  return { jsonrpc: '2.0', ...(id === undefined ? {} : { id }), error: { code, message: ownSentence(message) } };
}

/** @param watches is told what a client of the 2025 protocols subscribes to */
export function buildServer({ hub, pages, version, gate = openGate }: ServerParts, watches: Watches): Server {
  const { name, title, instructions } = hub.suite;
  const server = new DiscreetServer(
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
    letIn(hub, gate, () => ({ completion: { ...complete(hub, argument, context?.arguments) } })),
  );
  return server;
}

/** Answers in its turn. Whatever goes wrong unexpectedly is logged, and answered without its message. */
async function letIn<T>(hub: HubView, gate: Gate, answer: () => T | Promise<T>): Promise<T> {
  try {
    return await gate.ask(async () => answer());
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    if (error instanceof StreamError) {
      const { message, hint, code } = error;
      throw new ProtocolError(serverBusy, ownSentence(`${message} ${hint}`), { code });
    }
    complainTo(hub)(error);
    throw new ProtocolError(ProtocolErrorCode.InternalError, 'Internal error');
  }
}

/** The first of the codes that JSON-RPC leaves to servers. */
const serverBusy = -32_000;

function serveTools(server: Server, hub: HubView, gate: Gate): void {
  const tools = new Map(listTools(hub).map(owned => [owned.tool.name, owned]));
  const complain = complainTo(hub);
  server.setRequestHandler('tools/list', () =>
    letIn(hub, gate, () => ({ tools: [...tools.values()].map(describeTool) })),
  );
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const owned = tools.get(params.name);
    if (!owned) throw refuseName('tool', params.name, [...tools.keys()]);
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

function refuse(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, ownSentence(message));
}

/** No name of ours is longer. */
const longestName = 100;

/** The name is not repeated; the nearest of ours is said instead. */
function refuseName(kind: 'tool' | 'prompt', name: string, names: readonly string[]): ProtocolError {
  const way =
    suggest(nearest(name.slice(0, longestName), names)) || `; ${kind}s/list names the ${names.length} that there are.`;
  return refuse(`There is no such ${kind}${way}`);
}

const noResource = 'There is no such resource; resources/list and resources/templates/list have those that there are.';

function serveResources(server: Server, hub: HubView, resources: Resources, watches: Watches, gate: Gate): void {
  const read = async (uri: string) => {
    const content = await resources.read(uri);
    if (!content) throw new ResourceNotFoundError(uri, ownSentence(noResource));
    return content;
  };
  server.setRequestHandler('resources/list', () =>
    letIn(hub, gate, async () => ({ resources: [...(await resources.list())] })),
  );
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) =>
    letIn(hub, gate, async () => ({ contents: [{ ...(await read(uri)) }] })),
  );
  server.setRequestHandler('resources/subscribe', ({ params: { uri } }) =>
    letIn(hub, gate, async () => {
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
    letIn(hub, gate, () => ({ prompts: [...prompts.values()].map(describePrompt) })),
  );
  server.setRequestHandler('prompts/get', ({ params }) =>
    letIn(hub, gate, () => {
      const prompt = prompts.get(params.name);
      if (!prompt) throw refuseName('prompt', params.name, [...prompts.keys()]);
      try {
        const text = fillPrompt(hub, prompt, params.arguments ?? {});
        return {
          description: prompt.description,
          messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }],
        };
      } catch (error) {
        throw error instanceof StreamError ? refuse(error.message) : error;
      }
    }),
  );
}
