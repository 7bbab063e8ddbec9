import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { complete } from '../../runtime/mcp/completion.js';
import { parseChannels } from '../../runtime/symbols/channels.js';
import { hubOn } from '../support/bench.js';
import { marketOf, noMarket } from '../support/markets.js';

const others = { market: 'stocks' };

function holding(...channels: readonly string[]) {
  const hub = hubOn(suite, markets, 'ws://127.0.0.1:9');
  hub.stream('stocks').subscribe(parseChannels(marketOf('stocks'), channels).names);
  return hub;
}

describe('a completion', () => {
  test('answers a hundred values and says how many there are', () => {
    const held = Array.from(
      { length: 150 },
      (_, index) => `NOI.${'ABCDEFGHIJ'[index % 10]}${'KLMNOPQRSTUVWXY'[(index / 10) | 0]}`,
    );
    const { values, total, hasMore } = complete(holding(...held), { name: 'channel', value: 'NOI.' }, others);
    expect(values).toEqual(held.slice(0, 100));
    expect(total).toBeGreaterThanOrEqual(150);
    expect(hasMore).toBe(true);
  });

  test('offers each value once, what is held first, and no wildcard as a symbol', () => {
    const hub = holding('T.ZZZ', 'Q.ZZZ', 'Q.*', 'AM.MSFT');
    const { values, total, hasMore } = complete(hub, { name: 'symbols', value: '' }, others);
    expect(values.slice(0, 2)).toEqual(['ZZZ', 'MSFT']);
    expect(values).toContain('AAPL');
    expect(values).not.toContain('*');
    expect(new Set(values).size).toBe(values.length);
    expect([total, hasMore]).toEqual([values.length, false]);
    expect(complete(hub, { name: 'channel', value: 'q.' }, others).values.slice(0, 2)).toEqual(['Q.ZZZ', 'Q.*']);
  });

  test.each([
    ['a value that nothing begins with', { name: 'market', value: 'x' }, others],
    ['a variable that does not exist', { name: 'page', value: '' }, others],
    ['a channel of no market', { name: 'channel', value: '' }, undefined],
    ['a channel of an unknown market', { name: 'channel', value: '' }, { market: noMarket }],
  ])('offers nothing for %s', (_, typed, known) => {
    expect(complete(holding(), typed, known)).toEqual({ values: [], total: 0, hasMore: false });
  });
});
