/**
 * Symbols as other services and people write them, against lists: `=` is the vendor's own form, which is taken as it is, and
 * nothing after the comma is a form of which nothing is sure.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseChannel, parseChannels } from '../../runtime/symbols/channels.js';
import { describeReadings, readingsOf, suspect } from '../../runtime/symbols/hints.js';
import { marketOf } from '../support/markets.js';
import { repository } from '../support/project.js';

const stocks = marketOf('stocks');
const notations = ['vendor', 'cms', 'nasdaq', 'act', 'yahoo', 'bloomberg', 'tiingo', 'separated', 'typed'];

interface Row {
  readonly written: string;
  readonly readings: string;
}

function listed(notation: string): Row[] {
  const text = readFileSync(join(repository, 'test/fixtures/notations', `${notation}.csv`), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map(line => {
      const comma = line.indexOf(',');
      return { written: line.slice(0, comma), readings: line.slice(comma + 1) };
    });
}

/** What a start would say of it. */
function said(market: string, channel: string): string {
  const { names, rejected, notes } = parseChannels(marketOf(market), [channel]);
  const doubts = suspect(
    marketOf(market),
    names.map(({ name }) => name),
  );
  return [...rejected.map(({ message }) => message), ...notes, ...doubts].join(' ');
}

/** In the words of the list. */
function read({ written }: Row): string {
  const told = said('stocks', `T.${written}`);
  if (told === '') return '=';
  const [, readings = ''] = /it would be written (.*?)\.?$/.exec(told) ?? [];
  return readings
    .split(' or ')
    .map(name => name.replace(/^T\./, ''))
    .join('|');
}

describe('a list of special forms', () => {
  test.each(notations)('in the notation %s has at least 500', notation => {
    expect(listed(notation).length).toBeGreaterThanOrEqual(500);
  });

  test.each(notations)('in the notation %s is read as it says', notation => {
    const wrong = listed(notation).filter(row => read(row) !== row.readings);
    expect(wrong.map(row => `${row.written} is read as ${read(row)}, and is ${row.readings}`)).toEqual([]);
  });

  test('of which nothing is sure leads to no hint', () => {
    expect(listed('unsure').filter(({ written }) => said('stocks', `T.${written}`).includes('would be'))).toEqual([]);
  });
});

describe('the forms of the brief table', () => {
  test.each([
    ['BAC-PB', ['BACpB']],
    ['BAC.PRB', ['BACpB']],
    ['BAC PR B', ['BACpB']],
    ['BAC-B', ['BACpB', 'BAC.B']],
    ['BRK-B', ['BRK.B', 'BRKpB']],
    ['BRK/B', ['BRK.B']],
    ['CELG^', ['CELGr']],
    ['NEE-PR', []],
    ['NE.A', []],
  ])('read %s', (written, readings) => {
    expect(readingsOf(stocks, written)).toEqual(readings);
  });
});

