/**
 * One request over HTTP. Not by `fetch`, since that knows no proxy, obeys NODE_TLS_REJECT_UNAUTHORIZED, follows redirects
 * by itself, and quotes headers in its errors.
 */
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  Agent as PlainAgent,
  request as plainRequest,
} from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../core/clock.js';
import type { Secret } from '../core/secret.js';
import type { FindProxy } from '../feed/proxy.js';
import { isOpen, nameProxy, reasonOf, type Tunnel } from '../feed/tunnel.js';
import { TimeSlice } from '../pacing/time-slice.js';

/** An answer of a host, whatever its status. */
export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type TransportFaultKind =
  /** Nobody was reached. */
  | 'unreachable'
  /** The connection ended before the answer did. */
  | 'broken'
  | 'too_long'
  /** Compressed in a way that was not asked for. */
  | 'unreadable'
  | 'aborted';

/** Why there is no answer, in words that hold nothing of what was sent or came. */
export class TransportFault extends Error {
  constructor(
    readonly kind: TransportFaultKind,
    message: string,
  ) {
    super(message);
  }
}

export interface TransportOptions {
  readonly connectTimeoutMs: number;
  readonly mostBytes: number;
  readonly findProxy?: FindProxy | undefined;
}

/** Connections that nobody uses are closed after so long. */
const idleMs = 15_000;

export class Transport {
  private readonly plain = new PlainAgent({ keepAlive: true, timeout: idleMs });
  private readonly secure = new SecureAgent({ keepAlive: true, timeout: idleMs });

  constructor(
    private readonly options: TransportOptions,
    private readonly clock: Clock,
  ) {}

  close(): void {
    this.plain.destroy();
    this.secure.destroy();
  }

  /**
   * @param path with its query, encoded
   * @throws TransportFault
   */
  get(origin: string, path: string, key: Secret, abort: AbortSignal): Promise<Received> {
    const url = new URL(origin);
    const isSecure = url.protocol === 'https:';
    const way = this.options.findProxy?.(url)?.openTunnel();
    return new Promise((resolve, reject) => {
      let isConnected = false;
      const request = (isSecure ? secureRequest : plainRequest)({
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port || (isSecure ? 443 : 80),
        path,
        method: 'GET',
        headers: {
          Host: url.host,
          Authorization: key.authorization(),
          Accept: 'application/json',
          'Accept-Encoding': 'gzip',
          'User-Agent': 'mcp-polygon',
        },
        agent: way?.agent ?? (isSecure ? this.secure : this.plain),
        // Never send the key to an unverified host, even if NODE_TLS_REJECT_UNAUTHORIZED allows it.
        rejectUnauthorized: true,
      });
      const finish = (settle: () => void): void => {
        stopTimer();
        abort.removeEventListener('abort', giveUp);
        settle();
      };
      const fail = (fault: TransportFault): void => {
        finish(() => reject(fault));
        request.destroy();
      };
      const giveUp = (): void => fail(new TransportFault('aborted', 'The request was ended.'));
      const { connectTimeoutMs } = this.options;
      const stopTimer = this.clock.after(connectTimeoutMs, () => {
        if (!isConnected) fail(unanswered(way?.tunnel, connectTimeoutMs));
      });
      abort.addEventListener('abort', giveUp, { once: true });
      if (abort.aborted) giveUp();
      request.on('socket', socket => {
        isConnected = request.reusedSocket;
        if (isConnected) return;
        socket.once(isSecure ? 'secureConnect' : 'connect', () => {
          isConnected = true;
        });
      });
      request.on('error', error => fail(describeError(error, isConnected, way?.tunnel)));
      request.on('response', response => {
        isConnected = true;
        if (way && !isOpen(way.tunnel)) return fail(refusedBy(way.tunnel, response.statusCode ?? 0));
        this.read(response).then(
          body => finish(() => resolve({ status: response.statusCode ?? 0, headers: response.headers, body })),
          fault => fail(fault),
        );
      });
      request.end();
    });
  }

  private async read(response: IncomingMessage): Promise<Buffer> {
    const { mostBytes } = this.options;
    const encoding = response.headers['content-encoding'] ?? 'identity';
    if (!/^(?:gzip|identity)$/i.test(encoding))
      throw new TransportFault('unreadable', 'It answered in a compression that was not asked for.');
    // Errors of the response reach whoever reads it, also through the decompression.
    const body: Readable =
      encoding.toLowerCase() === 'gzip'
        ? response.pipe(createGunzip()).on('close', () => response.destroy())
        : response;
    response.on('error', error => body.destroy(error));
    response.on('aborted', () => body.destroy(new Error('aborted')));
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > mostBytes) throw new TransportFault('too_long', `It answered with more than ${mostBytes} bytes.`);
        chunks.push(chunk);
      }
    } catch (error) {
      throw error instanceof TransportFault ? error : broken();
    }
    if (!response.complete) throw broken();
    return this.join(chunks, length);
  }

  private async join(chunks: readonly Buffer[], length: number): Promise<Buffer> {
    const slice = new TimeSlice(this.clock);
    const whole = Buffer.allocUnsafeSlow(length);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
      if (slice.spent()) await slice.rest();
    }
    return whole;
  }
}

function broken(): TransportFault {
  return new TransportFault('broken', 'The connection ended before the answer did.');
}

function unanswered(tunnel: Tunnel | undefined, timeoutMs: number): TransportFault {
  const what = tunnel && !isOpen(tunnel) ? `${nameProxy(tunnel)} opened no tunnel to it` : 'No connection to it stood';
  return new TransportFault('unreachable', `${what} within ${timeoutMs} ms.`);
}

function refusedBy(tunnel: Tunnel, status: number): TransportFault {
  return new TransportFault('unreachable', `${nameProxy(tunnel)} answered HTTP ${status} instead of opening a tunnel.`);
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

/** Shows only the code of the error, since its text can quote what was sent. */
function describeError(error: Error, isConnected: boolean, tunnel: Tunnel | undefined): TransportFault {
  if (isConnected) return broken();
  if (tunnel && !isOpen(tunnel))
    return new TransportFault('unreachable', `${nameProxy(tunnel)} could not be used: ${reasonOf(error)}.`);
  const code =
    'code' in error && typeof error.code === 'string' && /^[A-Z_\d]{1,60}$/.test(error.code) ? error.code : '';
  const isUntrusted = /CERT|^UNABLE_TO_/.test(code);
  const reason = isUntrusted ? 'its certificate is not trusted' : (reasons[code] ?? 'the connection failed');
  return new TransportFault('unreachable', `It was not reached: ${reason}${code === '' ? '' : ` (${code})`}.`);
}
