import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { shapeArguments } from '../../runtime/core/argument-forms.js';
import { Resources } from '../../runtime/mcp/resources.js';
import { exampleArguments } from '../../runtime/symbols/example.js';
import { Pages } from '../../runtime/tools/pages.js';
import { listTools } from '../../runtime/tools/tools.js';
import { Bench } from '../support/bench.js';
import { marketOf, noMarket } from '../support/markets.js';
import { marketNames } from '../support/spec.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.open({ suite, markets });
});
afterAll(() => bench.close());

type Structured = Readonly<Record<string, unknown>>;

async function answerTo(name: string, args: unknown): Promise<Structured> {
  return (await bench.call(name, args)).structured;
}

async function errorOf(name: string, args: unknown): Promise<unknown> {
  return (await answerTo(name, args)).error;
}

describe('a list', () => {
  test.each([
    ['as JSON text', '["T.AAPL", "Q.AAPL"]'],
    ['as text with commas', ' T.AAPL, Q.AAPL ,'],
    ['in a JSON text of one text', '"T.AAPL,Q.AAPL"'],
  ])('may come %s, and a note says so', async (_, channels) => {
    expect(await answerTo('start_stocks_stream', { channels })).toMatchObject({
      accepted: ['T.AAPL', 'Q.AAPL'],
      notes: ['channels came as text and is read as a list of 2.'],
    });
    await answerTo('stop_stocks_stream', {});
  });

  test('may come as one bare text, also where it is no channel', async () => {
    expect(await answerTo('start_crypto_stream', { channels: 'XT.BTC-USD' })).toMatchObject({
      accepted: ['XT.BTC-USD'],
      notes: ['channels came as text and is read as a list of 1.'],
    });
    const read = { market: 'crypto', channels: 'BTC-USD' };
    expect(await answerTo('read_stream_messages', read)).toMatchObject({
      notes: ['channels came as text and is read as a list of 1.'],
    });
    expect(await answerTo('summarize_stream', { market: 'crypto', symbols: 'BTC-USD,ETH-USD' })).toMatchObject({
      notes: expect.arrayContaining(['symbols came as text and is read as a list of 2.']),
    });
    await answerTo('stop_crypto_stream', {});
  });

  test.each(['[T.AAPL', '{"T.AAPL": 1}', 5, true, { 0: 'T.AAPL' }])(
    'that cannot be read is refused with the right form: %j',
    async channels => {
      expect(await errorOf('start_stocks_stream', { channels })).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/^channels: a list of 1 to 5000 texts is expected, and .* came\.$/),
        hint: 'Call start_stocks_stream with {"channels": ["T.AAPL"]}.',
        docs: 'polygon-docs://tools/start_stocks_stream',
      });
    },
  );

  test('of something else is refused by position', async () => {
    expect(await errorOf('start_stocks_stream', { channels: ['T.AAPL', 5] })).toMatchObject({
      message: 'channels[1]: a text is expected, and a number came.',
    });
  });
});

describe('a number', () => {
  test.each(['5', ' 5 ', '5.0'])('may come as text: %j', async limit => {
    expect(await answerTo('read_stream_messages', { market: 'stocks', limit })).toMatchObject({
      notes: ['limit came as text and is read as a number.'],
    });
  });

  test.each([
    ['many', 'a text of 4 characters', 10],
    ['0', 'a smaller one', 1],
    [-1, 'a smaller one', 1],
    ['1001', 'a larger one', 1_000],
    [2.5, 'a number with a fraction', 10],
    [true, 'true or false', 10],
    ['1e3', 'a text of 3 characters', 10],
  ])('that is none, or out of range, is refused with the nearest that fits: %j', async (limit, kind, fit) => {
    expect(await errorOf('read_stream_messages', { market: 'stocks', limit })).toMatchObject({
      message: `limit: a whole number from 1 to 1000 is expected, and ${kind} came.`,
      hint: `Call read_stream_messages with {"market": "stocks", "limit": ${fit}}.`,
    });
  });
});

