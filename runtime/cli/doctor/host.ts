/** Checks whether a host can be reached and what its clock says. It sends no key, so nobody loses a connection. */
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Clock } from '../../core/clock.js';
import { escapeText } from '../../core/quoting.js';
import type { FeedProxy, Proxies } from '../../feed/proxy.js';
import { reasonOf } from '../../feed/tunnel.js';
import type { Finding } from './finding.js';

/** What one host answered. */
export interface Probe {
  /** `host[:port]`. */
  readonly host: string;
  readonly secure: boolean;
  /** Variable that names the proxy to it, if one is used. */
  readonly proxy?: string;
  /** Time to the TCP connection, ms; absent if it failed. */
  readonly tcpMs?: number;
  /** Time to the end of the TLS handshake, ms. */
  readonly tlsMs?: number;
  /** How far the host's clock is ahead of ours, to about a second; absent if unknown. */
  readonly skewMs?: number;
  /** Why it cannot be reached. */
  readonly trouble?: string;
  /** Whether it can be reached but its certificate is not trusted. */
  readonly untrusted?: boolean;
}

const tunnelOpen = 200;

/** How long to wait for the time of a host that was reached. */
const datePatienceMs = 2_000;

/**
 * @param url of a feed, `wss:` or `ws:`
 * @param timeoutMs for TCP and TLS
 * @param proxy to use, if any
 */
export function probe(url: URL, clock: Clock, timeoutMs: number, proxy?: FeedProxy): Promise<Probe> {
  const secure = url.protocol === 'wss:';
  const begunMs = clock.elapsed();
  const found: { -readonly [key in keyof Probe]: Probe[key] } = {
    host: url.host,
    secure,
    ...(proxy ? { proxy: proxy.variable } : {}),
  };
  const request = (secure ? secureRequest : plainRequest)({
    method: 'HEAD',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (secure ? 443 : 80),
    path: '/',
    agent: proxy?.openTunnel().agent ?? false,
    // As a stream judges it.
    rejectUnauthorized: true,
  });
  const giveUp = (trouble: string): void => {
    found.trouble = trouble;
    request.destroy();
  };
  let cancel = clock.after(timeoutMs, () => giveUp(`no answer within ${timeoutMs} ms`));
  const reached = (): void => {
    cancel();
    cancel = clock.after(datePatienceMs, () => request.destroy());
  };
  request.on('socket', socket => {
    socket.once('connect', () => {
      found.tcpMs = Math.round(clock.elapsed() - begunMs);
      if (!secure) reached();
    });
    socket.once('secureConnect', () => {
      found.tlsMs = Math.round(clock.elapsed() - begunMs);
      reached();
    });
  });
  request.once('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
    if (statusCode === tunnelOpen) found.tcpMs = Math.round(clock.elapsed() - begunMs);
    else giveUp(`it answered HTTP ${statusCode}`);
  });
  request.on('response', ({ headers }) => {
    const skewMs = readSkew(headers.date, clock.now());
    if (skewMs !== undefined) found.skewMs = skewMs;
    request.destroy();
  });
  request.on('error', error => {
    if ((secure ? found.tlsMs : found.tcpMs) !== undefined) return;
    const atProxy = proxy !== undefined && found.tcpMs === undefined;
    found.trouble ??= atProxy ? reasonOf(error) : describeTrouble(error);
    found.untrusted = isAboutCertificate(error);
  });
  return new Promise(resolve => {
    request.on('close', () => {
      cancel();
      resolve(found);
    });
    request.end();
  });
}

/** The header counts whole seconds, so half a second is added. */
function readSkew(date: string | undefined, nowMs: number): number | undefined {
  const ms = Date.parse(date ?? '') + 500 - nowMs;
  return Number.isFinite(ms) ? Math.round(ms) : undefined;
}

const explanations: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name cannot be looked up now',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it ended the connection',
  EHOSTUNREACH: 'it is unreachable',
  ENETUNREACH: 'there is no network',
};

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function isAboutCertificate(error: Error): boolean {
  return /CERT|^UNABLE_TO_/.test(codeOf(error));
}

function describeTrouble(error: Error): string {
  const code = codeOf(error);
  const text = explanations[code] ?? escapeText(error.message);
  return code === '' ? text : `${text} (${code})`;
}

const adviceOnNetwork =
  'Check the network, the firewall and the feed (--feed, POLYGON_FEED): no connection can be opened.';
const adviceOnProxy = (variable: string): string =>
  `Check the proxy that ${variable} names, or name the hosts in NO_PROXY: the feed cannot be reached through it.`;
const adviceOnCertificate =
  'The certificate is not trusted. Behind a proxy that inspects TLS, set NODE_EXTRA_CA_CERTS to the file with its CA certificate; else look at the clock of this machine, and at who answers for the host.';

/**
 * A host whose twin can be reached is not needed.
 *
 * @param all the hosts that serve the same feed
 */
export function judgeHost(
  { host, secure, proxy, tcpMs, tlsMs, trouble, untrusted }: Probe,
  all: readonly Probe[],
): Finding {
  const facts = { tcp_ms: tcpMs ?? null, tls_ms: tlsMs ?? null };
  if (trouble === undefined) {
    const message = secure
      ? `reached; TCP after ${tcpMs} ms, TLS after ${tlsMs} ms`
      : `reached after ${tcpMs} ms, without TLS`;
    return { check: 'host', name: host, result: 'ok', message, facts };
  }
  const failing = proxy !== undefined && tcpMs === undefined ? proxy : undefined;
  const advice = failing === undefined ? adviceOnNetwork : adviceOnProxy(failing);
  const spare = all.some(other => other.trouble === undefined);
  return {
    check: 'host',
    name: host,
    result: spare ? 'note' : 'fail',
    message: `not reached${failing === undefined ? '' : ` by way of the proxy that ${failing} names`}: ${trouble}${spare ? '; its other host is used' : ''}`,
    ...(spare ? {} : { toDo: untrusted ? adviceOnCertificate : advice }),
    facts,
  };
}

/** Which hosts are reached through the proxy of the environment; nothing where there is none. */
export function judgeProxy({ find, problem }: Proxies, urls: readonly URL[]): Finding[] {
  if (problem !== undefined) {
    return [
      { check: 'proxy', result: 'fail', message: problem, toDo: 'Correct the variable of the proxy, or unset it.' },
    ];
  }
  const through = urls.flatMap(url => {
    const proxy = find(url);
    return proxy ? [{ host: url.host, variable: proxy.variable }] : [];
  });
  const [first] = through;
  if (!first) return [];
  const hosts = through.map(({ host }) => host).join(', ');
  return [
    {
      check: 'proxy',
      result: 'ok',
      message: `${hosts} by way of the proxy that ${first.variable} names`,
      facts: { variable: first.variable },
    },
  ];
}
