/** What a client can say over the protocol, on stdin of the built server. */
import { afterEach, describe, expect, test } from 'vitest';
import { polite, RawFeed } from '../support/raw-feed.js';
import { BareServer } from '../support/stdio.js';

const million = 1_000_000;

let server: BareServer | undefined;
let feed: RawFeed | undefined;

afterEach(async () => {
  server?.child.stdin?.end();
  await server?.ended();
  server = undefined;
  await feed?.close();
  feed = undefined;
});

async function start(env: Record<string, string> = {}): Promise<BareServer> {
  server = BareServer.start(env);
  await server.initialize();
  return server;
}

/** An answer as it came, whatever it is. */
async function ask(to: BareServer, method: string, params: unknown): Promise<string> {
  return JSON.stringify(await to.request(method, params));
}

/** How long the next answer takes, ms. */
async function pingMs(to: BareServer): Promise<number> {
  const beganMs = performance.now();
  expect(await to.request('ping')).toMatchObject({ result: {} });
  return performance.now() - beganMs;
}

describe('a URI leads to a page, a stream, or nowhere', () => {
  test('whatever way it climbs', async () => {
    const uris = [
      ...[
        '../../package.json',
        '../LICENSES.txt',
        '../mcp-polygon.js',
        'websockets/../../sbom.cdx.json',
        '..\\..\\package.json',
      ],
      ...['%2e%2e/%2e%2e/package.json', '%2e%2e%2fpackage.md', '/etc/passwd', '//etc/hostname', 'file:///etc/passwd'],
      ...['websockets/../websockets/quickstart.md', './websockets/quickstart.md', 'websockets\\quickstart.md'],
      ...[
        'websockets/quickstart.md\u0000',
        'websockets/quickstart.md\u0000.md',
        'websockets/quickstart.md/',
        'websockets',
      ],
      ...[
        'websockets/QUICKSTART.md',
        'websockets/quickstart.md?x',
        'websockets/quickstart.md#x',
        'tools/__proto__',
        '',
      ],
    ].map(path => `polygon-docs://${path}`);
    const others = [
      'file:///etc/passwd',
      '/etc/passwd',
      'polygon://streams/__proto__',
      'polygon://streams/stocks/T.%00',
    ];
    const on = await start();

    for (const uri of [...uris, ...others]) {
      expect(await ask(on, 'resources/read', { uri }), uri).toMatch(/"error":\{"code":-3\d+/);
    }
    expect(await ask(on, 'resources/read', { uri: 'polygon-docs://websockets/quickstart.md:1-1' })).toContain(
      '"text":"# ',
    );
  });

  test('however its lines are counted', async () => {
    const on = await start();
    const page = 'polygon-docs://websockets/quickstart.md';
    const whole = (await ask(on, 'resources/read', { uri: page })).length;

    for (const lines of ['0', '0-1', '5-1', '99999', `${'9'.repeat(400)}`, '-1', '1-', '1e3']) {
      expect(await ask(on, 'resources/read', { uri: `${page}:${lines}` }), lines).toContain('"error"');
    }
    const rest = await ask(on, 'resources/read', { uri: `${page}:1-${'9'.repeat(400)}` });
    expect(rest).toContain('"text":"# ');
    expect(rest.length).toBeLessThan(whole + 1_000);
  });
});

describe('a prompt of a megabyte', () => {
  // Answered 12.5 MB, and held the process for 3.7 s.
  test('with half a million symbols is refused', async () => {
    const answer = await ask(await start(), 'prompts/get', {
      name: 'compare_symbols',
      arguments: { market: 'stocks', symbols: 'A '.repeat(million / 2) },
    });

    expect(answer).toContain('at most 50 symbols');
    expect(answer.length).toBeLessThan(1_000);
  });

  // Answered 6 MB.
  test('with one symbol is refused', async () => {
    const answer = await ask(await start(), 'prompts/get', {
      name: 'watch_symbol',
      arguments: { market: 'stocks', symbol: 'A'.repeat(million) },
    });

    expect(answer).toContain('is no symbol of US stocks');
    expect(answer.length).toBeLessThan(1_000);
  });

  test('takes 50 symbols, and no more', async () => {
    const on = await start();
    const of = (count: number): Promise<string> =>
      ask(on, 'prompts/get', { name: 'compare_symbols', arguments: { market: 'stocks', symbols: 'A '.repeat(count) } });

    expect(await of(50)).toContain('"result"');
    expect(await of(51)).toContain('"error"');
  });
});

describe('names that mean something to the language', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];

  test('are no tools, prompts, markets or completions', async () => {
    const on = await start();

    for (const name of names) {
      expect(await ask(on, 'tools/call', { name, arguments: {} })).toContain('"error"');
      expect(await ask(on, 'prompts/get', { name, arguments: {} })).toContain('"error"');
      expect(await ask(on, 'tools/call', { name: 'read_stream_messages', arguments: { market: name } })).toContain(
        'INVALID_ARGUMENT',
      );
      expect(
        await ask(on, 'completion/complete', {
          ref: { type: 'ref/prompt', name: 'watch_symbol' },
          argument: { name: 'symbol', value: '' },
          context: { arguments: { market: name } },
        }),
      ).toContain('"values":[]');
    }
  });

  test('are data where a feed sends them, and change nothing', async () => {
    const odd = names.map(name => `"${name}":{"polluted":1}`).join();
    const frame = `[{"ev":"T","sym":"AAPL","p":1,${odd}},{"ev":"T","sym":"__proto__","p":2},{"ev":"__proto__","sym":"X"}]`;
    const on = await startOn(frame);

    const read = await ask(on, 'tools/call', {
      name: 'read_stream_messages',
      arguments: { market: 'stocks', detail: 'full' },
    });
    expect(read).toContain('"__proto__":{"polluted":1}');
    expect(read).toContain('"symbol":"__proto__"');
    expect(await ask(on, 'tools/call', { name: 'summarize_stream', arguments: { market: 'stocks' } })).toContain(
      '"symbol":"__proto__"',
    );
    expect(await ask(on, 'tools/call', { name: 'get_stocks_stream_status', arguments: {} })).not.toContain('polluted');
  });
});

