import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { describe, expect, test } from 'vitest';
import { closeAfterEach, open } from '../support/closing.js';
import { clientHere, servedHere } from '../support/http-clients.js';
import { noMarket } from '../support/markets.js';
import { runProgram } from '../support/program.js';
import { marketNames, readingNames } from '../support/spec.js';

closeAfterEach();

async function namesOf(client: Client | ModernClient): Promise<string[]> {
  return (await client.listTools()).tools.map(({ name }) => name);
}

const cryptoAndReading = [
  'start_crypto_stream',
  'stop_crypto_stream',
  'get_crypto_stream_status',
  'subscribe_crypto_channels',
  'unsubscribe_crypto_channels',
  'list_crypto_subscriptions',
  ...readingNames,
];

describe.concurrent('an operator', () => {
  test('serves toolsets by a variable', async () => {
    const client = await clientHere({ MCP_POLYGON_TOOLSETS: 'crypto, reading' });

    expect(await namesOf(client)).toEqual(cryptoAndReading);
    expect(client.getInstructions()).toContain('Markets: crypto;');
    expect((await client.listPrompts()).prompts.length).toBeGreaterThan(0);
  });

  test('serves single tools by an option, and no prompt that needs others', async () => {
    const client = await clientHere({}, '--tools', 'start_crypto_stream,read_stream_messages');

    expect(await namesOf(client)).toEqual(['start_crypto_stream', 'read_stream_messages']);
    expect((await client.listPrompts()).prompts).toEqual([]);
  });

  test('leaves toolsets out by an option', async () => {
    const others = [...marketNames.filter(name => name !== 'crypto'), 'rest-find', 'rest'].map(name => `-${name}`);
    const client = await clientHere({}, `--toolsets=${others.join(',')}`);

    expect(await namesOf(client)).toEqual(cryptoAndReading);
  });

  test('is told at the start which entries are wrong, and the values are not shown', async () => {
    const { code, stderr } = await runProgram(['--toolsets', 'cripto,hunter2'], {
      MCP_POLYGON_TOOLS: 'start_everything_stream',
    });

    expect(code).toBe(2);
    expect(stderr).toMatch(/^--toolsets: entry 1 is not a toolset; .*did you mean crypto\?$/m);
    expect(stderr).toMatch(/^--toolsets: entry 2 is not a toolset; the toolsets are stocks, .* all and default$/m);
    expect(stderr).toMatch(/^MCP_POLYGON_TOOLS: entry 1 is not a tool, such as start_stocks_stream or /m);
    expect(stderr).not.toMatch(/hunter2|everything/);
  });
});

describe.concurrent('what is left out', () => {
  test('is no reason for a stream not to be read as a resource', async () => {
    const client = await clientHere({ MCP_POLYGON_TOOLSETS: 'stocks' }, '--tools=-get_stocks_stream_status');
    await client.callTool({ name: 'start_stocks_stream', arguments: { channels: ['T.AAPL'] } });
    const { contents } = await client.readResource({ uri: 'polygon://streams/stocks' });

    expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({
      status: { market: 'stocks', state: 'live' },
      newest: { market: 'stocks' },
    });
  });

  test('is said in the instructions, which name tools by what they do', async () => {
    const narrowed = await clientHere({ MCP_POLYGON_TOOLSETS: 'stocks' });
    const whole = await clientHere({});

    expect(narrowed.getInstructions()).toContain('Only some of the tools are served here');
    expect(whole.getInstructions()).not.toContain('Only some of the tools');
  });

  test('keeps a prompt from a market whose tools it needs', async () => {
    const client = await clientHere({}, '--toolsets', 'stocks,reading', '--tools', 'start_crypto_stream');

    expect((await client.listPrompts()).prompts.map(({ name }) => name)).toContain('explain_silence');
    await expect(client.getPrompt({ name: 'explain_silence', arguments: { market: 'crypto' } })).rejects.toThrow(
      /needs get_crypto_stream_status for this market, which is not served/,
    );
  });

  test.each([
    [['--markets', 'stocks', '--toolsets', 'crypto']],
    [['--toolsets=stocks,-stocks']],
    [['--toolsets=-all']],
  ])('must not be everything: %j', async args => {
    await expect(clientHere({}, ...args)).rejects.toThrow(
      /^no tool is left by --markets, --toolsets and --tools together$/m,
    );
  });
});

test.concurrent('a tool that there is, but that is not served, says which toolset has it', async () => {
  const client = await clientHere({ MCP_POLYGON_TOOLSETS: 'crypto' });

  expect(await client.callTool({ name: 'start_stocks_stream', arguments: { channels: ['T.AAPL'] } })).toMatchObject({
    isError: true,
    structuredContent: {
      error: {
        code: 'NOT_SERVED',
        message: 'start_stocks_stream is not served; it belongs to the toolset stocks.',
        hint: 'The operator can add stocks to the toolsets that are served (--toolsets, MCP_POLYGON_TOOLSETS), or start_stocks_stream to the single tools (--tools, MCP_POLYGON_TOOLS).',
      },
    },
  });
  await expect(client.callTool({ name: `start_${noMarket}_stream` })).rejects.toThrow(/There is no such tool/);
});

