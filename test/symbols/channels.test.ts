import { describe, expect, test } from 'vitest';
import { parseChannel, parseChannels, parseFilter } from '../../runtime/symbols/channels.js';
import { canonicalSymbol } from '../../runtime/symbols/forms.js';
import { suspect } from '../../runtime/symbols/hints.js';
import { marketOf } from '../support/markets.js';

function nameOf(market: string, text: string): string | undefined {
  const parsed = parseChannel(marketOf(market), text);
  return 'code' in parsed ? undefined : parsed.name;
}

function reasonOf(market: string, text: string): string {
  const parsed = parseChannel(marketOf(market), text);
  return 'code' in parsed ? `${parsed.code}: ${parsed.message}` : 'accepted';
}

describe('a channel name', () => {
  test.each([
    ['stocks', 'T.AAPL'],
    ['stocks', 'T.BRK.B'],
    ['stocks', 'Q.BRK.B'],
    ['stocks', 'T.NTEST.Q'],
    ['stocks', 'T.BACpL'],
    ['stocks', 'AM.*'],
    ['stocks', 'A.MSFT'],
    ['stocks', 'LULD.*'],
    ['stocks', 'NOI.*'],
    ['stocks', 'FMV.*'],
    ['options', 'T.O:SPY251219C00650000'],
    ['options', 'Q.O:SPX261218P06700000'],
    ['options', 'Q.O:BRKB270115C00500000'],
    ['options', 'AM.O:AMC1261218C00005000'],
    ['options', 'FMV.O:SPY251219C00650000'],
    ['options', 'T.*'],
    ['options', 'AM.*'],
    ['options', 'A.*'],
    ['futures', 'T.ESZ5'],
    ['futures', 'Q.NQZ6'],
    ['futures', 'AM.MESU6'],
    ['futures', 'A.6EZ6'],
    ['futures', 'T.ESZ26'],
    ['futures', 'Q.*'],
    ['indices', 'V.I:SPX'],
    ['indices', 'AM.I:VIX'],
    ['indices', 'V.*'],
    ['forex', 'C.EUR/USD'],
    ['forex', 'CA.USD/CAD'],
    ['forex', 'CAS.*'],
    ['forex', 'FMV.*'],
    ['crypto', 'XT.BTC-USD'],
    ['crypto', 'XQ.1INCH-USDT'],
    ['crypto', 'XA.*'],
    ['crypto', 'FMV.*'],
  ])('of %s is sent as it is: %s', (market, text) => {
    expect(nameOf(market, text)).toBe(text);
  });

  test.each([
    ['options', 'AS.O:SPY251219C00650000', 'A.O:SPY251219C00650000'],
    ['options', 'AS.*', 'A.*'],
    ['options', 'T.O:*', 'T.*'],
    ['options', 'AM.O:*', 'AM.*'],
    ['futures', 'AS.ESZ5', 'A.ESZ5'],
    ['futures', 'AS.*', 'A.*'],
    ['indices', 'AS.I:SPX', 'A.I:SPX'],
    ['indices', 'AS.I:*', 'A.*'],
    ['indices', 'V.I:*', 'V.*'],
    ['forex', 'C.EUR-USD', 'C.EUR/USD'],
    ['forex', 'C.C:EUR-USD', 'C.EUR/USD'],
    ['forex', 'CA.C:EURUSD', 'CA.EUR/USD'],
    ['forex', 'FMV.C:EUR/USD', 'FMV.EUR/USD'],
    ['crypto', 'XT.X:BTC-USD', 'XT.BTC-USD'],
    ['crypto', 'FMV.X:ETH-USD', 'FMV.ETH-USD'],
  ])('of %s written %s is sent as %s, and a note says so', (market, text, sent) => {
    const { names, notes, rejected } = parseChannels(marketOf(market), [text]);
    expect(names.map(({ name }) => name)).toEqual([sent]);
    expect(notes).toEqual([`${text} is sent as ${sent}`]);
    expect(rejected).toEqual([]);
  });

  test.each([
    ['stocks', 'T..AAPL'],
    ['stocks', 'T.AAPL.'],
    ['stocks', 'T.'],
    ['stocks', '.AAPL'],
    ['stocks', 'T'],
    ['stocks', 'AAPL'],
    ['stocks', ''],
    ['stocks', 'T.AAPL '],
    ['stocks', 'T.I:SPX'],
    ['stocks', 'T.O:AAPL261218C00290000'],
    ['stocks', 'T.X:BTC-USD'],
    ['options', 'T.O:SPY'],
    ['options', 'T.O:SPY261218C690'],
    ['options', 'T.O:SPY2612C00690000'],
    ['futures', 'T.ES'],
    ['futures', 'T.ES=F'],
    ['futures', 'T.ESA6'],
    ['indices', 'V.I:'],
    ['forex', 'C.EUR'],
    ['forex', 'C.BTC/USDT'],
    ['crypto', 'XT.BTC'],
    ['crypto', 'XT.C:EUR-USD'],
  ])('that %s does not have is refused with an example: %s', (market, text) => {
    const example = {
      stocks: 'T.AAPL',
      options: 'T.O:SPY281215C00700000',
      futures: 'T.ESZ7',
      indices: 'V.I:SPX',
      forex: 'C.EUR/USD',
      crypto: 'XT.BTC-USD',
    }[market]!;
    expect(reasonOf(market, text)).toMatch(/^INVALID_CHANNEL: /);
    expect(reasonOf(market, text)).toContain(`such as ${example}`);
  });

  test.each([
    ['stocks', 'T.BRK-B', 'T.BRK.B'],
    ['stocks', 'T.BRK/B', 'T.BRK.B'],
    ['stocks', 'T.$AAPL', 'T.AAPL'],
    ['options', 'T.SPY261218C00690000', 'T.O:SPY261218C00690000'],
    ['options', 'T.o:spy261218c00690000', 'T.O:SPY261218C00690000'],
    ['options', 'T.O:SPY   261218C00690000', 'T.O:SPY261218C00690000'],
    ['futures', 'T./ESZ6', 'T.ESZ6'],
    ['futures', 'T.F:ESZ6', 'T.ESZ6'],
    ['futures', 'T.esz6', 'T.ESZ6'],
    ['futures', 'T.ESZ2026', 'T.ESZ26'],
    ['indices', 'V.SPX', 'V.I:SPX'],
    ['indices', 'V.i:SPX', 'V.I:SPX'],
    ['indices', 'V.^SPX', 'V.I:SPX'],
    ['indices', 'V.$SPX', 'V.I:SPX'],
    ['forex', 'C.EURUSD', 'C.EUR/USD'],
    ['forex', 'C.EUR_USD', 'C.EUR/USD'],
    ['forex', 'C.eur/usd', 'C.EUR/USD'],
    ['crypto', 'XT.BTC/USD', 'XT.BTC-USD'],
    ['crypto', 'XT.BTCUSD', 'XT.BTC-USD'],
    ['crypto', 'XT.X:BTCUSD', 'XT.BTC-USD'],
    ['crypto', 'XT.btc-usd', 'XT.BTC-USD'],
  ])('that %s does not have, %s, is refused with what would be written: %s', (market, text, meant) => {
    expect(reasonOf(market, text)).toMatch(/^INVALID_CHANNEL: /);
    expect(reasonOf(market, text)).toContain(`it would be written ${meant}`);
  });

  test('without a prefix is refused with one that has it', () => {
    expect(reasonOf('stocks', 'MSFT')).toContain('such as T.MSFT');
    expect(reasonOf('crypto', 'ethusd')).toContain('such as XT.ETH-USD');
  });

  test.each([
    ['stocks', ['T.aapl', 'T.BACpB', 'T.*', 'T.AAPL'], ['T.aapl: it would be written T.AAPL.']],
    ['indices', ['V.I:spx', 'V.I:SPX', 'V.*', 'V.I:NDXt'], ['V.I:spx: it would be written V.I:SPX.']],
    ['futures', ['T.ESZ6', 'T.*'], []],
  ])('of %s in small letters is suspect', (market, names, suspects) => {
    expect(suspect(marketOf(market), names)).toEqual(suspects);
  });

  test.each([
    [
      'stocks',
      ['T.T.AAPL', 'Q.T.MSFT'],
      ['T.T.AAPL: it would be written T.AAPL.', 'Q.T.MSFT: it would be written Q.MSFT.'],
    ],
    // Classes of shares, warrants and units are written so.
    ['stocks', ['T.BRK.B', 'T.A.WS', 'T.T.A', 'T.AACT.U'], []],
  ])('of %s that begins with a prefix again is suspect: %j', (market, names, suspects) => {
    expect(suspect(marketOf(market), names)).toEqual(suspects);
  });
});

