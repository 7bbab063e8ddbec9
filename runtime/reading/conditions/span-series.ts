/** Values of a stretch of time: moves, and what a summary says of a window. */
import type { Entry } from '../../buffer/message-buffer.js';
import type { Channel } from '../../contract/channel.js';
import { numberOrDigits } from '../../core/decimal.js';
import { type Amount, decimalsIn, ExactSum } from '../../core/exact-sum.js';
import { epochMs } from '../../core/time.js';
import { exactAmount } from '../../market/exact-amount.js';
import { type Message, rawRole, readRole } from '../../market/format.js';
import { numeric } from '../../market/seen.js';
import { changeInPercent, type Exact, ratioOf } from './ratio.js';
import { BySymbol, type Series, type Setting, Source } from './series.js';
import { type Point, Span } from './span.js';
import { numberIn } from './value-series.js';

/** From the value that held when the span began, or the first one known in it, to the newest. */
export class MoveSeries implements Series {
  private readonly spans: BySymbol<Span>;

  constructor(
    private readonly setting: Setting,
    private readonly field: string,
    windowMs: number,
  ) {
    this.spans = new BySymbol(() => new Span(setting.room, windowMs));
  }

  take(entry: Entry, message: Message): boolean {
    const value = numberIn(this.setting, entry, message, this.field);
    const { seq, arrivedMs: atMs } = entry;
    return value !== undefined && (this.spans.of(entry)?.add({ atMs, seq, first: value, last: value }) ?? false);
  }

  valueAfter(entry: Entry): Exact | undefined {
    const span = this.spans.known(entry);
    const now = span?.newest ?? span?.held;
    if (!span || !now) return undefined;
    span.expire(entry.arrivedMs, true);
    const { held, oldest } = span;
    const isSure = held && !(oldest && this.setting.breaks.between(held.seq, oldest.seq));
    return changeInPercent((isSure ? held : (oldest ?? now)).first, now.last);
  }
}

/** As many of the newest bars may come again. */
const replaceable = 30;

/** From the first price in the span to the newest. */
export class ChangeSeries implements Series {
  private readonly spans: BySymbol<Span>;
  private readonly source: Source;

  constructor(
    private readonly setting: Setting,
    channels: readonly Channel[],
    private readonly windowMs: number,
  ) {
    this.source = new Source(channels, setting);
    this.spans = new BySymbol(() => new Span(setting.room, windowMs));
  }

  take(entry: Entry, message: Message): boolean {
    const channel = this.source.of(entry);
    const prices = channel && this.pricesIn(channel, entry, message);
    const { seq, arrivedMs: atMs } = entry;
    return prices !== undefined && (this.spans.of(entry)?.add({ atMs, seq, ...prices }) ?? false);
  }

  valueAfter(entry: Entry): Exact | undefined {
    const span = this.spans.known(entry);
    span?.expire(entry.arrivedMs);
    if (!span?.oldest || span.cutMs >= entry.arrivedMs - this.windowMs) return undefined;
    return changeInPercent(span.oldest.first, span.newest!.last);
  }

  private pricesIn(channel: Channel, entry: Entry, message: Message): Pick<Point, 'first' | 'last'> | undefined {
    const { event, fields } = channel;
    if (event !== 'TRADE' && event !== 'INDEX_VALUE') {
      const [first, last] = [amountIn(channel, entry, 'open'), amountIn(channel, entry, 'close')];
      return first === undefined || last === undefined ? undefined : { first, last };
    }
    const wanted = event === 'TRADE' ? 'price' : 'value';
    const name = fields.find(({ role }) => role === wanted)!.name;
    const value = numberIn(this.setting, entry, message, name);
    return value === undefined ? undefined : { first: value, last: value };
  }
}

function amountIn(channel: Channel, { raw }: Entry, role: 'open' | 'close'): Amount | undefined {
  const value = numeric(readRole(channel, raw, role));
  return decimalsIn(value) === undefined ? undefined : (value as Amount);
}

