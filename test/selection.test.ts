import { describe, expect, test } from 'vitest';
import { StreamError } from '../runtime/errors.js';
import { parseFilters, selectionOf } from '../runtime/selection.js';
import { entryOf, marketOf } from './support/markets.js';

const received = [
  entryOf('T', 'AAPL', {}),
  entryOf('T', 'MSFT', {}),
  entryOf('Q', 'AAPL', {}),
  entryOf('AM', 'BRK.B', {}),
  entryOf('ZZ', null, {}),
];

function chosen(texts: readonly string[] | undefined): string[] {
  const select = selectionOf(parseFilters(marketOf('stocks'), texts));
  return received.filter(select).map(({ ev, symbol }) => `${ev} ${symbol}`);
}

describe('a selection', () => {
  test.each<[readonly string[] | undefined, readonly string[]]>([
    [undefined, ['T AAPL', 'T MSFT', 'Q AAPL', 'AM BRK.B', 'ZZ null']],
    [['*'], ['T AAPL', 'T MSFT', 'Q AAPL', 'AM BRK.B', 'ZZ null']],
    [['T.AAPL'], ['T AAPL']],
    [['T.*'], ['T AAPL', 'T MSFT']],
    [['AAPL'], ['T AAPL', 'Q AAPL']],
    [['BRK.B'], ['AM BRK.B']],
    [
      ['Q.*', 'T.MSFT', 'BRK.B'],
      ['T MSFT', 'Q AAPL', 'AM BRK.B'],
    ],
    [['T.NVDA'], []],
    [
      ['NVDA', '*'],
      ['T AAPL', 'T MSFT', 'Q AAPL', 'AM BRK.B', 'ZZ null'],
    ],
    [[], []],
  ])('by %j finds %j', (texts, found) => {
    expect(chosen(texts)).toEqual(found);
  });

  test('of a kind does not take the same symbol of another kind with it', () => {
    expect(chosen(['Q.AAPL', 'MSFT'])).toEqual(['T MSFT', 'Q AAPL']);
  });

  test.each(['undefined', 'null'])('by a symbol called %s does not find what has none', text => {
    expect(chosen([text])).toEqual([]);
  });

  test('by a channel of a symbol called null does not find what has none', () => {
    const select = selectionOf(parseFilters(marketOf('stocks'), ['T.null']));
    expect([null, 'null'].map(symbol => select(entryOf('T', symbol, {})))).toEqual([false, true]);
  });

  test('by an alias finds the events of its channel', () => {
    const select = selectionOf(parseFilters(marketOf('options'), ['AS.*']));
    expect(['A', 'AM'].map(ev => select(entryOf(ev, 'O:SPY251219C00650000', {})))).toEqual([true, false]);
  });

  test.each(['T.AAP*', '$AAPL', '', 'T.AAPL,Q.*', 'T.'])('by %j is refused with what can be written', text => {
    const refuse = (): unknown => chosen(['AAPL', text]);
    expect(refuse).toThrow(StreamError);
    expect(refuse).toThrow(expect.objectContaining({ code: 'INVALID_CHANNEL' }));
    expect(refuse).toThrow(expect.objectContaining({ hint: expect.stringContaining('T.AAPL') }));
  });
});
