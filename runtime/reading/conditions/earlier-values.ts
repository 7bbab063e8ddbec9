/** The values that fields had in the messages before those that a condition looks at. */
import type { Entry, MessageBuffer } from '../../buffer/message-buffer.js';
import type { Channel } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import { unshown } from '../../feed/feed-text.js';
import { channelOf, formatFields, type Message, onlyFields } from '../../market/format.js';
import { stepsToParse, type TimeSlice } from '../../pacing/time-slice.js';
import type { FieldReader } from './field-reader.js';

/** So many messages before the first one are looked at; what none of them has counts as never said. */
export const mostLookedBack = 10_000;

/** Messages of one symbol and channel, or of all symbols of a channel that are not told apart: what is not looked at. */
interface Past {
  /** Seq of the newest of them, if there is one. */
  next: number | undefined;
  /** How many may still be looked at. */
  left: number;
}

/** Remembers the newest value of each field by channel and symbol. Each held message is looked at once at most. */
export class EarlierValues {
  /** Whether a value was sought for in vain, since it would be too far back. */
  isCut = false;
  /** By number of the symbol and channel. */
  private readonly pasts = new Map<number, Past>();
  /** By field, then by channel and symbol. */
  private readonly values: ReadonlyMap<string, Map<string, unknown>>;
  private readonly narrow = new Map<string, Channel>();

  /** @param names of the fields that are remembered */
  constructor(
    private readonly market: Market,
    private readonly buffer: MessageBuffer,
    private readonly fields: FieldReader,
    names: readonly string[],
  ) {
    this.values = new Map(names.map(field => [field, new Map()]));
  }

  /**
   * Looks for the values of these fields before a message, as long as the slice has time.
   *
   * @returns whether that is done
   */
  find(entry: Entry, fields: readonly string[], slice: Pick<TimeSlice, 'spent'>): boolean {
    if (!channelOf(this.market, entry.ev)) return true;
    const past = this.pastOf(entry);
    const key = keyOf(entry);
    const isLacking = (): boolean => fields.some(field => !this.values.get(field)!.has(key));
    while (past.next !== undefined && past.left > 0 && isLacking()) {
      const steps = this.lookBack(past, past.next);
      if (slice.spent(steps)) return past.next === undefined || !isLacking();
    }
    if (past.next !== undefined && isLacking()) this.isCut = true;
    return true;
  }

  /** The value in the last message of the same channel and symbol before this one, as far as it was found. */
  before(entry: Entry, field: string): unknown {
    return this.values.get(field)!.get(keyOf(entry));
  }

  /** The message is one of the earlier ones now. */
  remember(entry: Entry, message: Message): void {
    const key = keyOf(entry);
    for (const [field, values] of this.values) {
      const value = this.fields.read(entry, message, field);
      if (value !== undefined) values.set(key, value);
    }
  }

  private pastOf({ seq }: Entry): Past {
    const { buffer, pasts } = this;
    const pair = buffer.pairAt(seq);
    let past = pasts.get(pair);
    if (!past) {
      past = { next: buffer.before(seq), left: mostLookedBack };
      pasts.set(pair, past);
    }
    return past;
  }

  /** @returns how many small steps it took */
  private lookBack(past: Past, seq: number): number {
    const { buffer, market, values } = this;
    const entry = buffer.at(seq);
    // It may have left meanwhile.
    past.next = entry && buffer.before(seq);
    past.left--;
    if (!entry) return 1;
    const key = keyOf(entry);
    const message = formatFields(this.narrowed(channelOf(market, entry.ev)!), entry, unshown);
    for (const [field, known] of values) {
      const value = this.fields.read(entry, message, field);
      if (value !== undefined && !known.has(key)) known.set(key, value);
    }
    return stepsToParse(buffer.bytesAt(seq));
  }

  private narrowed(channel: Channel): Channel {
    let narrow = this.narrow.get(channel.prefix);
    if (!narrow) {
      narrow = onlyFields(channel, [...this.values.keys()]);
      this.narrow.set(channel.prefix, narrow);
    }
    return narrow;
  }
}

function keyOf({ ev, symbol }: Entry): string {
  return `${ev} ${symbol}`;
}
