/** The MCP server of a client. */
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type Result,
  Server,
  type ServerContext,
  STDIO_DEFAULT_MAX_BUFFER_SIZE,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { StreamError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import { nearest, suggest } from '../core/nearest.js';
import { describeThrown } from '../core/thrown.js';
import type { HubView } from '../stream/view.js';
import type { Pages } from '../tools/pages.js';
import { callTool, listTools, type OwnedTool, refuseCall, type ToolResult } from '../tools/tools.js';
import { complete } from './completion.js';
import { type EchoFault, faultOfEchoes, ownSentence, withoutEcho } from './echoes.js';
import { type Gate, openGate } from './gate.js';
import { hearClient, hearServer } from './listening.js';
import { describePrompt, describeTool } from './listing.js';
import { drained, pace } from './pace.js';
import { reportProgress } from './progress.js';
import { fillPrompt } from './prompts.js';
import { ResourceUpdates, wholeList } from './resource-updates.js';
import { Resources, resourceTemplates } from './resources.js';
import { refusalOf, servedHub } from './served-hub.js';
import { packArguments, textsOf, unpackArguments } from './whole-arguments.js';

export interface ServerParts {
  readonly hub: HubView;
  readonly pages: Pages;
  readonly version: string;
  /** Toolsets that the client asked for; absent: all that the operator chose. */
  readonly toolsets?: readonly string[];
  /** Admits requests; absent: all at once. */
  readonly gate?: Gate;
}

/**
 * Serves MCP on stdin and stdout, in the protocol era that the client opens with.
 *
 * @param closed called when the connection has ended, on either side
 */
export function serve(parts: ServerParts, closed: () => void): void {
  let server: Server | undefined;
  const complain = complainTo(parts.hub.log);
  const tell = async (send: (server: Server) => Promise<void>): Promise<void> => {
    await drained(process.stdout);
    if (server) await send(server);
  };
  const updates = new ResourceUpdates(parts.hub, {
    updated: uri => tell(to => to.sendResourceUpdated({ uri })).catch(complain),
    listChanged: () => tell(to => to.sendResourceListChanged()).catch(complain),
  });
  const transport = new HostTransport(updates, closed);
  serveStdio(
    ({ era }) => {
      // Clients of 2025 are told of changes to the list without asking.
      if (era === 'legacy') updates.follow(wholeList, [wholeList]);
      server = buildServer(parts, updates);
      return server;
    },
    { transport, onerror: complain },
  );
  transport.readAlong();
}

/** The pipes to the host, and the messages on them that the package keeps from the server. */
class HostTransport extends StdioServerTransport {
  constructor(
    private readonly updates: ResourceUpdates,
    private readonly closed: () => void,
  ) {
    const paced = pace(process.stdin, process.stdout, { mostLineBytes: STDIO_DEFAULT_MAX_BUFFER_SIZE });
    super(paced as ConstructorParameters<typeof StdioServerTransport>[0]);
  }

  /** Call this once the server is listening. */
  readAlong(): void {
    const deliver = this.onmessage;
    this.onmessage = message => {
      const fault = faultOfEchoes(message);
      if (fault) {
        // An id that is too long is not repeated.
        const id = isJSONRPCRequest(message) && !faultOfEchoes({ id: message.id }) ? message.id : undefined;
        if (!isJSONRPCNotification(message)) void this.send(refusal(id, fault)).catch(() => {});
        return;
      }
      if (isJSONRPCNotification(message)) hearClient(this.updates, message);
      deliver?.(packArguments(message));
    };
  }

  override send(message: JSONRPCMessage): Promise<void> {
    if (isJSONRPCNotification(message)) hearServer(this.updates, message);
    return super.send(cleaned(message));
  }

  override async close(): Promise<void> {
    this.updates.close();
    await super.close();
    this.closed();
  }
}

export function complainTo(log: Log): (error: unknown) => void {
  return error => log.say('protocol', `protocol: ${describeThrown(error)}`);
}

type Handler = (request: JSONRPCRequest, context: ServerContext) => Promise<Result>;

/**
 * Its answers repeat nothing that a caller sent, except what the protocol requires. Every handler of a request,
 * ours or the package's own, runs behind the gate.
 */
class DiscreetServer extends Server {
  constructor(
    private readonly parts: ServerParts,
    ...[implementation, options]: ConstructorParameters<typeof Server>
  ) {
    super(implementation, options);
  }

  /** The package passes every handler through here, some of them in its constructor. */
  protected override _wrapHandler(method: string, handler: Handler): Handler {
    const wrapped = super._wrapHandler(method, handler);
    return async (request, context) => {
      const { gate = openGate, hub } = this.parts;
      const { signal } = context.mcpReq;
      try {
        return await gate.enter(request, () => wrapped(request, context), signal);
      } catch (error) {
        // Nobody waits for the answer to a request that was cancelled before its turn.
        if (!(error instanceof StreamError) || signal.aborted) throw error;
        const owned = method === 'tools/call' ? toolOf(hub, request.params?.name) : undefined;
        if (owned) return shown(refuseCall(hub, owned, error));
        throw refuseBusy(error);
      }
    };
  }

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

/** @param updates follows what a client of the 2025 protocols subscribes to */
export function buildServer(parts: ServerParts, updates: ResourceUpdates): Server {
  const { hub: whole, pages, version, toolsets, gate = openGate } = parts;
  const hub = servedHub(whole, toolsets);
  const { name, title, instructions } = hub.suite;
  const server = new DiscreetServer(
    parts,
    { name, title, version },
    {
      capabilities: { tools: {}, resources: { subscribe: true, listChanged: true }, prompts: {}, completions: {} },
      instructions,
    },
  );
  serveTools(server, hub, whole, gate);
  serveResources(server, hub, new Resources(hub, pages), updates);
  servePrompts(server, hub);
  server.setRequestHandler('completion/complete', ({ params: { argument, context } }) =>
    answered(hub, () => ({ completion: { ...complete(hub, argument, context?.arguments) } })),
  );
  return server;
}

/** Logs an unexpected error, and answers without its message. */
async function answered<T>(hub: HubView, answer: () => T | Promise<T>): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    if (error instanceof StreamError) throw refuseBusy(error);
    complainTo(hub.log)(error);
    throw new ProtocolError(ProtocolErrorCode.InternalError, 'Internal error');
  }
}