describe('a prefix', () => {
  test.each([
    ['stocks', 'LV.AAPL', 'FMV'],
    ['options', 'LV.O:SPY251219C00650000', 'FMV'],
    ['forex', 'LV.EUR/USD', 'FMV'],
    ['forex', 'AM.EUR/USD', 'CA'],
    ['crypto', 'LV.BTC-USD', 'FMV'],
    ['crypto', 'XL2.BTC-USD', 'XQ'],
    ['crypto', 'XS.BTC-USD', 'XQ'],
  ])('of the past in %s, %s, is answered with what to use instead', (market, text, instead) => {
    expect(reasonOf(market, text)).toMatch(/^INVALID_CHANNEL: /);
    expect(reasonOf(market, text)).toMatch(new RegExp(`use ${instead}|, or ${instead}`));
  });

  test.each(['LV.*', 'XL2.*'])('of the past stays refused as a wildcard: %s', text => {
    expect(nameOf('crypto', text)).toBeUndefined();
  });

  test('that is unknown is refused with those that exist', () => {
    expect(reasonOf('indices', 'Z.I:SPX')).toContain('V, AM, A');
  });

  test('in lower case is refused with a hint at the right one', () => {
    expect(reasonOf('stocks', 'am.AAPL')).toContain('did you mean AM.AAPL?');
  });

  test('AS is not taken for A in stocks, which has no such alias', () => {
    expect(nameOf('stocks', 'AS.AAPL')).toBeUndefined();
  });

  test.each(['T.ESZ6', 'T.I:SPX', 'Q.I:SPX'])('of another market is refused in indices: %s', text => {
    expect(nameOf('indices', text)).toBeUndefined();
  });

  test('after a blank is unknown', () => {
    expect(reasonOf('stocks', ' T.AAPL')).toMatch(/^INVALID_CHANNEL: US stocks has no channel/);
  });

  test.each(['__proto__.AAPL', 'constructor.AAPL', 'toString.AAPL'])(
    'named like an object key is unknown: %s',
    text => {
      expect(reasonOf('stocks', text)).toMatch(/^INVALID_CHANNEL: US stocks has no channel/);
    },
  );
});

