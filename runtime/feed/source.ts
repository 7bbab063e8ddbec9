/**
 * Where the events of a stream come from: the socket of the vendor, a recording, or whatever else has frames to give.
 * How it gets them, with which key, and how it comes back when it was cut off is the source's own affair; what it gives
 * are frames, answers to what was asked of it, and states with the faults that led to them.
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
  /** Why it went down the last time. */
  readonly lastFault: Fault | undefined;
  /** Where it reads from, as people know it. */
  readonly place: string;
  /** Failed attempts since it last was stable. */
  readonly attempts: number;
  /** Monotonic ms of the next attempt, while one is scheduled. */
  readonly nextAttemptMs: number | undefined;
  /** Whether it still matters to it that messages of what is subscribed come. */
  readonly wantsMessages: boolean;
  /** Begins; called once. */
  start(): void;
  /** Ends it for good; resolves when nothing is left of it, and what came before was given. */
  close(): Promise<void>;
  /**
   * Asks for channels; the answers come later.
   *
   * @param names canonical
   * @returns whether that went out; only a live source takes it
   */
  subscribe(names: readonly string[]): boolean;
  unsubscribe(names: readonly string[]): void;
  /** Calls back once everything was given that came before; never if it fails first. */
  given(react: () => void): void;
  /** Messages came of what is subscribed. */
  messageCame(): void;
}

/** What a source tells. */
export interface FeedListener {
  /** It is in another state; where that is `live`, nothing is subscribed yet. */
  changed(from: StateName): void;
  /** A frame came, before anything is made of it; it does not change any more. */
  came?(frame: Buffer): void;
  /** Answers that came within a frame go before what else is in it. */
  answered(answer: Answer): void;
  /**
   * What is in a frame, or in a piece of a large one, answers aside; all of it is good for this call alone.
   *
   * @param arrivedMs monotonic
   */
  take(frame: Buffer, found: Findings, arrivedMs: number): void;
  /** All was given that came together. */
  delivered(): void;
  /** All that there is was given; it stays open in silence. */
  ended(): void;
}

/** What was found in a frame. */
export interface Findings {
  readonly events: Events;
  /** Items, or the whole frame, that are no events. */
  readonly malformed: number;
  /** The `ev` of each event that the spec does not know. */
  readonly unknown: readonly string[];
}

/** Words of a source, to the letter. */
export interface Words {
  readonly status: string;
  readonly message: string;
}

/** What a source says to what it was asked, or of its own accord. */
export type Answer =
  /** A channel is served from now on. */
  | { readonly kind: 'granted'; readonly channel: string }
  /** One is no longer. */
  | { readonly kind: 'dropped'; readonly channel: string; readonly said: Words }
  /** One is not allowed; nobody says which. */
  | { readonly kind: 'refused'; readonly said: Words }
  /** All that was asked for together would have crossed a limit. */
  | { readonly kind: 'refused whole'; readonly said: Words }
  /** Something that no word of the spec explains. */
  | { readonly kind: 'notice'; readonly said: Words };

/** What every source needs. */
export interface SourceServices {
  readonly market: Market;
  readonly decoding: Decoding;
  /** By which it numbers the symbols of its events. */
  readonly symbols: SymbolTable;
  readonly options: Options;
  readonly clock: Clock;
  /** Shared by all sources of the process. */
  readonly loopBudget: LoopBudget;
}

/** Makes a source that is still to be started. */
export type OpenFeed = (services: SourceServices, listener: FeedListener) => FeedSource;
