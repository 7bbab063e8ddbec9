/** Judges the head of a request over HTTP, before anything of its body is read. */
import type { IncomingHttpHeaders } from 'node:http';
import { isJsonContentType, validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';
import { refuse } from './refusals.js';

export const path = '/mcp';
const methods = ['GET', 'POST', 'DELETE'];

/** Headers that must be unique; with two of them, a proxy and this server could each use another one. */
const single =
  /^(?:host|origin|authorization|content-type|content-length|transfer-encoding|last-event-id|mcp-[a-z-]+)$/;

/** The head of a request. */
export interface Head {
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

/**
 * Checks host, origin, token and path.
 *
 * @param names host names by which the server may be called
 * @returns a refusal; undefined if the request is fine
 */
export function refuseStranger(
  { headers, rawHeaders, url = '' }: Head,
  names: readonly string[],
): Response | undefined {
  const twice = repeated(rawHeaders);
  if (twice !== undefined) return refuse(400, `A request has one ${twice} header at most.`, closing);
  // A web page must not reach the server through the browser of somebody who can.
  const judged = [validateHostHeader(headers.host, [...names]), validateOriginHeader(headers.origin, [...names])];
  if (!judged.every(({ ok }) => ok)) {
    return refuse(403, 'Host or Origin names another server; MCP_POLYGON_HTTP_HOSTS adds names of this one.');
  }
  return url.split('?')[0] === path ? undefined : refuse(404, `There is nothing here; MCP is at ${path}.`);
}

/** Checks method and headers of a caller who may call. @returns a refusal; undefined if the request is fine */
export function refuseForm({ headers, method = '' }: Head): Response | undefined {
  if (!methods.includes(method)) {
    return refuse(405, 'Method not allowed.', { headers: { allow: methods.join(', ') } });
  }
  if (method !== 'POST' && hasBody(headers)) return refuse(400, `A ${method} request has no body.`, closing);
  return method === 'POST' && !isJsonContentType(headers['content-type'])
    ? refuse(415, 'Content-Type must be application/json.')
    : undefined;
}

const closing = { headers: { connection: 'close' } };

function hasBody({ 'content-length': length = '0', 'transfer-encoding': encoding }: IncomingHttpHeaders): boolean {
  return encoding !== undefined || Number(length) !== 0;
}

/** Name of a header that must be unique and is not. */
function repeated(rawHeaders: readonly string[]): string | undefined {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase());
  const twice = names.find((name, index) => single.test(name) && names.indexOf(name) < index);
  // Only one of these names is shown, never a caller's text.
  return twice?.startsWith('mcp-') && twice !== 'mcp-session-id' ? 'mcp-...' : twice;
}
