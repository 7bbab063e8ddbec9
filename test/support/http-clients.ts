/** Clients of the server over HTTP, well-behaved and hostile ones. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { expect } from 'vitest';
import { markets } from '../../generated/suite.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import { open } from './closing.js';
import { HttpHere } from './http-here.js';
import { httpEras, type Peer } from './peers.js';
import { RawConnection } from './raw-http.js';
import { SpawnedHttp } from './spawned-http.js';

export type Answer = Readonly<Record<string, unknown>>;

/** How long a test waits for something that must happen. */
export const patient = { timeout: 15_000, interval: 20 };
export const [ann, bob] = ['token-of-ann-0123456789', 'token-of-bob-0123456789'] as const;
/** Two clients with tokens. */
export const both = { MCP_POLYGON_HTTP_TOKENS: `ann:${ann},bob:${bob}` };
export const aapl = 'polygon://streams/stocks/T.AAPL';

/** The built server in its own process, on the simulated feed. */
export async function served(
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<SpawnedHttp> {
  const server = await SpawnedHttp.start({ POLYGON_FEED: 'simulated', ...env }, args);
  open.push(server);
  return server;
}

/** The same server in this process, where it is started at once. */
export async function servedHere(
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<HttpHere> {
  const server = await HttpHere.start({ POLYGON_FEED: 'simulated', ...env }, args);
  open.push(server);
  return server;
}

/** A client of a server of its own in this process. */
export async function clientHere(
  env: Readonly<Record<string, string>> = {},
  ...args: readonly string[]
): Promise<Client> {
  const { url } = await servedHere(env, args);
  const client = new Client({ name: 'test', version: '1' });
  open.push(client);
  await client.connect(new StreamableHTTPClientTransport(new URL(url)) as Parameters<Client['connect']>[0]);
  return client;
}

/** Connects a client. Era 0 is the 2025 protocols, era 1 is 2026-07-28. */
export async function visit(url: string, token?: string, era: 0 | 1 = 0): Promise<Peer> {
  const peer = await httpEras[era][1](url, token);
  open.push(peer);
  return peer;
}

/** A connection on which a test can write any bytes. */
export async function connected(url: string): Promise<RawConnection> {
  const connection = await RawConnection.open(url);
  open.push(connection);
  return connection;
}

/** Headers of a request of a client. */
export function headersOf(token?: string, session?: string): Record<string, string> {
  return {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(session ? { 'mcp-session-id': session } : {}),
  };
}

let requests = 0;

/** An id that no earlier request had. */
export function nextId(): number {
  return ++requests;
}

/** Sends a request as a client would. */
export function post(url: string, body: object, token?: string, session?: string): Promise<Response> {
  const text = JSON.stringify({ jsonrpc: '2.0', id: nextId(), ...body });
  return fetch(url, { method: 'POST', headers: headersOf(token, session), body: text });
}

export const initialize = {
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};
export const ping = { method: 'ping' };

/** @returns status, and the name of the new session if there is one */
export async function openSession(
  url: string,
  token?: string,
): Promise<{ status: number; session: string | undefined }> {
  const response = await post(url, initialize, token);
  await response.text();
  return { status: response.status, session: response.headers.get('mcp-session-id') ?? undefined };
}

/** A call that starts a stream. */
export const startOf = (...channels: readonly string[]) => ({
  method: 'tools/call',
  params: { name: 'start_stocks_stream', arguments: { channels } },
});

/** Calls a tool that must succeed. */
export async function ask(peer: Peer, name: string, args: Answer = {}): Promise<Answer> {
  const { structuredContent, isError } = await peer.call(name, args);
  expect(isError ?? false, JSON.stringify(structuredContent)).toBe(false);
  return structuredContent as Answer;
}

/** Calls a tool that must fail. */
export async function codeOf(peer: Peer, name: string, args: Answer = {}): Promise<unknown> {
  const { structuredContent, isError } = await peer.call(name, args);
  expect(isError).toBe(true);
  return ((structuredContent as Answer).error as Answer).code;
}

/** A feed that sends trades when the test says so. */
export async function feedOfTrades(): Promise<{ url: string; trade: (count: number) => void }> {
  const feed = new SimulatedFeed(markets, { stepMs: 0 });
  open.push(feed);
  const url = await feed.listen();
  const trade = (count: number): void => {
    const event = (index: number) => ({
      ev: 'T',
      sym: 'AAPL',
      i: String(index),
      x: 4,
      p: 101.5,
      s: 10,
      t: 1_790_000_000_000,
      z: 3,
    });
    feed.sessions('stocks')[0]!.send(JSON.stringify(Array.from({ length: count }, (_, index) => event(index))));
  };
  return { url, trade };
}
