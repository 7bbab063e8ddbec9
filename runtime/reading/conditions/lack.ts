/** What a condition needs and nothing subscribed brings. */
import type { Market } from '../../contract/market.js';
import type { Filter } from '../../symbols/channels.js';
import { type Condition, isRich, type Leaf } from './condition.js';
import { prefixesOf } from './never.js';
import { channelsFor } from './operand.js';

/** Whether messages can come that a filter selects; those to be judged must also be asked for. */
export type CanCome = (filter: Filter, isJudged: boolean) => boolean;

/** @returns filters for what is missing; nothing where the condition can hold */
export function lackOf(market: Market, condition: Condition, canCome: CanCome): readonly Filter[] | undefined {
  if ('all' in condition) {
    const lacks = condition.all.flatMap(part => lackOf(market, part, canCome) ?? []);
    return lacks.length > 0 ? lacks : undefined;
  }
  if ('any' in condition) {
    const lacks = condition.any.map(part => lackOf(market, part, canCome));
    return lacks.every(lack => lack !== undefined) ? lacks.flatMap(lack => lack ?? []) : undefined;
  }
  return condition.field === 'state' ? undefined : lackOfLeaf(market, condition, canCome);
}

function lackOfLeaf(market: Market, leaf: Leaf, canCome: CanCome): readonly Filter[] | undefined {
  const { symbol } = leaf;
  const of = (prefix: string): Filter => ({ prefix, ...(symbol === undefined ? {} : { symbol }) });
  const sides = [
    { filters: prefixesOf(market, leaf).map(of), isJudged: true },
    ...(isRich(leaf) && leaf.right
      ? [{ filters: channelsFor(leaf.right, market).map(({ prefix }) => of(prefix)), isJudged: false }]
      : []),
  ];
  const lacks = sides.flatMap(({ filters, isJudged }) =>
    filters.some(filter => canCome(filter, isJudged)) ? [] : filters.slice(0, 1),
  );
  return lacks.length > 0 ? lacks : undefined;
}
