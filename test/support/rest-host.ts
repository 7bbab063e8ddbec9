/** A host of the REST API on this machine, operations by hand, and a client of the API that asks there. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Operation, OperationParameter } from '../../runtime/contract/operation.js';
import type { Clock } from '../../runtime/core/clock.js';
import { StreamError } from '../../runtime/core/errors.js';
import { Secret } from '../../runtime/core/secret.js';
import { type CallOptions, RestClient, type RestSettings } from '../../runtime/rest/client.js';
import { placeOf } from '../../runtime/rest/place.js';
import { open } from './closing.js';
import { defaultOptions } from './options.js';

export const restKey = 'k3y-of-the-rest-api/+x';

type Play = (request: IncomingMessage, response: ServerResponse) => void;

/** An answer by hand. */
export type Scripted = object | string | Play;

/** Answers one script after the other, the last one again and again, and keeps what it was asked. */
export class RestHost {
  readonly asked: { readonly url: string; readonly headers: IncomingMessage['headers'] }[] = [];
  private readonly sockets = new Set<Socket>();
  private script: Scripted[] = [{ status: 'OK' }];
  private readonly server = createServer((request, response) => {
    this.asked.push({ url: request.url ?? '', headers: request.headers });
    const next = this.script.length > 1 ? this.script.shift()! : this.script[0]!;
    if (typeof next === 'function') return (next as Play)(request, response);
    response.setHeader('content-type', 'application/json');
    response.end(typeof next === 'string' ? next : JSON.stringify(next));
  });

