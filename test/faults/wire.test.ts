/** What a feed and the network can do to a stream that opens. Every row is played over real sockets. */
import { randomBytes } from 'node:crypto';
import { describe, expect } from 'vitest';
import { type Fault, status, trade } from '../support/fault-feed.js';
import { always, connected, declare, denied, failed, type Row } from '../support/fault-rows.js';
import { expectNoRejections, type FaultRun } from '../support/fault-run.js';

const neverOpened = `connecting retrying ${connected}`;

const neverAccepted = `connecting authenticating retrying ${connected}`;

function http(code: number, headers = ''): Fault {
  return { upgrade: peer => peer.answer(code, headers) };
}

function gapMs(run: FaultRun): number {
  return run.feed.acceptedMs[1]! - run.feed.acceptedMs[0]!;
}

const connecting: Row[] = [
  {
    name: 'tcp-drop: comes back when the connection is accepted and dropped',
    fault: { accept: socket => socket.destroy() },
    states: neverOpened,
    start: { state: 'retrying', unconfirmed: ['T.AAPL', 'Q.AAPL'], ...failed('Could not connect') },
    attempts: 2,
  },
  {
    name: 'tcp-rst-accept: comes back when the connection is accepted and reset',
    fault: { accept: socket => socket.resetAndDestroy() },
    states: neverOpened,
    start: { state: 'retrying', ...failed('ECONNRESET|hang up') },
    attempts: 2,
  },
  {
    name: 'tcp-hang: gives up on a host that never says a byte, and comes back',
    fault: { accept: () => {} },
    options: { connectTimeoutMs: 600 },
    states: neverOpened,
    start: { state: 'retrying', ...failed('within 600 ms') },
    attempts: 2,
  },
  {
    name: 'http-200: takes a page for no feed, and comes back',
    fault: http(200),
    states: neverOpened,
    start: { state: 'retrying', ...failed('HTTP 200') },
  },
  {
    name: 'http-302: does not follow a redirect, and comes back',
    fault: {
      upgrade: peer => peer.answer(302, `Location: http://localhost:${peer.socket.localPort}/elsewhere\r\n`),
    },
    states: neverOpened,
    start: { state: 'retrying', ...failed('HTTP 302') },
    check: ({ feed }) => expect(feed.peers.map(({ path }) => path)).toEqual(['/stocks', '/stocks']),
  },
  {
    name: 'http-400: names the code, and comes back',
    fault: http(400),
    states: neverOpened,
    start: { state: 'retrying', ...failed('HTTP 400') },
  },
  ...[401, 403, 404].map(code => ({
    name: `http-${code}: is final, with one attempt`,
    fault: http(code),
    states: 'connecting refused',
    start: { state: 'refused', error: expect.objectContaining({ code: 'CONNECT_FAILED' }), ...failed(`HTTP ${code}`) },
    attempts: 1,
  })),
  ...[429, 503].map(code => ({
    name: `http-${code}: does not come back before Retry-After says so`,
    fault: http(code, 'Retry-After: 1\r\n'),
    states: neverOpened,
    start: { state: 'retrying', next_retry_at: expect.any(String), ...failed(`HTTP ${code}`) },
    check: (run: FaultRun) => expect(gapMs(run)).toBeGreaterThan(980),
  })),
  {
    name: 'http-503: keeps a Retry-After of an hour, and says when it comes back',
    fault: http(503, 'Retry-After: 3600\r\n'),
    states: 'connecting retrying',
    start: { state: 'retrying', next_retry_at: expect.any(String), ...failed('HTTP 503') },
    check: (run: FaultRun) => expect(run.stocks.nextRetryAtMs).toBeGreaterThan(Date.now() + 3_590_000),
  },
  ...['86401', '99999999999999999999', 'Fri, 31 Dec 2199 23:59:59 GMT'].map(text => ({
    name: `http-429: is final where Retry-After is more than a day: ${text}`,
    fault: http(429, `Retry-After: ${text}\r\n`),
    states: 'connecting refused',
    start: {
      state: 'refused',
      error: expect.objectContaining({ code: 'CONNECT_FAILED' }),
      ...failed('HTTP 429.*longer than the 24 hours.*start the stream again'),
    },
    attempts: 1,
  })),
  ...['-1', 'soon', '1e9', ''].map(text => ({
    name: `http-429: a Retry-After of ${JSON.stringify(text)} neither crashes nor stops it for good`,
    fault: http(429, `Retry-After: ${text}\r\n`),
    states: 'connecting retrying',
    start: { state: 'retrying' },
    check: (run: FaultRun) => expect(run.stocks.nextRetryAtMs).toBeLessThanOrEqual(Date.now() + 600_000),
  })),
  ...[500, 502].map(code => ({
    name: `http-${code}: comes back`,
    fault: http(code),
    states: neverOpened,
    start: { state: 'retrying', ...failed(`HTTP ${code}`) },
  })),
  {
    name: 'upgrade-stall: gives up on an upgrade without an answer, and comes back',
    fault: { upgrade: () => {} },
    options: { connectTimeoutMs: 600 },
    states: neverOpened,
    start: { state: 'retrying', ...failed('within 600 ms') },
    attempts: 2,
  },
  {
    name: 'upgrade-slow: waits for an upgrade that is slow, but in time',
    fault: { upgrade: peer => setTimeout(() => peer.accept(), 300) },
    options: { connectTimeoutMs: 3_000 },
    states: connected,
    start: { state: 'live', accepted: ['T.AAPL', 'Q.AAPL'] },
    attempts: 1,
  },
  {
    name: 'upgrade-drop: comes back when the connection is dropped in the upgrade',
    fault: { upgrade: peer => peer.drop() },
    states: neverOpened,
    start: { state: 'retrying', ...failed('hang up|ECONNRESET') },
  },
  {
    name: 'upgrade-garbage: comes back when the answer is no HTTP',
    fault: { upgrade: peer => peer.raw(randomBytes(64)) },
    states: neverOpened,
    start: { state: 'retrying', ...failed('Parse Error') },
  },
  {
    name: 'upgrade-endless: comes back when the headers of the answer never end',
    fault: { upgrade: peer => peer.raw(`HTTP/1.1 101 Switching Protocols\r\nX: ${'x'.repeat(100_000)}`) },
    states: neverOpened,
    start: { state: 'retrying', ...failed('overflow|OVERFLOW') },
  },
  {
    name: 'bad-accept: comes back when the accept header is wrong',
    fault: {
      upgrade: peer => {
        peer.request = 'Sec-WebSocket-Key: another';
        peer.accept();
      },
    },
    states: neverOpened,
    start: { state: 'retrying', ...failed('Sec-WebSocket-Accept') },
  },
  {
    name: 'unasked-extension: refuses compression that was not asked for, and comes back',
    fault: { upgrade: peer => peer.accept('Sec-WebSocket-Extensions: permessage-deflate\r\n') },
    states: neverOpened,
    start: { state: 'retrying', ...failed('Sec-WebSocket-Extensions') },
  },
  {
    name: 'tcp-drop: tries for as long as it is wanted, slower from time to time',
    fault: { accept: socket => socket.destroy() },
    times: 7,
    states: `${'connecting retrying '.repeat(7)}${connected}`,
    attempts: 8,
    check: ({ feed: { acceptedMs } }) => expect(acceptedMs.at(-1)! - acceptedMs[0]!).toBeGreaterThan(0.75 * 190),
  },
];

