/** Values that one message has: fields, and what a quote says. */
import type { Entry } from '../../buffer/message-buffer.js';
import { add, decimalOf } from '../../core/decimal.js';
import { type Amount, decimalsIn } from '../../core/exact-sum.js';
import { channelOf, type Message } from '../../market/format.js';
import { pipOf } from '../../market/ratios.js';
import { quotePrices } from '../../market/seen.js';
import { type Exact, ratioOf, subtractDecimals } from './ratio.js';
import { BySymbol, type Series, type Setting } from './series.js';

interface Known {
  value: Exact | undefined;
  seq: number;
}

/** Remembers the newest value of each symbol; what messages are missing after is not known any more. */
abstract class NewestValues implements Series {
  private readonly known = new BySymbol<Known>(() => ({ value: undefined, seq: 0 }));

  constructor(protected readonly setting: Setting) {}

  take(entry: Entry, message: Message): boolean {
    const value = this.read(entry, message);
    const known = value === undefined ? undefined : this.known.of(entry);
    if (!known) return false;
    known.value = value;
    known.seq = entry.seq;
    return true;
  }

  valueAfter(entry: Entry): Exact | undefined {
    const known = this.known.known(entry);
    return known && !this.setting.breaks.between(known.seq, entry.seq) ? known.value : undefined;
  }

  protected abstract read(entry: Entry, message: Message): Exact | undefined;
}

/** A number as it stands in a message. */
export class FieldSeries extends NewestValues {
  constructor(
    setting: Setting,
    private readonly field: string,
  ) {
    super(setting);
  }

  protected read(entry: Entry, message: Message): Amount | undefined {
    return numberIn(this.setting, entry, message, this.field);
  }
}

/** A field where it is a number. */
export function numberIn({ fields }: Setting, entry: Entry, message: Message, field: string): Amount | undefined {
  const value = fields.read(entry, message, field);
  return decimalsIn(value) === undefined ? undefined : (value as Amount);
}

const bpsPerMiddle = 20_000;

/** The spread of a quote against its middle, or in pips. */
export class SpreadSeries extends NewestValues {
  constructor(
    setting: Setting,
    private readonly unit: 'spread_bps' | 'spread_pips',
  ) {
    super(setting);
  }

  protected read({ ev, raw, symbol, arrivedMs }: Entry): Exact | undefined {
    const channel = channelOf(this.setting.market, ev);
    if (!channel) return undefined;
    const { bid, ask } = quotePrices({ channel, raw, arrivedMs });
    const [low, high] = [decimalOf(bid), decimalOf(ask)];
    if (!low || !high) return undefined;
    const spread = subtractDecimals(high, low);
    if (this.unit === 'spread_bps') {
      return ratioOf(spread, add(high, low), bpsPerMiddle);
    }
    const pip = decimalOf(pipOf(this.setting.market, symbol ?? ''));
    return pip && ratioOf(spread, pip);
  }
}
