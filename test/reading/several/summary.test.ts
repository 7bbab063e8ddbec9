import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../../generated/suite.js';
import { type Answered, Bench, callOn } from '../../support/bench.js';
import { closeAfterEach, open } from '../../support/closing.js';
import { both, streamIn, TwoMarkets } from '../../support/two-markets.js';

closeAfterEach();

const placesIn = ({ symbols }: Answered): string[] =>
  (symbols as { market: string; symbol: string }[]).map(({ market, symbol }) => `${market} ${symbol}`);

/** Messages: BTC-USD 4, AAPL 3, ETH-USD and MSFT 2, one of each other. */
async function traded(): Promise<TwoMarkets> {
  const two = new TwoMarkets();
  await two.trade('stocks', 'AAPL', 'MSFT', 'NVDA');
  await two.trade('crypto', 'BTC-USD', 'ETH-USD', 'SOL-USD');
  await two.trade('stocks', 'AAPL', 'MSFT');
  await two.trade('crypto', 'BTC-USD', 'ETH-USD');
  await two.trade('stocks', 'AAPL');
  await two.trade('crypto', 'BTC-USD', 'BTC-USD');
  return two;
}

/** By hand: the most messages first, then by symbol. */
const byActivity = ['crypto BTC-USD', 'stocks AAPL', 'crypto ETH-USD', 'stocks MSFT', 'stocks NVDA', 'crypto SOL-USD'];

