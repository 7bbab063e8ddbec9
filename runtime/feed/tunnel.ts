/** What can go wrong between here and a proxy, in words that show nothing of where the proxy is. */

/** The way of one connection through a proxy. */
export interface Tunnel {
  /** Variable of the environment that names the proxy. */
  readonly variable: string;
  /** HTTP status with which the proxy answered; absent as long as it has not. */
  readonly status?: number | undefined;
}

const opened = 200;
const wantsUser = 407;

/** Whether the proxy has let the connection through: from then on it is the host beyond that answers. */
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
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'it does not answer',
};

/** Of the error only the code is shown: its text repeats the host of the proxy. */
export function describeBreak(tunnel: Tunnel, error: Error): string {
  return `${nameProxy(tunnel)} could not be used: ${reasonOf(error)}. ${wayPast(tunnel)}`;
}

/** @param timeoutMs for which was waited */
export function describeTunnelTimeout(tunnel: Tunnel, timeoutMs: number): string {
  return `${nameProxy(tunnel)} opened no tunnel to the feed within ${timeoutMs} ms. ${wayPast(tunnel)}`;
}

/** Why a proxy cannot be used, as far as the code of an error tells. */
export function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' && /^[A-Z_\d]+$/.test(error.code) ? error.code : '';
  if (code === '') return 'it gave no answer that opens a tunnel';
  return `${reasons[code] ?? 'it cannot be spoken with'} (${code})`;
}

function wayPast({ variable }: Tunnel): string {
  return `Correct or unset ${variable}, or name the host of the feed in NO_PROXY, and start the server again.`;
}
