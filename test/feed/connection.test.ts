import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Clock } from '../../runtime/core/clock.js';
import { Secret } from '../../runtime/core/secret.js';
import { Connection } from '../../runtime/feed/connection.js';
import type { FeedSocket } from '../../runtime/feed/socket.js';
import { Changes } from '../../runtime/pacing/changes.js';
import { LoopBudget } from '../../runtime/pacing/loop-budget.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { wireFrame } from '../bench/wire.js';
import { testKey, testOptions } from '../support/bench.js';
import { greeting, polite, RawFeed, type RawFeedScript, statusFrame, tcpOf } from '../support/raw-feed.js';
import { Hands } from '../support/scene.js';

const open: { close(): Promise<unknown> }[] = [];

/** A socket that leads nowhere. */
class SilentSocket extends EventEmitter implements FeedSocket {
  readonly readyState = WebSocket.CLOSED;
  send(): void {}
  ping(): void {}
  pong(): void {}
  pause(): void {}
  resume(): void {}
  close(): void {}
  terminate(): void {}
}

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

interface Watched {
  readonly connection: Connection;
  readonly feed: RawFeed;
  readonly states: string[];
  readonly until: (state: string) => Promise<boolean>;
}

interface Watching {
  /** Clock by which turns are measured. */
  readonly elapsed?: () => number;
  /** Sees every frame. */
  readonly frame?: (text: string) => void;
  readonly clock?: Clock;
}

async function watch(
  script: RawFeedScript,
  options: Partial<typeof testOptions> = {},
  { clock = systemClock, elapsed = () => clock.elapsed(), frame }: Watching = {},
): Promise<Watched> {
  const feed = await RawFeed.open(script);
  const changes = new Changes(systemClock);
  const states: string[] = [];
  const loopBudget = new LoopBudget({ ...clock, elapsed });
  const connection: Connection = new Connection(
    [feed.url],
    new Secret(testKey),
    { ...testOptions, ...options },
    clock,
    loopBudget,
    {
      frame: data => {
        frame?.(String(data));
        if (String(data) === greeting) connection.greeted();
        if (String(data).includes('auth_success')) connection.authenticated();
      },
      delivered: () => {},
      changed: () => {
        states.push(connection.state.name);
        changes.notify();
      },
    },
  );
  open.push(feed, { close: () => connection.stop() });
  connection.start();
  return { connection, feed, states, until: state => changes.until(() => connection.state.name === state, 5_000) };
}

function answer(...lines: string[]): (request: IncomingMessage, socket: Duplex) => boolean {
  return (_, socket) => {
    socket.end(`${lines.join('\r\n')}\r\n\r\n`);
    return true;
  };
}

describe('a connection', () => {
  test('passes through its states once, and sends only while it is live', async () => {
    const { connection, feed, states, until } = await watch(polite);
    expect(connection.send('too early')).toBe(false);
    await until('live');
    expect(connection.send('{"action":"subscribe","params":"T.A"}')).toBe(true);
    await connection.stop();
    expect(connection.send('too late')).toBe(false);
    expect(states).toEqual(['connecting', 'authenticating', 'live', 'stopped']);
    expect(feed.received[0]).toBe(`{"action":"auth","params":"${testKey}"}`);
  });

  test('is started once however often it is told to, and stopped as often as one likes', async () => {
    const { connection, feed, until } = await watch(polite);
    connection.start();
    await until('live');
    connection.start();
    expect(feed.attempts).toBe(1);
    await connection.stop();
    await connection.stop();
    expect(connection.state.name).toBe('stopped');
  });

  test('that never was opened is stopped at once', async () => {
    const { connection, feed } = await watch({ upgrade: () => true });
    await connection.stop();
    expect(connection.state.name).toBe('stopped');
    expect(connection.nextRetryMs).toBeUndefined();
    expect(feed.attempts).toBeLessThanOrEqual(1);
  });

  test('is cut off when the peer does not close with it', async () => {
    const { connection, feed, until } = await watch({
      ...polite,
      message: (socket, frame, attempt) => {
        polite.message(socket, frame, attempt);
        socket.pause();
      },
    });
    await until('live');
    await connection.stop();
    expect(connection.state.name).toBe('stopped');
    expect(feed.received).toHaveLength(1);
  });

  test('that fails after its stop stays stopped', async () => {
    const { connection, until } = await watch(polite);
    await until('live');
    await connection.stop();
    connection.fail({ kind: 'close', message: 'too late' });
    expect(connection.state.name).toBe('stopped');
    expect(connection.state.lastFault).toBeUndefined();
  });
});

