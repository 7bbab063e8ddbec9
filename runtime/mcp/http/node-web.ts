/** Converts between the requests and responses of Node and those of the Fetch API. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Clock } from '../../core/clock.js';

/** An admitted request. */
export interface RawRequest {
  /** What the client asked for by a header, judged. */
  readonly toolsets: readonly string[];
  readonly request: Request;
  readonly response: ServerResponse;
  /** The parsed body, if there is one. */
  readonly body: unknown;
}

/** Calls back once a response has ended, at once if it has already. */
export function whenClosed(response: ServerResponse, callback: () => void): void {
  if (response.closed || response.destroyed) callback();
  else response.once('close', callback);
}

/**
 * Converts the head of a request; the parsed body is passed separately.
 *
 * @param response aborts the request if it ends early
 * @returns undefined for a request that Node accepts and the Fetch API does not
 */
export function toWeb({ method, headers, url }: IncomingMessage, response: ServerResponse): Request | undefined {
  const abort = new AbortController();
  whenClosed(response, () => {
    if (!response.writableFinished) abort.abort();
  });
  const pairs = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map(one => [name, one]));
  try {
    return new Request(new URL(url ?? '/', 'http://localhost'), {
      method: method ?? 'GET',
      headers: pairs as [string, string][],
      signal: abort.signal,
    });
  } catch {
    // The error's message would quote the request.
    return undefined;
  }
}

/** @param patienceMs how long an answer waits for a caller that does not read it */
export function answer(
  response: ServerResponse,
  { status, headers, body }: Response,
  clock: Clock,
  patienceMs: number,
): void {
  // Node decides whether a connection stays open, not the package.
  if (headers.get('connection') === 'keep-alive') headers.delete('connection');
  response.writeHead(status, Object.fromEntries(headers));
  if (!body) {
    response.end();
    return;
  }
  // An event stream may be silent for long.
  response.flushHeaders();
  const source = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  source.once('error', () => response.destroy());
  response.on('error', () => {});
  response.once('close', () => source.destroy());
  source.pipe(response);
  whenClosed(response, endStalled(response, clock, patienceMs));
}

/** Ends a response that the caller does not read for too long. @returns stops this */
function endStalled(response: ServerResponse, clock: Clock, patienceMs: number): () => void {
  let cancel = (): void => {};
  let before: number | undefined;
  const look = (): void => {
    const { socket } = response;
    const waits = socket !== null && socket.writableLength > 0;
    const taken = waits ? socket.bytesWritten - socket.writableLength : undefined;
    if (taken !== undefined && taken === before) response.destroy();
    else cancel = clock.after(patienceMs, look);
    before = taken;
  };
  look();
  return () => cancel();
}

/** Event streams that stay open. */
export class OpenResponses {
  private readonly responses = new Set<ServerResponse>();

  /** @param closed called once it has ended */
  add(response: ServerResponse, closed: () => void = () => {}): void {
    this.responses.add(response);
    response.once('close', () => {
      this.responses.delete(response);
      closed();
    });
  }

  /** Ends those whose clients do not read, so that no events pile up. */
  dropUnread(): void {
    for (const response of this.responses) if (response.writableNeedDrain) response.destroy();
  }
}
