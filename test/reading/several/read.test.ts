import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callOn } from '../../support/bench.js';
import { tries } from '../../support/property.js';
import { marketNames } from '../../support/spec.js';
import { both, type MarketName, pricesIn, streamIn, TwoMarkets } from '../../support/two-markets.js';

describe('a read of two markets', () => {
  test('has the messages of both in the order in which they arrived, each with its market', async () => {
    const two = new TwoMarkets();
    await two.trade('stocks', 'AAPL');
    await two.trade('crypto', 'BTC-USD', 'ETH-USD');
    await two.trade('stocks', 'MSFT');
    const { messages, ...answer } = await two.read();
    expect(messages).toMatchObject([
      { market: 'stocks', event: 'TRADE', symbol: 'AAPL', price: 1 },
      { market: 'crypto', event: 'TRADE', symbol: 'BTC-USD', price: 2 },
      { market: 'crypto', event: 'TRADE', symbol: 'ETH-USD', price: 3 },
      { market: 'stocks', event: 'TRADE', symbol: 'MSFT', price: 4 },
    ]);
    expect(answer).toMatchObject({
      notes: [],
      streams: [
        { market: 'stocks', state: 'idle', simulated: false, count: 2, has_more: false, dropped: 0, silence: null },
        { market: 'crypto', state: 'idle', simulated: false, count: 2, has_more: false, dropped: 0, silence: null },
      ],
      count: 4,
      has_more: false,
    });
    expect(answer).not.toHaveProperty('market');
  });

  test('says all of it in its text: a line for each stream, each message with its market, and the cursor', async () => {
    const two = new TwoMarkets();
    await two.trade('stocks', 'AAPL');
    await two.trade('crypto', 'BTC-USD');
    const { text, structured } = await callOn(two.hub, 'read_stream_messages', { markets: both });
    expect(text.split('\n')).toEqual([
      '2 messages of 2 streams.',
      'stocks (idle): 1 message.',
      'crypto (idle): 1 message.',
      'stocks TRADE AAPL price 1, size 1',
      'crypto TRADE BTC-USD price 2, size 1',
      `Cursor: ${structured.cursor}`,
    ]);
  });

  test('as CSV has a column for the market', async () => {
    const two = new TwoMarkets();
    await two.trade('stocks', 'AAPL');
    await two.trade('crypto', 'BTC-USD');
    const { csv } = await two.read({ format: 'csv' });
    expect(csv).toBe('market,event,symbol,price,size\nstocks,TRADE,AAPL,1,1\ncrypto,TRADE,BTC-USD,2,1\n');
  });

  test.each([
    ['the newest', false],
    ['what came since a cursor', true],
  ])('shares its limit: a busy market does not push a quiet one out of %s', async (_, since) => {
    const two = new TwoMarkets();
    const { cursor } = await two.read();
    await two.trades('stocks', 300);
    await two.trades('crypto', 3);
    await two.trades('stocks', 300);
    const answer = await two.read({ limit: 10, ...(since ? { cursor } : {}) });
    expect(pricesIn(answer, 'crypto')).toEqual([301, 302, 303]);
    expect(pricesIn(answer, 'stocks')).toEqual(since ? [1, 2, 3, 4, 5, 6, 7] : [597, 598, 599, 600, 601, 602, 603]);
    expect(pricesIn(answer)).toEqual(pricesIn(answer).toSorted((a, b) => a - b));
    expect(streamIn(answer, 'stocks').has_more).toBe(since);
    expect(streamIn(answer, 'crypto').has_more).toBe(false);
  });

  test.each(['json', 'csv'])('as %s shares its bytes, uses them, and keeps within them', async format => {
    const two = new TwoMarkets();
    const { cursor } = await two.read();
    await two.trades('stocks', 2_000);
    await two.trades('crypto', 2_000);
    const answer = await two.read({ cursor, limit: 1_000, max_bytes: 8_000, format });
    const bytes = Buffer.byteLength(JSON.stringify(answer));
    expect([bytes <= 8_000, bytes > 7_000]).toEqual([true, true]);
    const counts = both.map(market => Number(streamIn(answer, market).count));
    expect(Math.abs(counts[0]! - counts[1]!)).toBeLessThanOrEqual(1);
  });

  test('leaves a message that is too large for its bytes to a larger one, and reads the other market on', async () => {
    const two = new TwoMarkets();
    const { cursor } = await two.read();
    await two.longTrade('crypto', 1_500);
    await two.trades('stocks', 3);
    const small = await two.read({ cursor, max_bytes: 3_000 });
    expect(pricesIn(small)).toEqual([2, 3, 4]);
    expect(streamIn(small, 'crypto')).toMatchObject({
      count: 0,
      has_more: true,
      notes: [expect.stringContaining('raise max_bytes')],
    });
    expect(pricesIn(await two.read({ cursor: small.cursor }))).toEqual([1]);
  });

  test('goes on with one cursor in both, without loss or repetition, as reads of each market do', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ market: fc.constantFrom(...both), count: fc.integer({ min: 1, max: 30 }) }) },
      {
        weight: 1,
        arbitrary: fc.record({ limit: fc.integer({ min: 1, max: 25 }), bytes: fc.constantFrom(1_200, 3_000, 20_000) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async steps => {
        const two = new TwoMarkets();
        const begin = await two.read();
        const starts = await Promise.all(both.map(market => two.call('read_stream_messages', { market })));
        const got: Record<MarketName, number[]> = { stocks: [], crypto: [] };
        let { cursor } = begin;
        const readOn = async (limit: number, bytes: number): Promise<boolean> => {
          const answer = await two.read({ cursor, limit, max_bytes: bytes });
          const prices = pricesIn(answer);
          expect(prices).toEqual(prices.toSorted((a, b) => a - b));
          for (const market of both) {
            const own = pricesIn(answer, market);
            expect(streamIn(answer, market)).toMatchObject({ count: own.length, dropped: 0 });
            got[market].push(...own);
          }
          cursor = answer.cursor;
          return answer.has_more as boolean;
        };
        for (const one of steps) {
          if ('market' in one) await two.trades(one.market, one.count);
          else await readOn(one.limit, one.bytes);
        }
        while (await readOn(20, 20_000));
        for (const [place, market] of both.entries()) {
          const whole = await two.call('read_stream_messages', {
            market,
            cursor: starts[place]!.cursor,
            limit: 1_000,
            max_bytes: 200_000,
          });
          expect(got[market]).toEqual((whole.messages as { price: number }[]).map(({ price }) => price));
        }
      }),
      tries(60),
    );
  });

  test('accounts for every message that left while messages go on coming', async () => {
    const two = new TwoMarkets({ bufferMessages: 200 });
    let { cursor } = await two.read();
    const seen: Record<MarketName, number> = { stocks: 0, crypto: 0 };
    let more = true;
    for (let round = 0; more; round++) {
      if (round < 20) {
        await two.trades('stocks', 90);
        await two.trades('crypto', 7);
      }
      const answer = await two.read({ cursor, limit: 40, channels: ['T.AAPL', 'XT.BTC-USD'] });
      for (const market of both) {
        const { count, dropped } = streamIn(answer, market);
        seen[market] += Number(count) + Number(dropped);
      }
      cursor = answer.cursor;
      more = round < 20 || answer.has_more === true;
    }
    expect(seen).toEqual({ stocks: 20 * 90, crypto: 20 * 7 });
  });
});

