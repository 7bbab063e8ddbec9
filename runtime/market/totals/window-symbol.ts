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
    this.parts.judge();
    const { buffer, market, totals } = this.parts;
    const seq = totals.seqOf(this.number, kind);
    if (seq < 0) return undefined;
    if (seq < buffer.readableSeq) return totals.keptOf(this.number, kind, seq);
    const channel = market.channels[buffer.channelAt(seq)]!;
    return { channel, raw: buffer.parse(seq), arrivedMs: buffer.arrivedMs(seq) };
  }

  private newestPrice(): number | null {
    const { totals } = this.parts;
    if (totals.seqOf(this.number, 'TRADE') >= 0) return known(this.numberOf('last'));
    if (totals.seqOf(this.number, 'INDEX_VALUE') >= 0) return this.numberIn('INDEX_VALUE', 'value');
    const kinds = barKinds.filter(kind => totals.seqOf(this.number, kind) >= 0);
    const [kind] = kinds;
    if (kinds.length < 2) return kind === undefined ? null : this.numberIn(kind, 'close');
    return this.numberIn(this.newestBar!.channel.event, 'close');
  }

  /** A price of 0 with a size of 0 says that there is none. */
  private side(name: 'bid' | 'ask'): number | null {
    const price = this.numberIn('QUOTE', `${name}.price`);
    return price === 0 && this.numberIn('QUOTE', `${name}.size`) === 0 ? null : price;
  }

  /** A number of the last message of a kind. */
  private numberIn(kind: EventKind, role: NumberRole): number | null {
    this.parts.judge();
    const { buffer, market, totals, columns: all } = this.parts;
    const seq = totals.seqOf(this.number, kind);
    if (seq < 0) return null;
    if (seq < buffer.readableSeq) {
      const kept = totals.keptOf(this.number, kind, seq);
      return kept ? known(kept.prices[slotAt(kept.channel, role)] ?? Number.NaN) : null;
    }
    const slot = slotAt(market.channels[buffer.channelAt(seq)]!, role);
    if (slot < 0) return null;
    const { columns, row } = all.from(seq, seq + 1);
    return known(priceIn(columns, columns.first[row]! + slot));
  }
}

/** That of a symbol that had no message. */
export function emptyState(symbol: string): SymbolState {
  return {
    symbol,
    messages: 0,
    counts: { TRADE: 0, QUOTE: 0 },
    ineligible: 0,
    last: new Map(),
    range: undefined,
    newestBar: undefined,
    halted: null,
    compared: () => null,
  };
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
