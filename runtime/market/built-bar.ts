/** A bar that is built from trades, values or shorter bars, in whatever order they come. */
import type { Amount } from '../core/exact-sum.js';
import { decimalsIn } from '../core/exact-sum.js';
import type { Updates } from './trade-rules.js';
import { Turnover } from './turnover.js';

/** A trade, or the value of an index. */
export interface Print {
  /** Of the message; of prints of one time the one that came first counts as first. */
  readonly seq: number;
  /** Unix ms. */
  readonly atMs: number;
  readonly price: unknown;
  /** Absent for a value. */
  readonly size?: unknown;
  readonly updates: Updates;
}

/** A bar of the feed. */
export interface Piece {
  readonly startMs: number;
  readonly endMs: number;
  readonly open: unknown;
  readonly high: unknown;
  readonly low: unknown;
  readonly close: unknown;
  readonly volume: unknown;
  readonly vwap: unknown;
  readonly trades: unknown;
}

/** What is known of a bar; null is not known. Volume and VWAP may be computed only when they are asked for. */
export interface BuiltBar {
  /** Unix ms. */
  readonly startMs: number;
  /** Exclusive, except of a bar of so many trades: there it is the time of the last one. */
  readonly endMs: number;
  readonly open: Amount | null;
  readonly high: Amount | null;
  readonly low: Amount | null;
  readonly close: Amount | null;
  readonly volume: Amount | null;
  readonly vwap: number | null;
  /** Trades that count in the volume. */
  readonly trades: number | null;
  /** Exact sums behind volume and VWAP. */
  readonly turnover: Turnover;
  /** Where its shorter bars end; absent where it is not built of such. */
  readonly piecesToMs?: number;
  /** Whether it is one of so many trades. */
  readonly isTicks?: boolean;
  /** Whether nothing came, and the price is that of the bar before. */
  readonly isFilled?: boolean;
}

type Stretch = Pick<BuiltBar, 'startMs' | 'endMs'>;

/** Collects the prints of a bar. */
export class PrintBar {
  private readonly turnover = new Turnover();
  private open: Amount | null = null;
  private high: Amount | null = null;
  private low: Amount | null = null;
  private close: Amount | null = null;
  private first: Print | undefined;
  private last: Print | undefined;
  private hasTrades = false;
  /** Trades that count in the volume. */
  trades = 0;

  add(print: Print): void {
    const { price, size, updates } = print;
    const isTrade = 'size' in print;
    this.hasTrades ||= isTrade;
    if (isTrade && updates.volume) {
      this.turnover.add(size, price);
      this.trades++;
    }
    if (!isAmount(price)) return;
    if (updates.last) this.move(print, price);
    if (!updates.highLow) return;
    this.high = extreme(this.high, price, 1);
    this.low = extreme(this.low, price, -1);
  }

  show({ startMs, endMs }: Stretch, isTicks = false): BuiltBar {
    const { open, high, low, close, turnover, hasTrades, trades } = this;
    return {
      startMs,
      endMs,
      open,
      high,
      low,
      close,
      get volume() {
        return turnover.volume ?? (hasTrades ? 0 : null);
      },
      get vwap() {
        return turnover.vwap;
      },
      trades: hasTrades ? trades : null,
      turnover,
      isTicks,
    };
  }

  private move(print: Print, price: Amount): void {
    if (!this.first || isBefore(print, this.first)) {
      this.first = print;
      this.open = price;
    }
    if (!this.last || !isBefore(print, this.last)) {
      this.last = print;
      this.close = price;
    }
  }
}

/** Collects the shorter bars that a bar is built of; each counts once, in the version that is added first. */
export class PieceBar {
  private readonly turnover = new Turnover();
  /** Begins of the pieces so far. */
  private readonly known = new Set<number>();
  private open: Amount | null = null;
  private high: Amount | null = null;
  private low: Amount | null = null;
  private close: Amount | null = null;
  private openedMs = Number.POSITIVE_INFINITY;
  private closedMs = Number.NEGATIVE_INFINITY;
  private trades: number | null = 0;
  private piecesToMs = 0;

  add(piece: Piece): void {
    const { startMs, endMs, open, high, low, close, volume, vwap, trades } = piece;
    if (this.known.has(startMs)) return;
    this.known.add(startMs);
    this.piecesToMs = Math.max(this.piecesToMs, endMs);
    this.turnover.add(volume, vwap);
    this.trades = this.trades === null || typeof trades !== 'number' ? null : this.trades + trades;
    for (const price of [open, high, low, close]) {
      if (!isAmount(price)) continue;
      this.high = extreme(this.high, price, 1);
      this.low = extreme(this.low, price, -1);
    }
    if (isAmount(open) && startMs < this.openedMs) {
      this.open = open;
      this.openedMs = startMs;
    }
    if (isAmount(close) && startMs > this.closedMs) {
      this.close = close;
      this.closedMs = startMs;
    }
  }

  show({ startMs, endMs }: Stretch): BuiltBar {
    const { open, high, low, close, turnover, trades, piecesToMs } = this;
    return {
      startMs,
      endMs,
      open,
      high,
      low,
      close,
      get volume() {
        return turnover.volume;
      },
      get vwap() {
        return turnover.vwap;
      },
      trades,
      turnover,
      piecesToMs,
    };
  }
}

function isBefore(one: Print, other: Print): boolean {
  return one.atMs === other.atMs ? one.seq < other.seq : one.atMs < other.atMs;
}

function extreme(known: Amount | null, price: Amount, sign: 1 | -1): Amount {
  return known === null || sign * (Number(price) - Number(known)) > 0 ? price : known;
}

function isAmount(value: unknown): value is Amount {
  return decimalsIn(value) !== undefined;
}
