/** What a host may write to the server, by mistake or on purpose: nothing of it ends the server, or is said back. */
import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeAfterEach, open } from '../support/closing.js';
import { toolCount } from '../support/spec.js';
import { BareServer } from '../support/stdio.js';

closeAfterEach();

function started(): BareServer {
  const server = BareServer.start();
  open.push({ close: () => server.child.kill('SIGKILL') });
  return server;
}

async function served(): Promise<BareServer> {
  const server = started();
  await server.initialize();
  return server;
}

async function write(server: BareServer, bytes: string | Buffer): Promise<void> {
  await new Promise(resolve => server.child.stdin!.write(bytes, resolve));
}

const mebibyte = 2 ** 20;
const longestLine = 10 * mebibyte;
const tooLong = {
  jsonrpc: '2.0',
  id: null,
  error: {
    code: -32_700,
    message: 'A message is one line of at most 10485760 bytes; this one is longer and was skipped.',
  },
};

/** What the server answered to nobody's id. */
function unaddressed({ stdout }: BareServer): unknown[] {
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map(line => JSON.parse(line)).filter(({ id }) => id === null);
}

function deep(opening: string, closing: string, depth: number): string {
  return `${opening.repeat(depth)}1${closing.repeat(depth)}`;
}

const call = (args: string): string =>
  `{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"start_stocks_stream","arguments":${args}}}`;

describe('the built server goes on after', () => {
  let server: BareServer;

  beforeAll(async () => {
    server = BareServer.start();
    await server.initialize();
  });
  afterAll(() => server.child.kill('SIGKILL'));

  test.each<[string, Buffer | string]>([
    ['nothing', '\n\n\n'],
    ['no JSON', 'not json\n'],
    ['half a request', '{"jsonrpc":"2.0","id":"half","meth\n'],
    [
      'bytes at random',
      Buffer.concat([Buffer.from(Array.from({ length: 9_000 }, (_, n) => (n * 7919) % 256)), Buffer.from('\n')]),
    ],
    ['zeros', `${'\0'.repeat(100_000)}\n`],
    ['bytes that are no UTF-8', Buffer.from('7b226a736f6e727063223a22322e30222c226964223ac3287d0a', 'hex')],
    ['half a character', '{"jsonrpc":"2.0","id":"\\ud83d","method":"ping"}\n'],
    ['a byte order mark', '\ufeff{"jsonrpc":"2.0","id":"bom","method":"ping"}\n'],
    ['carriage returns alone', '{}\r{}\r\n'],
    ['values that are no messages', '1\nnull\n"x"\n[]\n{}\n[[]]\n'],
    ['a batch', '[{"jsonrpc":"2.0","id":"batch","method":"ping"}]\n'],
    [
      'ids of every kind',
      [null, {}, [], true, 1.5, '', 'x'.repeat(100_000)]
        .map(id => `${JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' })}\n`)
        .join(''),
    ],
    [
      'members of the prototype',
      '{"jsonrpc":"2.0","id":1.5,"method":"ping","__proto__":{"x":1},"params":{"__proto__":null,"constructor":{}}}\n',
    ],
    [
      'a method that is none',
      '{"jsonrpc":"2.0","id":"y","method":7}\n{"jsonrpc":"2.0","id":"z","method":"__proto__"}\n',
    ],
    [
      'answers to what was never asked',
      '{"jsonrpc":"2.0","id":4711,"result":{}}\n{"jsonrpc":"2.0","id":4712,"error":{"code":1,"message":"x"}}\n',
    ],
    ['brackets', `${deep('[', ']', 2 * mebibyte)}\n`],
    ['braces', `${deep('{"a":', '}', mebibyte)}\n`],
    ['brackets that never close', `${'['.repeat(4 * mebibyte)}\n`],
    [
      'parameters of brackets',
      `{"jsonrpc":"2.0","id":"x","method":"ping","params":{"a":${deep('[', ']', mebibyte)}}}\n`,
    ],
    ['arguments of brackets', `${call(`{"channels":${deep('[', ']', mebibyte)}}`)}\n`],
    ['arguments of braces', `${call(deep('{"a":', '}', 500_000))}\n`],
    ['deep members beside the arguments', `${call('{}').slice(0, -2)},"_meta":${deep('{"a":', '}', 500_000)}}}\n`],
    [
      'notifications of brackets',
      `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${deep('[', ']', mebibyte)}}}\n`,
    ],
  ])('%s', { timeout: 60_000 }, async (_what, bytes) => {
    await write(server, bytes);
    const { result } = await server.request('tools/list');
    expect((result as { tools: unknown[] }).tools).toHaveLength(toolCount);
    expect(server.child.exitCode).toBeNull();
    for (const line of server.stderr.split('\n')) expect(line.length).toBeLessThan(1_100);
  });
});

