import { describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import { formatAddress, parseAddress } from '../../runtime/tools/address.js';
import { noMarket } from '../support/markets.js';

describe('the address of a stream', () => {
  test.each([
    ['stocks', undefined, 'polygon://streams/stocks'],
    ['stocks', 'T.BRK.B', 'polygon://streams/stocks/T.BRK.B'],
    ['stocks', 'AM.*', 'polygon://streams/stocks/AM.*'],
    ['forex', 'C.EUR/USD', 'polygon://streams/forex/C.EUR%2FUSD'],
    ['options', 'Q.O:SPY261218C00670000', 'polygon://streams/options/Q.O%3ASPY261218C00670000'],
  ])('of %s %s is %s', (market, channel, uri) => {
    expect(formatAddress(market, channel)).toBe(uri);
    const address = parseAddress(markets, uri);
    expect([address?.market.name, address?.channel?.name]).toEqual([market, channel]);
  });

  test.each([
    ['polygon://streams/stocks/AM.%2A', 'AM.*'],
    ['polygon://streams/forex/C.EUR/USD', 'C.EUR/USD'],
    ['polygon://streams/forex/C.C%3AEUR-USD', 'C.EUR/USD'],
    ['polygon://streams/options/AS.O:SPY261218C00670000', 'A.O:SPY261218C00670000'],
  ])('is read from %s too', (uri, channel) => {
    expect(parseAddress(markets, uri)?.channel?.name).toBe(channel);
  });

  test.each([
    'polygon://streams/',
    `polygon://streams/${noMarket}`,
    'polygon://streams/Stocks',
    'polygon://streams/stocks/',
    'polygon://streams/stocks/AAPL',
    'polygon://streams/stocks/T.',
    'polygon://streams/stocks/T.%E0%A4%A',
    'polygon://streams/stocks/T.aapl?x=1',
    'https://streams/stocks',
    '',
  ])('is not %j', uri => {
    expect(parseAddress(markets, uri)).toBeUndefined();
  });
});
