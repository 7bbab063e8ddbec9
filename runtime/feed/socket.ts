import type { ClientRequest, IncomingMessage } from 'node:http';
import { type ClientOptions, WebSocket } from 'ws';
import type { Tunnel } from './tunnel.js';

/** What a connection needs of a WebSocket; others can implement it. */
export interface FeedSocket {
  readonly readyState: number;
  /** Absent if no proxy is used. */
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

/** @param farewellMs how long the peer may keep the connection after a close frame */
export function socketOptions(maxFrameBytes: number, farewellMs: number): ClientOptions {
  const options = {
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    // The frame reader validates, which saves a second pass.
    skipUTF8Validation: true,
    followRedirects: false,
    autoPong: false,
    // Never send the key to an unverified host, even if NODE_TLS_REJECT_UNAUTHORIZED allows it.
    rejectUnauthorized: true,
    // Missing in the package's types.
    closeTimeout: farewellMs,
  };
  return options;
}
