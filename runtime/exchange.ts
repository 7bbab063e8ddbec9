/** Between the requests and responses of Node and those of the web. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/** @returns the body as text; nothing if it is larger */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Whoever sent too much is still to be answered.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** @param response its end, if it comes too early, aborts the request */
export function toWeb({ method, headers, url }: IncomingMessage, body: string, response: ServerResponse): Request {
  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  const pairs = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map(one => [name, one]));
  return new Request(new URL(url ?? '/', 'http://localhost'), {
    method: method ?? 'GET',
    headers: pairs as [string, string][],
    signal: abort.signal,
    ...(body === '' ? {} : { body }),
  });
}

export function answer(response: ServerResponse, { status, headers, body }: Response): void {
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
