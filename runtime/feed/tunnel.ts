/** Describes what went wrong with a proxy, without showing its address. */

/** One connection's tunnel through a proxy. */
export interface Tunnel {
  /** The environment variable that names the proxy. */
  readonly variable: string;
  /** The proxy's HTTP status; absent before it answers. */
  readonly status?: number | undefined;
}

const opened = 200;
const wantsUser = 407;

/** Whether the tunnel is open; from then on the host behind the proxy answers. */
export function isOpen({ status }: Tunnel): boolean {
  return status === opened;
}

/** `The proxy that HTTPS_PROXY names` */
export function nameProxy({ variable }: Tunnel): string {
  return `The proxy that ${variable} names`;
}

/** @param status with which the proxy answered instead of opening a tunnel */
export function describeRefusal(tunnel: Tunnel, status: number): string {
  return status === wantsUser
    ? `${nameProxy(tunnel)} answered HTTP 407: it wants a user and a password, which belong into ${tunnel.variable}.`
    : `${nameProxy(tunnel)} answered HTTP ${status} instead of opening a tunnel to the feed. ${wayPast(tunnel)}`;
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it ended the connection',
  EHOSTUNREACH: 'it is unreachable',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'it does not answer',
};

/** Shows only the code of the error, since its text repeats the proxy's host. */
export function describeBreak(tunnel: Tunnel, error: Error): string {
  return `${nameProxy(tunnel)} could not be used: ${reasonOf(error)}. ${wayPast(tunnel)}`;
}

/** @param timeoutMs how long was waited */
export function describeTunnelTimeout(tunnel: Tunnel, timeoutMs: number): string {
  return `${nameProxy(tunnel)} opened no tunnel to the feed within ${timeoutMs} ms. ${wayPast(tunnel)}`;
}

/** Why a proxy cannot be used, by the code of an error. */
export function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' && /^[A-Z_\d]+$/.test(error.code) ? error.code : '';
  if (code === '') return 'it gave no answer that opens a tunnel';
  return `${reasons[code] ?? 'it failed'} (${code})`;
}

function wayPast({ variable }: Tunnel): string {
  return `Correct or unset ${variable}, or name the host of the feed in NO_PROXY, and start the server again.`;
}
