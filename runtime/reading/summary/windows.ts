/** The windows from which summaries are answered: of the last seconds, or of all since the start of a stream. */
import type { SummarizeArguments } from '../../../generated/types.js';
import type { MessageBuffer } from '../../buffer/message-buffer.js';
import type { Clock } from '../../core/clock.js';
import { StreamError } from '../../core/errors.js';
import { Window } from '../../market/totals/window.js';
import { Slots } from '../../pacing/slots.js';
import type { HubView, StreamView } from '../../stream/view.js';

/** So one client with many calls keeps another waiting for no more than so many windows. */
const windowsAtOnce = 2;
/** A window of at most this many messages, and so of symbols, costs little. */
const fewMessages = 2_000;

/** One set of places for each clock: a process has one clock, and each test its own. */
const places = new WeakMap<Clock, Slots>();

function placesOf(clock: Clock): Slots {
  const known = places.get(clock) ?? new Slots(windowsAtOnce);
  places.set(clock, known);
  return known;
}

/** What a window is made of. */
export interface Stretch {
  /** Its beginning, monotonic ms; absent: the oldest message held, or the start of the stream. */
  readonly fromMs?: number;
  readonly abort?: AbortSignal | undefined;
}

/** Which windows a call is after. */
export type WindowWords = Pick<SummarizeArguments, 'window_s' | 'prints'>;

/** Answers from one window of each stream. */
type AnswerFrom<T> = (windows: readonly Window[], stretch: Stretch) => Promise<T>;

/**
 * Answers from a window of each stream; where those to be built are large, in one of a few places.
 *
 * @throws StreamError STOPPED, where it is cancelled
 */
export async function fromWindows<T extends object>(
  hub: HubView,
  streams: readonly StreamView[],
  { window_s, prints }: WindowWords,
  answer: AnswerFrom<T>,
  abort: AbortSignal | undefined,
): Promise<T> {
  if (window_s === undefined && prints === 'eligible') {
    // All calls share these windows, so that no call's end may cut short what brings them up to date.
    return whileHeld(() => streams.map(stream => stream.sinceStart), answer, {}, abort);
  }
  const begin = window_s === undefined ? {} : { fromMs: hub.clock.elapsed() - window_s * 1_000 };
  const stretch: Stretch = { ...begin, abort };
  const build = async (): Promise<T> => {
    const built: Window[] = [];
    const open = () => streams.map(stream => windowOf(hub, stream, stretch, prints === 'all', built));
    try {
      return await whileHeld(open, answer, stretch, abort);
    } finally {
      for (const window of built) window.release();
    }
  };
  const size = streams.reduce((sum, { buffer }) => sum + buffer.nextSeq - firstIn(buffer, stretch), 0);
  return inPlace(hub, size, build, abort);
}

/**
 * Does work that takes memory for each message; where these are many, in one of a few places.
 *
 * @param size messages that it is about
 * @throws StreamError STOPPED, where it is cancelled
 */
export async function inPlace<T extends object>(
  hub: HubView,
  size: number,
  work: () => Promise<T>,
  abort: AbortSignal | undefined,
): Promise<T> {
  if (size <= fewMessages) return work();
  const done = await placesOf(hub.clock).with(hub.process, work, abort);
  if (!done) throw cancelled();
  return done;
}

/** A stream that is started anew takes the messages of its window away; then there are others to answer from. */
async function whileHeld<T>(
  open: () => readonly Window[],
  answer: AnswerFrom<T>,
  stretch: Stretch,
  abort: AbortSignal | undefined,
): Promise<T> {
  for (;;) {
    const windows = open();
    try {
      return await answer(windows, stretch);
    } catch (error) {
      if (!windows.some(({ isLost }) => isLost) || abort?.aborted) throw error;
    }
  }
}

export function cancelled(): StreamError {
  return new StreamError('STOPPED', 'The call was cancelled.');
}

function firstIn(buffer: MessageBuffer, { fromMs }: Stretch): number {
  return fromMs === undefined ? buffer.oldestSeq : buffer.firstSince(fromMs);
}

/**
 * What arrived in a window, as far as the buffer still holds it.
 *
 * @param built gets it, to be released in the end
 */
function windowOf(hub: HubView, stream: StreamView, stretch: Stretch, everyPrint: boolean, built: Window[]): Window {
  const { buffer, market } = stream;
  const { clock, suite } = hub;
  const from = firstIn(buffer, stretch);
  const window = new Window(market, buffer, { kernel: suite.numberKernel, clock, from, everyPrint });
  built.push(window);
  const isShort =
    buffer.evictedMs !== undefined && (stretch.fromMs === undefined || buffer.evictedMs >= stretch.fromMs);
  if (isShort) window.missed = stream.dropped;
  return window;
}
