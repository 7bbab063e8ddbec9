/** Requests of several callers: how many at once, how often, and which are one. */
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../runtime/contract/operation.js';
import { closeAfterEach, open } from '../support/closing.js';
import { defaultOptions } from '../support/options.js';
import {
  bars,
  clientOf,
  failure,
  RestHost,
  type Scripted,
  snapshot,
  status,
  tickers,
  trades,
} from '../support/rest-host.js';

closeAfterEach();

async function hosted(script: readonly Scripted[], options = defaultOptions) {
  const host = await RestHost.open();
  host.answer(...script);
  const { api, clock } = clientOf(host, { options });
  open.push(host, api);
  const call = (operation: Operation, args: unknown, client = 'a', signal?: AbortSignal) =>
    api.call(operation, args, { client, signal });
  return { host, api, clock, call };
}

const fine = { results: [{ price: 1 }] };
const tooOften = status(429, { status: 'ERROR', error: "You've exceeded the maximum requests per minute" });

describe('a pace', () => {
  test('is kept by nobody until the API says that there is one', async () => {
    const { host, call } = await hosted([fine]);

    for (let index = 0; index < 20; index++) await call(trades, { ticker: `A${index}` });

    expect(host.asked).toHaveLength(20);
  });

  test('is told after one refusal, which burns no further requests', async () => {
    const { host, call, clock } = await hosted([fine, fine, fine, fine, fine, tooOften, fine]);
    for (let index = 0; index < 5; index++) await call(trades, { ticker: `A${index}` });
    clock.advance(10_000);

    const first = await failure(call(trades, { ticker: 'B' }));
    clock.advance(5_000);
    const second = await failure(call(trades, { ticker: 'C' }));

    expect(first).toMatchObject({ code: 'RATE_LIMITED', hint: expect.stringMatching(/^Call again after 50 s/) });
    expect(first.message).toContain('the free plan has 5 requests a minute. The next one may go in 50 s.');
    expect(second.message).toContain('The next one may go in 45 s.');
    expect(host.asked).toHaveLength(6);

    clock.advance(45_000);
    expect(await call(trades, { ticker: 'D' })).toMatchObject({ count: 1 });
  });

  test('is 5 a minute from then on', async () => {
    const { host, call, clock } = await hosted([tooOften, fine]);
    expect((await failure(call(trades, { ticker: 'A' }))).message).toContain('may go in 12 s');
    clock.advance(60_000);

    const calls = Array.from({ length: 8 }, (_, index) => call(trades, { ticker: `B${index}` }));
    const ended = await Promise.allSettled(calls);

    expect(ended.filter(({ status: how }) => how === 'fulfilled')).toHaveLength(5);
    expect(host.asked).toHaveLength(6);
  });

  test('is not that of the free plan where more went through', async () => {
    const { call, clock } = await hosted([...Array.from({ length: 12 }, () => fine), tooOften, fine]);
    for (let index = 0; index < 12; index++) await call(trades, { ticker: `A${index}` });

    expect(await call(trades, { ticker: 'B' })).toMatchObject({ count: 1 });
    expect(clock.waitsMs).toEqual([1_000]);
    for (let index = 0; index < 12; index++) await call(trades, { ticker: `C${index}` });
  });

  test('is what the host says, where it says when', async () => {
    const { host, call, clock } = await hosted([status(429, '', { 'retry-after': '3' }), fine]);

    expect(await call(trades, { ticker: 'A' })).toMatchObject({ count: 1 });
    expect(clock.waitsMs).toEqual([3_000]);
    expect(host.asked).toHaveLength(2);
  });

  test('is not waited for where that is long', async () => {
    const { host, call } = await hosted([status(429, '', { 'retry-after': '40' })]);

    expect((await failure(call(trades, { ticker: 'A' }))).message).toContain('may go in 40 s');
    expect(host.asked).toHaveLength(1);
  });
});

describe('requests at once', () => {
  test('are few, and clients take them in rotation', async () => {
    const held: (() => void)[] = [];
    const hold: Scripted = (_, response) => void held.push(() => response.end(JSON.stringify(fine)));
    const { host, call } = await hosted([hold], { ...defaultOptions, restCalls: 2 });
    const calls = ['A1', 'A2', 'A3', 'A4'].map(ticker => call(trades, { ticker }, 'a'));
    calls.push(call(trades, { ticker: 'B1' }, 'b'));
    await host.until(2);
    for (let asked = 2; asked <= 5; asked++) {
      expect(host.asked).toHaveLength(asked);
      held.shift()!();
      if (asked < 5) await host.until(asked + 1);
    }
    held.shift()!();
    await Promise.all(calls);

    expect(host.urls.map(url => url.slice(11, 13)).indexOf('B1')).toBeLessThanOrEqual(3);
  });

  test('for the same are one, also under another operation', async () => {
    const held: (() => void)[] = [];
    const hold: Scripted = (_, response) => void held.push(() => response.end(JSON.stringify(fine)));
    const { host, call } = await hosted([hold]);
    const same: Operation = { ...trades, name: 'get_trades' };
    const calls = [
      call(trades, { ticker: 'A' }, 'a'),
      call(trades, { ticker: 'A', limit: '100' }, 'b'),
      call(same, { symbol: 'A' }, 'c'),
    ];
    await host.until(1);
    held[0]!();

    expect((await Promise.all(calls)).map(({ count }) => count)).toEqual([1, 1, 1]);
    expect(host.asked).toHaveLength(1);
  });

  test('go on while anybody waits, and end with the last one', async () => {
    const held: (() => void)[] = [];
    const closed: Promise<unknown>[] = [];
    const hold: Scripted = (request, response) => {
      closed.push(new Promise(resolve => request.socket.once('close', resolve)));
      held.push(() => response.end(JSON.stringify(fine)));
    };
    const { host, call } = await hosted([hold]);
    const [first, second] = [new AbortController(), new AbortController()];
    const left = failure(call(trades, { ticker: 'A' }, 'a', first.signal));
    const kept = call(trades, { ticker: 'A' }, 'b');
    await host.until(1);
    first.abort();
    expect((await left).code).toBe('STOPPED');
    held[0]!();
    expect(await kept).toMatchObject({ count: 1 });

    const last = failure(call(trades, { ticker: 'B' }, 'a', second.signal));
    await host.until(2);
    second.abort();
    expect((await last).code).toBe('STOPPED');
    await closed[1];
  });

  test('fail together, and the next call asks anew', async () => {
    const { host, call } = await hosted([status(500), fine]);
    const [one, other] = [failure(call(trades, { ticker: 'A' }, 'a')), failure(call(trades, { ticker: 'A' }, 'b'))];

    expect([(await one).code, (await other).code]).toEqual(['UPSTREAM_ERROR', 'UPSTREAM_ERROR']);
    expect(await call(trades, { ticker: 'A' })).toMatchObject({ count: 1 });
    expect(host.asked).toHaveLength(2);
  });
});