/** The first of the codes that JSON-RPC leaves to servers. */
const serverBusy = -32_000;

/** @returns the answer to a request that is not admitted */
export function refuseBusy({ message, hint, code }: StreamError): ProtocolError {
  return new ProtocolError(serverBusy, ownSentence(`${message} ${hint}`), { code });
}

function toolOf(hub: HubView, name: unknown): OwnedTool | undefined {
  return listTools(hub).find(({ tool }) => tool.name === name);
}

/** A tool result in the form of the protocol. */
function shown({ structured, text, isError }: ToolResult) {
  return {
    structuredContent: { ...structured },
    content: [{ type: 'text' as const, text }],
    ...(isError ? { isError } : {}),
  };
}

/** @param whole the hub with all tools that there are */
function serveTools(server: Server, hub: HubView, whole: HubView, gate: Gate): void {
  const tools = new Map(listTools(hub).map(owned => [owned.tool.name, owned]));
  const complain = complainTo(hub.log);
  server.setRequestHandler('tools/list', () =>
    answered(hub, () => ({ tools: [...tools.values()].map(({ tool }) => describeTool(tool)) })),
  );
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const owned = tools.get(params.name);
    const unserved = owned ? undefined : toolOf(whole, params.name);
    if (unserved) return shown(refuseCall(hub, unserved, refusalOf(unserved, whole)));
    if (!owned) throw refuseName('tool', params.name, [...tools.keys()]);
    const stopProgress = reportProgress(hub.clock, mcpReq._meta?.progressToken, progress =>
      mcpReq.notify({ method: 'notifications/progress', params: { ...progress } }).catch(complain),
    );
    try {
      const call = () => callTool(hub, owned, unpackArguments(params.arguments), mcpReq.signal);
      return shown(await gate.call(owned, call).catch(error => refuseCall(hub, owned, error)));
    } finally {
      stopProgress();
    }
  });
}

function refuse(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, ownSentence(message));
}

/** The longest name that we have. */
const longestName = 100;

/** The unknown name is not repeated; the nearest of ours is suggested. */
function refuseName(kind: 'tool' | 'prompt', name: string, names: readonly string[]): ProtocolError {
  const way =
    suggest(nearest(name.slice(0, longestName), names)) || `; ${kind}s/list names the ${names.length} that there are.`;
  return refuse(`There is no such ${kind}${way}`);
}

const noResource = 'There is no such resource; resources/list and resources/templates/list show those that exist.';

function serveResources(server: Server, hub: HubView, resources: Resources, updates: ResourceUpdates): void {
  const read = async (uri: string) => {
    const content = await resources.read(uri);
    if (!content) throw new ResourceNotFoundError(uri, ownSentence(noResource));
    return content;
  };
  server.setRequestHandler('resources/list', () =>
    answered(hub, async () => ({ resources: [...(await resources.list())] })),
  );
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) =>
    answered(hub, async () => ({ contents: [{ ...(await read(uri)) }] })),
  );
  server.setRequestHandler('resources/subscribe', ({ params: { uri } }) =>
    answered(hub, async () => {
      // What cannot be read cannot change.
      await read(uri);
      updates.follow(uri, [uri]);
      return {};
    }),
  );
  server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
    updates.unfollow(uri);
    return {};
  });
}

function servePrompts(server: Server, hub: HubView): void {
  const prompts = new Map(hub.suite.prompts.map(prompt => [prompt.name, prompt]));
  server.setRequestHandler('prompts/list', () =>
    answered(hub, () => ({ prompts: [...prompts.values()].map(describePrompt) })),
  );
  server.setRequestHandler('prompts/get', ({ params }) =>
    answered(hub, () => {
      const prompt = prompts.get(params.name);
      if (!prompt) throw refuseName('prompt', params.name, [...prompts.keys()]);
      try {
        const text = fillPrompt(hub, prompt, textsOf(unpackArguments(params.arguments)));
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
