import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baseMs, Followed, quote, trade } from '../support/followed.js';
import { tries } from '../support/property.js';

describe('a condition of any sides', () => {
  interface Sent {
    readonly ev: 'T' | 'Q';
    readonly sym: 'AAPL' | 'MSFT';
    /** In units. */
    readonly price: number;
    readonly size: number;
    readonly afterS: number;
    readonly isBroken: boolean;
  }
  type Fraction = readonly [above: bigint, below: bigint];
  type Side = Readonly<Record<string, unknown>>;
  interface Leaf extends Side {
    readonly op: string;
    readonly value: unknown;
    readonly symbol?: string;
  }
  type Tree = Leaf | { readonly all: readonly Tree[] } | { readonly any: readonly Tree[] };

  const window_s = fc.constantFrom(2, 5);
  const side: fc.Arbitrary<Side> = fc.oneof(
    fc.constantFrom<Side>({ field: 'price' }, { field: 'ask.price' }, { field: 'spread_bps' }),
    fc.record({ move_pct: fc.constantFrom('price', 'bid.price'), window_s }),
    fc.record({ field: fc.constantFrom('window_volume', 'window_volume_ratio', 'window_change_pct'), window_s }),
    fc.constant<Side>({ indicator: 'sma:2', interval: '4s' }),
  );
  const op = fc.constantFrom('>', '>=', '<', '<=', '==', '!=', 'crosses_above', 'crosses_below');
  const symbol = fc.constantFrom('AAPL', 'MSFT', undefined);
  const leaf: fc.Arbitrary<Tree> = fc
    .record({ left: side, op, value: fc.oneof(fc.constantFrom(0, 1, 2, 3, 50), side), symbol })
    // A side is not compared with a constant only.
    .filter(({ left, value }) => typeof value === 'object' || (left.field !== 'price' && left.field !== 'ask.price'))
    .map(({ left, symbol: of, ...rest }) => ({ ...left, ...rest, ...(of ? { symbol: of } : {}) }) as Leaf);
  const group = (part: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> => {
    const parts = fc.array(part, { minLength: 1, maxLength: 2 });
    return fc.oneof(
      parts.map(all => ({ all })),
      parts.map(any => ({ any })),
    );
  };
  const tree: fc.Arbitrary<Tree> = fc.oneof(leaf, group(leaf), group(fc.oneof(leaf, group(leaf))));
  const sent: fc.Arbitrary<Sent> = fc.record({
    ev: fc.constantFrom('T', 'Q'),
    sym: fc.constantFrom('AAPL', 'MSFT'),
    price: fc.integer({ min: 1, max: 4 }),
    size: fc.integer({ min: 1, max: 3 }),
    afterS: fc.integer({ min: 0, max: 3 }),
    isBroken: fc.constantFrom(true, false, false, false, false, false),
  });

  const changeOf = (from: number, to: number): Fraction => [BigInt((to - from) * 100), BigInt(from)];

  /** The whole past of a symbol up to a message, told naively. */
  class Past {
    constructor(
      private readonly all: readonly (Sent & { readonly atS: number })[],
      private readonly index: number,
    ) {}

    get now() {
      return this.all[this.index]!;
    }

    isBroken(from: number, to: number): boolean {
      return this.all.slice(from + 1, to + 1).some(one => one.isBroken);
    }

    of(ev: string) {
      return this.all
        .map((one, index) => ({ ...one, index }))
        .slice(0, this.index + 1)
        .filter(one => one.ev === ev && one.sym === this.now.sym);
    }

    newest(ev: string) {
      const last = this.of(ev).at(-1);
      return last && !this.isBroken(last.index, this.index) ? last : undefined;
    }

    valueOf(of: Side): Fraction | undefined {
      const span = Number(of.window_s);
      const { atS } = this.now;
      if (of.indicator) {
        const bars = new Map<number, number>();
        for (const one of this.of('T')) bars.set(Math.floor(one.atS / 4), one.price);
        const closes = [...bars.values()].slice(-2);
        return closes.length < 2 ? undefined : [BigInt(closes[0]! + closes[1]!), 2n];
      }
      if (of.move_pct) {
        const values = this.of(of.move_pct === 'price' ? 'T' : 'Q');
        const [last] = values.slice(-1);
        const held = values.findLast(one => one.atS <= atS - span);
        const next = values.find(one => one.atS > atS - span);
        const isKnown = held && !(next && this.isBroken(held.index, next.index));
        return last && changeOf((isKnown ? held : next)!.price, last.price);
      }
      return this.ofField(String(of.field), span);
    }

    private ofField(field: string, span: number): Fraction | undefined {
      const { atS } = this.now;
      const whole = (value: number): Fraction => [BigInt(value), 1n];
      const [trade, last] = [this.newest('T'), this.newest('Q')];
      if (field === 'price') return trade && whole(trade.price);
      if (field === 'ask.price') return last && whole(last.price + last.size);
      if (field === 'spread_bps') return last && [BigInt(last.size * 20_000), BigInt(2 * last.price + last.size)];
      const trades = this.of('T');
      const within = trades.filter(one => one.atS >= atS - span);
      const sum = (list: readonly Sent[]): number => list.reduce((total, one) => total + one.size, 0);
      if (field === 'window_change_pct') return within[0] && changeOf(within[0].price, within.at(-1)!.price);
      if (field === 'window_volume') return trades.length === 0 ? undefined : whole(sum(within));
      const firstOfAll = trades.findLastIndex((one, at) => this.isBroken(trades[at - 1]?.index ?? 0, one.index));
      const since = trades[Math.max(0, firstOfAll)]?.atS ?? Number.POSITIVE_INFINITY;
      const before = sum(trades.filter(one => one.atS < atS - span && one.atS >= atS - 2 * span));
      return since > atS - 2 * span || before === 0 ? undefined : [BigInt(sum(within)), BigInt(before)];
    }

    touches(of: Side): boolean {
      const isQuote = of.field === 'ask.price' || of.field === 'spread_bps' || of.move_pct === 'bid.price';
      return this.now.ev === (isQuote ? 'Q' : 'T');
    }
  }

  function orderOf(given: Leaf, past: Past): number | undefined {
    const left = past.valueOf(given);
    const right: Fraction | undefined =
      typeof given.value === 'number' ? [BigInt(given.value), 1n] : past.valueOf(given.value as Side);
    if (!left || !right) return undefined;
    const difference = left[0] * right[1] - right[0] * left[1];
    return difference === 0n ? 0 : difference < 0n ? -1 : 1;
  }

  function naive(condition: Tree, sentAll: readonly (Sent & { readonly atS: number })[], index: number): boolean {
    if ('all' in condition) return (condition.all as readonly Tree[]).every(part => naive(part, sentAll, index));
    if ('any' in condition) return (condition.any as readonly Tree[]).some(part => naive(part, sentAll, index));
    const judged = condition as Leaf;
    const isEdge = judged.op.startsWith('crosses');
    const judgedAt = (at: number): boolean => {
      const past = new Past(sentAll, at);
      return (judged.symbol ?? past.now.sym) === past.now.sym && past.touches(judged);
    };
    const truthAt = (at: number): boolean => {
      const is = orderOf(judged, new Past(sentAll, at));
      if (is === undefined) return false;
      if (!isEdge) {
        const truths: Record<string, boolean> = {
          '>': is > 0,
          '>=': is >= 0,
          '<': is < 0,
          '<=': is <= 0,
          '==': is === 0,
          '!=': is !== 0,
        };
        return truths[judged.op]!;
      }
      for (let before = at - 1; before >= 0; before--) {
        if (sentAll[before]!.sym !== sentAll[at]!.sym || !judgedAt(before)) continue;
        const was = orderOf(judged, new Past(sentAll, before));
        if (was === undefined) continue;
        return judged.op === 'crosses_above' ? was <= 0 && is > 0 : was >= 0 && is < 0;
      }
      return false;
    };
    if (judgedAt(index)) return truthAt(index);
    if (isEdge || judged.symbol === undefined) return false;
    for (let before = index - 1; before >= 0; before--) if (judgedAt(before)) return truthAt(before);
    return false;
  }

  test('holds where a naive look at the whole past says so', () => {
    fc.assert(
      fc.property(tree, fc.array(sent, { maxLength: 25 }), (condition, messages) => {
        const followed = new Followed(condition, 'stocks', { symbols: ['AAPL', 'MSFT'] });
        let atS = 0;
        const timed = messages.map(one => {
          atS += one.afterS;
          return { ...one, atS };
        });
        const seen = timed.map(({ ev, sym, price, size, atS: at, isBroken }) => {
          if (isBroken) followed.breaks();
          return followed.sees(
            at,
            ev === 'T' ? trade(price, size, { sym, t: baseMs + at * 1_000 }) : quote(price, price + size, { sym }),
          );
        });
        expect(seen).toEqual(timed.map((_, index) => naive(condition, timed, index)));
      }),
      tries(300),
    );
  });
});