describe('a wildcard', () => {
  test.each(['Q.*', 'FMV.*', 'Q.O:*', 'FMV.O:*'])('is not served on %s of options, and the reason says so', text => {
    expect(reasonOf('options', text)).toMatch(/^INVALID_CHANNEL: (Q|FMV)\.\* is not served: .*named contracts only/);
  });

  test.each([
    ['stocks', 'T.AAP*', 'T.*'],
    ['stocks', 'T.**', 'T.*'],
    ['stocks', 'T.*.B', 'T.*'],
    ['options', 'AM.O:SPY*', 'AM.*'],
    ['futures', 'T.ES*', 'T.*'],
    ['indices', 'V.I:SP*', 'V.*'],
    ['forex', 'C.EUR/*', 'C.*'],
    ['crypto', 'XT.BTC-*', 'XT.*'],
  ])('over a part of the symbols is refused in %s: %s', (market, text, whole) => {
    expect(reasonOf(market, text)).toMatch(
      /^INVALID_CHANNEL: .*acknowledges a partial wildcard and then sends nothing/,
    );
    expect(reasonOf(market, text)).toContain(`use ${whole}`);
  });

  test('over a part of the symbols is not answered with a wildcard that is not served either', () => {
    expect(reasonOf('options', 'Q.O:SPY*')).toContain('partial wildcard');
    expect(reasonOf('options', 'Q.O:SPY*')).not.toContain('Q.*');
  });

  test('in the spelling of another market is none', () => {
    expect(nameOf('stocks', 'T.O:*')).toBeUndefined();
    expect(nameOf('options', 'T.I:*')).toBeUndefined();
  });
});

