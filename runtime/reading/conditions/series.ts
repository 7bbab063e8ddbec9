/** What becomes of an operand, message by message. */
import type { Entry } from '../../buffer/message-buffer.js';
import type { Channel } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import type { Message } from '../../market/format.js';
import type { ProductHours } from '../../market/product-hours.js';
import type { TradeRules } from '../../market/trade-rules.js';
import type { Breaks } from './breaks.js';
import type { FieldReader } from './field-reader.js';
import type { Exact } from './ratio.js';
import type { Room } from './span.js';

export interface Series {
  /** @returns whether the message brings a new value of its symbol */
  take(entry: Entry, message: Message): boolean;
  /** The value of a symbol after this message; undefined where it is not known. */
  valueAfter(entry: Entry): Exact | undefined;
}

/** What the series of a condition have in common. */
export interface Setting {
  readonly market: Market;
  readonly fields: FieldReader;
  /** Absent: every trade counts. */
  readonly rules: TradeRules | undefined;
  readonly hours: ProductHours;
  readonly breaks: Breaks;
  readonly room: Room;
  /** Whether a channel of a symbol is subscribed. */
  covers(channel: Channel, symbol: string): boolean;
  /** Present where an indicator is asked for. */
  readonly compute: typeof import('../../market/indicators.js') | undefined;
}

/** As many as a market tells apart. */
const mostSymbols = 100_000;

/** What is kept of each symbol. */
export class BySymbol<T> {
  private readonly states = new Map<string, T>();

  constructor(private readonly create: (symbol: string) => T) {}

  known({ symbol }: Pick<Entry, 'symbol'>): T | undefined {
    return this.states.get(symbol ?? '');
  }

  /** @returns nothing for a symbol beyond those that are told apart */
  of({ symbol }: Entry): T | undefined {
    const name = symbol ?? '';
    let state = this.states.get(name);
    if (state === undefined && this.states.size < mostSymbols) {
      state = this.create(name);
      this.states.set(name, state);
    }
    return state;
  }
}

/** Of channels that bring the same value, the first that is subscribed for a symbol. */
export class Source {
  private readonly chosen: BySymbol<{ channel: Channel | undefined }>;

  constructor(
    private readonly channels: readonly Channel[],
    private readonly setting: Pick<Setting, 'covers'>,
  ) {
    this.chosen = new BySymbol(() => ({ channel: undefined }));
  }

  /** The channel of a message, if it is the one that counts. */
  of(entry: Entry): Channel | undefined {
    const chosen = this.chosen.of(entry);
    if (!chosen) return undefined;
    chosen.channel ??= this.channels.find(channel => this.setting.covers(channel, entry.symbol ?? ''));
    return chosen.channel?.prefix === entry.ev ? chosen.channel : undefined;
  }
}
