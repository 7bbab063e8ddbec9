/** Answers to HTTP requests that are refused. */
import { type WireError, withoutEcho } from '../echoes.js';

const serverError = -32_000;
export const sessionNotFound = -32_001;
export const parseError = -32_700;

/** Further parts of a refusal. */
interface Extra {
  readonly headers?: Readonly<Record<string, string>>;
  /** Of JSON-RPC. */
  readonly code?: number;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Id of the request, if known. */
  readonly id?: string | number | undefined;
}

export function refuse(status: number, message: string, { headers = {}, code, data, id }: Extra = {}): Response {
  const error = { code: code ?? serverError, message, ...(data ? { data } : {}) };
  return Response.json({ jsonrpc: '2.0', error, id: id ?? null }, { status, headers });
}

/**
 * A refusal because a bound was reached.
 *
 * @param status 429 for the caller's own bound, 503 for that of all
 */
export function refuseMore(status: 429 | 503, message: string, extra: Extra = {}): Response {
  const data = { code: 'LIMIT_EXCEEDED', ...extra.data };
  return refuse(status, message, { ...extra, data, headers: { 'retry-after': '10', ...extra.headers } });
}

/** Replaces the text of a refusal by the protocol's package, which quotes the caller. */
export async function withoutWords(response: Response): Promise<Response> {
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  if (response.status < 400 || !isJson) return response;
  const { error, ...rest } = (await response.json()) as { readonly error?: WireError };
  const { status, headers } = response;
  headers.delete('content-length');
  return Response.json(error ? { ...rest, error: withoutEcho(error) } : rest, { status, headers });
}