test.each([
  '{"channels":{"length":{"toString":"x"}}}',
  '{"channels":{"length":[{"toString":"x"}]}}',
  '{"channels":{"length":{"valueOf":1,"toString":1}}}',
  '{"channels":[{"length":{"toString":"x"}}]}',
])('arguments that cannot even be compared are wrong, and no fault of the server: %s', async text => {
  const on = await start();
  const args = JSON.parse(text);

  // Was INTERNAL, with a trace in the log.
  for (const name of ['start_stocks_stream', 'subscribe_stocks_channels']) {
    expect(await ask(on, 'tools/call', { name, arguments: args })).toContain('"code":"INVALID_ARGUMENT"');
  }
  expect(on.stderr).toBe('');
});

describe('a message that is meant to hold whoever reads it', () => {
  const nested = 50_000;
  const trade = (more: string): string => `[{"ev":"T","sym":"AAPL","p":1,"s":1,${more}}]`;

  test.each([
    // Held the process for longer than anybody waited: the work grew with the square of the length.
    ['a decimal of 200,000 zeros', trade(`"ds":"0.${'0'.repeat(200_000)}A"`)],
    ['a decimal of 200,000 digits', trade(`"ds":"0.${'0'.repeat(200_000)}1"`)],
    ['arrays in arrays', trade(`"x":${'['.repeat(nested)}${']'.repeat(nested)}`)],
    ['objects in objects', trade(`"x":${'{"a":'.repeat(nested)}1${'}'.repeat(nested)}`)],
    ['arrays in the place of conditions', trade(`"c":${'['.repeat(nested)}${']'.repeat(nested)}`)],
    ['numbers at the end of what there is', trade('"p":1e308,"s":5e-324,"t":1e308,"q":1e400,"c":[1e308]')],
    [
      'times at the end of what there is',
      '[{"ev":"AM","sym":"AAPL","s":1e300,"e":-1e300,"o":1,"h":1e308,"l":-1e308,"c":1}]',
    ],
  ])('is answered like any other: %s', async (_, frame) => {
    const on = await startOn(frame);
    const calls = [
      ['read_stream_messages', { market: 'stocks', limit: 1_000, max_bytes: 200_000 }],
      ['read_stream_messages', { market: 'stocks', detail: 'full', max_bytes: 200_000 }],
      ['read_stream_messages', { market: 'stocks', format: 'csv' }],
      ['summarize_stream', { market: 'stocks' }],
    ] as const;

    const beganMs = performance.now();
    for (const [name, args] of calls) {
      const answer = await ask(on, 'tools/call', { name, arguments: args });
      expect(answer).not.toContain('"error"');
      expect(answer.length).toBeLessThan(450_000);
    }
    expect(performance.now() - beganMs).toBeLessThan(5_000);
  });
});

