/**
 * Where the events of a stream come from: the vendor's socket, a recording, or anything else that yields frames.
 * A source handles its key and its retries itself; it reports frames, answers to subscribe requests, and states with
 * the faults that led to them.
 */
import type { Options } from '../config/options.js';
import type { Market } from '../contract/market.js';
import type { Decoding } from '../contract/suite.js';
import type { Clock } from '../core/clock.js';
import type { Events } from '../decode/event-list.js';
import type { LoopBudget } from '../pacing/loop-budget.js';
import type { SymbolTable } from '../symbols/symbol-table.js';
import type { StateName } from './state.js';
import type { Fault } from './verdict.js';

export interface FeedSource {
  readonly state: StateName;
  /** The fault that ended it last. */
  readonly lastFault: Fault | undefined;
  /** Where it reads from, for display. */
  readonly place: string;
  /** Failed attempts since it was last stable. */
  readonly attempts: number;
  /** Monotonic ms of the next attempt, while one is scheduled. */
  readonly nextAttemptMs: number | undefined;
  /** Whether `messageCame` still has an effect. */
  readonly wantsMessages: boolean;
  /** Call once. */
  start(): void;
  /** Ends it for good. Resolves when everything is released and all earlier frames are delivered. */
  close(): Promise<void>;
  /**
   * Asks for channels; the answers arrive later.
   *
   * @param names canonical
   * @returns whether the request was sent; only a live source sends
   */
  subscribe(names: readonly string[]): boolean;
  unsubscribe(names: readonly string[]): void;
  /** Calls back once all earlier frames are delivered; never if it fails first. */
  given(react: () => void): void;
  /** Messages of subscribed channels arrived. */
  messageCame(): void;
}

/** What a source reports. */
export interface FeedListener {
  /** How many clients take each frame; absent: one. */
  readonly takers?: number;
  /** The state changed. When it becomes `live`, nothing is subscribed yet. */
  changed(from: StateName): void;
  /** A frame arrived and is not decoded yet; its bytes will not change. */
  came?(frame: Buffer): void;
  /** Called for each answer in a frame, before the rest of the frame. */
  answered(answer: Answer): void;
  /**
   * The content of a frame, or of a piece of a large one, without answers. Valid during this call only.
   *
   * @param arrivedMs monotonic
   */
  take(frame: Buffer, found: Findings, arrivedMs: number): void;
  /** All frames that arrived together are delivered. */
  delivered(): void;
  /** The source has nothing more to deliver; it stays open. */
  ended(): void;
}

/** What was found in a frame. */
export interface Findings {
  readonly events: Events;
  /** Number of items, or of frames, that are no events. */
  readonly malformed: number;
  /** The `ev` of each event that the spec does not know. */
  readonly unknown: readonly string[];
}

/** A source's own words, verbatim. */
export interface Words {
  readonly status: string;
  readonly message: string;
}

/** What a source says, asked or unasked. */
export type Answer =
  /** A channel is served from now on. */
  | { readonly kind: 'granted'; readonly channel: string }
  /** A channel is no longer served. */
  | { readonly kind: 'dropped'; readonly channel: string; readonly said: Words }
  /** A channel is not allowed; the source does not say which. */
  | { readonly kind: 'refused'; readonly said: Words }
  /** The whole request would have exceeded a limit. */
  | { readonly kind: 'refused whole'; readonly said: Words }
  /** Something that the spec does not explain. */
  | { readonly kind: 'notice'; readonly said: Words };

/** What every source needs. */
export interface SourceServices {
  readonly market: Market;
  readonly decoding: Decoding;
  /** Numbers the symbols of its events. */
  readonly symbols: SymbolTable;
  readonly options: Options;
  readonly clock: Clock;
  /** Shared by all sources of the process. */
  readonly loopBudget: LoopBudget;
}

/** Makes a source; the caller starts it. */
export type OpenFeed = (services: SourceServices, listener: FeedListener) => FeedSource;
