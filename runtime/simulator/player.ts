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

/** Whether somebody listens to a channel; another function once that changes. */
export type Wants = (prefix: string, symbol: string) => boolean;

export class Player {
  private readonly subject: Subject;
  private readonly day: DayTotals;
  private wanted: { readonly by: Wants; readonly map: ReadonlyMap<EventKind, readonly string[]> } | undefined;

  constructor(
    private readonly instrument: Instrument,
    { grid, habits, market }: World,
    private readonly prefixes: ReadonlyMap<EventKind, readonly string[]>,
  ) {
    this.subject = subjectOf(instrument, grid, habits);
    this.day = new DayTotals(instrument, market.hours.timeZone);
  }

  /** Adds up the day so far, where bars are wanted. @returns whether that took a while */
  prepare(atMs: number, wants: Wants): boolean {
    if (this.day.isNear(atMs) || !barKinds.some(([kind]) => this.wantedBy(wants).has(kind))) return false;
    this.day.before(atMs);
    return true;
  }

  /** Emits the events after `fromMs`, up to and including `toMs`; a bar comes before what happens when it ends. */
  play(fromMs: number, toMs: number, wants: Wants, emit: (event: SimulatedEvent) => void): void {
    const wanted = this.wantedBy(wants);
    if (wanted.size === 0) return;
    const { symbol } = this.instrument;
    const say = (prefixes: readonly string[], atMs: number, { values, omits }: Said): void => {
      for (const prefix of prefixes) emit({ prefix, symbol, atMs, values, omits });
    };
    for (const [kind, lengthMs] of barKinds) {
      const heard = wanted.get(kind);
      if (heard === undefined) continue;
      for (let endMs = (Math.floor(fromMs / lengthMs) + 1) * lengthMs; endMs <= toMs; endMs += lengthMs) {
        const said = this.describeBar(endMs - lengthMs, endMs);
        if (said !== undefined) say(heard, endMs, said);
      }
    }
    const isSought = (kind: EventKind): boolean => wanted.has(kind);
    this.instrument.visit(Math.floor(fromMs) + 1, Math.floor(toMs) + 1, isSought, occurrence => {
      say(wanted.get(occurrence.happening.kind)!, occurrence.atMs, describeOccurrence(this.subject, occurrence));
    });
  }

  /** The prefixes that somebody listens to, by what they carry; the same for the same listener. */
  private wantedBy(wants: Wants): ReadonlyMap<EventKind, readonly string[]> {
    if (this.wanted?.by !== wants) {
      const heard = [...this.prefixes].map(([kind, prefixes]) => {
        return [kind, prefixes.filter(prefix => wants(prefix, this.instrument.symbol))] as const;
      });
      this.wanted = { by: wants, map: new Map(heard.filter(([, prefixes]) => prefixes.length > 0)) };
    }
    return this.wanted.map;
  }

  private describeBar(startMs: number, endMs: number): Said | undefined {
    const bar = this.instrument.bar(startMs, endMs);
    if (bar === undefined) return undefined;
    const seed = hash(this.instrument.seed, Math.floor(endMs / secondMs));
    return describeBar(this.subject, bar, this.day.before(endMs), seed);
  }
}
