/** The hours of symbols: those of their products where a market tells them apart, else those of the market. */
import type { Hours, Market } from '../contract/market.js';

/** Hours, and whose they are. */
export interface NamedHours {
  /** Title of a market or of a group of its products. */
  readonly of: string;
  readonly hours: Hours;
}

/**
 * The different hours of some symbols, those of the market first.
 *
 * @param hours of the market
 * @param symbols canonical ones; `*` stands for all, and none for the market alone
 */
export function hoursOf(
  { title, symbol: { product } }: Market,
  hours: Hours,
  symbols: Iterable<string>,
): readonly NamedHours[] {
  const { timeZone, groups = [] } = hours;
  const own: NamedHours = { of: title, hours };
  if (groups.length === 0 || product === undefined) return [own];
  const pattern = new RegExp(product, 'u');
  const groupsByProduct = new Map(groups.flatMap(group => group.products.map(one => [one, group] as const)));
  const found = new Set<unknown>();
  for (const symbol of symbols) {
    if (symbol === '*') return [own, ...groups.map(group => ({ of: group.title, hours: { ...group, timeZone } }))];
    found.add(groupsByProduct.get(pattern.exec(symbol)?.[1] ?? ''));
  }
  const named = groups.filter(group => found.has(group));
  return [
    ...(found.size === 0 || found.has(undefined) ? [own] : []),
    ...named.map(group => ({ of: group.title, hours: { ...group, timeZone } })),
  ];
}
