/** Reads fields of messages as conditions compare them. */
import type { Entry } from '../../buffer/message-buffer.js';
import type { Market } from '../../contract/market.js';
import { epochMs } from '../../core/time.js';
import { channelOf, fieldValue, type Message, rawRole } from '../../market/format.js';
import { tradeRulesOf } from '../../market/trade-rules.js';

/** The price of a trade that its conditions keep from the last price is none: no level is reached by a late report. */
export class FieldReader {
  /** By channel: the name of the price of a trade. */
  private readonly prices: ReadonlyMap<string, string>;

  /** @param everyPrint whether every trade counts */
  constructor(
    private readonly market: Market,
    everyPrint: boolean,
  ) {
    const trades = everyPrint ? [] : market.channels.filter(({ event }) => event === 'TRADE');
    this.prices = new Map(
      trades.flatMap(({ prefix, fields }) =>
        fields.filter(({ role }) => role === 'price').map(({ name }) => [prefix, name] as const),
      ),
    );
  }

  /** The value of a field; undefined where the message has none that counts. */
  read(entry: Entry, message: Message, field: string): unknown {
    const value = fieldValue(message, field);
    return value !== undefined && this.prices.get(entry.ev) === field && !this.movesLast(entry) ? undefined : value;
  }

  private movesLast({ ev, raw }: Entry): boolean {
    const channel = channelOf(this.market, ev)!;
    const conditions = rawRole(channel, raw, 'conditions');
    if (conditions === undefined) return true;
    return tradeRulesOf(this.market).effectOf(conditions, epochMs(rawRole(channel, raw, 'time'))).window.last;
  }
}
