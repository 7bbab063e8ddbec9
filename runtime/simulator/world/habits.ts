/** What a market trades and quotes, and how its messages are marked, by its tables. */
import type { EventKind, Role } from '../../contract/channel.js';
import type { NamedCode } from '../../contract/codes.js';
import type { Market } from '../../contract/market.js';
import { type TradeRules, tradeRulesOf } from '../../market/trade-rules.js';

/** What bars can be built from, best first. */
const pulses = ['TRADE', 'QUOTE', 'INDEX_VALUE'] as const;

export type Pulse = (typeof pulses)[number];

/** The kinds of ticks by the pulse of the market; a kind listed more often is more likely. */
const ticksOf: Record<Pulse, readonly EventKind[]> = {
  TRADE: ['QUOTE', 'QUOTE', 'QUOTE', 'TRADE', 'TRADE'],
  QUOTE: ['QUOTE'],
  INDEX_VALUE: ['INDEX_VALUE'],
};

/** Candidates, of which a market uses those that its tables know. */
const exchanges = [[8, 10, 11, 12, 15, 19], [302, 304, 309, 312, 316, 322], [1, 2, 23], [48]];
const conditions = [[14], [41], [14, 41], [209], [227]];

export const oddLot = [37];
export const sell = [1];
export const buy = [2];

/** How the events of a market come about. */
export interface Habits {
  readonly pulse: Pulse;
  readonly ticks: readonly EventKind[];
  readonly kinds: ReadonlySet<EventKind>;
  readonly rules: TradeRules;
  readonly exchanges: readonly number[];
  /** Conditions of trades that move the price. */
  readonly conditions: readonly (readonly number[])[];
  /** Whether trades off the exchanges say which facility reported them. */
  readonly hasFacilities: boolean;
}

export function habitsOf(market: Market): Habits {
  const kinds = new Set(market.channels.map(({ event }) => event));
  const pulse = pulses.find(kind => kinds.has(kind)) ?? 'TRADE';
  const alsoValues = pulse !== 'INDEX_VALUE' && kinds.has('INDEX_VALUE');
  const rules = tradeRulesOf(market);
  const known = conditions.filter(codes => rules.unknownIn(codes).length === 0);
  const roles = new Set<Role | undefined>(market.channels.flatMap(({ fields }) => fields.map(({ role }) => role)));
  return {
    pulse,
    ticks: alsoValues ? [...ticksOf[pulse], 'INDEX_VALUE'] : ticksOf[pulse],
    kinds,
    rules,
    exchanges: exchanges.find(codes => areNamed(codes, market.codes?.exchanges)) ?? exchanges[0]!,
    conditions: known.filter(codes => rules.effectOf(codes, undefined).window.last),
    hasFacilities: roles.has('reporting_facility'),
  };
}

function areNamed(codes: readonly number[], table: readonly NamedCode[] | undefined): boolean {
  return codes.every(code => table?.some(named => named.code === code));
}