describe('the example of a refusal', () => {
  const hintOf = async (name: string, args: unknown): Promise<unknown> =>
    ((await errorOf(name, args)) as { readonly hint: string }).hint;

  test('shows what was wrong, and leaves the rest as it came', async () => {
    const args = { market: 'crypto', limit: 5_000, format: 'csv', channels: ['XT.BTC-USD'] };
    expect(await hintOf('read_stream_messages', args)).toBe(
      'Call read_stream_messages with {"market": "crypto", "limit": 1000}, and the other arguments as they were.',
    );
    expect(await hintOf('start_stocks_stream', { channels: ['T.MSFT'], endpoint: ['x'] })).toBe(
      'Call start_stocks_stream with {"endpoint": "realtime"}, and the other arguments as they were.',
    );
  });

  test('shows the word that was probably meant', async () => {
    expect(await hintOf('read_stream_messages', { market: 'stocks', detail: 'ful' })).toBe(
      'Call read_stream_messages with {"market": "stocks", "detail": "full"}.',
    );
    expect(await hintOf('summarize_stream', { market: 'crpto' })).toBe(
      'Call summarize_stream with {"market": "crypto"}.',
    );
    expect(await hintOf('wait_for_stream_message', { market: 'crpto', channels: 5.5 })).toBe(
      'Call wait_for_stream_message with {"market": "crypto", "channels": ["XT.BTC-USD"]}.',
    );
  });

  test('says nothing of arguments that there are not', async () => {
    expect(await hintOf('start_stocks_stream', { channels: ['T.MSFT'], endpont: 'simulated' })).toBe(
      'Call start_stocks_stream with the known arguments as they were.',
    );
    expect(await hintOf('read_stream_messages', { market: 'stocks', limt: 5 })).toBe(
      'Call read_stream_messages with {"market": "stocks"}.',
    );
  });
});

describe('a condition', () => {
  const condition = { field: 'price', op: '>', value: 1 };

  test('may come as JSON text, its number as text and its groups as text', async () => {
    await answerTo('start_stocks_stream', { channels: ['T.AAPL'] });
    const forms = [
      JSON.stringify(condition),
      { ...condition, value: '1' },
      { all: JSON.stringify([condition]) },
      { any: [JSON.stringify(condition)], all: null },
      { ...condition, symbol: '', all: null },
    ];
    for (const form of forms) {
      const args = { market: 'stocks', condition: form, timeout_s: '1' };
      expect(await answerTo('wait_for_stream_message', args)).toMatchObject({ matched: false });
    }
    await answerTo('stop_stocks_stream', {});
  });

  test('that is none is refused with one of the market', async () => {
    expect(await errorOf('wait_for_stream_message', { market: 'forex', condition: 'up' })).toMatchObject({
      message: 'condition: an object is expected, and a text of 2 characters came.',
      hint: expect.stringMatching(/"condition": \{"field": "(?:bid|ask)\.price", "op": ">", "value": "2"\}/),
    });
  });
});

describe('what is left out', () => {
  test.each([null, ''])('may come as %j', async nothing => {
    const args = { market: 'stocks', cursor: nothing, channels: nothing, limit: nothing, format: nothing };
    expect(await answerTo('read_stream_messages', args)).toMatchObject({ count: 0, notes: [] });
  });

  test('is missing where it is required', async () => {
    expect(await errorOf('start_stocks_stream', { channels: null })).toMatchObject({
      message: 'channels is missing: a list of 1 to 5000 texts is expected.',
    });
    expect(await errorOf('summarize_stream', {})).toMatchObject({
      message: `market is missing: one of ${marketNames.join(', ')} is expected.`,
      hint: 'Call summarize_stream with {"market": "stocks"}.',
    });
  });

  test('may be all, where a tool takes nothing', async () => {
    for (const args of [undefined, null, '', {}]) {
      expect(await answerTo('get_stocks_stream_status', args)).toMatchObject({ state: 'stopped', notes: [] });
    }
  });
});