  static async open(): Promise<RestHost> {
    const host = new RestHost();
    host.server.on('connection', socket => host.sockets.add(socket));
    await new Promise<void>(resolve => host.server.listen(0, '127.0.0.1', resolve));
    return host;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get urls(): string[] {
    return this.asked.map(({ url }) => url);
  }

  answer(...script: readonly Scripted[]): void {
    this.script = [...script];
  }

  /** Resolves once it was asked so often. */
  async until(asked: number): Promise<void> {
    while (this.asked.length < asked) await once(this.server, 'request');
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

export function status(code: number, body: object | string = '', headers: Readonly<Record<string, string>> = {}): Play {
  return (_, response) => {
    response.writeHead(code, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** Waits pass at once, and are kept; time-outs come only when a test says so. */
export class HastyClock implements Clock {
  readonly waitsMs: number[] = [];
  /** Time-outs that were ever set. */
  begun = 0;
  private passedMs = 1_000_000;
  private readonly pending = new Set<() => void>();

  constructor(private readonly wallMs = Date.UTC(2026, 8, 9, 14, 30)) {}

  now(): number {
    return this.wallMs + this.passedMs;
  }

  elapsed(): number {
    return this.passedMs;
  }

  random(): number {
    return 0;
  }

  after(delayMs: number, callback: () => void): () => void {
    if (delayMs > 12_000) {
      this.begun++;
      this.pending.add(callback);
      return () => void this.pending.delete(callback);
    }
    this.waitsMs.push(delayMs);
    const timer = setImmediate(() => {
      this.advance(delayMs);
      callback();
    });
    return () => clearImmediate(timer);
  }

  advance(ms: number): void {
    this.passedMs += ms;
  }

  /** Whatever was to time out does so. */
  expire(): void {
    for (const callback of [...this.pending]) callback();
  }
}

export function clientOf(host: RestHost, further: Partial<RestSettings> = {}): { api: RestClient; clock: HastyClock } {
  const clock = new HastyClock();
  const options = { ...defaultOptions, ...further.options, connectTimeoutMs: 30_000 };
  const place = placeOf(host.url);
  return { api: new RestClient({ place, key: new Secret(restKey), clock, ...further, options }), clock };
}

/** A host that answers so, and how to call an operation of it. */
export async function askable(...script: readonly Scripted[]) {
  const host = await RestHost.open();
  host.answer(...script);
  const { api, clock } = clientOf(host);
  open.push(host, api);
  const call = (operation: Operation, args: unknown, further: Partial<CallOptions> = {}) =>
    api.call(operation, args, { client: 'a', ...further });
  return { host, api, clock, call };
}

/** How a call fails. */
export async function failure(call: Promise<unknown>): Promise<StreamError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof StreamError) return error;
  throw error ?? new Error('it did not fail');
}

type ParameterParts = Partial<OperationParameter> & Pick<OperationParameter, 'argument'>;

export function parameter(parts: ParameterParts): OperationParameter {
  return {
    aliases: [],
    wire: parts.argument,
    place: 'query',
    type: 'text',
    isList: false,
    isRequired: false,
    operators: [],
    about: 'said elsewhere',
    ...parts,
  };
}

const ticker = parameter({ argument: 'ticker', place: 'path', isRequired: true, aliases: ['symbol'] });
const limit = parameter({ argument: 'limit', type: 'integer', least: 1, most: 50_000, usual: 100 });

const common = {
  group: 'stocks',
  markets: ['stocks'],
  title: 'A title',
  description: 'A description.',
  columns: [],
  isPaged: false,
  freshness: 'never',
  notes: [],
  synonyms: [],
  asked: '',
  isTool: true,
} as const;

export const bars: Operation = {
  ...common,
  name: 'list_aggs',
  path: '/v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}',
  parameters: [
    ticker,
    parameter({ argument: 'multiplier', place: 'path', type: 'integer', least: 1, isRequired: true }),
    parameter({ argument: 'timespan', place: 'path', isRequired: true, values: ['minute', 'hour', 'day'] }),
    parameter({ argument: 'from_', wire: 'from', place: 'path', type: 'moment', unit: 'ms', isRequired: true }),
    parameter({ argument: 'to', place: 'path', type: 'moment', unit: 'ms', isRequired: true }),
    parameter({ argument: 'adjusted', type: 'boolean' }),
    parameter({ argument: 'sort', values: ['asc', 'desc'] }),
    parameter({ ...limit, usual: 5_000 }),
  ],
  rows: { path: ['results'], shape: 'list' },
  columns: [
    { name: 't', type: 'integer', unit: 'ms' },
    { name: 'o', type: 'number', unit: 'USD' },
    { name: 'c', type: 'number', unit: 'USD' },
    { name: 'v', type: 'number', unit: 'shares' },
  ],
  isPaged: true,
  freshness: 'history',
};

export const trades: Operation = {
  ...common,
  name: 'list_trades',
  path: '/v3/trades/{ticker}',
  parameters: [
    ticker,
    parameter({ argument: 'timestamp', type: 'moment', unit: 'ns', operators: ['gt', 'gte', 'lt', 'lte'] }),
    parameter({ argument: 'order', values: ['asc', 'desc'] }),
    limit,
  ],
  rows: { path: ['results'], shape: 'list' },
  columns: [
    { name: 'sip_timestamp', type: 'exact', unit: 'ns' },
    { name: 'price', type: 'number', unit: 'USD' },
    { name: 'size', type: 'number', unit: 'shares' },
    { name: 'conditions', type: 'list' },
  ],
  isPaged: true,
  freshness: 'never',
};

export const tickers: Operation = {
  ...common,
  name: 'list_tickers',
  path: '/v3/reference/tickers',
  parameters: [
    parameter({ argument: 'ticker', operators: ['gte', 'any_of'] }),
    parameter({ argument: 'type', values: ['CS', 'ETF'], operators: ['any_of'] }),
    parameter({ argument: 'tickers', isList: true }),
    parameter({ argument: 'date', type: 'date' }),
    parameter({ argument: 'strike', type: 'number' }),
    parameter({ argument: 'market_type', wire: null, note: 'the path says it.' }),
    limit,
  ],
  rows: { path: ['results'], shape: 'list' },
  columns: [
    { name: 'ticker', type: 'text' },
    { name: 'name', type: 'text' },
  ],
  freshness: 'reference',
  isPaged: true,
};

export const snapshot: Operation = {
  ...common,
  name: 'get_snapshot_ticker',
  path: '/v2/snapshot/{ticker}',
  parameters: [ticker],
  rows: { path: ['ticker'], shape: 'object' },
  columns: [{ name: 'day_o', type: 'number' }],
  freshness: 'snapshot',
};
