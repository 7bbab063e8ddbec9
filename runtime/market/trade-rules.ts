/** Which values a trade updates, by its conditions. */
import type { TradeCode, Update } from '../contract/codes.js';
import type { Hours, Market } from '../contract/market.js';
import { epochMs } from '../core/time.js';
import { allEffects, unknownEffects } from '../decode/numbers/effects.js';
import { ProductHours } from './product-hours.js';
import { RegularHours } from './regular-hours.js';

/** The values that a trade updates, of a window or of the day. */
export interface Updates {
  readonly last: boolean;
  readonly highLow: boolean;
  readonly volume: boolean;
}

/** What a trade does. There is one object for each combination, also of `Updates`: compare by identity. */
export interface TradeEffect {
  /** Of the last price, of bars and of windows of time. */
  readonly window: Updates;
  /** Of the day, whose last price, high and low the prints outside the regular session leave alone. */
  readonly day: Updates;
  /** Whether a condition is in no table: then the trade counts as volume and moves nothing. */
  readonly isUnknown: boolean;
}

const bits: Readonly<Record<Update, number>> = { last: 1, high_low: 2, volume: 4 };
const everything = 7;
/** Bits of the day, above those of the window. */
const dayShift = 3;
const unknown = 64;
const combinations: readonly Updates[] = Array.from({ length: everything + 1 }, (_, mask) => ({
  last: (mask & bits.last) !== 0,
  highLow: (mask & bits.high_low) !== 0,
  volume: (mask & bits.volume) !== 0,
}));
const effects: readonly TradeEffect[] = Array.from({ length: 2 * unknown }, (_, mask) => ({
  window: combinations[mask & everything]!,
  day: combinations[(mask >> dayShift) & everything]!,
  isUnknown: (mask & unknown) !== 0,
}));
const whole = everything | (everything << dayShift);

/** The effect of a trade without conditions. */
export const fullEffect: TradeEffect = effects[whole]!;

/** The rules of a market; where it has no table of conditions, every trade updates everything. */
export class TradeRules {
  /** By code: what it allows in any session, and above that what it allows outside the regular one. */
  private readonly allowed: Uint8Array | undefined;
  private readonly hours: ProductHours;
  private readonly regular = new Map<Hours, RegularHours>();

  constructor(market: Pick<Market, 'codes' | 'hours' | 'symbol'>) {
    const { codes, hours } = market;
    this.allowed = codes?.trades && tableOf(codes.trades);
    this.hours = new ProductHours(market, hours);
  }

  /**
   * A trade updates, value by value, what all its conditions allow. Allocates nothing, for any number of trades.
   *
   * @param conditions as the message has them; nothing or an empty list is a regular trade, a bare value a list of one
   * @param atMs time of the trade, Unix ms; without it the rules of the regular session hold
   * @param symbol its product may have hours of its own; absent: those of the market
   * @see polygon-docs/market/stock-codes.md:9 `only if every one of its conditions allows it`
   */
  effectOf(conditions: unknown, atMs: number | undefined, symbol?: string): TradeEffect {
    const { allowed } = this;
    if (allowed === undefined || conditions === undefined || conditions === null) return fullEffect;
    if (!Array.isArray(conditions)) return this.effectOf([conditions], atMs, symbol);
    let mask = whole;
    let doubt = 0;
    for (let index = 0; index < conditions.length; index++) {
      const mayDo = lookUp(allowed, conditions[index]);
      if (mayDo === absent) doubt = unknown;
      else mask &= mayDo;
    }
    if (doubt !== 0) mask &= volumeOnly;
    const strict = mask & everything;
    const loose = mask >> dayShift;
    const window = strict === loose || atMs === undefined || this.isRegular(atMs, symbol) ? strict : loose;
    return effects[window | (strict << dayShift) | doubt]!;
  }

  /** By code, what it allows, as `NumberReader` takes it; nothing where every code allows everything. */
  get effectsByCode(): Uint8Array | undefined {
    return this.allowed?.map(mayDo => (mayDo === absent ? unknownEffects : mayDo | sure));
  }

  /**
   * The bits that hold of those that the codes of a trade allow together.
   *
   * @param time of the trade as it was sent
   * @param symbol its product may have hours of its own; absent: those of the market
   */
  settle(allowed: number, time: unknown, symbol?: string): number {
    const atMs = epochMs(time);
    if (atMs === undefined || this.isRegular(atMs, symbol)) return allowed;
    return (allowed & ~everything) | ((allowed >> dayShift) & everything);
  }

  /** The updates of a window that the codes of a trade allow together, as bits that `settle` takes. */
  updatesOf(allowed: number, atMs: number, symbol: string): Updates {
    const strict = allowed & everything;
    const loose = (allowed >> dayShift) & everything;
    return combinations[strict === loose || this.isRegular(atMs, symbol) ? strict : loose]!;
  }

  private isRegular(atMs: number, symbol = ''): boolean {
    const hours = this.hours.of(symbol);
    let regular = this.regular.get(hours);
    if (!regular) {
      regular = new RegularHours(hours);
      this.regular.set(hours, regular);
    }
    return regular.includes(atMs);
  }

  /** The conditions that are in no table, each once. */
  unknownIn(conditions: unknown): unknown[] {
    const { allowed } = this;
    if (allowed === undefined || conditions === undefined || conditions === null) return [];
    const codes = Array.isArray(conditions) ? conditions : [conditions];
    return [...new Set(codes)].filter(code => lookUp(allowed, code) === absent);
  }
}

/** All other bits of what codes in the table allow. */
const sure = allEffects & ~whole;
const volumeOnly = bits.volume | (bits.volume << dayShift);
/** No code allows this: outside the regular session it allows no less. */
const absent = 0xff;

function tableOf(codes: readonly TradeCode[]): Uint8Array {
  const table = new Uint8Array(Math.max(-1, ...codes.map(({ code }) => code)) + 1).fill(absent);
  for (const { code, updates, outsideRegular = updates } of codes) {
    table[code] = maskOf(updates) | (maskOf(outsideRegular) << dayShift);
  }
  return table;
}

/** Only a whole number that is in the table finds something. */
function lookUp(table: Uint8Array, code: unknown): number {
  return (typeof code === 'number' ? table[code] : undefined) ?? absent;
}

function maskOf(updates: readonly Update[] | undefined): number {
  return updates === undefined ? everything : updates.reduce((mask, update) => mask | bits[update], 0);
}

const rulesOf = new WeakMap<Market, TradeRules>();

/** The rules of a market, made once. */
export function tradeRulesOf(market: Market): TradeRules {
  let rules = rulesOf.get(market);
  if (!rules) {
    rules = new TradeRules(market);
    rulesOf.set(market, rules);
  }
  return rules;
}
