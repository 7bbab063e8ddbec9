import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, test } from 'vitest';
import { answerPings, Heartbeat, type PingedSocket } from '../../runtime/feed/heartbeat.js';
import { TestClock } from '../support/clock.js';

const options = { pingIntervalMs: 30_000, pongTimeoutMs: 10_000 };

describe('a heartbeat', () => {
  let clock: TestClock;
  let heartbeat: Heartbeat;
  let bytes: number | undefined;
  /** Moments. */
  let pings: number[];
  let deaths: [atMs: number, silentMs: number][];

  beforeEach(() => {
    clock = new TestClock();
    bytes = 0;
    pings = [];
    deaths = [];
    heartbeat = new Heartbeat(clock, options, {
      ping: () => pings.push(clock.elapsed()),
      bytesRead: () => bytes,
      died: silentMs => deaths.push([clock.elapsed(), silentMs]),
    });
    heartbeat.heard(0);
  });

  test('does nothing before it is started', () => {
    clock.advance(1_000_000);
    expect([pings, deaths, clock.waiting]).toEqual([[], [], 0]);
  });

  test('pings after silence for the interval, and gives up when nothing answers for the time-out', () => {
    heartbeat.start();
    clock.advance(29_999);
    expect(pings).toEqual([]);
    clock.advance(10_001);
    expect([pings, deaths]).toEqual([[30_000], []]);
    clock.advance(1);
    expect(deaths).toEqual([[40_001, 40_000]]);
    expect(clock.waiting).toBe(0);
  });

  test('counts the silence from the last sign of life, also from one before the start', () => {
    clock.advance(20_000);
    heartbeat.start();
    clock.advance(9_000);
    heartbeat.heard(29_000);
    clock.advance(29_999);
    expect(pings).toEqual([]);
    clock.advance(1);
    expect(pings).toEqual([59_000]);
  });

  test('pings soon where the silence was long before the start', () => {
    clock.advance(50_000);
    heartbeat.start();
    clock.advance(1);
    expect(pings).toEqual([50_001]);
  });

  test('begins anew with the answer to a ping', () => {
    heartbeat.start();
    clock.advance(30_100);
    heartbeat.heard(30_100);
    clock.advance(29_999);
    expect(pings).toEqual([30_000]);
    clock.advance(1);
    expect([pings, deaths]).toEqual([[30_000, 60_100], []]);
  });

  test('gives nobody up of whom bytes came since the ping, though no frame was whole', () => {
    heartbeat.start();
    clock.advance(39_999);
    bytes = 1;
    clock.advance(2);
    expect(deaths).toEqual([]);
    clock.advance(1);
    expect(pings).toEqual([30_000, 40_002]);
  });

  test('gives up where nobody knows what bytes came', () => {
    bytes = undefined;
    heartbeat.start();
    clock.advance(40_001);
    expect(deaths).toHaveLength(1);
  });

  test.each([10_000, 35_000, 40_000])('is stopped after %i ms for good', ms => {
    heartbeat.start();
    clock.advance(ms);
    heartbeat.stop();
    heartbeat.heard(clock.elapsed());
    const { length } = pings;
    clock.advance(1_000_000);
    expect([pings.length, deaths, clock.waiting]).toEqual([length, [], 0]);
  });
});

test('pings are answered one at a time, and of those that come meanwhile the last', () => {
  class Socket extends EventEmitter implements PingedSocket {
    readonly answers: string[] = [];
    sent: () => void = () => {};
    pong(data: Buffer, _mask: undefined, sent: () => void): void {
      this.answers.push(String(data));
      this.sent = sent;
    }
  }
  const socket = new Socket();
  answerPings(socket);
  for (const text of ['1', '2', '3']) socket.emit('ping', Buffer.from(text));
  expect(socket.answers).toEqual(['1']);
  socket.sent();
  expect(socket.answers).toEqual(['1', '3']);
  socket.sent();
  socket.emit('ping', Buffer.from('4'));
  expect(socket.answers).toEqual(['1', '3', '4']);
});
