/** The MCP face of a hub: the only file that knows the protocol's package. */
import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError, Server } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Tool } from './contract.js';
import type { Hub } from './hub.js';
import { pace } from './pace.js';
import { citationUri, type Pages } from './pages.js';
import { callTool, listTools, type OwnedTool } from './tools.js';

export interface ServerParts {
  readonly hub: Hub;
  readonly pages: Pages;
  readonly version: string;
}

const toolScheme = 'polygon-docs://tools/';
const progressEveryMs = 5_000;

/**
 * Serves MCP on stdin and stdout, in the protocol era in which the client opens.
 *
 * @param closed called when the connection has ended, whoever ended it
 */
export function serve(parts: ServerParts, closed: () => void): void {
  serveStdio(() => buildServer(parts), {
    transport: new HostTransport(closed),
    onerror: error => parts.hub.log.say('protocol', `protocol: ${error.message}`),
  });
}

class HostTransport extends StdioServerTransport {
  constructor(private readonly closed: () => void) {
    super(pace(process.stdin, process.stdout) as ConstructorParameters<typeof StdioServerTransport>[0]);
  }

  override async close(): Promise<void> {
    await super.close();
    this.closed();
  }
}

function buildServer({ hub, pages, version }: ServerParts): Server {
  const { name, title, instructions } = hub.suite;
  const tools = new Map(listTools(hub).map(owned => [owned.tool.name, owned]));
  const server = new Server(
    { name, title, version },
    { capabilities: { tools: {}, resources: {} }, instructions: instructions },
  );

  server.setRequestHandler('tools/list', () => ({ tools: [...tools.values()].map(describeTool) }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const owned = tools.get(params.name);
    if (!owned) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${params.name}.`);
    const stopProgress = reportProgress(hub, mcpReq);
    try {
      const { structured, text, isError } = await callTool(hub, owned, params.arguments, mcpReq.signal);
      return {
        structuredContent: { ...structured },
        content: [{ type: 'text' as const, text }],
        ...(isError ? { isError } : {}),
      };
    } finally {
      stopProgress();
    }
  });

  server.setRequestHandler('resources/list', async () => ({
    resources: (await pages.list()).map(({ uri, path }) => ({ uri, name: path, mimeType: 'text/markdown' })),
  }));
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [
      {
        uriTemplate: 'polygon-docs://{+page}:{from}-{to}',
        name: 'Lines of a documentation page',
        mimeType: 'text/markdown',
      },
      { uriTemplate: `${toolScheme}{tool}`, name: 'Documentation references of a tool', mimeType: 'text/markdown' },
    ],
  }));
  server.setRequestHandler('resources/read', async ({ params: { uri } }) => {
    const owned = uri.startsWith(toolScheme) ? tools.get(uri.slice(toolScheme.length)) : undefined;
    const text = owned ? describeCitations(owned) : await pages.read(uri);
    if (text === undefined) throw new ResourceNotFoundError(uri);
    return { contents: [{ uri, mimeType: 'text/markdown', text }] };
  });
  return server;
}

function describeTool({ tool }: OwnedTool) {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  return {
    name,
    title,
    description: `${description}\nDocs: ${shortCitations(tool)}`,
    inputSchema: { ...inputSchema },
    outputSchema: { ...outputSchema },
    annotations,
    _meta: { docs: `${toolScheme}${name}` },
  };
}

/** `quickstart.md:62-72,74-95 stocks/trades.md:10-19` */
function shortCitations({ citations }: Tool): string {
  const lines = new Map<string, string[]>();
  for (const { see } of citations) {
    const [page = '', range = ''] = see.replace('polygon-docs/websockets/', '').split(':');
    lines.set(page, [...(lines.get(page) ?? []), range]);
  }
  return [...lines].map(([page, ranges]) => `${page}:${ranges.join(',')}`).join(' ');
}

function describeCitations({ tool }: OwnedTool): string {
  const lines = tool.citations.map(({ what, see }) => `- ${what}: ${citationUri(see)}`);
  return `# Documentation references of ${tool.name}\n\n${lines.join('\n')}\n`;
}

/** What is needed of a request in order to report its progress. */
interface Progressing {
  readonly _meta?: { readonly progressToken?: string | number | undefined } | undefined;
  readonly notify: (notification: {
    method: 'notifications/progress';
    params: { progressToken: string | number; progress: number; message: string };
  }) => Promise<void>;
}

/** Tells a caller who asked for it, every few seconds, that its call is alive; data is never in it. */
function reportProgress(hub: Hub, { _meta, notify }: Progressing): () => void {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return () => {};
  let seconds = 0;
  const timer = setInterval(() => {
    seconds += progressEveryMs / 1_000;
    const message = `waiting for ${seconds} s`;
    notify({ method: 'notifications/progress', params: { progressToken, progress: seconds, message } }).catch(error =>
      hub.log.say('progress', `progress: ${String(error)}`),
    );
  }, progressEveryMs);
  return () => clearInterval(timer);
}
