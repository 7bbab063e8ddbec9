/** The state of one symbol as a plain book: message by message, parsed, each bar in its last version. Judges the totals. */
import type { Channel, EventKind, Role } from '../../runtime/contract/channel.js';
import type { Amount } from '../../runtime/core/exact-sum.js';
import { epochMs, sortableTime } from '../../runtime/core/time.js';
import type { RawEvent } from '../../runtime/decode/protocol.js';
import { exactAmount } from '../../runtime/market/exact-amount.js';
import { rawRole, readRole, readRoleFlag } from '../../runtime/market/format.js';
import { amountOf, newestOf, numeric, quotePrices } from '../../runtime/market/seen.js';
import { barKinds, type Compared, type Seen, type SymbolState } from '../../runtime/market/totals/symbol-state.js';
import { fullEffect, type TradeRules, type Updates } from '../../runtime/market/trade-rules.js';
import { Turnover } from '../../runtime/market/turnover.js';

const everything: Updates = { last: true, highLow: true, volume: true };

/** Prices of trades or values, and the turnover of the trades. */
class Range {
  open: number | null = null;
  high: number | null = null;
  low: number | null = null;
  private readonly turnover = new Turnover();

  get volume(): number | string | null {
    return this.turnover.volume;
  }

  get vwap(): number | null {
    return this.turnover.vwap;
  }

  /** @param updates which values the price may move */
  addPrice(price: unknown, { last, highLow }: Updates = everything): void {
    if (typeof price !== 'number') return;
    if (last) this.open ??= price;
    if (!highLow) return;
    this.high = Math.max(this.high ?? price, price);
    this.low = Math.min(this.low ?? price, price);
  }

  addVolume(size: unknown, price: unknown): void {
    this.turnover.add(size, price);
  }
}

/** The parts of a bar that count. */
interface SeriesBar {
  /** Begin, as a text that sorts as time does. */
  readonly start: string;
  readonly open: unknown;
  readonly high: unknown;
  readonly low: unknown;
  readonly close: unknown;
  readonly volume: unknown;
  readonly vwap: unknown;
}

/** Bars of a symbol, each in the version that came last. */
class BarSeries {
  private readonly bars = new Map<string, SeriesBar>();

  addBar(bar: SeriesBar): void {
    this.bars.set(bar.start, bar);
  }

  get open(): number | null {
    const first = this.sorted.find(bar => pricesOf(bar).length > 0);
    return first ? pricesOf(first)[0]! : null;
  }

  get high(): number | null {
    const all = this.sorted.flatMap(pricesOf);
    return all.length > 0 ? Math.max(...all) : null;
  }

  get low(): number | null {
    const all = this.sorted.flatMap(pricesOf);
    return all.length > 0 ? Math.min(...all) : null;
  }

  get volume(): number | string | null {
    return this.turnover.volume;
  }

  get vwap(): number | null {
    return this.turnover.vwap;
  }

  private get sorted(): SeriesBar[] {
    return [...this.bars.values()].sort((one, other) => (one.start < other.start ? -1 : 1));
  }

  private get turnover(): Turnover {
    const turnover = new Turnover();
    for (const { volume, vwap } of this.bars.values()) turnover.add(volume, vwap);
    return turnover;
  }
}

function pricesOf({ open, high, low, close }: SeriesBar): number[] {
  return [open, high, low, close].filter(price => typeof price === 'number');
}

export class SymbolSnapshot implements SymbolState {
  messages = 0;
  readonly counts = { TRADE: 0, QUOTE: 0 };
  /** Trades that their conditions keep from the last price. */
  ineligible = 0;
  /** Of trades the last one that moved the last price. */
  readonly last = new Map<EventKind, Seen>();
  /** Of trades and values. */
  readonly prices = new Range();
  /** Of bars, by their length. */
  readonly bars = new Map<EventKind, BarSeries>();
  halted: boolean | null = null;

  /** @param rules which trades count; absent: all */
  constructor(
    readonly symbol: string,
    private readonly rules?: TradeRules,
  ) {}

  /** @param arrivedMs monotonic ms */
  add(channel: Channel, raw: RawEvent, arrivedMs: number): void {
    const { event } = channel;
    this.messages++;
    if (event === 'TRADE') {
      if (!this.addTrade(channel, raw)) return;
    } else if (event === 'QUOTE') this.counts.QUOTE++;
    else if (event === 'INDEX_VALUE') this.prices.addPrice(numeric(readRole(channel, raw, 'value')));
    else if (event === 'LULD') this.halted = readRoleFlag(channel, raw, 'indicators') ?? this.halted;
    else if (barKinds.includes(event)) {
      this.addBar(channel, raw);
      if (this.isOlderBar(channel, raw)) return;
    }
    this.last.set(event, { channel, raw, arrivedMs });
  }

  /** Prices of trades or values, or else of the bars that there are, the shortest first. */
  get range(): Range | BarSeries | undefined {
    const isOwn = this.prices.low !== null || this.counts.TRADE > 0;
    return isOwn ? this.prices : barKinds.flatMap(kind => this.bars.get(kind) ?? [])[0];
  }

  /** The newest bar of any length, by when it ended. */
  get newestBar(): Seen | undefined {
    return newestOf(barKinds.flatMap(kind => this.last.get(kind) ?? []));
  }

  compared(by: Compared): Amount | null {
    if (by === 'newest') return this.newestPrice;
    if (by === 'bid' || by === 'ask') {
      const quote = this.last.get('QUOTE');
      return quote ? quotePrices(quote)[by] : null;
    }
    const value = this.range?.[by] ?? null;
    return by === 'volume' && value !== null ? Number(value) : value;
  }

  private get newestPrice(): Amount | null {
    const trade = this.last.get('TRADE');
    if (trade) return amountOf(trade, 'price');
    const value = this.last.get('INDEX_VALUE');
    if (value) return amountOf(value, 'value');
    const { newestBar } = this;
    return newestBar ? amountOf(newestBar, 'close') : null;
  }

  /** A bar may come again with late trades in it; the newest is the one that began last, in its last version. */
  private isOlderBar(channel: Channel, raw: RawEvent): boolean {
    const before = this.last.get(channel.event);
    if (!before) return false;
    const [old, now] = [before.raw, raw].map(bar => sortableTime(readRole(channel, bar, 'time')));
    return old !== undefined && now !== undefined && now < old;
  }

  /** @returns whether it moves the last price */
  private addTrade(channel: Channel, raw: RawEvent): boolean {
    this.counts.TRADE++;
    const price = numeric(readRole(channel, raw, 'price'));
    const conditions = rawRole(channel, raw, 'conditions');
    const effect =
      this.rules && conditions !== undefined
        ? this.rules.effectOf(conditions, epochMs(rawRole(channel, raw, 'time')), this.symbol)
        : fullEffect;
    const { window } = effect;
    this.prices.addPrice(price, window);
    if (window.volume) this.prices.addVolume(exactAmount(channel, raw, 'size'), price);
    if (!window.last) this.ineligible++;
    return window.last;
  }

  private addBar(channel: Channel, raw: RawEvent): void {
    const value = (role: Role): unknown => numeric(readRole(channel, raw, role));
    const start = sortableTime(readRole(channel, raw, 'time'));
    if (start === undefined) return;
    const series = this.bars.get(channel.event) ?? new BarSeries();
    series.addBar({
      start,
      open: value('open'),
      high: value('high'),
      low: value('low'),
      close: value('close'),
      volume: exactAmount(channel, raw, 'volume'),
      vwap: value('vwap'),
    });
    this.bars.set(channel.event, series);
  }
}
