import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { fillPrompt, wayToPrompt } from '../../runtime/mcp/prompts.js';
import { describeNoPrompt } from '../../runtime/mcp/refused-names.js';
import { hubOn } from '../support/bench.js';
import { marketOf, noMarket } from '../support/markets.js';
import { marketNames } from '../support/spec.js';

const hub = hubOn(suite, markets, 'ws://127.0.0.1:9');

function fill(name: string, args: Readonly<Record<string, string>>): string {
  const prompt = suite.prompts.find(other => other.name === name);
  return fillPrompt(hub, prompt!, args);
}

describe('a prompt', () => {
  test('names the channels of trades and quotes that the market has, for a symbol in its canonical form', () => {
    const crypto = fill('watch_symbol', { market: 'crypto', symbol: ' X:BTC-USD ' });
    expect(crypto).toContain('Call start_crypto_stream with {"channels": ["XT.BTC-USD","XQ.BTC-USD"]}');
    expect(crypto).toContain('Watch BTC-USD (Crypto)');
    const indices = fill('watch_symbol', { market: 'indices', symbol: 'I:SPX' });
    expect(indices).toContain('{"channels": ["V.I:SPX"]}');
  });

  test('names what there is where a market has none of the channels that it prefers', () => {
    const stocks = marketOf('stocks');
    const imbalances = stocks.channels.filter(({ event }) => event === 'IMBALANCE');
    const lean = hubOn(suite, [{ ...stocks, channels: imbalances }], 'ws://127.0.0.1:9');
    for (const prompt of suite.prompts.filter(({ text }) => text.includes('{channels}'))) {
      const text = fillPrompt(lean, prompt, { market: 'stocks', symbol: 'AAPL', symbols: 'AAPL' });
      expect(text).toContain('Call start_stocks_stream with {"channels": ["NOI.AAPL"]}');
    }
  });

  test('names a symbol once that was given twice', () => {
    expect(fill('compare_symbols', { market: 'stocks', symbols: 'AAPL, AAPL' })).toContain('["T.AAPL","Q.AAPL"]');
  });

  test.each(['EUR/USD,GBP-USD', 'EUR/USD, GBP-USD', ' EUR-USD ;C:GBP-USD '])('reads the symbols %j', symbols => {
    const text = fill('compare_symbols', { market: 'forex', symbols });
    expect(text).toContain('{"channels": ["C.EUR/USD","C.GBP/USD"]}');
    expect(text).toContain('"symbols": ["EUR/USD","GBP/USD"]');
    expect(text).toContain('Compare EUR/USD, GBP/USD (Forex)');
  });

  test('leaves no slot empty', () => {
    const args = { market: 'stocks', symbol: 'AAPL', symbols: 'AAPL, MSFT' };
    for (const { name } of suite.prompts) expect(fill(name, args)).not.toMatch(/\{[a-z_]+\}|undefined/);
  });

  test.each([
    ['no market', 'explain_silence', {}, 'explain_silence needs the argument market.'],
    ['a blank symbol', 'watch_symbol', { market: 'stocks', symbol: ' ' }, 'watch_symbol needs the argument symbol.'],
    [
      'an unknown market',
      'explain_silence',
      { market: noMarket },
      new RegExp(`^market is one of ${marketNames.join(', ')}\\.$`),
    ],
    ['a wildcard', 'watch_symbol', { market: 'stocks', symbol: '*' }, /^symbol is no symbol of US stocks: ticker/],
    [
      'what would end its text',
      'watch_symbol',
      { market: 'stocks', symbol: '"]}' },
      /^symbol is no symbol of US stocks: ticker/,
    ],
    [
      'one bad of two',
      'compare_symbols',
      { market: 'forex', symbols: 'EUR/USD, EURO' },
      /^symbols\[1\] is no symbol of Forex/,
    ],
  ])('refuses %s', (_, name, args, message) => {
    expect(() => fill(name, args as Record<string, string>)).toThrow(message);
  });
});

const page = 'See polygon-docs://guides/streaming.md#resources-and-prompts';

test.each([
  ['watch_symbol', {}, `Get watch_symbol with {"market": "stocks", "symbol": "AAPL"}. ${page}`],
  ['watch_symbol', { market: 'cripto' }, `Get watch_symbol with {"market": "crypto", "symbol": "BTC-USD"}. ${page}`],
  ['compare_symbols', {}, `Get compare_symbols with {"market": "stocks", "symbols": "AAPL, MSFT"}. ${page}`],
  ['explain_silence', { market: noMarket }, `Get explain_silence with {"market": "stocks"}. ${page}`],
])('the way to %s after %j is an example that fills it', (name, given, way) => {
  const prompt = suite.prompts.find(other => other.name === name)!;
  expect(wayToPrompt(hub, prompt, given as Record<string, string>)).toBe(way);
  expect(fill(name, JSON.parse(/\{.*\}/.exec(way)![0]))).toContain('stream');
});

test('a prompt that there is not is refused with the nearest, by example', () => {
  expect(describeNoPrompt(hub, 'watch_symbl')).toBe(
    `There is no such prompt; did you mean watch_symbol? Get watch_symbol with {"market": "stocks", "symbol": "AAPL"}. ${page}`,
  );
});
