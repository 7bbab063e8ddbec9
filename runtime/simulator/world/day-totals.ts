/** What an instrument has printed since its day began. */
import { addDays, momentOf, wallTimeAt } from '../../core/wall-time.js';
import type { Instrument } from './instrument.js';
import { minuteMs } from './minute-pattern.js';
import { RunningBar } from './running-bar.js';

const hourMs = 60 * minuteMs;

/** A day in the time zone of a market, Unix ms. */
export interface Day {
  readonly startMs: number;
  readonly endMs: number;
}

/** What a day has printed so far. */
export interface DayBar {
  readonly startMs: number;
  readonly bar: RunningBar;
}

export function dayAt(timeZone: string, atMs: number): Day {
  const { date } = wallTimeAt(timeZone, atMs);
  const [startMs, endMs] = [date, addDays(date, 1)].map(one => momentOf(timeZone, { date: one, minute: 0 }));
  return { startMs: startMs!, endMs: endMs! };
}

/** Adds up each minute of a day once while moments are asked for in order. */
export class DayTotals {
  private day: Day = { startMs: 0, endMs: 0 };
  private untilMs = 0;
  private bar = new RunningBar();

  constructor(
    private readonly instrument: Instrument,
    private readonly timeZone: string,
  ) {}

  /** What the day that holds the millisecond before a moment has printed until then. */
  before(atMs: number): DayBar {
    const { instrument } = this;
    if (atMs <= this.day.startMs || atMs > this.day.endMs) this.begin(dayAt(this.timeZone, atMs - 1));
    if (atMs < this.untilMs) this.begin(this.day);
    const wholeMs = Math.floor(atMs / minuteMs) * minuteMs;
    if (wholeMs > this.untilMs) {
      instrument.addTo(this.bar, this.untilMs, wholeMs);
      this.untilMs = wholeMs;
    }
    const bar = this.bar.copy();
    instrument.addTo(bar, this.untilMs, atMs);
    return { startMs: this.day.startMs, bar };
  }

  /** Whether the day of a moment has been added up to the hour before it. */
  isNear(atMs: number): boolean {
    return atMs > this.day.startMs && atMs <= this.day.endMs && atMs - this.untilMs < hourMs;
  }

  private begin(day: Day): void {
    this.day = day;
    this.untilMs = day.startMs;
    this.bar = new RunningBar();
  }
}
