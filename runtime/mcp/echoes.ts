/**
 * The few things that the protocol requires to be repeated to their sender; nothing else that a caller sent is. No
 * secret is compared with them, so an answer reveals nothing; their length is bounded.
 */

/** The longest of each kind, in characters. */
const longest = {
  /** The id of a request, in its response; of a subscription, in each of its notifications. */
  id: 256,
  /** In every progress notification. */
  progressToken: 256,
  /** Of a resource, in its contents and in updates to its subscribers; in `data.uri` if it does not exist. */
  uri: 2_048,
  /** In `data.requested` if the protocol version is unknown. */
  version: 64,
} as const;

const codes = { request: -32_600, params: -32_602 } as const;

/** Why a message is refused: a JSON-RPC code, and a sentence without the caller's text. */
export interface EchoFault {
  readonly code: number;
  readonly message: string;
}

interface Loose {
  readonly [name: string]: unknown;
}

/**
 * Checks what the answer would have to repeat.
 *
 * @param message of a client, or several of them, of any shape
 * @returns what is too long; undefined if nothing is
 */
export function faultOfEchoes(message: unknown): EchoFault | undefined {
  // A list within a list is not a message.
  for (const one of Array.isArray(message) ? message : [message]) {
    const fault = faultOf(one);
    if (fault) return fault;
  }
  return undefined;
}

function faultOf(message: unknown): EchoFault | undefined {
  const { id, params } = asObject(message);
  const { uri, _meta, notifications } = asObject(params);
  if (isLonger(id, longest.id)) return refuse(codes.request, 'id', longest.id);
  const { progressToken } = asObject(_meta);
  if (isLonger(progressToken, longest.progressToken)) {
    return refuse(codes.params, 'params._meta.progressToken', longest.progressToken);
  }
  if (isLonger(uri, longest.uri)) return refuse(codes.params, 'params.uri', longest.uri);
  const { resourceSubscriptions } = asObject(notifications);
  const uris: unknown[] = Array.isArray(resourceSubscriptions) ? resourceSubscriptions : [];
  const at = uris.findIndex(one => isLonger(one, longest.uri));
  return at < 0 ? undefined : refuse(codes.params, `params.notifications.resourceSubscriptions[${at}]`, longest.uri);
}

function refuse(code: number, what: string, most: number): EchoFault {
  return { code, message: `${what} has at most ${most} characters.` };
}

function isLonger(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length > most;
}

function asObject(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

/** A JSON-RPC error. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Our own sentences, and those of the protocol's package that do not quote the caller. */
const known = new Set(['Method not found', 'Session not found']);
const mostKnown = 1_000;

/** Marks a sentence as ours, so that it is sent unchanged. It must not contain a caller's text. */
export function ownSentence(text: string): string {
  const [oldest] = known;
  if (known.size >= mostKnown && oldest !== undefined) known.delete(oldest);
  known.add(text);
  return text;
}

const plainly: Readonly<Record<number, string>> = {
  [-32_700]: 'The message is not valid JSON.',
  [-32_600]: 'The message is not a valid JSON-RPC 2.0 request.',
  [-32_601]: 'Method not found',
  [-32_602]: 'The params do not fit this method; see the protocol.',
  [-32_603]: 'This is a fault of the server; its log on stderr has the details.',
};

/** The package's messages quote the caller, so they are replaced; of the data only what the protocol requires stays. */
export function withoutEcho({ code, message, data }: WireError): WireError {
  const { uri, supported, requested, code: own } = asObject(data);
  const kept = {
    ...(typeof uri === 'string' && uri.length <= longest.uri ? { uri } : {}),
    ...(Array.isArray(supported) ? { supported } : {}),
    ...(known.has(message) && typeof own === 'string' ? { code: own } : {}),
    ...(typeof requested === 'string' && requested.length <= longest.version ? { requested } : {}),
  };
  return {
    code,
    message: known.has(message) ? message : describe(code, Array.isArray(supported)),
    ...(Object.keys(kept).length > 0 ? { data: kept } : {}),
  };
}

function describe(code: number, hasSupported: boolean): string {
  if (hasSupported) return 'This protocol version is not supported; data.supported lists those that are.';
  return plainly[code] ?? 'The request does not follow the protocol.';
}
