import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  faultOfAnswer,
  faultOfClose,
  faultOfError,
  faultOfTimeout,
  type Situation,
} from '../../runtime/feed/connection-faults.js';
import { FeedText } from '../../runtime/feed/feed-text.js';

const url = 'wss://socket.example/stocks';
const way = 'Correct or unset HTTPS_PROXY, or name the host of the feed in NO_PROXY, and start the server again.';

function situation(more: Partial<Situation> = {}): Situation {
  return { url, phase: 'connecting', tunnel: undefined, text: new FeedText(), ...more };
}

/** A connection on its way through a proxy, whose HTTP status is none as long as it has not answered. */
function tunnelled(status?: number): Situation {
  return situation({ tunnel: { variable: 'HTTPS_PROXY', status } });
}

function failed(code: string, text: string): Error {
  return Object.assign(new Error(text), { code });
}

describe('a connection that cannot be made', () => {
  test('names the host and the reason', () => {
    expect(faultOfError(situation(), failed('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:9'))).toEqual({
      kind: 'unreachable',
      message: `Could not connect to ${url}: connect ECONNREFUSED 127.0.0.1:9.`,
    });
  });

  test.each([
    ['ECONNREFUSED', 'it refuses connections (ECONNREFUSED)'],
    ['ENOTFOUND', 'its name does not resolve (ENOTFOUND)'],
    ['ESOMETHING', 'it failed (ESOMETHING)'],
    ['not a code', 'it gave no answer that opens a tunnel'],
  ])('because the proxy failed with %s names the variable, and not the place of the proxy', (code, reason) => {
    expect(faultOfError(tunnelled(), failed(code, 'getaddrinfo hunter2.example'))).toEqual({
      kind: 'unreachable',
      message: `The proxy that HTTPS_PROXY names could not be used: ${reason}. ${way}`,
    });
  });

  test('although the tunnel is open names both', () => {
    expect(faultOfError(tunnelled(200), failed('ECONNRESET', 'socket hang up')).message).toBe(
      `Could not connect to ${url} through the proxy that HTTPS_PROXY names: ECONNRESET socket hang up.`,
    );
  });

  test('in time says who did not answer', () => {
    expect(faultOfTimeout(situation(), 500).message).toBe(`${url} did not open a WebSocket within 500 ms.`);
    expect(faultOfTimeout(tunnelled(200), 500).message).toBe(`${url} did not open a WebSocket within 500 ms.`);
    expect(faultOfTimeout(tunnelled(), 500).message).toBe(
      `The proxy that HTTPS_PROXY names opened no tunnel to the feed within 500 ms. ${way}`,
    );
  });
});

describe('an answer that opens no WebSocket', () => {
  function answered(statusCode: number): IncomingMessage {
    return Object.assign(new IncomingMessage(new Socket()), { statusCode });
  }

  test.each([
    ['of the host', situation(), 403, 'The host answered HTTP 403 instead of opening a WebSocket.'],
    ['of the host behind a proxy', tunnelled(200), 503, 'The host answered HTTP 503 instead of opening a WebSocket.'],
    [
      'of the proxy',
      tunnelled(502),
      502,
      `The proxy that HTTPS_PROXY names answered HTTP 502 instead of opening a tunnel to the feed. ${way}`,
    ],
    [
      'of a proxy that wants a user',
      tunnelled(407),
      407,
      'The proxy that HTTPS_PROXY names answered HTTP 407: it wants a user and a password, which belong into HTTPS_PROXY.',
    ],
  ])('%s says whose it was', (_, where, status, message) => {
    expect(faultOfAnswer(where, answered(status), 0).message).toBe(message);
  });
});

describe('a connection that was open', () => {
  test.each(['authenticating', 'live'] as const)('and breaks while %s says why', phase => {
    expect(faultOfError(situation({ phase }), new Error('read ECONNRESET')).message).toBe(
      'The connection broke: read ECONNRESET.',
    );
  });

  test('and is closed says the code, and the reason as quoted text', () => {
    expect(faultOfClose(situation({ phase: 'live' }), 1001, Buffer.from('bye')).message).toBe(
      'The connection was closed by the feed with code 1001 "bye".',
    );
    expect(faultOfClose(situation({ phase: 'live' }), 1006, Buffer.alloc(0)).message).toBe(
      'The connection ended without a close frame.',
    );
  });
});
