/** Where a stream leads: a place of a feed, and the key that opens it. */

import type { Secret } from '../core/secret.js';
import { type Endpoint, isSamePlace } from '../feed/endpoint.js';
import type { OpenFeed } from '../feed/source.js';
import type { Ownership } from '../recording/owner.js';
import type { Replay } from '../recording/replay.js';

/** Where a stream is connected to, and with which key. */
export interface Target {
  readonly endpoint: Endpoint;
  readonly urls: readonly string[];
  readonly key: Secret;
  /** Whose recordings of it are; nobody records what came for a key of a caller without a name. */
  readonly keeper: Ownership;
  /** Opens what is read from. */
  readonly open: OpenFeed;
  /** Whether it is what the operator set up, since the start named neither an endpoint nor a key. */
  readonly usual?: boolean;
  /** Present where a recording stands in for the feed. */
  readonly replay?: Replay;
}

/** Whether both are opened by one key. */
export function isSameKey(one: Target, other: Target): boolean {
  return one.key.equals(other.key);
}

/** Whether one connection does for both; a replay is that of whoever began it. */
export function isSameTarget(one: Target, other: Target): boolean {
  return !one.replay && !other.replay && isSamePlace(one, other) && isSameKey(one, other);
}