describe('a storm', () => {
  const wait = { market: 'crypto', condition: { field: 'price', op: '>', value: 1e12 }, timeout_s: 50 };

  async function startStreaming(): Promise<{ on: BareServer; say: (message: object) => void }> {
    const on = await start();
    const args = { channels: ['XT.*'], endpoint: 'simulated' };
    expect(await ask(on, 'tools/call', { name: 'start_crypto_stream', arguments: args })).toContain('"live"');
    const say = (message: object): void => {
      on.child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    };
    return { on, say };
  }

  test('of waits that are cancelled at once leaves nobody waiting', async () => {
    const { on, say } = await startStreaming();
    for (let id = 100_000; id < 105_000; id++) {
      const meta = { progressToken: id };
      say({ id, method: 'tools/call', params: { name: 'wait_for_stream_message', arguments: wait, _meta: meta } });
      say({ method: 'notifications/cancelled', params: { requestId: id } });
    }

    expect(await pingMs(on)).toBeLessThan(10_000);
    expect(await pingMs(on)).toBeLessThan(1_000);
    expect(on.stdout).not.toMatch(/"id":10[0-4]\d{3}/);
  }, 60_000);

  test('of cancellations of what there is not changes nothing', async () => {
    const { on, say } = await startStreaming();
    for (let id = 0; id < 5_000; id++) {
      const requestId = id % 2 === 0 ? -id : 'x'.repeat(1_000);
      say({ method: 'notifications/cancelled', params: { requestId, reason: 'r'.repeat(1_000) } });
    }

    expect(await pingMs(on)).toBeLessThan(10_000);
    const status = await ask(on, 'tools/call', { name: 'get_crypto_stream_status', arguments: {} });
    expect(status).toContain('"state":"live"');
  }, 60_000);

  test.each([
    [
      '{}',
      '[]',
      'null',
      '1',
      '"x"',
      '{"jsonrpc":"2.0"}',
      '{"jsonrpc":"1.0","id":1,"method":"ping"}',
      '\u0000',
      'x'.repeat(100_000),
    ],
    [
      '{"jsonrpc":"2.0","id":null,"method":"ping"}',
      '{"jsonrpc":"2.0","id":{},"method":"ping"}',
      '{"jsonrpc":"2.0","id":[1],"method":"ping"}',
    ],
    ['{"jsonrpc":"2.0","id":9,"method":"__proto__"}', '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":[]}'],
    [
      '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":["x"]}}',
      '[{"jsonrpc":"2.0","id":9,"method":"ping"}]',
    ],
    [
      '{"jsonrpc":"2.0","id":9,"result":{}}',
      '{"jsonrpc":"2.0","id":9,"error":{"code":1,"message":"x"}}',
      '{"a":'.repeat(50_000),
    ],
  ])('of lines that are no requests is survived', async (...lines) => {
    const on = await start();
    for (const line of lines) on.child.stdin!.write(`${line}\n`);

    expect(await pingMs(on)).toBeLessThan(5_000);
  });
});

/** The server on a stream that has had this frame, and a trade behind it. */
async function startOn(frame: string): Promise<BareServer> {
  let send = (_: string): void => {};
  feed = await RawFeed.open({
    ...polite,
    message(socket, message, attempt) {
      polite.message(socket, message, attempt);
      send = text => socket.send(text);
    },
  });
  const on = await start({ POLYGON_API_KEY: 'security-key-0123456789', POLYGON_FEED: feed.url });
  const args = { channels: ['T.*', 'AM.*'] };
  expect(await ask(on, 'tools/call', { name: 'start_stocks_stream', arguments: args })).toContain('"live"');
  send(frame);
  send('[{"ev":"T","sym":"MSFT","p":2,"s":1}]');
  const filter = { market: 'stocks', channels: ['T.MSFT'] };
  for (;;) {
    const newest = await ask(on, 'tools/call', { name: 'read_stream_messages', arguments: filter });
    if (newest.includes('"MSFT"')) return on;
  }
}
