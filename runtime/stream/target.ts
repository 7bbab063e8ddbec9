/** Where a stream leads: an endpoint, and the key for it. */

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
  /** Who owns its recordings. With the key of a caller without a name, nothing is recorded. */
  readonly ownership: Ownership;
  /** Opens the source. */
  readonly open: OpenFeed;
  /** Whether the start named neither an endpoint nor a key, so that the operator's apply. */
  readonly usual?: boolean;
  /** Present if a recording replaces the feed. */
  readonly replay?: Replay;
}

/** Whether both use the same key. */
export function isSameKey(one: Target, other: Target): boolean {
  return one.key.equals(other.key);
}

/** Whether both can use one connection; a replay is never shared. */
export function isSameTarget(one: Target, other: Target): boolean {
  return !one.replay && !other.replay && isSamePlace(one, other) && isSameKey(one, other);
}