const authenticating: Row[] = [
  {
    name: 'no-connected: sends the key to a feed that does not greet',
    fault: { greet: () => {} },
    options: { authTimeoutMs: 400 },
    states: connected,
    start: { state: 'live', accepted: ['T.AAPL', 'Q.AAPL'] },
    attempts: 1,
  },
  {
    name: 'slow-connected: works when the greeting comes late, with the key sent once',
    fault: { greet: peer => setTimeout(() => peer.greet(), 300) },
    states: connected,
    check: ({ feed }) => expect(feed.received.filter(({ action }) => action === 'auth')).toHaveLength(1),
  },
  {
    name: 'two-greetings: sends the key once',
    fault: {
      greet: peer => {
        peer.greet();
        peer.greet();
      },
    },
    states: connected,
    check: ({ feed }) => expect(feed.received.filter(({ action }) => action === 'auth')).toHaveLength(1),
  },
  {
    name: 'auth-fail: is final when the key is refused and the socket destroyed, and the words are shown without it',
    fault: {
      auth(peer, key) {
        peer.text(status('auth_failed', `authentication failed for ${key}`));
        peer.socket.end();
      },
    },
    states: 'connecting authenticating refused',
    start: {
      state: 'refused',
      error: expect.objectContaining({ code: 'AUTH_FAILED' }),
      ...failed('redacted', 'AUTH_FAILED'),
    },
    attempts: 1,
  },
  {
    name: 'auth-unentitled: is final for this market, with the words of the feed',
    fault: {
      auth(peer) {
        peer.text(status('auth_failed', "Your plan doesn't include websocket access. Visit https://example.com."));
        peer.socket.end();
      },
    },
    states: 'connecting authenticating refused',
    start: { state: 'refused', ...failed('plan doesn.t include', 'PLAN_NO_WEBSOCKET') },
    attempts: 1,
  },
  {
    name: 'auth-stall: gives up on a feed that does not answer the key, and comes back',
    fault: { auth: () => {} },
    options: { authTimeoutMs: 600 },
    states: neverAccepted,
    start: { state: 'retrying', ...failed('within 600 ms') },
    attempts: 2,
  },
  {
    name: 'auth-slow: waits for an answer that is slow, but in time',
    fault: { auth: peer => setTimeout(() => peer.acceptKey(), 300) },
    states: connected,
    start: { state: 'live' },
    attempts: 1,
  },
  {
    name: 'auth-close: comes back when the feed closes instead of answering the key',
    fault: { auth: peer => peer.close(1008) },
    times: 2,
    states: `connecting authenticating retrying connecting authenticating retrying ${connected}`,
    attempts: 3,
  },
  {
    name: 'auth-close: is final after the fifth close in a row',
    fault: { auth: peer => peer.close(1008) },
    times: always,
    states: `${'connecting authenticating retrying '.repeat(4)}connecting authenticating refused`,
    attempts: 5,
  },
  {
    name: 'auth-drop: comes back when the socket is destroyed instead of an answer to the key',
    fault: { auth: peer => peer.drop() },
    states: neverAccepted,
    start: { state: 'retrying', ...failed('without a close frame') },
    attempts: 2,
  },
  {
    name: 'auth-timeout: comes back the first time',
    fault: {
      auth(peer) {
        peer.text(status('auth_timeout', 'No authentication request received.'));
        peer.close(1008);
      },
    },
    states: neverAccepted,
    start: { state: 'retrying', ...failed('auth|request', 'AUTH_TIMEOUT') },
    attempts: 2,
  },
  {
    name: 'auth-timeout: is final at the second time in a row',
    fault: {
      auth(peer) {
        peer.text(status('auth_timeout', 'No authentication request received.'));
        peer.close(1008);
      },
    },
    times: always,
    states: 'connecting authenticating retrying connecting authenticating refused',
    status: failed('', 'AUTH_TIMEOUT'),
    attempts: 2,
  },
  {
    name: 'max-connections: stays down when the slot is taken right after the key was accepted',
    fault: {
      auth(peer) {
        peer.acceptKey();
        peer.text(status('max_connections', 'Maximum number of websocket connections exceeded.'));
        peer.close(1008);
      },
    },
    times: always,
    states: `${connected} refused`,
    start: { state: 'refused', ...failed('Maximum number', 'MAX_CONNECTIONS') },
    status: { silence: expect.stringContaining('stays down') },
    attempts: 1,
  },
  {
    name: 'huge-words: cuts what the feed says about a refusal',
    fault: { auth: peer => peer.text(status('auth_failed', `go away\u001b[2J\n${'!'.repeat(100_000)}`)) },
    states: 'connecting authenticating refused',
    check: async run => expect(JSON.stringify(await run.status()).length).toBeLessThan(3_000),
  },
];