describe('a summary of two markets', () => {
  test('ranks the symbols of both together, each row with its market', async () => {
    const two = await traded();
    const answer = await two.summarize();
    expect(placesIn(answer)).toEqual(byActivity);
    expect(answer).toMatchObject({
      notes: [],
      omitted: 0,
      cursor: null,
      streams: [
        {
          market: 'stocks',
          state: 'idle',
          silence: null,
          window: { from: expect.any(String), to: expect.any(String) },
        },
        { market: 'crypto', state: 'idle', silence: null },
      ],
    });
    expect((answer.symbols as object[])[0]).toMatchObject({
      market: 'crypto',
      symbol: 'BTC-USD',
      last: 13,
      messages: 4,
    });
  });

  test.each<[string, object]>([
    ['since the start', {}],
    ['of a window', { window_s: 60 }],
    ['of all prints', { prints: 'all' }],
  ])('has the rows that a summary of each market has: %s', async (_, args) => {
    const two = await traded();
    const rows: object[] = [];
    for (const market of both) {
      const { symbols } = await two.call('summarize_stream', { market, sort: 'symbol', ...args });
      rows.push(...(symbols as object[]).map(row => ({ market, ...row })));
    }
    const { symbols } = await two.summarize({ sort: 'symbol', ...args });
    const compare = (one: object, other: object) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
    expect((symbols as object[]).toSorted(compare)).toEqual(rows.toSorted(compare));
  });

  test.each(['activity', 'change', 'range', 'volume', 'symbol'])(
    'by %s goes on page by page with one cursor',
    async sort => {
      const two = await traded();
      const whole = placesIn(await two.summarize({ sort }));
      expect(whole.toSorted()).toEqual(byActivity.toSorted());
      const paged: string[] = [];
      let cursor: unknown;
      do {
        const answer = await two.summarize({ sort, top: 2, ...(cursor ? { cursor } : {}) });
        paged.push(...placesIn(answer));
        cursor = answer.cursor;
      } while (cursor);
      expect(paged).toEqual(whole);
    },
  );

  test('tells two markets apart that have a symbol of the same name', async () => {
    const two = new TwoMarkets();
    // Symbols that came in messages can be named in any form.
    await two.trade('stocks', 'AAPL', 'BTC-USD');
    await two.trade('crypto', 'BTC-USD', 'ETH-USD');
    const first = await two.summarize({ sort: 'symbol', top: 2 });
    const second = await two.summarize({ sort: 'symbol', top: 2, cursor: first.cursor });
    expect([...placesIn(first), ...placesIn(second)]).toEqual([
      'stocks AAPL',
      'crypto BTC-USD',
      'stocks BTC-USD',
      'crypto ETH-USD',
    ]);
  });

  test('of symbols that are named has them in their market, and says so', async () => {
    const two = await traded();
    const answer = await two.summarize({ symbols: ['MSFT', 'SOL-USD'], fields: ['last'] });
    expect(answer.symbols).toEqual([
      { market: 'stocks', symbol: 'MSFT', last: 8 },
      { market: 'crypto', symbol: 'SOL-USD', last: 6 },
    ]);
    expect(answer.notes).toEqual(['Of stocks alone: MSFT', 'Of crypto alone: SOL-USD']);
    const only = await two.summarize({ symbols: ['MSFT'] });
    expect(placesIn(only)).toEqual(['stocks MSFT']);
    expect(streamIn(only, 'crypto').silence).toBe('Nothing that this call names is of Crypto: see notes.');
  });

  test('refuses a symbol that none of them has, and a cursor of another summary', async () => {
    const two = await traded();
    const errorOf = async (args: object) =>
      (await callOn(two.hub, 'summarize_stream', { markets: both, ...args })).structured.error;
    expect(await errorOf({ symbols: ['MSFT', 'no symbol'] })).toMatchObject({
      code: 'INVALID_CHANNEL',
      message: expect.stringMatching(/^symbols\[1\], a text .* is no symbol of US stocks or Crypto/),
      hint: 'Write symbols as their market does, such as {"symbols": ["AAPL", "BTC-USD"]}.',
    });
    const { cursor } = await two.summarize({ top: 1 });
    const { cursor: single } = await two.call('summarize_stream', { market: 'stocks', top: 1 });
    expect(await errorOf({ cursor, sort: 'symbol' })).toMatchObject({ code: 'BAD_CURSOR' });
    expect(await errorOf({ cursor: single })).toMatchObject({
      code: 'BAD_CURSOR',
      message: expect.stringContaining('summary of one market'),
      hint: expect.stringContaining('without a cursor'),
    });
    expect(await errorOf({ cursor, market: 'stocks', markets: undefined })).toMatchObject({
      code: 'BAD_CURSOR',
      message: expect.stringContaining('summary of several markets'),
    });
    expect(await errorOf({ cursor, markets: ['stocks', 'forex'] })).toMatchObject({ code: 'BAD_CURSOR' });
    const forged = [
      ['ranks', 'activity', 'desc', 1, 'A', 'forex', 'stocks', 'crypto'],
      ['ranks', 'activity', 'desc', 1, 'A', 'stocks', 'stocks'],
      ['ranks', 'activity', 'desc', '1', 'A', 'stocks', 'stocks', 'crypto'],
      ['ranks', 'activity', 'desc', 1, 'A'.repeat(2_000), 'stocks', 'stocks', 'crypto'],
    ];
    for (const parts of forged) {
      const text = Buffer.from(JSON.stringify(parts)).toString('base64url');
      expect(await errorOf({ cursor: text })).toMatchObject({ code: 'BAD_CURSOR' });
    }
  });

  test('keeps within its bytes, and says in its text how to go on', async () => {
    const two = new TwoMarkets();
    for (let index = 0; index < 100; index++) {
      await two.trade('stocks', `S${'ABCDEFGHIJ'[index % 10]}${'ABCDEFGHIJ'[Math.floor(index / 10)]}`);
      await two.trade('crypto', `C${index}-USD`);
    }
    const { text, structured } = await callOn(two.hub, 'summarize_stream', { markets: both, max_bytes: 4_000 });
    expect(Buffer.byteLength(JSON.stringify(structured))).toBeLessThanOrEqual(4_000);
    expect(Number(structured.omitted)).toBe(200 - (structured.symbols as object[]).length);
    expect(text.split('\n').slice(0, 3)).toEqual([
      `${(structured.symbols as object[]).length} symbols of 2 streams, ${structured.omitted} more left out.`,
      expect.stringMatching(/^stocks \(idle\): since \d{4}-.*Z\.$/),
      expect.stringMatching(/^crypto \(idle\): since \d{4}-.*Z\.$/),
    ]);
    expect(text).toContain(`Cursor: ${structured.cursor}`);
  });

  test('waits until each symbol has something, in whichever market it is', async () => {
    const bench = await Bench.open({ suite, markets });
    open.push(bench);
    const { hub } = bench;
    await callOn(hub, 'start_stocks_stream', { channels: ['T.*'] });
    await callOn(hub, 'start_crypto_stream', { channels: ['XT.*'] });
    const waiting = callOn(hub, 'summarize_stream', { markets: both, symbols: ['AAPL', 'BTC-USD'], wait_s: 20 });
    bench.session('crypto').send('[{"ev":"XT","pair":"BTC-USD","p":7,"s":1}]');
    bench.session('stocks').send('[{"ev":"T","sym":"AAPL","p":8,"s":1}]');
    expect((await waiting).structured.symbols).toMatchObject([
      { market: 'stocks', symbol: 'AAPL', last: 8 },
      { market: 'crypto', symbol: 'BTC-USD', last: 7 },
    ]);
  });

  test('says that volumes are in different units, and names a stream that does not run', async () => {
    const two = new TwoMarkets();
    await two.trade('stocks', 'AAPL');
    const answer = await two.summarize({ sort: 'volume' });
    expect(answer.notes).toEqual(['Volumes are ranked as numbers, each in the unit of its market.']);
    expect(streamIn(answer, 'stocks')).not.toHaveProperty('error');
    expect(streamIn(answer, 'crypto').error).toMatchObject({ code: 'NOT_STARTED' });
  });
});
