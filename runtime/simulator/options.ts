import type { Clock } from '../core/clock.js';
import type { SessionPolicy } from './vendor-session.js';

export interface SimulatedFeedOptions extends SessionPolicy {
  /** Port on loopback; default 0, any free one. */
  readonly port?: number;
  /** Of the simulated world; default 1. */
  readonly seed?: number;
  /** What it is now; by default the clock of the machine. */
  readonly clock?: Pick<Clock, 'now'>;
  /** Virtual time at construction, ms since the epoch; by default that of the clock, with which it then agrees. */
  readonly startAtMs?: number;
  /** Virtual milliseconds per real millisecond; default 1. Another speed counts from the start. */
  readonly speed?: number;
  /** Real interval at which the feed plays; default 100. With 0, only `advance` plays. */
  readonly stepMs?: number;
  /** Connections per key and market; default 1. A newcomer evicts the oldest. */
  readonly maxConnections?: number;
  /** Real time within which a connection must authenticate; default 10,000. */
  readonly authTimeoutMs?: number;
  /** Most bytes that may wait for one connection; beyond, it is cut without a close frame. Default 16 MiB. */
  readonly slowConsumerBytes?: number;
}
