/** Builds bars of any length, message by message, the newest first; their times may be in any order. */
import type { Alignment, Span } from './bar-interval.js';
import { type BuiltBar, type Piece, PieceBar, type Print, PrintBar } from './built-bar.js';

/** Bars that are built of what was added. */
export interface BarBuilder {
  /** Begins of the bars so far, Unix ms, in no order. */
  readonly starts: Iterable<number>;
  readonly size: number;
  /** Oldest first; each is built when it is asked for. */
  list(): Iterable<BuiltBar>;
}

/** Bars of a time, or days, of trades or values. */
export class TimedBars implements BarBuilder {
  private readonly bars = new Map<number, { readonly span: Span; readonly bar: PrintBar }>();

  constructor(private readonly align: Alignment) {}

  get starts(): Iterable<number> {
    return this.bars.keys();
  }

  get size(): number {
    return this.bars.size;
  }

  add(print: Print): void {
    const span = this.align(print.atMs);
    let known = this.bars.get(span.startMs);
    if (!known) {
      known = { span, bar: new PrintBar() };
      this.bars.set(span.startMs, known);
    }
    known.bar.add(print);
  }

  *list(): Generator<BuiltBar> {
    for (const { span, bar } of inOrder(this.bars)) yield bar.show(span);
  }
}

/** Bars of shorter bars, newest first: each of these counts once, in the version that came last. */
export class JoinedBars implements BarBuilder {
  private readonly bars = new Map<number, { readonly span: Span; readonly bar: PieceBar }>();

  constructor(private readonly align: Alignment) {}

  get starts(): Iterable<number> {
    return this.bars.keys();
  }

  get size(): number {
    return this.bars.size;
  }

  /** @param piece that came before all that were added */
  add(piece: Piece): void {
    const span = this.align(piece.startMs);
    let known = this.bars.get(span.startMs);
    if (!known) {
      known = { span, bar: new PieceBar() };
      this.bars.set(span.startMs, known);
    }
    known.bar.add(piece);
  }

  *list(): Generator<BuiltBar> {
    for (const { span, bar } of inOrder(this.bars)) yield bar.show(span);
  }
}

/** Bars of so many trades, in the order in which these came. */
export class TickBars implements BarBuilder {
  readonly starts: Iterable<number> = [];
  private readonly prints: Print[] = [];

  constructor(private readonly count: number) {}

  get size(): number {
    return Math.floor(this.prints.length / this.count);
  }

  /** @param print that came before all that were added */
  add(print: Print): void {
    this.prints.push(print);
  }

  /** Counted from the oldest trade; the last bar may have fewer. */
  *list(): Generator<BuiltBar> {
    let bar = new PrintBar();
    let [startMs, endMs]: readonly [number, number] = nothing;
    for (const print of this.prints.toReversed()) {
      bar.add(print);
      startMs = Math.min(startMs, print.atMs);
      endMs = Math.max(endMs, print.atMs);
      if (bar.trades < this.count) continue;
      yield bar.show({ startMs, endMs }, true);
      bar = new PrintBar();
      [startMs, endMs] = nothing;
    }
    if (startMs <= endMs) yield bar.show({ startMs, endMs }, true);
  }
}

/** A stretch of time without a moment in it. */
const nothing = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;

function inOrder<T extends { readonly span: Span }>(bars: ReadonlyMap<number, T>): T[] {
  return [...bars.values()].sort((one, other) => one.span.startMs - other.span.startMs);
}