describe('the built server', () => {
  test('understands lines that end with carriage returns, and a first one behind a byte order mark', async () => {
    const server = started();
    server.child.stdin!.write('\ufeff');
    await server.initialize();
    await write(server, '{"jsonrpc":"2.0","id":"crlf","method":"ping"}\r\n');
    while (!server.stdout.includes('"crlf"')) await new Promise(resolve => setTimeout(resolve, 5));
  });

  test('takes a line of as many bytes as it may have', async () => {
    const server = await served();
    const line = JSON.stringify({ jsonrpc: '2.0', id: 'large', method: 'ping', params: { a: '' } });
    await write(server, `${line.replace('""', `"${'x'.repeat(longestLine - line.length - 1)}"`)}\n`);
    while (!server.stdout.includes('"large"')) await new Promise(resolve => setTimeout(resolve, 5));
    expect(unaddressed(server)).toEqual([]);
  });

  test.each([
    ['one byte longer', longestLine],
    ['64 MiB long', 64 * mebibyte],
  ])('answers a line that is %s with an error and goes on', async (_what, bytes) => {
    const server = await served();
    await write(server, `{"secret":"sentinel-4711${'x'.repeat(bytes - 24)}\n`);
    const { result } = await server.request('tools/list');
    expect((result as { tools: unknown[] }).tools).toHaveLength(toolCount);
    expect(unaddressed(server)).toEqual([tooLong]);
    expect(server.stdout + server.stderr).not.toContain('sentinel');
  });

  test('tells the host at once of a line that does not end, and takes no memory for it', {
    timeout: 60_000,
  }, async () => {
    const server = await served();
    const residentMb = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))![1]) / 1_024;
    const chunk = Buffer.alloc(mebibyte, 'x');
    for (let count = 0; count < 30; count++) await write(server, chunk);
    while (unaddressed(server).length === 0) await new Promise(resolve => setTimeout(resolve, 5));
    const isLinux = process.platform === 'linux';
    const beforeMb = isLinux ? residentMb() : 0;
    for (let count = 0; count < 600; count++) await write(server, chunk);
    expect((isLinux ? residentMb() : 0) - beforeMb).toBeLessThan(160);
    await write(server, '\n');
    await server.request('tools/list');
    expect(unaddressed(server)).toEqual([tooLong]);
  });
});

test('thirty answers at once to a host that reads late put no word on stderr', async () => {
  const server = await served();
  const call = (name: string, args: object): Promise<{ result?: unknown }> =>
    server.request('tools/call', { name, arguments: args });
  await call('start_stocks_stream', { channels: ['T.*'], endpoint: 'simulated' });
  const wait = { market: 'stocks', count: 50, timeout_s: 20 };
  await call('wait_for_stream_message', wait);
  const stdout = server.child.stdout!.pause();
  const answers = Array.from({ length: 30 }, () => call('wait_for_stream_message', wait));
  // All are answered at the same moment, and more than this process and the pipe have room for.
  while (stdout.readableLength < stdout.readableHighWaterMark) await nextTurn();
  stdout.resume();
  for (const { result } of await Promise.all(answers))
    expect(result).toMatchObject({ structuredContent: { count: 50 } });
  expect(server.stderr).not.toMatch(/warning/i);
});