describe('an argument that does not exist', () => {
  test('is ignored with a note on a tool that takes none', async () => {
    for (const args of [{ random_string: 'x' }, { dummy: '' }, { market: 'stocks' }]) {
      expect(await answerTo('list_stocks_subscriptions', args)).toMatchObject({
        subscription_count: 0,
        notes: ['This tool takes no arguments; those given are ignored.'],
      });
    }
  });

  test('is refused on others with those there are, and the nearest', async () => {
    expect(await errorOf('start_stocks_stream', { chanels: ['T.AAPL'], key: 'x' })).toMatchObject({
      message:
        '2 arguments are unknown here; there are channels, api_key, endpoint; did you mean channels? ' +
        'channels is missing: a list of 1 to 5000 texts is expected.',
    });
  });

  test('is refused with the one that it continues', async () => {
    const message = expect.stringMatching(/did you mean timeout_s\?$/);
    expect(await errorOf('wait_for_stream_message', { market: 'stocks', timeout_seconds: 5 })).toMatchObject({
      message,
    });
  });

  test('is no argument by way of a prototype', async () => {
    const args = JSON.parse('{"market": "stocks", "__proto__": {"limit": 1}, "constructor": 1}');
    expect(await errorOf('read_stream_messages', args)).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('a choice', () => {
  test('may come in capitals or with spaces around it', async () => {
    expect(await answerTo('read_stream_messages', { market: ' Stocks', format: 'CSV' })).toMatchObject({
      market: 'stocks',
      csv: expect.any(String),
    });
  });

  test('that is none is refused with what was probably meant', async () => {
    expect(await errorOf('read_stream_messages', { market: 'Stokcs', detail: 'fulll' })).toMatchObject({
      message:
        `market: one of ${marketNames.join(', ')} is expected, and a text of 6 characters came; did you mean stocks? ` +
        'detail: one of summary, full is expected, and a text of 5 characters came; did you mean full?',
    });
  });
});

test('an example shows the market that was probably meant', async () => {
  expect(await errorOf('read_stream_messages', { market: 'cripto' })).toMatchObject({
    message: expect.stringContaining('did you mean crypto?'),
    hint: 'Call read_stream_messages with {"market": "crypto"}.',
  });
  expect(await errorOf('summarize_stream', { market: noMarket })).toMatchObject({
    hint: 'Call summarize_stream with {"market": "stocks"}.',
  });
});

describe('a key as a number', () => {
  const { inputSchema } = marketOf('stocks').tools[0]!;

  test('is read as its digits', () => {
    expect(shapeArguments(inputSchema, { api_key: 12_345_678 })).toEqual({
      args: { api_key: '12345678' },
      notes: ['api_key came as a number and is read as its digits.'],
    });
  });

  test('that a number cannot hold is refused, and is to come in quotes', async () => {
    const error = await errorOf('start_stocks_stream', { channels: ['T.AAPL'], api_key: 2 ** 60 });
    expect(error).toMatchObject({
      message: 'api_key: a text is expected, and a number came, which may have lost digits: put it in quotes.',
    });
  });
});

test('whatever JSON text is deep or huge is refused, and nothing breaks', async () => {
  for (const channels of ['['.repeat(100_000), `[${'['.repeat(5_000)}${']'.repeat(5_000)}]`, 'x'.repeat(1_000_000)]) {
    expect(await errorOf('start_stocks_stream', { channels })).toMatchObject({ code: expect.any(String) });
  }
});

test('the page that a refusal cites shows the arguments of the tool by example, and they are accepted', async () => {
  const resources = new Resources(bench.hub, new Pages(new URL('../../spec/polygon-docs/', import.meta.url)));
  for (const { tool, market } of listTools(bench.hub)) {
    const page = await resources.read(`polygon-docs://tools/${tool.name}`);
    const names = Object.keys((tool.inputSchema.properties ?? {}) as object);
    if (tool.verb === 'request') continue;
    if (names.length === 0) {
      expect(page?.text).toContain('call it with {}');
      continue;
    }
    for (const example of page!.text.matchAll(/^- (?:The least|Everything): (.*)$/gm)) {
      expect(tool.validator.safeParse(JSON.parse(example[1]!)).error).toBeUndefined();
    }
    expect(page?.text).toContain(exampleArguments(tool, market ?? markets[0]!));
  }
});
