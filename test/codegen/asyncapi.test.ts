import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { repository } from '../support/project.js';
import { readRecorded, recordedMarkets } from '../support/recorded.js';

const text = readFileSync(join(repository, 'generated/asyncapi.yaml'), 'utf8');
const document = parse(text);

describe('generated/asyncapi.yaml', () => {
  test('keeps every digit of a nanosecond, and cites the line of each field', () => {
    expect(text).toContain('          t: 1794507607318264907\n');
    expect(document.components.schemas['stocks.LULD'].properties.t).toEqual({
      title: 'timestamp',
      type: 'integer',
      description:
        'Milliseconds, microseconds or nanoseconds since 1970-01-01 UTC; the size of the number tells which.',
      'x-epoch': 'magnitude',
      'x-see': 'polygon-docs/websockets/stocks/luld.md:31',
    });
    expect(document.components.schemas['stocks.Q'].properties.bs).toEqual({
      title: 'bid.size',
      type: 'integer',
      description: 'In shares.',
      'x-unit': 'shares',
      'x-see': 'polygon-docs/websockets/stocks/quotes.md:28',
    });
  });
});

describe('its schemas', () => {
  const ajv = new Ajv({ strict: false, allowUnionTypes: true }).addSchema(document, 'feed');
  const judge = (schema: string): ValidateFunction => ajv.compile({ $ref: `feed#/${schema}` });

  test.each(recordedMarkets)('accept the recorded frames of %s, but no event of an unknown channel', market => {
    const accepts = judge(`components/schemas/${market}.frame`);
    const sound = readRecorded(market).recordings.filter(({ malformed }) => malformed === 0);
    const refused = sound.filter(({ frame }) => !accepts([JSON.parse(frame)].flat()));

    expect(sound.length).toBeGreaterThan(2);
    expect(refused.map(({ name }) => name)).toEqual(
      market === 'stocks' ? ['an event of a channel that nobody knows'] : [],
    );
  });

  test('let be null what can be missing, and nothing else', () => {
    const quote = { ev: 'Q', sym: 'ESZ6', bp: null, bs: null, bt: null, ap: '6728.25', as: 3, at: 1, t: 2 };

    expect(judge('components/schemas/futures.Q')(quote)).toBe(true);
    expect(judge('components/schemas/futures.Q')({ ...quote, t: null })).toBe(false);
  });

  test('accept the recorded statuses', () => {
    const accepts = judge('components/schemas/status');
    const statuses = readRecorded('statuses').recordings.flatMap(({ frame }) => JSON.parse(frame));

    expect(statuses.filter(status => status.ev === 'status' && !accepts(status))).toEqual([]);
  });

  const trade = { ev: 'XT', pair: 'BTC-USD', p: 1, t: 2, s: 3, x: 4, r: 5 };

  test.each<[string, object, boolean]>([
    ['a whole trade', trade, true],
    ['a key that nobody knows', { ...trade, lp: 0 }, true],
    ['conditions', { ...trade, c: [2] }, true],
    ['a trade without its price', { ...trade, p: undefined }, false],
    ['a price in words', { ...trade, p: 'much' }, false],
    ['a time with a fraction', { ...trade, t: 2.5 }, false],
    ['conditions in words', { ...trade, c: ['sell'] }, false],
    ['another event', { ...trade, ev: 'XQ' }, false],
  ])('judge %s', (_, event, expected) => {
    expect(judge('components/schemas/crypto.XT')(JSON.parse(JSON.stringify(event)))).toBe(expected);
  });

  test.each([
    ['stocks', 'T.AAPL,AM.*,Q.BRK.B', true],
    ['stocks', 'T.AAPL, AM.*', false],
    ['stocks', 'T.AAPL,', false],
    ['stocks', 'AS.*', false],
    ['stocks', 'T', false],
    ['options', 'Q.O:SPY261218C00690000,T.*', true],
    ['options', 'Q.*', false],
    ['options', 'T.O:SPY*', false],
    ['forex', 'C.EUR/USD', true],
    ['forex', 'C.EURUSD', false],
  ])('judge the request of %s for %s', (market, params, expected) => {
    expect(judge(`components/messages/${market}.subscribe/payload`)({ action: 'subscribe', params })).toBe(expected);
  });

  test('take a request for what its action says', () => {
    expect(judge('components/messages/auth/payload')({ action: 'auth', params: 'key' })).toBe(true);
    expect(judge('components/messages/auth/payload')({ action: 'login', params: 'key' })).toBe(false);
    expect(judge('components/messages/stocks.unsubscribe/payload')({ action: 'subscribe', params: 'T.*' })).toBe(false);
  });
});
