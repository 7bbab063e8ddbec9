/** What an instrument of the simulated world did, as one would ask for it afterwards: bars, last prints, closes. */
import type { EventKind } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import type { Alignment, Span } from '../market/bar-interval.js';
import { judgeExpiry } from '../symbols/expiry.js';
import { barValues, describeOccurrence, subjectOf } from './details.js';
import type { Values } from './event.js';
import { dayAt } from './world/day-totals.js';
import type { Instrument, Occurrence } from './world/instrument.js';
import { minuteMs } from './world/minute-pattern.js';
import { World } from './world/world.js';

/** Of a bar by role; times in ms since the epoch. The end is exclusive. */
export type HistoricBar = Values & { readonly time: number; readonly end_time: number };

/** A length in ms, in multiples of which bars begin since the epoch; days in the time zone of the market; or any others. */
export type BarLength = number | 'day' | Alignment;

/** A message of the past by role, with its time in Unix ms. */
export type HistoricTick = Values & { readonly time: number };

export interface BarsOptions {
  /** When one asks, Unix ms: of a bar that runs then there is what was printed before. */
  readonly asOfMs?: number;
  /** Newest first. */
  readonly isBackward?: boolean;
}

/** All is what the feed sent, or would have sent to a listener. */
export class SimulatedHistory {
  private readonly world: World;
  private readonly optional = new Map<EventKind, ReadonlySet<string | undefined>>();

  constructor(
    private readonly market: Market,
    seed = 1,
  ) {
    this.world = new World(market, seed);
  }

  /** The symbols that are listed at a moment. */
  symbols(atMs: number): string[] {
    return [...this.world.listings(atMs).keys()];
  }

  /** The bars that begin from a moment to before another, Unix ms; none where nothing is printed. */
  *bars(
    symbol: string,
    length: BarLength,
    fromMs: number,
    untilMs: number,
    { asOfMs = Number.POSITIVE_INFINITY, isBackward = false }: BarsOptions = {},
  ): Generator<HistoricBar> {
    const instrument = this.find(symbol, fromMs, untilMs);
    if (instrument === undefined) return;
    const mayExpire = this.world.find(symbol, untilMs) === undefined;
    const align = this.alignment(length);
    for (const { startMs, endMs } of spansBetween(align, fromMs, Math.min(untilMs, asOfMs), isBackward)) {
      if (mayExpire && judgeExpiry(this.market, symbol, startMs) !== undefined) continue;
      const bar = instrument.bar(startMs, Math.min(endMs, asOfMs));
      if (bar !== undefined) yield { ...barValues(this.world.grid, bar), time: startMs, end_time: endMs };
    }
  }

  /** The messages of a kind from a moment to before another, Unix ms, by role. */
  *ticks(
    symbol: string,
    kind: EventKind,
    fromMs: number,
    untilMs: number,
    isBackward = false,
  ): Generator<HistoricTick> {
    const instrument = this.find(symbol, fromMs, untilMs);
    if (instrument === undefined) return;
    const mayExpire = this.world.find(symbol, untilMs) === undefined;
    for (const { startMs, endMs } of spansBetween(this.alignment(minuteMs), minuteBy(fromMs), untilMs, isBackward)) {
      if (mayExpire && judgeExpiry(this.market, symbol, startMs) !== undefined) continue;
      const found: Occurrence[] = [];
      const [first, end] = [Math.max(startMs, fromMs), Math.min(endMs, untilMs)];
      instrument.visit(
        first,
        end,
        one => one === kind,
        one => found.push(one),
      );
      if (isBackward) found.reverse();
      for (const occurrence of found) yield this.tickOf(instrument, occurrence, true);
    }
  }

  /** What was newest of a kind before a moment, by role, with all that its message may have left out. */
  last(symbol: string, kind: EventKind, atMs: number): HistoricTick | undefined {
    const instrument = this.world.find(symbol, atMs);
    const occurrence = instrument?.lastBefore(atMs, kind);
    return instrument && occurrence && this.tickOf(instrument, occurrence, false);
  }

  /** The close of the day before that of a moment. */
  previousClose(symbol: string, atMs: number): number | undefined {
    const { timeZone } = this.market.hours;
    const { startMs } = dayAt(timeZone, atMs);
    const [bar] = this.bars(symbol, 'day', dayAt(timeZone, startMs - 1).startMs, startMs);
    return bar?.close as number | undefined;
  }

  /** What is listed at one of the two moments: the history of a contract outlives it. */
  private find(symbol: string, fromMs: number, untilMs: number): Instrument | undefined {
    return this.world.find(symbol, untilMs) ?? this.world.find(symbol, fromMs);
  }

  /** @param leavesOut whether it lacks what the message leaves out */
  private tickOf(instrument: Instrument, occurrence: Occurrence, leavesOut: boolean): HistoricTick {
    const { grid, habits } = this.world;
    const { values, omits } = describeOccurrence(subjectOf(instrument, grid, habits), occurrence);
    const time = occurrence.atMs;
    if (!leavesOut || omits === undefined || omits.length === 0) return { ...values, time };
    const optional = this.optionalRoles(occurrence.happening.kind);
    const left = Object.entries(values).filter(([role]) => !optional.has(role) || !omits.some(one => one === role));
    return { ...Object.fromEntries(left), time };
  }

  private optionalRoles(kind: EventKind): ReadonlySet<string | undefined> {
    let roles = this.optional.get(kind);
    if (!roles) {
      const fields = this.market.channels.find(({ event }) => event === kind)?.fields ?? [];
      roles = new Set(fields.flatMap(({ optional, role }) => (optional ? role : [])));
      this.optional.set(kind, roles);
    }
    return roles;
  }

  private alignment(length: BarLength): Alignment {
    if (typeof length === 'function') return length;
    if (length === 'day') return atMs => dayAt(this.market.hours.timeZone, atMs);
    return atMs => {
      const startMs = Math.floor(atMs / length) * length;
      return { startMs, endMs: startMs + length };
    };
  }
}

/** The stretches that begin from a moment to before another. */
function* spansBetween(align: Alignment, fromMs: number, untilMs: number, isBackward: boolean): Generator<Span> {
  if (isBackward) {
    for (let span = align(untilMs - 1); span.startMs >= fromMs; span = align(span.startMs - 1)) yield span;
    return;
  }
  const first = align(fromMs);
  for (
    let span = first.startMs < fromMs ? align(first.endMs) : first;
    span.startMs < untilMs;
    span = align(span.endMs)
  ) {
    yield span;
  }
}

function minuteBy(atMs: number): number {
  return Math.floor(atMs / minuteMs) * minuteMs;
}