/** The sum of a span, and of the one before it where that is asked for. */
class Volumes {
  private readonly sum = new ExactSum();
  private readonly sumBefore = new ExactSum();
  private readonly earlier: Span | undefined;
  private readonly span: Span;
  /** Arrival of the first since which no message is missing. */
  sinceMs = Number.POSITIVE_INFINITY;
  private lastSeq = 0;

  constructor(
    private readonly setting: Setting,
    private readonly windowMs: number,
    hasEarlier: boolean,
  ) {
    const { room } = setting;
    this.earlier = hasEarlier ? new Span(room, 2 * windowMs, ({ last }) => this.sumBefore.add(last, -1)) : undefined;
    this.span = new Span(room, windowMs, point => {
      this.sum.add(point.last, -1);
      if (this.earlier?.add(point)) this.sumBefore.add(point.last, 1);
    });
  }

  add(point: Point): void {
    if (this.setting.breaks.between(this.lastSeq, point.seq)) this.sinceMs = Number.POSITIVE_INFINITY;
    this.sinceMs = Math.min(this.sinceMs, point.atMs);
    this.lastSeq = point.seq;
    const before = point.startMs === undefined ? undefined : this.span.ofBar(point.startMs, replaceable);
    if (before) {
      this.sum.add(before.last, -1);
      before.last = point.last;
      this.sum.add(point.last, 1);
    } else if (this.span.add(point)) this.sum.add(point.last, 1);
  }

  /** Undefined where values had to go before their time. */
  within(nowMs: number): ExactSum | undefined {
    this.span.expire(nowMs);
    return this.span.cutMs >= nowMs - this.windowMs ? undefined : this.sum;
  }

  /** Undefined where it is not known from its beginning. */
  before(nowMs: number): ExactSum | undefined {
    const fromMs = nowMs - 2 * this.windowMs;
    this.earlier?.expire(nowMs);
    const cutMs = Math.max(this.span.cutMs, this.earlier?.cutMs ?? Number.POSITIVE_INFINITY);
    return this.sinceMs <= fromMs && cutMs < fromMs ? this.sumBefore : undefined;
  }
}

/** The volume of a span, or that against the volume of the span before. */
export class VolumeSeries implements Series {
  private readonly volumes: BySymbol<Volumes>;
  private readonly source: Source;

  constructor(
    private readonly setting: Setting,
    channels: readonly Channel[],
    windowMs: number,
    private readonly isRatio: boolean,
  ) {
    this.source = new Source(channels, setting);
    this.volumes = new BySymbol(() => new Volumes(setting, windowMs, isRatio));
  }

  take(entry: Entry): boolean {
    const channel = this.source.of(entry);
    const size = channel && this.sizeIn(channel, entry);
    const volumes = size === undefined ? undefined : this.volumes.of(entry);
    if (!channel || size === undefined || !volumes) return false;
    const { seq, arrivedMs: atMs, raw } = entry;
    const startMs = channel.event === 'TRADE' ? undefined : epochMs(rawRole(channel, raw, 'time'));
    volumes.add({ atMs, seq, first: size, last: size, startMs });
    return true;
  }

  valueAfter(entry: Entry): Exact | undefined {
    const { arrivedMs: nowMs } = entry;
    const volumes = this.volumes.known(entry);
    const sum = volumes?.within(nowMs);
    if (!volumes || !sum) return undefined;
    if (!this.isRatio) return numberOrDigits(sum.value);
    const before = volumes.before(nowMs);
    return before && ratioOf(sum.value, before.value);
  }

  private sizeIn(channel: Channel, { raw, symbol }: Entry): Amount | undefined {
    if (channel.event !== 'TRADE') return exactAmount(channel, raw, 'volume');
    const { rules } = this.setting;
    const atMs = epochMs(rawRole(channel, raw, 'time'));
    const isCounted =
      rules?.effectOf(rawRole(channel, raw, 'conditions'), atMs, symbol ?? undefined).window.volume ?? true;
    return isCounted ? exactAmount(channel, raw, 'size') : undefined;
  }
}
