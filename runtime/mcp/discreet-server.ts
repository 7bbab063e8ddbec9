/** A server that repeats nothing that a caller sent, and lets every request pass the gate. */
import {
  isJSONRPCErrorResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  ProtocolError,
  type Result,
  Server,
  type ServerContext,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/server';
import { StreamError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import { describeThrown } from '../core/thrown.js';
import type { HubView } from '../stream/view.js';
import { listTools, type OwnedTool, refuseCall, type ToolResult } from '../tools/tools.js';
import { ownSentence, withoutEcho } from './echoes.js';
import { type Gate, openGate } from './gate.js';

/** What it needs of the parts of a server. */
export interface GuardedParts {
  readonly hub: HubView;
  /** Admits requests; absent: all at once. */
  readonly gate?: Gate;
}

type Handler = (request: JSONRPCRequest, context: ServerContext) => Promise<Result>;

/**
 * Its answers repeat nothing that a caller sent, except what the protocol requires. Every handler of a request,
 * ours or the package's own, runs behind the gate.
 */
export class DiscreetServer extends Server {
  constructor(
    private readonly parts: GuardedParts,
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

export function cleaned(message: JSONRPCMessage): JSONRPCMessage {
  return isJSONRPCErrorResponse(message) ? { ...message, error: withoutEcho(message.error) } : message;
}

export function complainTo(log: Log): (error: unknown) => void {
  return error => log.say('protocol', `protocol: ${describeThrown(error)}`);
}

/** The first of the codes that JSON-RPC leaves to servers. */
const serverBusy = -32_000;

/** @returns the answer to a request that is not admitted */
export function refuseBusy({ message, hint, code }: StreamError): ProtocolError {
  return new ProtocolError(serverBusy, ownSentence(`${message} ${hint}`), { code });
}

export function toolOf(hub: HubView, name: unknown): OwnedTool | undefined {
  return listTools(hub).find(({ tool }) => tool.name === name);
}

/** A tool result in the form of the protocol. */
export function shown({ structured, text, isError }: ToolResult) {
  return {
    structuredContent: { ...structured },
    content: [{ type: 'text' as const, text }],
    ...(isError ? { isError } : {}),
  };
}
