/** find_rest_tool and call_rest_tool, over a real MCP client and a host of the REST API on this machine. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { describe, expect, test } from 'vitest';
import { closeAfterEach, open } from '../support/closing.js';
import { clientHere } from '../support/http-clients.js';
import { RestHost, restKey, status } from '../support/rest-host.js';

closeAfterEach();

interface Answered {
  readonly structured: {
    readonly found: readonly {
      readonly call: { readonly tool: string; readonly arguments: object };
      readonly arguments: readonly object[];
      readonly more_arguments?: number;
    }[];
    readonly error: { readonly message: string; readonly code: string };
    readonly notes: readonly string[];
    readonly count: number;
  };
  readonly text: string;
  readonly isError: boolean;
}

async function started(): Promise<{ host: RestHost; call: (name: string, args?: object) => Promise<Answered> }> {
  const host = await RestHost.open();
  open.push(host);
  const client = await clientHere({ POLYGON_FEED: 'realtime', POLYGON_REST_URL: host.url, POLYGON_API_KEY: restKey });
  return { host, call: (name, args = {}) => callOf(client, name, args) };
}

async function callOf(client: Client, name: string, args: object): Promise<Answered> {
  const result = await client.callTool({ name, arguments: { ...args } });
  const [{ text }] = result.content as [{ text: string }];
  return {
    structured: result.structuredContent as unknown as Answered['structured'],
    text,
    isError: result.isError === true,
  };
}

const bar = { T: 'AAPL', o: 1, h: 2, l: 1, c: 2, v: 10, t: 1_781_539_200_000 };

describe('find_rest_tool', () => {
  test('answers the call to make, which can be made as it stands', async () => {
    const { host, call } = await started();
    const { structured, text } = await call('find_rest_tool', { query: 'previous close of AAPL' });
    const first = structured.found[0]!;
    expect(first).toMatchObject({
      name: 'get_previous_close_agg',
      path: '/v2/aggs/ticker/{ticker}/prev',
      asked: ['ticker'],
      arguments: [
        { name: 'ticker', type: 'text', required: true },
        { name: 'adjusted', type: 'boolean' },
      ],
    });
    expect(structured.found).toHaveLength(3);
    expect(text).toContain(`Call ${first.call.tool} with ${JSON.stringify(first.call.arguments)}`);

    host.answer({ status: 'OK', request_id: 'r1', results: [bar] });
    const made = await call(first.call.tool, first.call.arguments);

    expect(made.isError).toBe(false);
    expect(host.urls).toEqual(['/v2/aggs/ticker/AAPL/prev']);
    expect(host.asked[0]!.headers.authorization).toBe(`Bearer ${restKey}`);
    expect(made.structured).toMatchObject({
      source: { path: '/v2/aggs/ticker/{ticker}/prev' },
      csv: expect.stringContaining('AAPL'),
      count: 1,
      next_page: null,
      truncated: false,
      request_id: 'r1',
    });
  });

  test('lists values and operators, narrows by market and limit, and names the notes', async () => {
    const { call } = await started();
    const { structured } = await call('find_rest_tool', { query: 'trades since noon', market: 'stocks', limit: 1 });

    expect(structured.found).toHaveLength(1);
    expect(structured.found[0]).toMatchObject({ name: 'list_trades' });
    expect(structured.found[0]!.arguments).toContainEqual(
      expect.objectContaining({ name: 'timestamp', type: 'moment', operators: '_gt _gte _lt _lte' }),
    );
    expect(structured.found[0]!.arguments).toContainEqual(
      expect.objectContaining({ name: 'order', values: ['asc', 'desc'] }),
    );
  });

  test('names the stream where data are wanted as they come', async () => {
    const { call } = await started();
    const { structured } = await call('find_rest_tool', { query: 'live price of TSLA' });

    expect(structured.notes).toEqual([
      'A request answers once. For data as they come call start_stocks_stream with {"channels": ["T.TSLA"]}.',
    ]);
  });

  test('bounds its answer, and says what has no room', async () => {
    const { call } = await started();
    const { structured, text } = await call('find_rest_tool', { query: 'financial ratios', limit: 10 });

    expect(Buffer.byteLength(JSON.stringify(structured))).toBeLessThan(20_000);
    expect(Buffer.byteLength(text)).toBeLessThan(20_000);
    expect(structured.found.some(one => (one.more_arguments ?? 0) > 0)).toBe(true);
  });

  test('says so where nothing fits, and repeats no word of the question', async () => {
    const { call } = await started();
    const { structured, text } = await call('find_rest_tool', { query: 'qxzzk' });

    expect(structured.found).toEqual([]);
    expect(text).toMatch(/^No request was found\.\nNote: No request fits these words\./);
    expect(text).not.toContain('qxzzk');
  });
});

describe('call_rest_tool', () => {
  test.each([
    ['a name and an object', { name_or_path: 'list_ratios', arguments: { ticker: 'AAPL', price_gt: 5 } }],
    ['a name and JSON text', { name_or_path: 'list_ratios', arguments: '{"ticker":"AAPL","price_gt":"5"}' }],
    ['a path with a query', { name_or_path: '/stocks/financials/v1/ratios?ticker=AAPL', arguments: { price_gt: 5 } }],
    [
      'a path as its documentation has it',
      { name_or_path: '/stocks/financials/v1/ratios', arguments: '{"ticker":"AAPL","price.gt":5}' },
    ],
  ])('takes %s', async (_, args) => {
    const { host, call } = await started();
    host.answer({ status: 'OK', results: [{ ticker: 'AAPL', price: 7 }] });
    const { isError, structured } = await call('call_rest_tool', args);

    expect([isError, structured.count]).toEqual([false, 1]);
    const { pathname, searchParams } = new URL(host.urls[0]!, host.url);
    expect(pathname).toBe('/stocks/financials/v1/ratios');
    expect(Object.fromEntries(searchParams)).toMatchObject({ ticker: 'AAPL', 'price.gt': '5' });
  });

  test('names the right argument beside a wrong one, and sends nothing', async () => {
    const { host, call } = await started();
    const { isError, structured } = await call('call_rest_tool', {
      name_or_path: '/v2/aggs/ticker/AAPL/prev',
      arguments: { adjustd: true },
    });

    expect(isError).toBe(true);
    expect(structured.error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/did you mean adjusted\?/),
    });
    expect(host.urls).toEqual([]);
  });

  test('refuses a value that the path and the arguments give differently', async () => {
    const { host, call } = await started();
    const given = { name_or_path: '/v2/aggs/ticker/AAPL/prev', arguments: { ticker: 'MSFT' } };

    expect((await call('call_rest_tool', given)).structured.error.message).toBe(
      'The path and the arguments each have another ticker.',
    );
    expect(host.urls).toEqual([]);
  });

  test.each([
    ['list_ratio', 'list_ratios'],
    ['list_splitz', 'list_splits'],
    ['/v9/reference/dividends', 'list_dividends'],
    ['https://evil.example/v3/trades/AAPL', 'list_trades'],
  ])('names what is near to what there is not: %s', async (name, near) => {
    const { host, call } = await started();
    const { structured, text } = await call('call_rest_tool', { name_or_path: name });

    expect(structured.error.code).toBe('INVALID_ARGUMENT');
    expect(structured.error.message).toContain(near);
    expect(text).not.toContain('evil.example');
    expect(host.urls).toEqual([]);
  });

  test('says what the API says where it refuses, with the way out', async () => {
    const { host, call } = await started();
    host.answer(status(403, { status: 'NOT_AUTHORIZED', message: 'You are not entitled to this data.' }));
    const { structured } = await call('call_rest_tool', { name_or_path: 'list_float', arguments: { ticker: 'AAPL' } });

    expect(structured.error.code).toBe('NOT_ENTITLED');
  });
});

test('both have room in the list of tools: 1.6 KB', async () => {
  const client = await clientHere({}, '--toolsets', 'rest-find');
  const { tools } = await client.listTools();

  expect(tools.map(({ name }) => name)).toEqual(['find_rest_tool', 'call_rest_tool']);
  expect(JSON.stringify(tools).length).toBeLessThanOrEqual(1_600);
});

test('without a key the call says that it needs one, and finding does not', async () => {
  const client = await clientHere({ POLYGON_FEED: 'realtime' }, '--toolsets', 'rest-find');

  expect((await callOf(client, 'find_rest_tool', { query: 'CPI' })).isError).toBe(false);
  const { structured } = await callOf(client, 'call_rest_tool', { name_or_path: 'list_inflation' });
  expect(structured.error.code).toBe('NO_API_KEY');
});
