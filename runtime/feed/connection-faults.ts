/** Describes what went wrong with a connection. */
import type { IncomingMessage } from 'node:http';
import type { FeedText } from './feed-text.js';
import { describeLongWait, longestRetryAfterMs, parseHttpDate, readRetryAfter } from './retry-after.js';
import { describeBreak, describeRefusal, describeTunnelTimeout, isOpen, type Tunnel } from './tunnel.js';
import { type Fault, judgeClose, judgeHttp } from './verdict.js';

/** The state of the connection when it failed. */
export interface Situation {
  readonly url: string;
  readonly phase: 'connecting' | 'authenticating' | 'live';
  /** Absent if no proxy is used. */
  readonly tunnel: Tunnel | undefined;
  readonly text: FeedText;
}

export function faultOfError({ url, phase, tunnel, text }: Situation, error: Error): Fault {
  const isConnecting = phase === 'connecting';
  if (isConnecting && tunnel && !isOpen(tunnel)) {
    return { kind: 'unreachable', message: describeBreak(tunnel, error) };
  }
  const trouble = describeError(text, error);
  if (isConnecting) {
    const way = tunnel ? ` through the proxy that ${tunnel.variable} names` : '';
    return { kind: 'unreachable', message: `Could not connect to ${url}${way}: ${trouble}.` };
  }
  return { kind: judgeClose(1006, phase === 'authenticating'), message: `The connection broke: ${trouble}.` };
}

export function faultOfClose({ phase, text }: Situation, code: number, reason: Buffer): Fault {
  const why = reason.length > 0 ? ` ${text.quoted(reason.toString())}` : '';
  const how = code === 1006 ? 'ended without a close frame' : `was closed by the feed with code ${code}${why}`;
  return { kind: judgeClose(code, phase === 'authenticating'), message: `The connection ${how}.` };
}

/** The WebSocket did not open in time. */
export function faultOfTimeout({ url, tunnel }: Situation, timeoutMs: number): Fault {
  const message =
    tunnel && !isOpen(tunnel)
      ? describeTunnelTimeout(tunnel, timeoutMs)
      : `${url} did not open a WebSocket within ${timeoutMs} ms.`;
  return { kind: 'unanswered', message };
}

/**
 * The host answered the upgrade request with another HTTP status.
 *
 * @param nowMs wall clock; dates are relative to it if the host sends no time of its own
 */
export function faultOfAnswer({ tunnel }: Situation, response: IncomingMessage, nowMs: number): Fault {
  const status = response.statusCode!;
  const { date, 'retry-after': retryAfter } = response.headers;
  const hostMs = parseHttpDate(date ?? '');
  const retryAfterMs = readRetryAfter(retryAfter, Number.isNaN(hostMs) ? nowMs : hostMs) ?? 0;
  const answer =
    tunnel && !isOpen(tunnel)
      ? describeRefusal(tunnel, status)
      : `The host answered HTTP ${status} instead of opening a WebSocket.`;
  return {
    kind: judgeHttp(status),
    message: retryAfterMs > longestRetryAfterMs ? `${answer} ${describeLongWait(retryAfterMs)}` : answer,
    retryAfterMs,
  };
}

/** An error of the system or of `ws` can repeat what the peer sent. */
function describeError(feedText: FeedText, error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const text = feedText.quote(error.message);
  return code === '' || text.includes(code) ? text : `${code} ${text}`;
}
