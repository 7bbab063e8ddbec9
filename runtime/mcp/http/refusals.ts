/** Answers to requests over HTTP that are not served. */
import { type WireError, withoutEcho } from '../echoes.js';

const serverError = -32_000;
export const sessionNotFound = -32_001;
export const parseError = -32_700;

/** What goes with a refusal beside its words. */
interface Extra {
  readonly headers?: Readonly<Record<string, string>>;
  /** Of JSON-RPC. */
  readonly code?: number;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Of the request, where it is known. */
  readonly id?: string | number | undefined;
}

export function refuse(status: number, message: string, { headers = {}, code, data, id }: Extra = {}): Response {
  const error = { code: code ?? serverError, message, ...(data ? { data } : {}) };
  return Response.json({ jsonrpc: '2.0', error, id: id ?? null }, { status, headers });
}

/**
 * There is too much of something.
 *
 * @param status 429 where it is the caller's own doing, 503 where it is that of all
 */
export function refuseMore(status: 429 | 503, message: string, extra: Extra = {}): Response {
  const data = { code: 'LIMIT_EXCEEDED', ...extra.data };
  return refuse(status, message, { ...extra, data, headers: { 'retry-after': '10', ...extra.headers } });
}

/** Takes its words out of a refusal of the protocol's package, which quotes what came. */
export async function withoutWords(response: Response): Promise<Response> {
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  if (response.status < 400 || !isJson) return response;
  const { error, ...rest } = (await response.json()) as { readonly error?: WireError };
  const { status, headers } = response;
  headers.delete('content-length');
  return Response.json(error ? { ...rest, error: withoutEcho(error) } : rest, { status, headers });
}
