/** Serves MCP on stdin and stdout. */
import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type Server,
  STDIO_DEFAULT_MAX_BUFFER_SIZE,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { cleaned, complainTo } from './discreet-server.js';
import { type EchoFault, faultOfEchoes, ownSentence } from './echoes.js';
import { hearClient, hearServer } from './listening.js';
import { drained, pace } from './pace.js';
import { ResourceUpdates, wholeList } from './resource-updates.js';
import { buildServer, type ServerParts } from './server.js';
import { packArguments } from './whole-arguments.js';

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
    // Each answer that the host has not read yet listens for that; calls that ran at once end with many.
    process.stdout.setMaxListeners(0);
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

function refusal(id: string | number | undefined, { code, message }: EchoFault): JSONRPCMessage {
  return { jsonrpc: '2.0', ...(id === undefined ? {} : { id }), error: { code, message: ownSentence(message) } };
}