describe('nothing slips onto the wire', () => {
  test.each([
    ['a second channel after a comma', 'T.AAPL,Q.*'],
    ['a second channel after a blank', 'T.AAPL Q.MSFT'],
    ['a newline at the end', 'T.AAPL\n'],
    ['a newline and another channel', 'T.AAPL\nQ.*'],
    ['a carriage return', 'T.AAPL\r'],
    ['a quote that ends the text', 'T.AAPL","action":"unsubscribe'],
    ['an escaped quote', 'T.AAPL\\"'],
    ['a null character', 'T.AAPL\u0000'],
    ['letters that only look alike', 'T.ＡＡＰＬ'],
    ['an invisible character', 'T.AA\u200bPL'],
  ])('with %s', (_what, text) => {
    const { names, rejected } = parseChannels(marketOf('stocks'), [text]);
    expect(names).toEqual([]);
    expect(rejected).toHaveLength(1);
  });

  test('with a name of a megabyte, of which the answer shows nothing', () => {
    const { names, rejected } = parseChannels(marketOf('stocks'), [`T.${'A'.repeat(1_000_000)}`]);
    expect(names).toEqual([]);
    expect(rejected[0]!.channel).toBe('channels[0]');
    expect(rejected[0]!.message.length).toBeLessThan(200);
  });

  test('with a prefix of sixty control characters, which the answer does not show', () => {
    const { rejected } = parseChannels(marketOf('stocks'), [`${'\u001b'.repeat(60)}.A`]);
    expect(JSON.stringify(rejected)).not.toMatch(/001b/);
  });
});

describe('a list of channels', () => {
  test('loses repeats, also those under another spelling, and keeps its order', () => {
    const { names } = parseChannels(marketOf('forex'), ['CA.EUR-USD', 'C.EUR/USD', 'CA.EUR/USD', 'C.C:EURUSD']);
    expect(names.map(({ name }) => name)).toEqual(['CA.EUR/USD', 'C.EUR/USD']);
  });

  test('keeps what is good when something else is refused', () => {
    const { names, rejected } = parseChannels(marketOf('stocks'), ['T.AAPL', 'ZZ.AAPL', 'Q.AAPL']);
    expect(names.map(({ name }) => name)).toEqual(['T.AAPL', 'Q.AAPL']);
    expect(rejected.map(({ channel, code }) => [channel, code])).toEqual([['channels[1]', 'INVALID_CHANNEL']]);
  });
});

describe('a symbol of a message', () => {
  test.each([
    ['forex', 'C:EURUSD', 'EUR/USD'],
    ['forex', 'EUR/USD', 'EUR/USD'],
    ['crypto', 'X:BTC-USD', 'BTC-USD'],
    ['stocks', 'BRK.B', 'BRK.B'],
  ])('of %s, %s, is kept as %s', (market, text, canonical) => {
    expect(canonicalSymbol(marketOf(market), text)).toBe(canonical);
  });

  test.each([
    ['futures', '1OZZ5-1OZG6'],
    ['forex', 'eurusd'],
  ])('that %s does not know has no canonical form: %s', (market, text) => {
    expect(canonicalSymbol(marketOf(market), text)).toBeUndefined();
  });
});

describe('a filter', () => {
  test.each([
    ['stocks', 'T.AAPL', { prefix: 'T', symbol: 'AAPL' }],
    ['stocks', 'T.*', { prefix: 'T' }],
    ['stocks', 'AAPL', { symbol: 'AAPL' }],
    ['stocks', 'BRK.B', { symbol: 'BRK.B' }],
    ['stocks', 'T.BRK.B', { prefix: 'T', symbol: 'BRK.B' }],
    ['stocks', '*', {}],
    ['options', 'AS.*', { prefix: 'A' }],
    ['options', 'Q.*', { prefix: 'Q' }],
    ['options', 'O:*', {}],
    ['forex', 'EUR-USD', { symbol: 'EUR/USD' }],
    ['crypto', 'XT.X:BTC-USD', { prefix: 'XT', symbol: 'BTC-USD' }],
  ])('of %s reads %s', (market, text, filter) => {
    expect(parseFilter(marketOf(market), text)).toEqual(filter);
  });

  test.each([
    ['stocks', ''],
    ['stocks', 'T.'],
    ['stocks', 'T.AAP*'],
    ['stocks', 'AAPL\n'],
    ['options', 'AAPL'],
    ['forex', 'C.AAPL'],
  ])('of %s that names neither a channel nor a symbol is none: %j', (market, text) => {
    expect(parseFilter(marketOf(market), text)).toBeUndefined();
  });
});
