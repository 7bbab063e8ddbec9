/** What an instrument of the simulated world did, as one would ask for it afterwards: bars, last prints, closes. */
import type { EventKind } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import { judgeExpiry } from '../symbols/expiry.js';
import { barValues, describeOccurrence, subjectOf } from './details.js';
import type { Values } from './event.js';
import { dayAt } from './world/day-totals.js';
import type { Instrument } from './world/instrument.js';
import { World } from './world/world.js';

/** Of a bar by role; times in ms since the epoch. The end is exclusive. */
export type HistoricBar = Values & { readonly time: number; readonly end_time: number };

/** A length in ms, in multiples of which bars begin since the epoch; or days in the time zone of the market. */
export type BarLength = number | 'day';

/** All is what the feed sent, or would have sent to a listener. */
export class SimulatedHistory {
  private readonly world: World;

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
  *bars(symbol: string, length: BarLength, fromMs: number, untilMs: number): Generator<HistoricBar> {
    const instrument = this.find(symbol, fromMs, untilMs);
    if (instrument === undefined) return;
    const mayExpire = this.world.find(symbol, untilMs) === undefined;
    for (let startMs = this.alignUp(length, fromMs); startMs < untilMs; ) {
      if (mayExpire && judgeExpiry(this.market, symbol, startMs) !== undefined) return;
      const endMs = length === 'day' ? dayAt(this.market.hours.timeZone, startMs).endMs : startMs + length;
      const bar = instrument.bar(startMs, endMs);
      if (bar !== undefined) yield { ...barValues(this.world.grid, bar), time: startMs, end_time: endMs };
      startMs = endMs;
    }
  }

  /** The newest message of a kind before a moment, by role; undefined where there is none. */
  last(symbol: string, kind: EventKind, atMs: number): (Values & { readonly time: number }) | undefined {
    const instrument = this.world.find(symbol, atMs);
    const occurrence = instrument?.lastBefore(atMs, kind);
    if (instrument === undefined || occurrence === undefined) return undefined;
    const { grid, habits } = this.world;
    const { values } = describeOccurrence(subjectOf(instrument, grid, habits), occurrence);
    return { ...values, time: occurrence.atMs };
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

  private alignUp(length: BarLength, atMs: number): number {
    if (length !== 'day') return Math.ceil(atMs / length) * length;
    const { startMs, endMs } = dayAt(this.market.hours.timeZone, atMs);
    return startMs === atMs ? startMs : endMs;
  }
}
