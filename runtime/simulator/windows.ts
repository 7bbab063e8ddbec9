import type { EventKind } from '../contract/channel.js';
import { Bar } from './bar.js';
import type { Values } from './event.js';
import { type Grid, round } from './grid.js';

const minuteMs = 60_000;

/** Publishes a bar. */
type Say = (kind: EventKind, endMs: number, values: () => Values) => void;

/** The bars of an instrument: of the current second, the current minute, and the day. */
export class Windows {
  private readonly day = new Bar(0);
  private second = new Bar(0);
  private minute = new Bar(0);

  constructor(
    private readonly grid: Grid,
    private readonly officialOpen: number,
    private readonly say: Say,
  ) {}

  /** Adds what the day had before anybody listened. */
  addBefore(ticks: number, units: number): void {
    this.day.add(ticks, units);
  }

  begin(atMs: number): void {
    this.second = new Bar(atMs);
    this.minute = new Bar(atMs);
  }

  count(ticks: number, units: number): void {
    this.second.add(ticks, units);
    this.minute.add(ticks, units);
    this.day.add(ticks, units);
  }

  /** Closes the bars that end with this second. */
  close(atMs: number): void {
    this.finish('AGGREGATE_SECOND', this.second, atMs);
    this.second = new Bar(atMs);
    if (atMs % minuteMs !== 0) return;
    this.finish('AGGREGATE_MINUTE', this.minute, atMs);
    this.minute = new Bar(atMs);
  }

  private finish(kind: EventKind, bar: Bar, endMs: number): void {
    if (bar.count > 0) this.say(kind, endMs, () => this.barValues(bar, endMs));
  }

  private barValues(bar: Bar, endMs: number): Values {
    const { day, grid } = this;
    return {
      open: grid.price(bar.open),
      high: grid.price(bar.high),
      low: grid.price(bar.low),
      close: grid.price(bar.close),
      volume: grid.size(bar.units),
      volume_exact: grid.sizeText(bar.units),
      accumulated_volume: grid.size(day.units),
      accumulated_volume_exact: grid.sizeText(day.units),
      vwap: grid.mean(bar),
      day_vwap: grid.mean(day),
      official_open: this.officialOpen,
      average_size: round(grid.size(bar.units) / bar.count, grid.sizeDecimals + 4),
      trades: bar.count,
      dollar_volume: grid.turnover(bar),
      time: bar.startMs,
      end_time: endMs,
    };
  }
}
