import type { SessionPolicy } from './vendor-session.js';

export interface SimulatedFeedOptions extends SessionPolicy {
  /** Port on loopback; default 0, any free one. */
  readonly port?: number;
  /** Names the course of all events; default 1. */
  readonly seed?: number;
  /** Virtual time at construction, ms since the epoch; default now. */
  readonly startAtMs?: number;
  /** Virtual milliseconds per real millisecond; default 1. */
  readonly speed?: number;
  /** Real interval at which the feed plays, in ms; default 100. With 0 it plays by `advance` alone. */
  readonly stepMs?: number;
  /** Connections per key and market; default 1. A newcomer evicts the oldest. */
  readonly maxConnections?: number;
  /** Real time within which a connection must authenticate, in ms; default 10,000. */
  readonly authTimeoutMs?: number;
  /** Bytes that may wait for one connection before it is cut off without a close frame; default 16 MiB. */
  readonly slowConsumerBytes?: number;
}