describe('the back-off of a connection that was live', () => {
  test.each([
    [9_999, 4],
    [10_000, 1],
  ])('for %i ms counts %i failures', async (livedMs, attempt) => {
    const hands = new Hands();
    let peer: WebSocket | undefined;
    const { connection, states, until } = await watch(
      {
        ...polite,
        open: socket => {
          polite.open(socket, 1);
          peer = socket;
        },
        message: (socket, request, times) => (times <= 3 ? socket.close() : polite.message(socket, request, times)),
      },
      { backoffInitialMs: 10, backoffMaxMs: 1_000, stableAfterMs: 10_000 },
      { clock: hands.clock },
    );
    await until('live');
    expect(states.filter(name => name === 'retrying')).toHaveLength(3);
    await hands.pass(livedMs);
    peer!.close();
    await until('retrying');
    expect(connection.state.attempt).toBe(attempt);
    const delayMs = connection.nextRetryMs! - hands.clock.elapsed();
    expect(delayMs).toBeGreaterThanOrEqual(7.5 * 2 ** (attempt - 1));
    expect(delayMs).toBeLessThanOrEqual(10 * 2 ** (attempt - 1));
  });
});

describe('a feed that cuts again and again', () => {
  const usual = { backoffInitialMs: 1_000, backoffMaxMs: 30_000 };
  const patient = { connectTimeoutMs: 600_000, authTimeoutMs: 600_000, pingIntervalMs: 600_000 };

  /** Hands by which the waits between attempts are over at once, though no others. */
  function hasty(): Hands {
    const hands = new Hands();
    const { clock } = hands;
    const after = (ms: number, ring: () => void) => clock.after(ms > usual.backoffMaxMs ? ms : 1, ring);
    return Object.assign(hands, { clock: { ...clock, random: () => 0, after } });
  }

  /** Waits before each attempt, of a feed that accepts every connection. */
  async function waitsOf(
    count: number,
    live: (watched: Watched, hands: Hands, life: number) => Promise<void>,
  ): Promise<number[]> {
    const hands = hasty();
    const waits: number[] = [];
    let lives = 0;
    const changes = new Changes(systemClock);
    const feed = await RawFeed.open(polite);
    const connection: Connection = new Connection(
      [feed.url],
      new Secret(testKey),
      { ...testOptions, ...usual, ...patient },
      hands.clock,
      new LoopBudget(hands.clock),
      {
        frame: data => {
          if (String(data) === greeting) connection.greeted();
          if (String(data).includes('auth_success')) connection.authenticated();
        },
        delivered: () => {},
        changed: () => {
          if (connection.state.name === 'live') lives++;
          if (connection.state.name === 'retrying') waits.push(connection.nextRetryMs! - hands.clock.elapsed());
          changes.notify();
        },
      },
    );
    open.push(feed, { close: () => connection.stop() });
    const watched = { connection, feed, states: [], until: () => changes.until(() => false, 0) };
    connection.start();
    for (let life = 1; life <= count; life++) {
      expect(await changes.until(() => connection.state.name === 'live' && lives === life, 5_000)).toBe(true);
      await live(watched, hands, life);
      connection.fail({ kind: 'close', message: 'cut' });
    }
    return waits;
  }

  /** Messages from the first one on for so long. */
  const streams =
    (ms: number) =>
    async ({ connection }: Watched, hands: Hands): Promise<void> => {
      connection.messageCame();
      await hands.pass(ms);
      connection.messageCame();
    };

  test('is tried again within 5 s each time, as long as it sends messages', async () => {
    const waits = await waitsOf(30, streams(500));
    expect(waits.slice(0, 3)).toEqual([1_000, 2_000, 3_500]);
    expect(Math.max(...waits)).toBeLessThan(5_000);
  });

  test('is tried again at once, where messages came for two seconds', async () => {
    expect(await waitsOf(6, streams(2_000))).toEqual(Array.from({ length: 6 }, () => 1_000));
    expect((await waitsOf(4, streams(1_999)))[3]).toBe(3_500);
  });

  test('is tried less and less where it accepts connections and ten in a row brought no message', async () => {
    const waits = await waitsOf(14, async () => {});
    expect(waits.slice(0, 9).every(ms => ms < 5_000)).toBe(true);
    expect(waits.slice(9)).toEqual([8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('has another ten attempts after each message', async () => {
    const waits = await waitsOf(20, async ({ connection }, _, life) => {
      if (life === 10) connection.messageCame();
    });
    expect(waits.slice(0, 19).every(ms => ms < 5_000)).toBe(true);
    expect(waits[19]).toBe(8_000);
  });

  test('is told of messages for two seconds, and not any more', async () => {
    const seen: boolean[] = [];
    await waitsOf(2, async ({ connection }, hands) => {
      seen.push(connection.wantsMessages);
      await streams(1_999)({ connection } as Watched, hands);
      seen.push(connection.wantsMessages);
      await hands.pass(1);
      connection.messageCame();
      seen.push(connection.wantsMessages);
    });
    expect(seen).toEqual([true, true, false, true, true, false]);
  });
});

describe('a flood of frames', () => {
  /** Accepts the key, and sends 100 numbered frames in one piece. */
  const flood: RawFeedScript = {
    ...polite,
    message: (socket, frame) => {
      polite.message(socket, frame, 1);
      const tcp = tcpOf(socket);
      tcp.cork();
      for (let number = 0; number < 100; number++) socket.send(`[${number}]`);
      tcp.uncork();
    },
  };

  function numbersIn(texts: readonly string[]): number[] {
    return texts.flatMap(text => (/^\[\d+\]$/.test(text) ? JSON.parse(text) : []));
  }

  test('gives others their turn after five milliseconds, and loses nothing', async () => {
    let nowMs = 0;
    const texts: string[] = [];
    const { connection } = await watch(
      flood,
      {},
      { elapsed: () => (nowMs += 10), frame: text => void texts.push(text) },
    );
    const changes = new Changes(systemClock);
    const look = setInterval(() => changes.notify(), 5);
    expect(await changes.until(() => numbersIn(texts).length === 100, 5_000)).toBe(true);
    clearInterval(look);
    expect(numbersIn(texts)).toEqual(Array.from({ length: 100 }, (_, number) => number));
    expect(connection.state.name).toBe('live');
  });

  test('is not heard any more from the frame on at which it was stopped', async () => {
    const texts: string[] = [];
    const watched: Watched = await watch(
      flood,
      {},
      {
        frame: text => {
          texts.push(text);
          if (text === '[4]') void watched.connection.stop();
        },
      },
    );
    await watched.until('stopped');
    await watched.connection.stop();
    expect(numbersIn(texts)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('what one read of the socket brings', () => {
  /** A reserved bit is set. */
  const breach = Buffer.from([0xc1, 0]);

  /** Answers the key with these frames and a breach, all in one piece. */
  function answering(...texts: string[]): RawFeedScript {
    return {
      ...polite,
      message: socket => {
        tcpOf(socket).write(Buffer.concat([...texts.map(wireFrame), breach]));
      },
    };
  }

  test('is taken in before the breach that ends it', async () => {
    const { connection, states, until } = await watch(answering(statusFrame('auth_success', 'authenticated')));
    await until('retrying');
    expect(states).toEqual(['connecting', 'authenticating', 'live', 'retrying']);
    expect(connection.state.lastFault).toMatchObject({ kind: 'close', message: expect.stringContaining('RSV1') });
  });

  test('says why it ended, where that was said before the breach', async () => {
    const watched: Watched = await watch(
      answering('[1]', '[2]', '[3]'),
      {},
      {
        frame: text => {
          if (text === '[2]') watched.connection.fail({ kind: 'auth_failed', message: 'No.' });
        },
      },
    );
    await watched.until('refused');
    expect(watched.connection.state.lastFault).toEqual({ kind: 'auth_failed', message: 'No.' });
  });

  test('is taken in before a stop, and nothing after it', () => {
    const socket = new SilentSocket();
    const seen: string[] = [];
    const connection: Connection = new Connection(
      ['ws://nowhere'],
      new Secret(testKey),
      testOptions,
      systemClock,
      new LoopBudget(systemClock),
      {
        frame: data => void seen.push(String(data)),
        delivered: () => void seen.push('delivered'),
        changed: () => void seen.push(connection.state.name),
      },
      () => socket,
    );
    connection.start();
    socket.emit('open');
    socket.emit('message', Buffer.from('[1]'), false);
    void connection.stop();
    socket.emit('message', Buffer.from('[2]'), false);
    expect(seen).toEqual(['connecting', 'authenticating', '[1]', 'delivered', 'stopped']);
  });
});

describe('a ping of the feed', () => {
  test('is a sign of life like any frame', async () => {
    let pinging: NodeJS.Timeout | undefined;
    const { connection, feed, until } = await watch(
      {
        ...polite,
        open: socket => {
          socket.send(greeting);
          pinging = setInterval(() => socket.ping(), 10);
          socket.on('close', () => clearInterval(pinging));
        },
      },
      { pingIntervalMs: 60, pongTimeoutMs: 60 },
    );
    await until('live');
    await new Changes(systemClock).until(() => false, 300);
    expect(connection.state.name).toBe('live');
    expect(feed.attempts).toBe(1);
  });
});

describe('a ping to the feed', () => {
  test('comes again as soon as the feed was silent for the interval, however long a pong may take', async () => {
    const changes = new Changes(systemClock);
    let pings = 0;
    const { until } = await watch(
      {
        ...polite,
        open: socket => {
          socket.send(greeting);
          socket.on('ping', () => {
            pings++;
            socket.pong();
            changes.notify();
          });
        },
      },
      { pingIntervalMs: 30, pongTimeoutMs: 60_000 },
    );
    await until('live');
    expect(await changes.until(() => pings >= 3, 10_000)).toBe(true);
  });

  test('that finds a frame under way, slow as it may be, gives nobody up', async () => {
    const changes = new Changes(systemClock);
    let pings = 0;
    // The head of a text frame of 255 bytes, which then come one by one.
    const bytes = [0x81, 126, 0, 255, ...Buffer.from('x'.repeat(255))];
    const { feed, states, until } = await watch(
      {
        ...polite,
        open: socket => {
          socket.send(greeting);
          socket.on('ping', () => {
            tcpOf(socket).write(Buffer.of(bytes[pings++]!));
            changes.notify();
          });
        },
      },
      { pingIntervalMs: 20, pongTimeoutMs: 200 },
    );
    await until('live');
    expect(await changes.until(() => pings >= 4, 10_000)).toBe(true);
    expect([feed.attempts, states.at(-1)]).toEqual([1, 'live']);
  });
});

describe('what the other side says on failing', () => {
  test.each<[string, RawFeedScript, string]>([
    [
      'a status',
      { upgrade: answer('HTTP/1.1 502 Bad Gateway') },
      'The host answered HTTP 502 instead of opening a WebSocket.',
    ],
    ['no HTTP at all', { upgrade: answer('hello there') }, 'HPE_INVALID_CONSTANT'],
    [
      'a wrong handshake',
      {
        upgrade: answer(
          'HTTP/1.1 101 Switching Protocols',
          'Upgrade: websocket',
          'Connection: Upgrade',
          'Sec-WebSocket-Accept: bm8=',
        ),
      },
      'Invalid Sec-WebSocket-Accept header',
    ],
    ['a reset', { upgrade: (_, socket) => !!socket.destroy() }, 'ECONNRESET'],
  ])('is told: %s', async (_, script, message) => {
    const { connection, until } = await watch(script);
    await until('retrying');
    expect(connection.state.lastFault?.message).toContain(message);
  });

  test('is told with the reason of the close, as quoted data', async () => {
    const { connection, until } = await watch({
      ...polite,
      message: socket => socket.close(4001, 'go\u001b[31m away'),
    });
    await until('retrying');
    expect(connection.state.lastFault?.message).toBe(
      'The connection was closed by the feed with code 4001 "go\\u001b[31m away".',
    );
  });

  test('is told with the fault of the frame that ended it', async () => {
    const { connection, until } = await watch({
      upgrade: (request, socket) => {
        const accept = createHash('sha1').update(
          `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
        );
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`,
        );
        socket.write(Buffer.from([0xf1, 0x00]));
        return true;
      },
    });
    await until('retrying');
    expect(connection.state.lastFault?.message).toMatch(/WS_ERR_UNEXPECTED_RSV/);
  });
});

describe('Retry-After', () => {
  async function waitOf(header: string): Promise<number> {
    const before = systemClock.elapsed();
    const { connection, until } = await watch({ upgrade: answer('HTTP/1.1 429 Too Many', `Retry-After: ${header}`) });
    await until('retrying');
    return connection.nextRetryMs! - before;
  }

  test('is honoured as seconds and as a date', async () => {
    expect(await waitOf('3')).toBeGreaterThanOrEqual(3_000);
    expect(await waitOf(new Date(Date.now() + 10_000).toUTCString())).toBeGreaterThan(8_000);
  });

  test('is honoured as long as it says, up to a day', async () => {
    expect(await waitOf('3600')).toBeGreaterThanOrEqual(3_600_000);
    expect(await waitOf('86400')).toBeGreaterThanOrEqual(86_400_000);
  });

  test('as a date means that date by the clock of the host, whatever the clock here says', async () => {
    const dates = 'Wed, 09 Sep 2026 13:00:00 GMT\r\nDate: Wed, 09 Sep 2026 12:00:00 GMT';
    expect(Math.round((await waitOf(dates)) / 60_000)).toBe(60);
  });

  test.each(['86401', '99999999999', new Date(Date.now() + 2 * 86_400_000).toUTCString()])(
    'of more than a day ends the stream, with the reason and the way out: %s',
    async header => {
      const { connection, feed, until } = await watch({
        upgrade: answer('HTTP/1.1 503 Busy', `Retry-After: ${header}`),
      });
      await until('refused');
      expect(connection.state.lastFault?.message).toMatch(
        /HTTP 503 .* longer than the 24 hours .* start the stream again/,
      );
      expect([feed.attempts, connection.nextRetryMs]).toEqual([1, undefined]);
    },
  );

  test.each(['soon', '0', 'Thu, 01 Jan 1970 00:00:00 GMT'])('is ignored as %s', async header => {
    expect(await waitOf(header)).toBeLessThan(1_000);
  });
});

test('a connection that was never begun has given everything that came', () => {
  const loopBudget = new LoopBudget(systemClock);
  const listener = { frame: () => undefined, delivered() {}, changed() {} };
  const connection = new Connection(
    ['ws://127.0.0.1:1'],
    new Secret(testKey),
    testOptions,
    systemClock,
    loopBudget,
    listener,
  );
  let called = false;
  connection.given(() => {
    called = true;
  });
  expect(called).toBe(true);
});
