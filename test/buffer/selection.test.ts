import { describe, expect, test } from 'vitest';
import { parseFilters, selectionOf } from '../../runtime/buffer/selection.js';
import { StreamError } from '../../runtime/core/errors.js';
import { Held } from '../support/held.js';
import { marketOf } from '../support/markets.js';

const received = [
  ['T', 'AAPL'],
  ['T', 'MSFT'],
  ['Q', 'AAPL'],
  ['AM', 'BRK.B'],
  ['ZZ', ''],
] as const;

/** Which of the messages that came a selection finds. */
function chosen(
  texts: readonly string[] | undefined,
  came: readonly (readonly [ev: string, symbol: string])[] = received,
  market = 'stocks',
): string[] {
  const held = new Held(marketOf(market));
  const entries = came.map(([ev, symbol]) => held.add(ev, symbol));
  const select = selectionOf(parseFilters(marketOf(market), texts));
  return entries.filter(({ seq }) => select(held.buffer, seq)).map(({ ev, symbol }) => `${ev} ${symbol}`);
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
    const came = [
      ['ZZ', ''],
      ['T', 'null'],
    ] as const;
    expect(chosen(['T.null'], came)).toEqual(['T null']);
  });

  test('by an alias finds the events of its channel', () => {
    const came = [
      ['A', 'O:SPY251219C00650000'],
      ['AM', 'O:SPY251219C00650000'],
    ] as const;
    expect(chosen(['AS.*'], came, 'options')).toEqual(['A O:SPY251219C00650000']);
  });

  test.each(['T.AAP*', '$AAPL', '', 'T.AAPL,Q.*', 'T.'])('by %j is refused with what can be written', text => {
    const refuse = (): unknown => chosen(['AAPL', text]);
    expect(refuse).toThrow(StreamError);
    expect(refuse).toThrow(expect.objectContaining({ code: 'INVALID_CHANNEL' }));
    expect(refuse).toThrow(expect.objectContaining({ hint: expect.stringContaining('T.AAPL') }));
  });
});
