/** Builds bars of any length, message by message, the newest first; their times may be in any order. */
import type { Alignment, Span } from './bar-interval.js';
import { type BuiltBar, type Piece, PieceBar, type Print, PrintBar } from './built-bar.js';

/** Bars that are built of what was added. */
export interface BarBuilder {
  /** Begins of the bars so far, Unix ms, in no order. */
  readonly starts: Iterable<number>;
  readonly size: number;
  /**
   * Oldest first; each is built when it is asked for.
   *
   * @param newest only the oldest one and the newest so many
   */
  list(newest?: number): Iterable<BuiltBar>;
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

  *list(newest?: number): Generator<BuiltBar> {
    for (const { span, bar } of inOrder(this.bars, newest)) yield bar.show(span);
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

  *list(newest?: number): Generator<BuiltBar> {
    for (const { span, bar } of inOrder(this.bars, newest)) yield bar.show(span);
  }
}

function inOrder<T extends { readonly span: Span }>(bars: ReadonlyMap<number, T>, newest?: number): T[] {
  const sorted = [...bars.values()].sort((one, other) => one.span.startMs - other.span.startMs);
  return newest === undefined || sorted.length <= newest ? sorted : [sorted[0]!, ...sorted.slice(-newest)];
}
