/** An indicator on the bars of each symbol, up to the one that runs. */
import type { Entry } from '../../buffer/message-buffer.js';
import type { Channel } from '../../contract/channel.js';
import type { Hours } from '../../contract/market.js';
import { decimalsIn } from '../../core/exact-sum.js';
import { type Alignment, alignmentOf, type Interval, type Span } from '../../market/bar-interval.js';
import { type BuiltBar, type Piece, PieceBar, type Print, PrintBar } from '../../market/built-bar.js';
import type { IndicatorRun, IndicatorValue } from '../../market/indicators.js';
import { momentOf, pieceOf, printOf } from '../bars/piece.js';
import { type BarSource, sourcesOf } from '../bars/source.js';
import type { Operand } from './operand.js';
import type { Exact } from './ratio.js';
import { BySymbol, type Series, type Setting, Source } from './series.js';

type IndicatorOperand = Extract<Operand, { kind: 'indicator' }>;

export class IndicatorSeries implements Series {
  private readonly bars: BySymbol<RunningBars>;
  private readonly source: Source;
  private readonly kinds: ReadonlyMap<Channel, BarSource>;

  constructor(
    private readonly setting: Setting,
    channels: readonly Channel[],
    private readonly operand: IndicatorOperand,
  ) {
    this.source = new Source(channels, setting);
    this.kinds = new Map(sourcesOf(channels).map(source => [source.channel, source]));
    this.bars = new BySymbol(symbol => {
      const hours = setting.hours.of(symbol);
      const dayOf = alignmentOf({ kind: 'day', name: '1d' }, hours);
      const decimals = (): number => this.bars.known({ symbol })?.decimals ?? 0;
      const run = setting.compute!.runIndicators([operand.request], decimals, dayOf);
      return new RunningBars(operand.interval, hours, run);
    });
  }

  take(entry: Entry): boolean {
    const channel = this.source.of(entry);
    const source = channel && this.kinds.get(channel);
    const atMs = source && momentOf(source, entry.raw);
    const bars = atMs === undefined ? undefined : this.bars.of(entry);
    if (!source || atMs === undefined || !bars) return false;
    if (source.pieceMs !== undefined) return bars.addPiece(pieceOf(source, entry.raw, atMs));
    const { seq, raw, symbol } = entry;
    const print = printOf(source, this.setting.rules, symbol ?? '', { seq, raw, atMs });
    return print !== undefined && bars.addPrint(print);
  }

  valueAfter(entry: Entry): Exact | undefined {
    const { request, part } = this.operand;
    const value = this.bars.known(entry)?.values?.[request.name];
    const one = typeof value === 'object' ? value?.[part ?? ''] : value;
    return one ?? undefined;
  }
}

/** A bar in the making, of trades and values or of shorter bars. */
class Running {
  private readonly pieces = new Map<number, Piece>();
  private readonly prints = new PrintBar();
  private joined = new PieceBar();
  private isJoined = false;

  constructor(private span: Span) {}

  get startMs(): number {
    return this.span.startMs;
  }

  get trades(): number {
    return this.prints.trades;
  }

  addPrint(print: Print): void {
    this.prints.add(print);
    this.span = { startMs: this.span.startMs, endMs: Math.max(this.span.endMs, print.atMs) };
  }

  /** The version that comes last counts. */
  addPiece(piece: Piece): void {
    this.isJoined = true;
    const isNew = !this.pieces.has(piece.startMs);
    this.pieces.set(piece.startMs, piece);
    if (!isNew) this.joined = new PieceBar();
    for (const one of isNew ? [piece] : this.pieces.values()) this.joined.add(one);
  }

  show(): BuiltBar {
    return this.isJoined ? this.joined.show(this.span) : this.prints.show(this.span);
  }
}

/** What is late for a bar that has ended does not revise it. */
class RunningBars {
  /** Digits behind the point of the close that has the most. */
  decimals = 0;
  private readonly align: Alignment | undefined;
  private running: Running | undefined;
  /** Whether the indicator has had the running bar. */
  private isBegun = false;
  private isStale = false;
  private newest: Readonly<Record<string, IndicatorValue>> | undefined;

  constructor(
    private readonly interval: Interval,
    hours: Hours,
    private readonly run: IndicatorRun,
  ) {
    this.align = interval.kind === 'ticks' ? undefined : alignmentOf(interval, hours);
  }

  get values(): Readonly<Record<string, IndicatorValue>> | undefined {
    this.compute();
    return this.newest;
  }

  /** @returns whether it is in time */
  addPrint(print: Print): boolean {
    const { interval } = this;
    const isWhole = interval.kind === 'ticks' && (this.running?.trades ?? 0) >= interval.count;
    const span = this.align?.(print.atMs) ?? { startMs: print.atMs, endMs: print.atMs };
    const bar = this.barOf(span, isWhole);
    bar?.addPrint(print);
    return bar !== undefined;
  }

  addPiece(piece: Piece): boolean {
    const bar = this.barOf(this.align!(piece.startMs), false);
    bar?.addPiece(piece);
    return bar !== undefined;
  }

  /** The running bar, or a new one where it has ended; nothing for what is late. */
  private barOf(span: Span, isWhole: boolean): Running | undefined {
    const isOther = this.align ? span.startMs > (this.running?.startMs ?? Number.NEGATIVE_INFINITY) : isWhole;
    if (this.running && this.align && span.startMs < this.running.startMs) return undefined;
    if (!this.running || isOther) {
      this.compute();
      this.running = new Running(span);
      this.isBegun = false;
    }
    this.isStale = true;
    return this.running;
  }

  private compute(): void {
    if (!this.running || !this.isStale) return;
    const bar = this.running.show();
    this.decimals = Math.max(this.decimals, decimalsIn(bar.close) ?? 0);
    this.newest = this.run(bar, this.isBegun);
    this.isBegun = true;
    this.isStale = false;
  }
}
