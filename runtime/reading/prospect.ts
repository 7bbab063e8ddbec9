/** Tells at once where what a call waits for cannot come. */
import { ChannelIndex } from '../buffer/channel-index.js';
import { customFeed } from '../feed/endpoint.js';
import { hoursOf } from '../market/product-hours.js';
import { reportTrading, type TradingReport } from '../market/trading-hours.js';
import type { HubView, StreamView } from '../stream/view.js';
import type { Filter } from '../symbols/channels.js';
import { judgeExpiry } from '../symbols/expiry.js';
import { type Condition, dependsOnState } from './conditions/condition.js';
import { lackOf } from './conditions/lack.js';
import { whyNever } from './conditions/never.js';
import { explainClosed } from './silence.js';

/** Why nothing can come. */
export interface Loss {
  /** What is not subscribed; absent: what the call asked for. */
  readonly filters?: readonly Filter[];
  /** Sentences; absent where the subscriptions say it all. */
  readonly reason?: string | undefined;
}

/** What a call waits for. */
export interface Wanted {
  readonly condition: Condition | undefined;
  /** A message must satisfy one of these filters; empty: any message will do. */
  readonly filters: readonly Filter[];
  readonly timeoutMs: number;
}

const none: Loss = {};

export class Prospect {
  /** The names of the last look. Messages come often, so look again only after the names changed. */
  private names: readonly string[] | undefined;
  private wasLive = false;
  private found: Loss | undefined;
  private readonly never: string | undefined;
  /** Whether a message decides, and not the state of the stream. */
  private readonly isOfMessages: boolean;

  constructor(
    private readonly hub: HubView,
    private readonly stream: StreamView,
    private readonly wanted: Wanted,
  ) {
    const { condition } = wanted;
    this.isOfMessages = !(condition && dependsOnState(condition));
    this.never = condition && whyNever(stream.market, condition);
  }

  get isLost(): boolean {
    return this.loss !== undefined;
  }

  /** Where certainly nothing can come. Pending channels, and refused ones that the feed may hold, still can. */
  get loss(): Loss | undefined {
    if (this.never !== undefined) return { reason: this.never };
    if (!this.isOfMessages) return undefined;
    const { names } = this.stream.subscriptions;
    const live = isLive(this.stream);
    if (names !== this.names || live !== this.wasLive) {
      this.names = names;
      this.wasLive = live;
      this.found = this.lossWith(names);
    }
    return this.found;
  }

  private lossWith(names: readonly string[]): Loss | undefined {
    const { subscriptions } = this.stream;
    const perhaps = subscriptions.rejections.map(({ channel }) => channel).filter(name => subscriptions.mayHold(name));
    const able = [...names, ...perhaps];
    const channelIndex = new ChannelIndex(able);
    const { filters } = this.wanted;
    const isReached = filters.length === 0 ? able.length > 0 : filters.some(filter => channelIndex.has(filter));
    const expired = this.whyExpired(able);
    if (expired !== undefined) return { reason: expired };
    if (!isReached) return none;
    const lack = this.lackWith(channelIndex);
    if (lack) return { filters: lack };
    const closed = this.whyClosed(able);
    return closed === undefined ? undefined : { reason: closed };
  }

  private lackWith(channelIndex: ChannelIndex): readonly Filter[] | undefined {
    const { condition, filters } = this.wanted;
    if (!condition || !isLive(this.stream)) return undefined;
    return lackOf(this.stream.market, condition, ({ prefix, symbol }, isJudged) => {
      const asked = isJudged && filters.length > 0 ? filters : [{}];
      return asked.some(
        (filter: Filter) =>
          (filter.prefix ?? prefix) === prefix &&
          (filter.symbol === undefined || symbol === undefined || filter.symbol === symbol) &&
          channelIndex.has({ ...(prefix === undefined ? {} : { prefix }), ...symbolIn(filter.symbol ?? symbol) }),
      );
    });
  }

  /** Those that the call is about; `*` stands for all. */
  private symbolsAmong(names: readonly string[]): readonly string[] {
    const { filters } = this.wanted;
    const asked = filters.map(({ symbol = '*' }) => symbol);
    const all = names.map(name => name.slice(name.indexOf('.') + 1));
    return [...new Set(asked.length > 0 && !asked.includes('*') ? asked : all)];
  }

  private whyExpired(names: readonly string[]): string | undefined {
    const { hub, stream } = this;
    if (!stream.market.symbol.expiry || isPlayed(stream)) return undefined;
    const symbols = this.symbolsAmong(names);
    const judged = symbols.map(symbol => judgeExpiry(stream.market, symbol, hub.clock.now()));
    if (judged.length === 0 || !judged.every(one => one?.certain)) return undefined;
    return judged
      .slice(0, shown)
      .flatMap(one => (one ? [`${one.text}.`] : []))
      .join(' ');
  }

  /** Where everything that the call is about rests for longer than it waits. */
  private whyClosed(names: readonly string[]): string | undefined {
    const { hub, stream } = this;
    // At an address of the operator's own, anything may come at any time.
    if (isPlayed(stream) || !isLive(stream) || stream.target?.endpoint.feed === customFeed) return undefined;
    const delayMinutes = stream.target?.endpoint.delayMinutes ?? 0;
    const delayMs = delayMinutes * 60_000;
    const nowMs = hub.clock.now();
    const named = hoursOf(stream.market, hub.hours.of(stream.market), this.symbolsAmong(names));
    const reports = named.map(one => ({ report: reportTrading(one, nowMs - delayMs), note: one.hours.note }));
    const { lastMessageAtMs = Number.NEGATIVE_INFINITY } = stream.totals;
    const isSure = ({ report, note }: { report: TradingReport; note: string | undefined }): boolean => {
      const { last, next, unconfirmed } = report.time;
      // What still comes after the close shows that something can.
      const quietFromMs = last && last.closesMs + delayMs + settleMs;
      const isQuiet = quietFromMs !== undefined && nowMs >= quietFromMs && lastMessageAtMs < quietFromMs;
      const isLater = next.opensMs + delayMs > nowMs + this.wanted.timeoutMs;
      return !report.open && note === undefined && unconfirmed === undefined && isQuiet && isLater;
    };
    if (reports.length === 0 || !reports.every(isSure)) return undefined;
    return reports.map(({ report }) => explainClosed(report, delayMinutes)).join(' ');
  }
}

const shown = 5;
/** Bars and corrections come for so long after the close. */
const settleMs = 120_000;

function isPlayed({ target }: StreamView): boolean {
  return target === undefined || target.replay !== undefined || target.endpoint.simulated;
}

function isLive({ state }: StreamView): boolean {
  return state === 'live';
}

function symbolIn(symbol: string | undefined): Filter {
  return symbol === undefined ? {} : { symbol };
}
