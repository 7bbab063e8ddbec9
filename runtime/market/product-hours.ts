/** The hours of symbols: those of their products where a market tells them apart, else those of the market. */
import type { Hours, Market, ProductGroup } from '../contract/market.js';

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
  const groupsByProduct = byProduct(groups);
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

/** Finds the hours of one symbol after another. */
export class ProductHours {
  private readonly product: RegExp | undefined;
  private readonly groups: ReadonlyMap<string, Hours>;

  /** @param own of the market */
  constructor(
    { symbol: { product } }: Pick<Market, 'symbol'>,
    private readonly own: Hours,
  ) {
    const { timeZone, groups = [] } = own;
    this.product = product === undefined || groups.length === 0 ? undefined : new RegExp(product, 'u');
    this.groups = byProduct(groups.map(group => ({ ...group, timeZone })));
  }

  /** The same object for all symbols of a group. */
  of(symbol: string): Hours {
    if (this.product === undefined) return this.own;
    return this.groups.get(this.product.exec(symbol)?.[1] ?? '') ?? this.own;
  }
}

function byProduct<Group extends ProductGroup>(groups: readonly Group[]): ReadonlyMap<string, Group> {
  return new Map(groups.flatMap(group => group.products.map(one => [one, group] as const)));
}