const subscribing: Row[] = [
  {
    name: 'sub-max-connections: stays down when the slot is taken after the acknowledgement',
    fault: {
      subscribe(peer, names) {
        peer.acknowledge(names);
        peer.text(status('max_connections', 'Maximum number of websocket connections exceeded.'));
        peer.close(1008);
      },
    },
    times: always,
    states: `${connected} refused`,
    status: failed('Maximum number', 'MAX_CONNECTIONS'),
    attempts: 1,
  },
  {
    name: 'sub-deny: rejects what the feed refuses without a name, keeps the rest, and does not ask again',
    fault: {
      subscribe(peer, names) {
        const kept = names.filter(name => !name.startsWith('Q.'));
        peer.acknowledge(kept);
        for (let count = kept.length; count < names.length; count++) peer.text(denied);
      },
    },
    times: always,
    states: connected,
    start: {
      state: 'live',
      accepted: ['T.AAPL'],
      rejected: [expect.objectContaining({ channel: 'Q.AAPL', code: 'NOT_AUTHORIZED' })],
      subscription_count: 1,
    },
    async check(run) {
      run.feed.peer()!.drop();
      await run.until('back', () => run.stocks.totals.reconnects === 1);
      await run.expectData();
      expect(run.feed.received.filter(({ params }) => params.includes('Q.AAPL'))).toHaveLength(1);
    },
  },
  {
    name: 'sub-stall: says unconfirmed after a while, and takes data all the same',
    fault: { subscribe: () => {} },
    options: { ackTimeoutMs: 100 },
    states: connected,
    start: { state: 'live', accepted: [], unconfirmed: ['T.AAPL', 'Q.AAPL'], subscription_count: 2 },
    check: ({ stocks }) => expect(stocks.subscriptions.stateOf('T.AAPL')).toBe('accepted'),
  },
  {
    name: 'sub-partial: tells what was acknowledged from what was not',
    fault: { subscribe: (peer, names) => peer.acknowledge(names.filter((_, index) => index % 2 === 1)) },
    options: { ackTimeoutMs: 100 },
    states: connected,
    start: { state: 'live', accepted: ['Q.AAPL'], unconfirmed: ['T.AAPL'] },
  },
  {
    name: 'sub-slow: waits for acknowledgements that are slow, but in time',
    fault: { subscribe: (peer, names) => setTimeout(() => peer.acknowledge(names), 300) },
    states: connected,
    start: { state: 'live', accepted: ['T.AAPL', 'Q.AAPL'], unconfirmed: [] },
  },
  {
    name: 'sub-late: takes an acknowledgement that comes after its time',
    fault: { subscribe: () => {} },
    options: { ackTimeoutMs: 50 },
    states: connected,
    start: { unconfirmed: ['T.AAPL', 'Q.AAPL'] },
    async check(run) {
      run.feed.peer()!.acknowledge(['T.AAPL', 'Q.AAPL']);
      const { subscriptions } = run.stocks;
      await run.until('acknowledged', () => subscriptions.namesIn('accepted').length === 2);
    },
  },
  {
    name: 'sub-dup-ack: takes two acknowledgements for one',
    fault: {
      subscribe(peer, names) {
        peer.acknowledge(names);
        peer.acknowledge(names);
      },
    },
    states: connected,
    start: { accepted: ['T.AAPL', 'Q.AAPL'], subscription_count: 2 },
  },
  {
    name: 'sub-foreign-ack: does not take up what it never asked for',
    fault: { subscribe: (peer, names) => peer.acknowledge([...names, 'T.*', '__proto__', '', 'T.NVDA']) },
    states: connected,
    status: { subscriptions: ['T.AAPL', 'Q.AAPL'], subscription_count: 2 },
  },
  {
    name: 'sub-close: comes back, but not at full speed, and is final after the fifth close',
    fault: { subscribe: peer => peer.close(1008) },
    times: always,
    options: { backoffInitialMs: 20, backoffMaxMs: 80 },
    states: `${`${connected} retrying `.repeat(4)}${connected} refused`,
    attempts: 5,
    check: ({ feed: { acceptedMs } }) => expect(acceptedMs.at(-1)! - acceptedMs[0]!).toBeGreaterThan(0.75 * 220),
  },
  {
    name: 'data-before-ack: keeps data that comes first',
    fault: {
      subscribe(peer, names) {
        peer.text(trade(1));
        setTimeout(() => peer.acknowledge(names), 150);
      },
    },
    states: connected,
    start: { accepted: ['T.AAPL', 'Q.AAPL'] },
    check: async run => expect(await run.read()).toMatchObject([{ price: 1 }, { price: 4711 }]),
  },
];

expectNoRejections();

describe.concurrent('a stream that cannot connect', () => declare(connecting));

describe.concurrent('a stream that cannot authenticate', () => declare(authenticating));

describe.concurrent('a stream that subscribes', () => declare(subscribing));
