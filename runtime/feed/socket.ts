import type { ClientRequest, IncomingMessage } from 'node:http';
import { type ClientOptions, WebSocket } from 'ws';
import type { Tunnel } from './tunnel.js';

/** What a connection needs of a WebSocket, so that something else can stand in for it. */
export interface FeedSocket {
  readonly readyState: number;
  /** Present where it goes through a proxy. */
  readonly tunnel?: Tunnel;
  on(event: 'open', listener: () => void): unknown;
  on(event: 'upgrade', listener: (response: IncomingMessage) => void): unknown;
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): unknown;
  on(event: 'ping' | 'pong', listener: (data: Buffer) => void): unknown;
  on(event: 'unexpected-response', listener: (request: ClientRequest, response: IncomingMessage) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: (code: number, reason: Buffer) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
  send(text: string): void;
  ping(): void;
  pong(data: Buffer, mask: undefined, sent: () => void): void;
  pause(): void;
  resume(): void;
  close(code: number): void;
  terminate(): void;
}

/** Opens a socket. */
export type Dial = (url: string, options: ClientOptions) => FeedSocket;

export const dialNetwork: Dial = (url, options) => new WebSocket(url, options);

/** @param farewellMs how long a peer that was told goodbye, or said it, may keep the connection */
export function socketOptions(maxFrameBytes: number, farewellMs: number): ClientOptions {
  const options = {
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    // Whoever reads a frame judges that, which is cheaper than to look at each one twice.
    skipUTF8Validation: true,
    followRedirects: false,
    autoPong: false,
    // The key goes to nobody unverified, even where NODE_TLS_REJECT_UNAUTHORIZED says otherwise.
    rejectUnauthorized: true,
    // Missing in the package's types.
    closeTimeout: farewellMs,
  };
  return options;
}
