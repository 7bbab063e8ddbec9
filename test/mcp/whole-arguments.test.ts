/** Arguments that come whole in another form than that of an object, from real clients of every era and transport. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eras, httpEras, type Peer } from '../support/peers.js';
import { SpawnedHttp } from '../support/spawned-http.js';
import { BareServer } from '../support/stdio.js';

const open: { close(): unknown }[] = [];

afterAll(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

const simulated = { POLYGON_FEED: 'simulated' };

const ways: readonly (readonly [string, () => Promise<Peer>])[] = [
  ...eras.map(([era, connect]) => [`${era} on stdio`, () => connect(simulated)] as const),
  ...httpEras.map(
    ([era, visit]) =>
      [
        `${era} over HTTP`,
        async () => {
          const server = await SpawnedHttp.start(simulated);
          open.push(server);
          return visit(server.url);
        },
      ] as const,
  ),
];

describe.each(ways)('protocol %s', (_, connect) => {
  let peer: Peer;

  beforeAll(async () => {
    peer = await connect();
    open.push(peer);
  });

  test('takes the arguments of a tool as JSON text', async () => {
    const text = JSON.stringify('{"market": "stocks", "limit": 5}');
    const { isError, structuredContent } = await peer.callWith('read_stream_messages', text);
    expect(isError).toBeFalsy();
    expect(structuredContent).toMatchObject({
      market: 'stocks',
      count: 0,
      notes: expect.arrayContaining(['The arguments came as text and are read as JSON.']),
    });
    expect((await peer.callWith('get_stocks_stream_status', '""')).structuredContent).toMatchObject({
      state: 'idle',
    });
  });

  test.each([
    ['"{\\"market\\": s3cret}"', 'a text of 18 characters'],
    ['"s3cret"', 'a text of 6 characters'],
    ['["s3cret"]', 'a list of 1'],
    ['5', 'a number'],
    ['true', 'true or false'],
  ])('refuses %s with a code and an example, and repeats nothing of it', async (text, kind) => {
    const { isError, structuredContent } = await peer.callWith('read_stream_messages', text);
    expect(isError).toBe(true);
    expect(structuredContent).toMatchObject({
      error: {
        code: 'INVALID_ARGUMENT',
        message: `The arguments are expected as one object, and ${kind} came.`,
        hint: 'Call read_stream_messages with {"market": "stocks"}.',
      },
    });
    expect(JSON.stringify(structuredContent)).not.toContain('s3cret');
  });

  test('takes those of a prompt as JSON text, and says which one is missing', async () => {
    expect(await peer.prompt('explain_silence', JSON.parse('"{\\"market\\": \\"stocks\\"}"'))).toContain('stocks');
    for (const args of ['"s3cret"', '["s3cret"]', '5', '{"symbol": 5}']) {
      await expect(peer.prompt('explain_silence', JSON.parse(args))).rejects.toThrow(
        'needs the argument market. Get explain_silence with {"market": "stocks"}. See polygon-docs://guides/',
      );
    }
  });
});

test('a message that is no call is left as it is', async () => {
  const server = BareServer.start(simulated);
  try {
    await server.initialize();
    expect(await server.request('ping', { arguments: '{"a": 1}' })).toMatchObject({ result: {} });
    expect(await server.request('tools/call', { arguments: '{}' })).toMatchObject({ error: { code: -32_602 } });
  } finally {
    server.child.stdin?.end();
    await server.ended();
  }
});
