/** Compares what a feed sends with the spec, event by event and field by field. */

import type { Channel, Field } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import { unitOf } from '../../core/time.js';
import { isEvent, type RawEvent } from '../../decode/protocol.js';
import { wire } from '../../decode/wire.js';
import type { Cleaner } from '../../feed/feed-text.js';
import type { Words } from '../../feed/source.js';
import { canonicalSymbol } from '../../symbols/forms.js';
import { kindOfValue, nameOf, shapeOf } from './kind.js';

/** In what way something differs from the spec. */
export type DifferenceKind =
  | 'unknown_event'
  | 'unknown_key'
  | 'unknown_status'
  | 'missing_key'
  | 'mistyped'
  | 'other_unit'
  | 'implausible_time'
  | 'symbol_form'
  | 'symbol_spelling'
  | 'ack_spelling'
  | 'ack_unasked'
  | 'no_event';

/** Something that differs, and how often. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** Prefix of the channel, where it is about one. */
  readonly channel?: string;
  /** Key on the wire, where it is about one. */
  readonly key?: string;
  /** What the spec says. */
  readonly expected?: string;
  /** The kind of the first one. */
  readonly example: string;
  readonly count: number;
}

/** How many differences to list. */
const mostDifferences = 100;

/** What a field must be, in words. */
const kinds: Readonly<Record<Field['type'], string>> = {
  string: 'text',
  number: 'number',
  integer: 'whole number',
  boolean: 'true or false',
  integers: 'list of whole numbers',
  decimal: 'number or decimal text',
  identifier: 'whole number or text',
};

type Found = Omit<Difference, 'count'>;

export class Inspector {
  /** Events looked at, by the prefix of their channel. */
  readonly events = new Map<string, number>();
  /** Times, by `PREFIX.key` and the unit in which they came. */
  readonly units = new Map<string, Map<string, number>>();
  /** Differences beyond those listed. */
  further = 0;
  private readonly found = new Map<string, { readonly difference: Found; count: number }>();
  private readonly channels: ReadonlyMap<string, Examined>;
  private readonly acknowledged = new Set<string>();

  /**
   * @param asked channel names as they are sent
   * @param secret takes the key of the connection out of a text
   */
  constructor(
    private readonly market: Market,
    private readonly asked: ReadonlySet<string>,
    private readonly secret: Cleaner,
  ) {
    this.channels = new Map(market.channels.map(channel => [channel.prefix, examined(channel)]));
  }

  get differences(): Difference[] {
    return [...this.found.values()].map(({ difference, count }) => ({ ...difference, count }));
  }

  /** An item of a frame that is no status. */
  take(item: unknown): void {
    if (!isEvent(item)) {
      this.note({ kind: 'no_event', example: kindOfValue(item) });
      return;
    }
    const known = this.channels.get(item.ev);
    if (!known) {
      this.note({
        kind: 'unknown_event',
        key: nameOf(item.ev, this.secret),
        example: `object with ${Object.keys(item).length} keys`,
      });
      return;
    }
    this.events.set(item.ev, (this.events.get(item.ev) ?? 0) + 1);
    for (const field of known.channel.fields) this.judge(known.channel, field, item);
    for (const key of Object.keys(item)) {
      if (!known.keys.has(key)) {
        this.note({
          kind: 'unknown_key',
          channel: item.ev,
          key: nameOf(key, this.secret),
          example: kindOfValue(item[key]),
        });
      }
    }
  }

  /** A status that no word of the spec explains. */
  takeUnknown({ status, message }: Words): void {
    this.note({ kind: 'unknown_status', key: nameOf(status, this.secret), example: kindOfValue(message) });
  }

  /** @param name of the channel that the feed says is subscribed */
  takeAcknowledgement(name: string): void {
    if (this.asked.has(name)) {
      this.acknowledged.add(name);
      return;
    }
    const dot = name.indexOf('.');
    const symbol = canonicalSymbol(this.market, name.slice(dot + 1));
    const meant = `${name.slice(0, dot)}.${symbol}`;
    const isMeant = symbol !== undefined && this.asked.has(meant);
    if (isMeant) this.acknowledged.add(meant);
    this.note(
      isMeant
        ? { kind: 'ack_spelling', channel: name.slice(0, dot), expected: meant, example: shapeOf(name) }
        : { kind: 'ack_unasked', example: shapeOf(name) },
    );
  }

  /** Whether a channel that was asked for is acknowledged, in whatever spelling. */
  isAcknowledged(name: string): boolean {
    return this.acknowledged.has(name);
  }

  private judge({ prefix: channel }: Channel, field: Field, event: RawEvent): void {
    const { key, optional, role, epoch, type } = field;
    const value = event[key];
    if (value === undefined || value === null) {
      if (!optional) this.note({ kind: 'missing_key', channel, key, example: value === null ? 'null' : 'no such key' });
      return;
    }
    if (epoch) this.judgeTime(channel, field, value);
    else if (!wire[type].safeParse(value).success) {
      this.note({ kind: 'mistyped', channel, key, expected: kinds[type], example: kindOfValue(value) });
    } else if (role === 'symbol') this.judgeSymbol(channel, field, value as string);
  }

  private judgeTime(channel: string, { key, epoch }: Field, value: unknown): void {
    const unit = unitOf(value);
    const place = { channel, key, example: kindOfValue(value) };
    if (unit === undefined) {
      this.note({ ...place, kind: 'implausible_time', expected: 'a time from 2000 to 2099' });
      return;
    }
    const counts = this.units.get(`${channel}.${key}`) ?? new Map<string, number>();
    this.units.set(`${channel}.${key}`, counts.set(unit, (counts.get(unit) ?? 0) + 1));
    if (epoch !== 'magnitude' && epoch !== unit) {
      this.note({ ...place, kind: 'other_unit', expected: epoch!, example: `${unit}, a ${place.example}` });
    }
  }

  private judgeSymbol(channel: string, { key, delivered }: Field, value: string): void {
    const symbol = value.includes('*') ? undefined : canonicalSymbol(this.market, value);
    const place = { channel, key, example: shapeOf(value) };
    if (symbol === undefined) {
      this.note({ ...place, kind: 'symbol_form', expected: this.market.symbol.description });
      return;
    }
    const expected = delivered ? symbol.replace(new RegExp(delivered.pattern, 'u'), delivered.form) : symbol;
    if (value !== expected) this.note({ ...place, kind: 'symbol_spelling', expected: shapeOf(expected) });
  }

  /** One difference is one line, whatever its values. */
  private note(difference: Found): void {
    const { kind, channel, key, expected } = difference;
    const id = JSON.stringify([kind, channel, key, kind === 'symbol_spelling' ? undefined : expected]);
    const known = this.found.get(id);
    if (known) known.count++;
    else if (this.found.size < mostDifferences) this.found.set(id, { difference, count: 1 });
    else this.further++;
  }
}

interface Examined {
  readonly channel: Channel;
  readonly keys: ReadonlySet<string>;
}

function examined(channel: Channel): Examined {
  return { channel, keys: new Set(['ev', ...channel.fields.map(({ key }) => key)]) };
}