describe('what a read of two markets names', () => {
  test('is looked for in each of them, and said to be of one where it is', async () => {
    const two = new TwoMarkets();
    await two.trade('stocks', 'AAPL', 'MSFT');
    await two.trade('crypto', 'BTC-USD', 'ETH-USD');
    const answer = await two.read({ channels: ['AAPL', 'X:BTC-USD'] });
    expect(answer.messages).toMatchObject([
      { market: 'stocks', symbol: 'AAPL' },
      { market: 'crypto', symbol: 'BTC-USD' },
    ]);
    expect(answer.notes).toEqual(['X:BTC-USD is read as BTC-USD', 'Of stocks alone: AAPL', 'Of crypto alone: BTC-USD']);
  });

  test('leaves a market out of which it names nothing', async () => {
    const two = new TwoMarkets();
    await two.trade('stocks', 'AAPL');
    await two.trade('crypto', 'BTC-USD');
    const answer = await two.read({ channels: ['T.AAPL'] });
    expect(answer).toMatchObject({ count: 1, notes: ['Of stocks alone: T.AAPL'] });
    expect(streamIn(answer, 'crypto')).toMatchObject({
      count: 0,
      silence: 'Nothing that this call names is of Crypto: see notes.',
    });
  });

  test('is refused where it is in none of them, with what would be right', async () => {
    const two = new TwoMarkets();
    const { isError, structured } = await callOn(two.hub, 'read_stream_messages', {
      markets: both,
      channels: ['AAPL', 'no symbol'],
    });
    expect(isError).toBe(true);
    expect(structured.error).toMatchObject({
      code: 'INVALID_CHANNEL',
      message: expect.stringMatching(
        /^channels\[1\], a text .* is neither a channel nor a symbol of US stocks or Crypto/,
      ),
      hint: 'Select by channel (T.AAPL, XT.BTC-USD), by kind (T.*, XT.*) or by symbol (AAPL, BTC-USD).',
    });
  });

  test('a stream that does not run is an entry of its own with the way out, not a failure', async () => {
    const two = new TwoMarkets();
    await two.trade('stocks', 'AAPL');
    const answer = await two.read();
    expect(answer.count).toBe(1);
    expect(streamIn(answer, 'stocks')).not.toHaveProperty('error');
    expect(streamIn(answer, 'crypto').error).toMatchObject({
      code: 'NOT_STARTED',
      message: 'Nothing can come: the Crypto stream is not started.',
      hint: expect.stringMatching(/^Call start_crypto_stream with /),
    });
  });
});

