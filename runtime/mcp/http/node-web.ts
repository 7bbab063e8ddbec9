/** Between the requests and responses of Node and those of the web. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Clock } from '../../core/clock.js';

/** A request that was let in. */
export interface RawRequest {
  readonly request: Request;
  readonly response: ServerResponse;
  /** The body, parsed; absent where there is none. */
  readonly body: unknown;
}

/** Calls back once when a response is over, at once if it is already. */
export function whenClosed(response: ServerResponse, callback: () => void): void {
  if (response.closed || response.destroyed) callback();
  else response.once('close', callback);
}

/**
 * The head of a request: the body goes beside it, parsed.
 *
 * @param response its end, if it comes too early, aborts the request
 * @returns nothing for what Node takes and the web does not
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
    // The message would quote the request.
    return undefined;
  }
}

/** @param patienceMs how long an answer waits for a caller that does not take it */
export function answer(
  response: ServerResponse,
  { status, headers, body }: Response,
  clock: Clock,
  patienceMs: number,
): void {
  // Whether a connection goes on is for its two ends to say, and not for the package.
  if (headers.get('connection') === 'keep-alive') headers.delete('connection');
  response.writeHead(status, Object.fromEntries(headers));
  if (!body) {
    response.end();
    return;
  }
  // A stream of news may have nothing to say for long.
  response.flushHeaders();
  const source = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
  source.once('error', () => response.destroy());
  response.on('error', () => {});
  response.once('close', () => source.destroy());
  source.pipe(response);
  whenClosed(response, endStalled(response, clock, patienceMs));
}

/** Ends a response of which nothing was taken for too long. @returns ends the watch */
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

/** Responses that stay open for news. */
export class OpenResponses {
  private readonly responses = new Set<ServerResponse>();

  /** @param closed called once it is over */
  add(response: ServerResponse, closed: () => void = () => {}): void {
    this.responses.add(response);
    response.once('close', () => {
      this.responses.delete(response);
      closed();
    });
  }

  /** Ends those whose clients do not read, so that no news pile up for them. */
  dropUnread(): void {
    for (const response of this.responses) if (response.writableNeedDrain) response.destroy();
  }
}
