import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Finding } from '../../runtime/cli/doctor/finding.js';
import { judgeClock } from '../../runtime/cli/doctor/machine.js';
import { examineMarket } from '../../runtime/cli/doctor/market.js';
import { Hub } from '../../runtime/stream/hub.js';
import { testOptions } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { doctor, find, report, running, setUp } from '../support/doctor.js';
import { FaultFeed } from '../support/fault-feed.js';
import { marketOf } from '../support/markets.js';
import { RawFeed } from '../support/raw-feed.js';

setUp();

describe.concurrent('the hosts', () => {
  test('that cannot be reached are told with the reason, and the markets are not tried', async () => {
    const feed = await RawFeed.open({});
    await feed.close();
    const document = await report(feed.url, ['--markets', 'stocks']);
    expect(find(document, 'host')).toMatchObject({
      name: feed.url.slice('ws://'.length),
      result: 'fail',
      message: 'not reached: it refuses connections (ECONNREFUSED)',
    });
    expect(find(document, 'market', 'stocks')).toMatchObject({ result: 'skip', message: /no host can be reached/ });
  });

  const tls = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

  async function secureFeed(name: string): Promise<FaultFeed> {
    const feed = await FaultFeed.open({ tls: { cert: tls(`${name}.pem`), key: tls(`${name}.key`) } });
    running.push(feed);
    return feed;
  }

  const trusting = { NODE_EXTRA_CA_CERTS: fileURLToPath(new URL('../fixtures/tls/ca.pem', import.meta.url)) };

  test('are reached by TCP and TLS', async () => {
    const feed = await secureFeed('good');
    const { code, stdout } = await doctor(feed.url, ['--markets', 'stocks'], trusting);
    expect(stdout).toMatch(/^ok {4}host +localhost:\d+: reached; TCP after \d+ ms, TLS after \d+ ms$/m);
    expect(stdout).toMatch(/^ok {4}stocks +the key is accepted/m);
    expect(code).toBe(0);
  });

  test.each([
    ['', {}],
    [', whatever the environment says,', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
  ])('with a bad certificate%s are not trusted', async (_what, env) => {
    const feed = await secureFeed('expired');
    const { code, stdout } = await doctor(feed.url, ['--markets', 'stocks'], { ...trusting, ...env });
    expect(stdout).toMatch(/^fail {2}host .*expired/m);
    expect(code).toBe(1);
    expect(feed.received).toEqual([]);
  });

  test.each(['expired', 'self-signed', 'wrong-host', 'good'])(
    'with a certificate that this machine does not trust (%s) call for the one of the proxy',
    async name => {
      const feed = await secureFeed(name);
      const document = await report(feed.url, ['--markets', 'stocks']);
      expect(find(document, 'host').result).toBe('fail');
      expect(document.to_do).toEqual([
        expect.stringMatching(/^localhost:\d+: .*proxy that inspects TLS.*NODE_EXTRA_CA_CERTS/),
      ]);
    },
  );

  test('that say nothing are given up in time', async () => {
    const feed = await FaultFeed.open();
    running.push(feed);
    feed.arm({ accept: () => {} }, Number.POSITIVE_INFINITY);
    const { code, stdout, tookMs } = await doctor(feed.url, [
      ...['--markets', 'stocks', '--connect-timeout-ms', '300', '--auth-timeout-ms', '300'],
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fail {2}stocks +CONNECT_FAILED/m);
    expect(tookMs).toBeLessThan(8_000);
  });
});

describe('the clock', () => {
  async function hostAt(offsetMs: number): Promise<string> {
    const server = createServer((_, response) => {
      response.setHeader('Date', new Date(Date.now() + offsetMs).toUTCString());
      response.writeHead(404).end();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    running.push({ close: () => new Promise(resolve => server.close(() => resolve())) });
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test.each([
    ['agrees with', 0, 'ok'],
    ['600 s behind', 600_000, 'fail'],
    ['600 s ahead of', -600_000, 'fail'],
  ])('that %s the Date header of the host is %s', async (how, offsetMs, result) => {
    const document = await report(await hostAt(offsetMs), ['--no-connect', '--markets', 'stocks']);
    const { message, skew_ms: skewMs, result: judged } = find(document, 'clock');
    expect(judged).toBe(result);
    // A slow machine may take a second more.
    expect(message.replace(/\b(?:599|601)\b/, '600')).toContain(how);
    expect(Math.abs((skewMs as number) - offsetMs)).toBeLessThan(2_000);
  });

  test.each([
    [0, 'ok'],
    [2_000, 'ok'],
    [-2_001, 'note'],
    [30_000, 'note'],
    [-30_001, 'fail'],
  ])('%d ms off is %s', (skewMs, result) => {
    const finding = judgeClock([
      { host: 'a', secure: true },
      { host: 'b', secure: true, skewMs },
    ]);
    expect(finding.result).toBe(result);
    expect(finding.message).toMatch(/the Date header of b$/);
    expect(finding.toDo !== undefined).toBe(result === 'fail');
  });

  test('is not judged where no host tells the time', () => {
    expect(judgeClock([{ host: 'a', secure: true }])).toMatchObject({ result: 'skip' });
  });
});

describe.concurrent('a market', () => {
  const saturdayMs = Date.UTC(2026, 10, 21, 12);

  function examined(market: string, feed: string, nowMs = saturdayMs): Promise<Finding> {
    const settings = { feed, allowedHosts: [], options: testOptions };
    const hub = new Hub(suite, markets, settings, { clock: new TestClock(nowMs), write: () => {} }).client({
      alone: true,
    });
    return examineMarket(hub, marketOf(market), 'for a reason');
  }

  test.each([
    [
      'stocks',
      'realtime',
      'not asked, for a reason; real time; closed since Friday 20:00; opens Monday 04:00 in New York',
    ],
    [
      'futures',
      'delayed',
      'not asked, for a reason; 10 minutes late; CME equity index futures closed since Friday 16:00; opens Sunday 17:00 in Chicago',
    ],
    ['crypto', 'realtime', 'not asked, for a reason; real time; open around the clock'],
    [
      'stocks',
      'ws://127.0.0.1:9',
      'not asked, for a reason; delay unknown; closed since Friday 20:00; opens Monday 04:00 in New York',
    ],
    ['stocks', 'simulated', 'not asked, for a reason; made-up data; open: it never closes'],
  ])('%s on %s on a Saturday says how late it is, and whether it is open', async (market, feed, message) => {
    expect(await examined(market, feed)).toMatchObject({ result: 'skip', message });
  });

  test.each([
    [
      'on a holiday',
      '2026-11-26T16:00:00Z',
      'closed since Wednesday 20:00 (Thanksgiving); opens Friday 04:00 in New York',
      'Thanksgiving',
    ],
    [
      'on an early close',
      '2026-11-27T17:00:00Z',
      'open (regular) until 13:00 in New York (early close, day after Thanksgiving), then after hours',
      null,
    ],
  ])('%s says so', async (_, moment, opening, holiday) => {
    expect(await examined('stocks', 'realtime', Date.parse(moment))).toMatchObject({
      message: `not asked, for a reason; real time; ${opening}`,
      facts: { holiday, holidays_known_to: '2028-12-31' },
    });
  });

  test('that lacks the feed is noted', async () => {
    expect(await examined('forex', 'delayed')).toMatchObject({
      result: 'note',
      message: expect.stringContaining('Forex has no feed "delayed"; it has realtime, business, simulated.'),
    });
  });
});
