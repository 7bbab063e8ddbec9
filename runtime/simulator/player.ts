/** An instrument of the world as it is heard: its events of a stretch of time. */
import type { EventKind } from '../contract/channel.js';
import { describeBar, describeOccurrence, type Subject, subjectOf } from './details.js';
import type { Said, SimulatedEvent } from './event.js';
import { DayTotals } from './world/day-totals.js';
import { hash } from './world/hash.js';
import type { Instrument } from './world/instrument.js';
import type { World } from './world/world.js';

const secondMs = 1_000;
const minuteMs = 60_000;

const barKinds: readonly (readonly [kind: EventKind, lengthMs: number])[] = [
  ['AGGREGATE_SECOND', secondMs],
  ['AGGREGATE_MINUTE', minuteMs],
];

/** Whether somebody listens to a channel. */
export type Wants = (prefix: string, symbol: string) => boolean;

export class Player {
  private readonly subject: Subject;
  private readonly day: DayTotals;

  constructor(
    private readonly instrument: Instrument,
    { grid, habits, market }: World,
    private readonly prefixes: ReadonlyMap<EventKind, readonly string[]>,
  ) {
    this.subject = subjectOf(instrument, grid, habits);
    this.day = new DayTotals(instrument, market.hours.timeZone);
  }

  /** The events after `fromMs`, up to and including `toMs`; a bar comes before what happens when it ends. */
  *play(fromMs: number, toMs: number, wants: Wants): Generator<SimulatedEvent> {
    const { symbol } = this.instrument;
    const wanted = new Map<EventKind, readonly string[]>();
    for (const [kind, prefixes] of this.prefixes) {
      const heard = prefixes.filter(prefix => wants(prefix, symbol));
      if (heard.length > 0) wanted.set(kind, heard);
    }
    for (const [kind, lengthMs] of barKinds) {
      const heard = wanted.get(kind);
      if (heard === undefined) continue;
      for (let endMs = (Math.floor(fromMs / lengthMs) + 1) * lengthMs; endMs <= toMs; endMs += lengthMs) {
        yield* this.say(heard, endMs, this.describeBar(endMs - lengthMs, endMs));
      }
    }
    const beginMs = Math.floor(fromMs) + 1;
    for (const occurrence of this.instrument.occurrences(beginMs, Math.floor(toMs) + 1)) {
      const heard = wanted.get(occurrence.happening.kind);
      if (heard === undefined) continue;
      yield* this.say(heard, occurrence.atMs, describeOccurrence(this.subject, occurrence));
    }
  }

  private *say(prefixes: readonly string[], atMs: number, said: Said | undefined): Generator<SimulatedEvent> {
    if (said === undefined) return;
    for (const prefix of prefixes) yield { prefix, symbol: this.instrument.symbol, atMs, ...said };
  }

  private describeBar(startMs: number, endMs: number): Said | undefined {
    const bar = this.instrument.bar(startMs, endMs);
    if (bar === undefined) return undefined;
    const seed = hash(this.instrument.seed, Math.floor(endMs / secondMs));
    return describeBar(this.subject, bar, this.day.before(endMs), seed);
  }
}
