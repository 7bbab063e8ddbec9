/** Sends odd requests on raw connections, and checks that the HTTP server withstands them. */
import type { Random } from '../../runtime/simulator/random.js';
import { RawConnection } from './raw-http.js';

const patienceMs = 10_000;
const opening = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
});
const methods = ['GET', 'POST', 'DELETE', 'PUT', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PATCH', 'PRI', 'get', 'X', ''];
const targets = [
  '/mcp',
  '/mcp?',
  '/mcp?a=%zz',
  '/mcp?\xff',
  '//',
  '//mcp',
  '*',
  '/',
  '/mcp/',
  '/mcp#x',
  '/%6dcp',
  'http://127.0.0.1/mcp',
  'http://[/mcp',
  'mcp',
  `/mcp?${'q'.repeat(9_000)}`,
  '/mcp\x00',
  ':',
  '/mcp://x',
];
const versions = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/1', ''];
const names = [
  'host',
  'Host',
  'authorization',
  'content-type',
  'content-length',
  'transfer-encoding',
  'expect',
  'upgrade',
  'connection',
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'accept',
  'origin',
  'last-event-id',
  'cookie',
  'te',
  'trailer',
  'x\xe9',
  'x y',
  ':method',
  '__proto__',
  'constructor',
];
const values = [
  '',
  ' ',
  '127.0.0.1',
  'localhost:1',
  'evil.example',
  '[::1',
  'application/json',
  'application/json; charset=\xff',
  'text/event-stream, application/json',
  '0',
  '2',
  '-1',
  '1e3',
  '99999999999999999999',
  'chunked',
  'chunked, chunked',
  'gzip, chunked',
  'identity',
  '100-continue',
  '200-ok',
  'websocket',
  'h2c',
  'upgrade',
  'close',
  'keep-alive',
  '2025-06-18',
  '2026-07-28',
  '2099-01-01',
  'null',
  '\xe9\xff',
  'a\tb',
  '\x01',
  'a\r\n b',
  '"',
  '__proto__',
  'x'.repeat(5_000),
  'tools/call',
  'Bearer ',
];
const bodies = [
  '',
  '{}',
  '[]',
  'null',
  '7',
  '"x"',
  '{',
  '\xff\xfe',
  '[[[[',
  '[{}]',
  '{"jsonrpc":"2.0"}',
  '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  '{"jsonrpc":"2.0","id":{},"method":"ping"}',
  '{"jsonrpc":"2.0","id":1,"method":7}',
  '{"jsonrpc":"2.0","method":"subscriptions/listen","id":1,"params":{"notifications":{"resourceSubscriptions":[7]}}}',
  '{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"},"notifications":null}}',
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"__proto__","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}',
  '{"jsonrpc":"2.0","id":1,"result":{}}',
  '{"__proto__":{"method":"initialize"}}',
  opening,
  '2\r\n{}\r\n0\r\n\r\n',
  'ffffffffffffffffff\r\n',
  '['.repeat(50_000),
];

/** The methods that the server handles. */
const usualMethods = methods.slice(0, 3);

export class RequestFuzz {
  /** Number of requests by status of the answer; 0: the connection ended without an answer. */
  readonly statuses = new Map<number, number>();

  /** @param token of a client of the server */
  constructor(
    private readonly random: Random,
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Sends another request. @returns what should not have happened */
  async try(): Promise<string | undefined> {
    const text = this.request();
    const status = await this.send(text);
    if (status === undefined) return `${describe(text)}: no answer within ${patienceMs} ms`;
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    return status === 500 ? `${describe(text)}: answered with 500` : undefined;
  }

  /** Sends what must be answered with 200. @returns what came instead */
  async tryUsual(): Promise<string | undefined> {
    const { host, pathname } = new URL(this.url);
    const lines = [`POST ${pathname} HTTP/1.1`, `host: ${host}`, ...this.usual, `content-length: ${opening.length}`];
    const status = await this.send([...lines, 'connection: close', '', opening].join('\r\n'));
    return status === 200 ? undefined : `a usual request: answered with ${status}`;
  }

  private get usual(): readonly string[] {
    return [
      `authorization: Bearer ${this.token}`,
      'content-type: application/json',
      'accept: application/json, text/event-stream',
    ];
  }

  private async send(text: string): Promise<number | undefined> {
    const connection = await RawConnection.open(this.url);
    connection.socket.end(text, 'latin1');
    const status = await connection.status(patienceMs);
    const hangs = status === 0 && !connection.socket.closed;
    connection.close();
    return hangs ? undefined : status;
  }

  /** Most requests are almost right, so that they get far into the server. */
  private request(): string {
    const { random } = this;
    const often = (list: readonly string[], usual: readonly string[]): string =>
      random.pick(random.chance(2 / 3) ? usual : list);
    const body = often([opening], bodies);
    const target = often(targets, ['/mcp']);
    const version = random.chance(7 / 8) ? 'HTTP/1.1' : random.pick(versions);
    const [authorization, type, accept] = this.usual;
    const usual = [
      [7 / 8, `host: ${new URL(this.url).host}`],
      [7 / 8, authorization],
      [3 / 4, type],
      [3 / 4, accept],
      [2 / 3, `content-length: ${body.length}`],
    ] as const;
    const odd = Array.from({ length: random.integer(0, 3) }, () => `${random.pick(names)}: ${random.pick(values)}`);
    const headers = [...usual.flatMap(([share, line]) => (random.chance(share) ? [line] : [])), ...odd];
    const lineEnd = random.chance(0.95) ? '\r\n' : '\n';
    return [`${often(methods, usualMethods)} ${target} ${version}`, ...headers, '', body].join(lineEnd);
  }
}

function describe(text: string): string {
  return JSON.stringify(text.length > 2_000 ? `${text.slice(0, 2_000)}…` : text);
}