describe.concurrent('what is of a market that is not served', () => {
  const way = /--markets, MCP_POLYGON_MARKETS/;

  test('is refused as such: a tool', async () => {
    const client = await clientHere({}, '--markets', 'stocks');

    expect(
      await client.callTool({ name: 'start_crypto_stream', arguments: { channels: ['XT.BTC-USD'] } }),
    ).toMatchObject({
      isError: true,
      structuredContent: {
        error: {
          code: 'NOT_SERVED',
          message: 'start_crypto_stream is not served; it belongs to the market crypto.',
          hint: 'The operator can add crypto to the markets that are served (--markets, MCP_POLYGON_MARKETS).',
        },
      },
    });
    await expect(client.callTool({ name: `start_${noMarket}_stream` })).rejects.toThrow(/There is no such tool/);
  });

  test('is refused so too where the toolset of the market is left out besides', async () => {
    const client = await clientHere({ MCP_POLYGON_MARKETS: 'stocks' }, '--toolsets', 'stocks,reading');

    expect(await client.callTool({ name: 'start_crypto_stream' })).toMatchObject({
      structuredContent: { error: { code: 'NOT_SERVED', hint: expect.stringMatching(way) } },
    });
    expect(await client.callTool({ name: 'read_stream_messages', arguments: { market: 'stocks' } })).not.toMatchObject({
      isError: true,
    });
  });

  test('is refused as such: a prompt and a resource', async () => {
    const client = await clientHere({}, '--markets', 'stocks');

    await expect(client.getPrompt({ name: 'explain_silence', arguments: { market: 'crypto' } })).rejects.toThrow(way);
    await expect(client.readResource({ uri: 'polygon://streams/crypto/XT.BTC-USD' })).rejects.toThrow(way);
    await expect(client.readResource({ uri: 'polygon-docs://tools/start_crypto_stream' })).rejects.toThrow(way);
    // Nobody has this one.
    await expect(client.readResource({ uri: `polygon://streams/${noMarket}` })).rejects.toThrow(
      /There is no such resource/,
    );
  });
});

describe.concurrent('a client over HTTP', () => {
  const narrowed = (names: string) => ({ requestInit: { headers: { 'Mcp-Polygon-Toolsets': names } } });

  async function legacy(url: string, names: string): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' });
    open.push(client);
    await client.connect(new StreamableHTTPClientTransport(new URL(url), narrowed(names)) as never);
    return client;
  }

  async function modern(url: string, names: string): Promise<ModernClient> {
    const client = new ModernClient(
      { name: 'test', version: '1' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    open.push(client);
    await client.connect(new ModernHttp(new URL(url), narrowed(names)));
    return client;
  }

  test.each([
    ['the 2025 protocols', legacy],
    ['2026-07-28', modern],
  ])('narrows what it is served by a header, in %s, and others are served all', async (_, connect) => {
    const { url } = await servedHere({ MCP_POLYGON_TOOLSETS: 'crypto,forex,reading' });
    const narrow = await connect(url, 'Crypto,reading');
    const wide = await connect(url, 'all');

    expect(await namesOf(narrow)).toEqual(cryptoAndReading);
    expect(await namesOf(wide)).toHaveLength(12 + readingNames.length);
    // What the operator left out cannot be had by asking for it.
    const left = await connect(url, 'stocks,crypto');
    expect(await namesOf(left)).toEqual(cryptoAndReading.slice(0, 6));
    const refused = await narrow.callTool({ name: 'start_forex_stream', arguments: { channels: ['C.EUR/USD'] } });
    expect(refused).toMatchObject({
      isError: true,
      structuredContent: {
        error: {
          code: 'NOT_SERVED',
          hint: 'Name forex in the header mcp-polygon-toolsets too, or leave the header out.',
        },
      },
    });
  });

  async function answerTo(url: string, names: string): Promise<{ status: number; text: string }> {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-polygon-toolsets': names,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    return { status: response.status, text: await response.text() };
  }

  test('is told which entry of the header is wrong, and the entry is not repeated', async () => {
    const { url } = await servedHere();
    const { status, text } = await answerTo(url, 'crypto,hunter2');

    expect(status).toBe(400);
    expect(text).toContain('entry 2 is not a toolset');
    expect(text).not.toContain('hunter2');
  });

  test('is refused a header that leaves nothing of what the operator serves', async () => {
    const { url } = await servedHere({ MCP_POLYGON_TOOLSETS: 'crypto,reading' });

    expect(await answerTo(url, 'stocks')).toEqual({
      status: 400,
      text: expect.stringContaining('leaves none of the tools that are served here'),
    });
  });
});