describe('a symbol of another market', () => {
  test.each([
    ['stocks', 'T.BTC-USD', 'that is crypto: in the crypto market it would be written XT.BTC-USD'],
    ['stocks', 'T.btcusd', 'that is crypto: in the crypto market it would be written XT.BTC-USD'],
    ['stocks', 'T.X:BTCUSD', 'that is crypto: in the crypto market it would be written XT.BTC-USD'],
    ['stocks', 'XT.BTC-USD', 'that is crypto: in the crypto market it would be written XT.BTC-USD'],
    ['stocks', 'BTC-USD', 'that is crypto: in the crypto market it would be written XT.BTC-USD'],
    ['stocks', 'T.EUR/USD', 'that is forex: in the forex market it would be written C.EUR/USD'],
    ['stocks', 'T.EURUSD', 'that is forex: in the forex market it would be written C.EUR/USD'],
    ['stocks', 'T.^GSPC', 'that is an index: in the indices market it would be written V.I:SPX'],
    ['stocks', 'T.$VIX', 'that is an index: in the indices market it would be written V.I:VIX'],
    ['stocks', 'T.I:SPX', 'that is an index: in the indices market it would be written V.I:SPX'],
    ['stocks', 'T.ESZ7', 'that is a future: in the futures market it would be written T.ESZ7'],
    ['crypto', 'XT.EUR-USD', 'that is forex: in the forex market it would be written C.EUR/USD'],
    ['crypto', 'C.EUR/USD', 'that is forex: in the forex market it would be written C.EUR/USD'],
    ['forex', 'C.BTC-USD', 'that is crypto: in the crypto market it would be written XT.BTC-USD'],
  ])('in %s, %s, is said to be one', (market, channel, hint) => {
    expect(said(market, channel)).toContain(hint);
  });

  test('is named without a channel where a symbol alone is asked for', () => {
    expect(describeReadings(stocks, 'BTC-USD')).toBe(
      '; that is crypto: in the crypto market it would be written BTC-USD',
    );
  });

  test.each(['V.FTSE', 'V.^FTSE', 'V.$DAX', 'V.SPXW'])(
    'which the vendor is not known to list is no index: %s',
    channel => {
      expect(said('indices', channel)).not.toContain('would be');
    },
  );
});

describe('what stands around a symbol', () => {
  test.each([
    ['stocks', 'T.T.AAPL', 'T.AAPL'],
    ['stocks', 'AM.T.NASDAQ:AAPL', 'AM.AAPL'],
    ['stocks', 'T.$aapl', 'T.AAPL'],
    ['indices', 'V.V.I:SPX', 'V.I:SPX'],
    ['forex', 'C.FX:EURUSD', 'C.EUR/USD'],
    ['crypto', 'XT.BINANCE:BTCUSDT', 'XT.BTC-USDT'],
    ['futures', 'T.CME_MINI:ESZ7', 'T.ESZ7'],
  ])('in %s, %s, is taken off', (market, channel, meant) => {
    expect(said(market, channel)).toContain(`it would be written ${meant}`);
  });

  test.each(['T.T.WS', 'T.A.B', 'T.A.WS.A'])('is not taken off where the whole is a symbol: %s', channel => {
    expect(said('stocks', channel)).toBe('');
  });

  test('is no prefix where it is the root of a symbol that lacks its prefix', () => {
    expect(said('stocks', 'BRK.B')).toContain('did you mean T.BRK.B?');
    expect(said('stocks', 'BAC.PRB')).toContain('did you mean T.BACpB?');
    expect(said('stocks', 'BAC-B')).toContain('such as T.BACpB or T.BAC.B');
  });
});

describe('a hint', () => {
  // Of letters and digits alone, as keys are: a pattern that is wide would let them through.
  const secret = 'hUnTeR2sEcReT9qWx';

  test.each(['stocks', 'options', 'futures', 'indices', 'forex', 'crypto'])(
    'in %s repeats nothing of a secret',
    market => {
      for (const around of [
        '%',
        '$%',
        '%-B',
        '%/USD',
        'NASDAQ:%',
        'T.T.%',
        '^%',
        'I:%!',
        '%+',
        '% PR B',
        'O:%',
        '%.PRB',
      ]) {
        const text = around.replace('%', secret);
        const parsed = parseChannel(marketOf(market), text);
        const told = 'code' in parsed ? parsed.message : '';
        const all = `${told} ${describeReadings(marketOf(market), text)} ${describeReadings(marketOf(market), text, 'T')}`;
        expect([around, all.toLowerCase()]).toEqual([around, expect.not.stringContaining('hunter')]);
      }
    },
  );

  test.each(['ſPY', 'AAPL\u200b', 'aapl\n', `${'A'.repeat(30)}-B`, ''])(
    'is made of no text that is not plain: %j',
    text => {
      expect(describeReadings(stocks, text)).toBe('');
    },
  );
});
