/** The state of a symbol in a window: numbers from columns, and the few messages that are shown, parsed. */
import type { Columns } from '../../buffer/columns.js';
import type { MessageBuffer } from '../../buffer/message-buffer.js';
import type { Channel, EventKind } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import { type NumberRole, slotOf } from '../../decode/numbers/fields.js';
import { newestOf } from '../seen.js';
import { priceIn } from './exact-number.js';
import { barKinds, type Compared, type RangeValues, type Seen, type SymbolState } from './symbol-state.js';
import type { SymbolTotals } from './symbol-totals.js';
import type { SortKey } from './totals-table.js';

/** What the symbols of a window have in common. */
export interface WindowParts {
  readonly market: Market;
  readonly buffer: MessageBuffer;
  readonly columns: Columns;
  readonly totals: SymbolTotals;
  /** @throws where the messages are gone */
  judge(): void;
}

/** Good as long as the messages of the window are held. */
export class WindowSymbol implements SymbolState {
  /** @param number of the symbol in the symbol table */
  constructor(
    readonly symbol: string,
    private readonly number: number,
    private readonly parts: WindowParts,
  ) {}

  get messages(): number {
    return this.numberOf('messages');
  }

  get counts(): { readonly TRADE: number; readonly QUOTE: number } {
    return { TRADE: this.numberOf('trades'), QUOTE: this.numberOf('quotes') };
  }

  get ineligible(): number {
    return this.numberOf('ineligible');
  }

  get halted(): boolean | null {
    return this.parts.totals.haltedOf(this.number);
  }

  get last(): SymbolState['last'] {
    return { get: kind => this.lastOf(kind) };
  }

  get range(): RangeValues | undefined {
    this.parts.judge();
    return this.parts.totals.rangeOf(this.number);
  }

  get newestBar(): Seen | undefined {
    return newestOf(barKinds.flatMap(kind => this.lastOf(kind) ?? []));
  }

  compared(by: Compared): number | null {
    if (by === 'newest') return this.newestPrice();
    return by === 'bid' || by === 'ask' ? this.side(by) : known(this.numberOf(by));
  }

  private numberOf(key: SortKey): number {
    this.parts.judge();
    return this.parts.totals.sortable(this.number, key);
  }

  private lastOf(kind: EventKind): Seen | undefined {
    const seq = this.parts.totals.seqOf(this.number, kind);
    return seq < 0 ? undefined : this.seenAt(seq);
  }

  private seenAt(seq: number): Seen {
    this.parts.judge();
    const { buffer } = this.parts;
    return { channel: this.channelAt(seq), raw: buffer.parse(seq), arrivedMs: buffer.arrivedMs(seq) };
  }

  private channelAt(seq: number): Channel {
    return this.parts.market.channels[this.parts.buffer.channelAt(seq)]!;
  }

  private newestPrice(): number | null {
    const { totals } = this.parts;
    if (totals.seqOf(this.number, 'TRADE') >= 0) return known(this.numberOf('last'));
    const valueSeq = totals.seqOf(this.number, 'INDEX_VALUE');
    if (valueSeq >= 0) return this.numberAt(valueSeq, 'value');
    const seqs = barKinds.map(kind => totals.seqOf(this.number, kind)).filter(seq => seq >= 0);
    const [seq] = seqs;
    if (seqs.length < 2) return seq === undefined ? null : this.numberAt(seq, 'close');
    const newest = newestOf(seqs.map(bar => this.seenAt(bar)))!;
    return this.numberAt(seqs.find(bar => this.channelAt(bar) === newest.channel)!, 'close');
  }

  /** A price of 0 with a size of 0 says that there is none. */
  private side(name: 'bid' | 'ask'): number | null {
    const seq = this.parts.totals.seqOf(this.number, 'QUOTE');
    if (seq < 0) return null;
    const price = this.numberAt(seq, `${name}.price`);
    return price === 0 && this.numberAt(seq, `${name}.size`) === 0 ? null : price;
  }

  /** A number of a message of the window. */
  private numberAt(seq: number, role: NumberRole): number | null {
    this.parts.judge();
    const slot = slotAt(this.channelAt(seq), role);
    if (slot < 0) return null;
    const { columns, row } = this.parts.columns.from(seq, seq + 1);
    return known(priceIn(columns, columns.first[row]! + slot));
  }
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

const slots = new WeakMap<Channel, Map<NumberRole, number>>();

function slotAt(channel: Channel, role: NumberRole): number {
  let byRole = slots.get(channel);
  if (!byRole) {
    byRole = new Map();
    slots.set(channel, byRole);
  }
  let slot = byRole.get(role);
  if (slot === undefined) {
    slot = slotOf(channel, role);
    byRole.set(role, slot);
  }
  return slot;
}
