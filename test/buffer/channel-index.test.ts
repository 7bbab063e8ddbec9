import { expect, test } from 'vitest';
import { ChannelIndex } from '../../runtime/buffer/channel-index.js';
import type { Filter } from '../../runtime/symbols/channels.js';

const channelIndex = new ChannelIndex(['T.AAPL', 'T.BRK.B', 'Q.*', 'AM.MSFT']);

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
  expect(channelIndex.of(filter)).toEqual(names);
  expect(channelIndex.has(filter)).toBe(names.length > 0);
});

test('where nothing is held, nothing is brought', () => {
  expect([new ChannelIndex([]).of({}), new ChannelIndex([]).has({})]).toEqual([[], false]);
});
