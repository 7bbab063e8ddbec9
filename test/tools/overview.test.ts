import { afterEach, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { Bench, callOn, hubOn } from '../support/bench.js';
import { marketNames } from '../support/spec.js';

const benches: Bench[] = [];

afterEach(async () => {
  await Promise.all(benches.splice(0).map(bench => bench.close()));
});

async function opened(): Promise<Bench> {
  const bench = await Bench.open({ suite, markets });
  benches.push(bench);
  return bench;
}

describe('get_streams_overview', () => {
  test('has a line for each market, started or not', async () => {
    const bench = await opened();
    const { structured, text } = await bench.call('get_streams_overview', {});

    expect(structured).toEqual({
      notes: [],
      running: 0,
      streams: marketNames.map(market => ({
        market,
        state: 'idle',
        feed: null,
        simulated: false,
        delayed_minutes: null,
        subscription_count: 0,
        messages_received: 0,
        rate_per_s: 0,
        newest_age_ms: null,
      })),
    });
    expect(text).toMatch(/^0 streams of \d+ running\.\nstocks: idle$/m);
  });

  test('says of those that run how they are, and which are made up', async () => {
    const bench = await opened();
    await bench.call('start_crypto_stream', { channels: ['XT.BTC-USD', 'XQ.BTC-USD'], endpoint: 'simulated' });
    await bench.call('wait_for_stream_message', { market: 'crypto', timeout_s: 20 });
    const { structured, text } = await bench.call('get_streams_overview', {});
    const line = (structured.streams as { market: string }[]).find(({ market }) => market === 'crypto');

    expect(structured).toMatchObject({
      running: 1,
      notes: ['Simulated data, made up, not the market: crypto.'],
    });
    expect(line).toMatchObject({
      state: 'live',
      feed: 'simulated',
      simulated: true,
      subscription_count: 2,
      messages_received: expect.any(Number),
      newest_age_ms: expect.any(Number),
    });
    expect(text).toMatch(/^crypto: live on simulated.*, 2 channels, \d+ messages?, [\d.]+\/s, the newest \d+ ms old$/m);
  });

  test('says what keeps a stream down', async () => {
    // Nothing listens there.
    const hub = hubOn(suite, markets, 'ws://127.0.0.1:9');
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const { structured, text } = await callOn(hub, 'get_streams_overview');
    await callOn(hub, 'stop_all_streams');
    const [line] = structured.streams as { state: string; trouble?: string }[];

    expect(line!.state).toBe('retrying');
    expect(line!.trouble).toMatch(/^CONNECT_FAILED: /);
    expect(text).toContain(line!.trouble);
  });
});

describe('stop_all_streams', () => {
  test('stops those that run and says of each what came', async () => {
    const bench = await opened();
    await bench.call('start_crypto_stream', { channels: ['XT.BTC-USD'], endpoint: 'simulated' });
    await bench.call('start_forex_stream', { channels: ['C.EUR/USD'], endpoint: 'simulated' });
    const { structured, text } = await bench.call('stop_all_streams', {});

    expect(structured).toEqual({
      notes: [],
      stopped: ['forex', 'crypto'].map(market => ({
        market,
        messages_received: expect.any(Number),
        duration_s: expect.any(Number),
      })),
    });
    expect(text).toMatch(/^2 streams stopped\.\nforex: after [\d.]+ s and \d+ messages?\.\ncrypto: /);
    const { structured: after } = await bench.call('get_streams_overview', {});
    expect(after.running).toBe(0);
  });

  test('says so where none ran', async () => {
    const bench = await opened();

    expect((await bench.call('stop_all_streams', {})).structured).toEqual({
      notes: ['No stream was running.'],
      stopped: [],
    });
  });
});
