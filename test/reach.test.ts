import { expect, test } from 'vitest';
import type { Filter } from '../runtime/channels.js';
import { Reach } from '../runtime/reach.js';

const reach = new Reach(['T.AAPL', 'T.BRK.B', 'Q.*', 'AM.MSFT']);

test.each<[Filter, string[]]>([
  [{ prefix: 'T', symbol: 'AAPL' }, ['T.AAPL']],
  [{ prefix: 'T', symbol: 'BRK.B' }, ['T.BRK.B']],
  [{ prefix: 'T', symbol: 'MSFT' }, []],
  [{ prefix: 'T' }, ['T.AAPL', 'T.BRK.B']],
  [{ prefix: 'Q', symbol: 'MSFT' }, ['Q.*']],
  [{ prefix: 'A' }, []],
  [{ symbol: 'MSFT' }, ['Q.*', 'AM.MSFT']],
  [{}, ['T.AAPL', 'T.BRK.B', 'Q.*', 'AM.MSFT']],
])('what %j selects is brought by %j', (filter, names) => {
  expect(reach.of(filter)).toEqual(names);
  expect(reach.has(filter)).toBe(names.length > 0);
});

test('where nothing is held, nothing is brought', () => {
  expect([new Reach([]).of({}), new Reach([]).has({})]).toEqual([[], false]);
});