describe('an answer is kept', () => {
  const hour = 3_600_000;
  const ended = { ticker: 'A', multiplier: 1, timespan: 'day', from: '2026-01-05', to: '2026-01-09' };
  const running = { ...ended, to: '2026-09-09' };

  test.each<[string, Operation, object, number, number]>([
    ['a day, of what seldom changes', tickers, {}, 23 * hour, 2 * hour],
    ['an hour, of a range that has ended', bars, ended, 59 * 60_000, 2 * 60_000],
    ['for seconds, of a range that goes on', bars, running, 4_000, 2_000],
    ['for seconds, of a snapshot', snapshot, { ticker: 'A' }, 4_000, 2_000],
  ])('%s', async (_, operation, args, goodMs, furtherMs) => {
    const { host, call, clock } = await hosted([fine]);
    await call(operation, args);
    clock.advance(goodMs);

    expect((await call(operation, args)).cached_age_s).toBe(goodMs / 1_000);
    clock.advance(furtherMs);
    expect(await call(operation, args)).not.toHaveProperty('cached_age_s');
    expect(host.asked).toHaveLength(2);
  });

  test('not at all where each is its own', async () => {
    const { host, call } = await hosted([fine]);

    await call(trades, { ticker: 'A' });
    await call(trades, { ticker: 'A' });

    expect(host.asked).toHaveLength(2);
  });

  test('for all clients, and none is told what another one asked for', async () => {
    const { host, call, clock } = await hosted([fine]);
    await call(tickers, {}, 'a');
    clock.advance(100_000);

    const first = await call(tickers, {}, 'b');
    clock.advance(7_000);
    const second = await call(tickers, {}, 'b');

    expect(first).not.toHaveProperty('cached_age_s');
    expect(second.cached_age_s).toBe(7);
    expect((await call(tickers, {}, 'a')).cached_age_s).toBe(107);
    expect(host.asked).toHaveLength(1);
  });

  test('for all who waited for it, each from then on', async () => {
    const held: (() => void)[] = [];
    const hold: Scripted = (_, response) => void held.push(() => response.end(JSON.stringify(fine)));
    const { host, call, clock } = await hosted([hold]);
    const calls = [call(tickers, {}, 'a'), call(tickers, {}, 'b')];
    await host.until(1);
    held[0]!();
    await Promise.all(calls);
    clock.advance(3_000);

    const again = await Promise.all([call(tickers, {}, 'a'), call(tickers, {}, 'b')]);

    expect(again.map(({ cached_age_s: ageS }) => ageS)).toEqual([3, 3]);
    expect(host.asked).toHaveLength(1);
  });

  test.each([
    ['2026-09-08T13:00:00Z', 1],
    ['1788787800000', 1],
    ['1788787800000000000', 1],
    ['2026-09-09T13:00:00Z', 2],
    ['0', 1],
  ])('an hour, of a range that ends at %s, where that is a day ago', async (to, requests) => {
    const { host, call, clock } = await hosted([fine]);

    await call(bars, { ...ended, to });
    clock.advance(1_800_000);
    await call(bars, { ...ended, to });

    expect(host.asked).toHaveLength(requests);
  });

  test('within so many bytes, the newest', async () => {
    const text = JSON.stringify({ results: [{ name: 'x'.repeat(2_000) }] });
    const { host, call } = await hosted([text], { ...defaultOptions, restCacheBytes: 7_000 });

    for (const ticker of ['A', 'B', 'C', 'C', 'B', 'A']) await call(tickers, { ticker });

    expect(host.asked).toHaveLength(4);
  });

  test('never of an error', async () => {
    const { host, call } = await hosted([status(404), { status: 'NOT_FOUND' }, fine]);

    await failure(call(tickers, {}));
    await failure(call(tickers, {}));

    expect(await call(tickers, {})).toMatchObject({ count: 1 });
    expect(host.asked).toHaveLength(3);
  });
});
