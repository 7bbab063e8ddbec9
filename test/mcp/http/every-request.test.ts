/** Whatever a client asks for over HTTP, it asks for at its gate. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { markets, suite } from '../../../generated/suite.js';
import { StreamError } from '../../../runtime/core/errors.js';
import type { Gate } from '../../../runtime/mcp/gate.js';
import { anybody } from '../../../runtime/mcp/http/caller.js';
import { HttpClient } from '../../../runtime/mcp/http/http-client.js';
import { Session } from '../../../runtime/mcp/http/session.js';
import { Pages } from '../../../runtime/tools/pages.js';
import { sharedHubOn } from '../../support/bench.js';

const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

/** Lets in as many requests as it is told to, and counts whoever comes. */
class NarrowGate implements Gate {
  came = 0;

  constructor(private readonly most: number) {}

  async enter<T>(_asked: unknown, answer: () => Promise<T>): Promise<T> {
    if (++this.came > this.most) throw new StreamError('LIMIT_EXCEEDED', 'No more are let in here.');
    return answer();
  }

  call: Gate['call'] = (_owned, call) => call();
}

function partsBehind(gate: Gate) {
  const hub = sharedHubOn(suite, markets, 'ws://127.0.0.1:1');
  open.push(hub);
  const pages = new Pages(new URL('../../../spec/polygon-docs/', import.meta.url));
  return { hub: hub.client({}), pages, version: '1', caller: anybody, gate, uris: { change: () => {} } };
}

const uri = 'polygon://streams/stocks';

/** Every request that a protocol has, some that it has not, and some with what is none of ours. */
const requests: readonly (readonly [method: string, params: object])[] = [
  ['ping', {}],
  ['server/discover', {}],
  ['tools/list', {}],
  ['tools/call', { name: 'get_stocks_stream_status', arguments: {} }],
  ['tools/call', { name: 'no_such_tool', arguments: {} }],
  ['tools/call', { name: 7 }],
  ['resources/list', {}],
  ['resources/templates/list', {}],
  ['resources/read', { uri }],
  ['resources/read', {}],
  ['resources/subscribe', { uri }],
  ['resources/unsubscribe', { uri }],
  ['subscriptions/listen', { notifications: { resourceSubscriptions: [uri] } }],
  ['subscriptions/listen', { notifications: null }],
  ['prompts/list', {}],
  ['prompts/get', { name: 'no_such_prompt' }],
  ['completion/complete', { ref: { type: 'ref/resource', uri }, argument: { name: 'market', value: 's' } }],
  ['logging/setLevel', { level: 'debug' }],
  ['tasks/list', {}],
  ['sampling/createMessage', {}],
  ['nobody/knows', {}],
];
const initialize = {
  protocolVersion: '2025-03-26',
  capabilities: {},
  clientInfo: { name: 'raw', version: '1' },
};

function exchangeOf(body: object, headers: Readonly<Record<string, string>>) {
  const request = new Request('http://localhost/mcp', {
    method: 'POST',
    headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...headers },
  });
  return { request, response: new ServerResponse(new IncomingMessage(new Socket())), body, toolsets: [] };
}

describe('in a session of the 2025 protocols', () => {
  async function sessionBehind(gate: Gate) {
    const session = new Session('session', partsBehind(gate), [], () => {});
    open.push(session);
    await session.open();
    const ask = async (...messages: object[]): Promise<string> => {
      const raw = exchangeOf(messages.length === 1 ? messages[0]! : messages, { 'mcp-session-id': 'session' });
      return (await session.serve(raw)).text();
    };
    return { session, ask };
  }

  test.each(requests)('%s %j passes the gate, once, and each in a batch', async (method, params) => {
    const gate = new NarrowGate(2);
    const { session, ask } = await sessionBehind(gate);
    await ask({ jsonrpc: '2.0', id: 0, method: 'initialize', params: initialize });
    session.isUsed = true;
    const text = await ask(...[1, 2, 3, 4].map(id => ({ jsonrpc: '2.0', id, method, params })));
    expect(gate.came).toBe(4);
    expect(text.split('data: ').filter(event => event.includes('LIMIT_EXCEEDED'))).toHaveLength(2);
    for (const id of [1, 2, 3, 4]) expect(text).toContain(`"id":${id}`);
  });
});

describe('in protocol 2026-07-28', () => {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };

  function askBehind(gate: Gate, method: string, params: object): Promise<Response> {
    const httpClient = new HttpClient(partsBehind(gate), async () => {});
    open.push(httpClient);
    const { name = uri } = params as { readonly name?: string };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': String(name) };
    return httpClient.serve(exchangeOf({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }, headers));
  }

  test.each([['initialize', initialize] as const, ...requests])(
    '%s %j passes the gate, once',
    async (method, params) => {
      const [open, shut] = [new NarrowGate(1), new NarrowGate(0)];
      const answered = await askBehind(open, method, params);
      await answered.body?.cancel();
      const refused = await askBehind(shut, method, params).then(
        response => response.text(),
        (error: unknown) => (error as StreamError).code,
      );
      expect([open.came, shut.came]).toEqual([1, 1]);
      expect(refused).toContain('LIMIT_EXCEEDED');
    },
  );

  test.each(['nobody/knows', 'ping'])('%s is still answered with 404', async method => {
    expect((await askBehind(new NarrowGate(1), method, {})).status).toBe(404);
  });
});
