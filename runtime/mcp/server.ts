/** The MCP server of a client. */
import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError, type Server } from '@modelcontextprotocol/server';
import { StreamError } from '../core/errors.js';
import type { HubView } from '../stream/view.js';
import type { Pages } from '../tools/pages.js';
import { callTool, listTools, refuseCall } from '../tools/tools.js';
import { complete } from './completion.js';
import { complainTo, DiscreetServer, type GuardedParts, refuseBusy, shown } from './discreet-server.js';
import { ownSentence } from './echoes.js';
import { type Gate, openGate } from './gate.js';
import { describePrompt, describeTool } from './listing.js';
import { reportProgress } from './progress.js';
import { fillPrompt, wayToPrompt } from './prompts.js';
import { describeNoPrompt, describeNoTool } from './refused-names.js';
import type { ResourceUpdates } from './resource-updates.js';
import { Resources, resourceTemplates } from './resources.js';
import { servedHub, unservedTool } from './served-hub.js';
import { textsOf, unpackArguments } from './whole-arguments.js';

export interface ServerParts extends GuardedParts {
  readonly pages: Pages;
  readonly version: string;
  /** Toolsets that the client asked for; absent: all that the operator chose. */
  readonly toolsets?: readonly string[];
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
  serveResources(server, hub, new Resources(hub, pages, whole), updates);
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

/** @param whole the hub with all tools that there are */
function serveTools(server: Server, hub: HubView, whole: HubView, gate: Gate): void {
  const tools = new Map(listTools(hub).map(owned => [owned.tool.name, owned]));
  const complain = complainTo(hub.log);
  server.setRequestHandler('tools/list', () =>
    answered(hub, () => ({ tools: hub.examples.data([...tools.values()].map(({ tool }) => describeTool(tool))) })),
  );
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const owned = tools.get(params.name);
    const unserved = owned ? undefined : unservedTool(whole, params.name);
    if (unserved) return shown(refuseCall(whole, unserved.owned, unserved.why));
    if (!owned) throw refuse(describeNoTool(hub, params.name, tools));
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

const noResource = 'There is no such resource; resources/list and resources/templates/list show those that exist.';

function serveResources(server: Server, hub: HubView, resources: Resources, updates: ResourceUpdates): void {
  const read = async (uri: string) => {
    const content = await resources.read(uri);
    const unserved = content ? undefined : resources.refusalOf(uri);
    const why = unserved ? `${unserved.message} ${unserved.hint}` : noResource;
    if (!content) throw new ResourceNotFoundError(uri, ownSentence(why));
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
    answered(hub, () => ({ prompts: hub.examples.data([...prompts.values()].map(describePrompt)) })),
  );
  server.setRequestHandler('prompts/get', ({ params }) =>
    answered(hub, () => {
      const prompt = prompts.get(params.name);
      if (!prompt) throw refuse(describeNoPrompt(hub, params.name));
      const given = textsOf(unpackArguments(params.arguments));
      try {
        const text = fillPrompt(hub, prompt, given);
        return {
          description: prompt.description,
          messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }],
        };
      } catch (error) {
        if (!(error instanceof StreamError)) throw error;
        const way = error.code === 'NOT_SERVED' ? error.hint : wayToPrompt(hub, prompt, given);
        throw refuse(`${error.message} ${way}`);
      }
    }),
  );
}