describe('the markets of a call', () => {
  const refusalOf = async (args: object, name = 'read_stream_messages') => {
    const { structured, isError } = await callOn(new TwoMarkets().hub, name, args);
    expect(isError).toBe(true);
    return structured.error;
  };

  test.each(['read_stream_messages', 'wait_for_stream_message', 'summarize_stream'])(
    'are named by one argument, not by two or none: %s',
    async name => {
      expect(await refusalOf({ market: 'stocks', markets: both }, name)).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: 'One of market and markets is expected, and both came.',
        hint: 'Leave out market for all of markets, or markets for that one.',
      });
      expect(await refusalOf({}, name)).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: `market is missing: one of ${marketNames.join(', ')} is expected.`,
        hint: `Call ${name} with {"market": "stocks"}.`,
      });
    },
  );

  test('are told by the nearest word where one is none', async () => {
    expect(await refusalOf({ markets: ['stock', 'crypto'], limit: 5 })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^markets\[0\]: one of stocks, .* did you mean stocks\?$/),
      hint: 'Call read_stream_messages with {"markets": ["stocks", "crypto"]}, and the other arguments as they were.',
    });
  });

  test('may come as text, in capitals, and twice', async () => {
    const two = new TwoMarkets();
    const { streams, notes } = await two.read({ markets: 'STOCKS, crypto, stocks' });
    expect(streams).toMatchObject([{ market: 'stocks' }, { market: 'crypto' }]);
    expect(notes).toEqual(['markets came as text and is read as a list of 3.']);
  });
});

describe('the cursor of several markets', () => {
  const hintOf = async (two: TwoMarkets, args: object) => {
    const { structured } = await callOn(two.hub, 'read_stream_messages', args);
    const { code, message, hint } = structured.error as Record<string, string>;
    expect(code).toBe('BAD_CURSOR');
    return [message, hint];
  };

  test('holds for them in any order', async () => {
    const two = new TwoMarkets();
    const { cursor } = await two.read();
    await two.trade('crypto', 'BTC-USD');
    expect(pricesIn(await two.read({ markets: ['crypto', 'stocks'], cursor }))).toEqual([1]);
  });

  test('is refused for one market, or others, with the call that it is for', async () => {
    const two = new TwoMarkets();
    const { cursor } = await two.read();
    expect(await hintOf(two, { market: 'stocks', cursor })).toEqual([
      'The cursor belongs to the streams of stocks, crypto, not to stocks alone.',
      'Pass it with {"markets": ["stocks", "crypto"]}, or read without a cursor for a fresh one.',
    ]);
    expect(await hintOf(two, { markets: ['stocks', 'forex'], cursor })).toEqual([
      'The cursor belongs to stocks, crypto, not to stocks, forex.',
      'Pass it with {"markets": ["stocks", "crypto"]}, or call without a cursor for one of these markets.',
    ]);
    const { cursor: single } = await two.call('read_stream_messages', { market: 'crypto' });
    expect(await hintOf(two, { markets: both, cursor: single })).toEqual([
      'The cursor belongs to crypto, not to stocks, crypto.',
      'Pass it with {"market": "crypto"}, or call without a cursor for one of these markets.',
    ]);
  });

  test('of another client is refused, and says nothing of it', async () => {
    const [two, other] = [new TwoMarkets(), new TwoMarkets()];
    const { cursor } = await other.read();
    expect(await hintOf(two, { markets: both, cursor })).toEqual([
      expect.stringContaining('of another client'),
      'Read without a cursor to get the newest messages and a fresh cursor.',
    ]);
  });

  const packed = (text: string): string => Buffer.from(text).toString('base64url');
  test.each<[string, (process: string) => string]>([
    ['from the future', process => packed(`${process}.stocks.zz.crypto.0`)],
    ['with half a place', process => packed(`${process}.stocks.0.crypto`)],
    ['with a negative place', process => packed(`${process}.stocks.0.crypto.-1`)],
    ['that names one market twice', process => packed(`${process}.stocks.0.crypto.0.stocks.0`)],
    ['of many places', process => packed(`${process}${'.stocks.0.crypto.0'.repeat(50)}`)],
    ['of a megabyte', process => packed(`${process}${'.stocks.0.crypto.0'.repeat(50_000)}`)],
    ['of bytes', () => packed('\u0000\u001b\n')],
  ])('that was forged is refused: %s', async (_, forge) => {
    const two = new TwoMarkets();
    const [message] = await hintOf(two, { markets: both, cursor: forge(two.hub.process) });
    expect(message).toBe('Unknown cursor: this server did not issue it.');
  });

  test('names no market that there is not', async () => {
    const two = new TwoMarkets();
    const cursor = packed(`${two.hub.process}.stocks.0.hunter2.0`);
    expect(JSON.stringify(await hintOf(two, { markets: both, cursor }))).not.toContain('hunter2');
    expect(JSON.stringify(await hintOf(two, { market: 'stocks', cursor }))).not.toContain('hunter2');
  });
});
