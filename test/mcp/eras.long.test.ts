import { afterEach, describe, expect, test, vi } from 'vitest';
import { markets } from '../../generated/suite.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import { noMarket } from '../support/markets.js';
import { eras, type Peer, timerCounter } from '../support/peers.js';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

const patient = { timeout: 15_000, interval: 20 };

describe.each(eras)('protocol %s', (_, connect) => {
  /** A server whose feed is silent but for what a test has it say. */
  async function served(env: Readonly<Record<string, string>> = {}): Promise<{ peer: Peer; feed: SimulatedFeed }> {
    const feed = new SimulatedFeed(markets, { stepMs: 0 });
    open.push(feed);
    const peer = await connect({ POLYGON_API_KEY: 'sentinel-key-0815', POLYGON_FEED: await feed.listen(), ...env });
    open.push(peer);
    return { peer, feed };
  }

  /** Has the feed say one frame with a trade of each. */
  function trade(feed: SimulatedFeed, ...symbols: readonly string[]): void {
    const events = symbols.map(sym => ({ ev: 'T', sym, i: '1', x: 4, p: 101.5, s: 10, t: Date.now(), z: 3 }));
    feed.sessions('stocks')[0]!.send(JSON.stringify(events));
  }

  const all = 'polygon://streams/stocks';
  const aapl = 'polygon://streams/stocks/T.AAPL';
  const msft = 'polygon://streams/stocks/T.MSFT';

  async function start(peer: Peer, ...channels: readonly string[]): Promise<void> {
    const started = await peer.call('start_stocks_stream', { channels });
    expect(started.structuredContent).toMatchObject({ state: 'live', accepted: channels });
  }

  test('lists the running streams and what they hold before the pages, and nothing of those that stopped', async () => {
    const { peer } = await served();
    const streams = async (): Promise<string[]> => {
      const uris = (await peer.resources()).map(({ uri }) => uri);
      return uris.filter(uri => uri.startsWith('polygon://'));
    };
    expect(await streams()).toEqual([]);
    await start(peer, 'T.AAPL', 'Q.*');
    await peer.call('start_forex_stream', { channels: ['C.EUR/USD'] });
    expect(await streams()).toEqual([
      'polygon://streams/stocks',
      'polygon://streams/stocks/T.AAPL',
      'polygon://streams/stocks/Q.*',
      'polygon://streams/forex',
      'polygon://streams/forex/C.EUR%2FUSD',
    ]);
    expect((await peer.resources())[0]).toMatchObject({ name: 'stocks stream', mimeType: 'application/json' });
    await peer.call('stop_stocks_stream');
    expect(await streams()).toEqual(['polygon://streams/forex', 'polygon://streams/forex/C.EUR%2FUSD']);
  });

  test('lists a hundred channels of a stream, and the template has the rest', async () => {
    const { peer } = await served();
    const symbols = Array.from({ length: 26 * 5 }, (_, index) => `${'ABCDE'[index % 5]}${letter(index)}`);
    await start(peer, ...symbols.slice(0, 100).map(symbol => `T.${symbol}`));
    await peer.call('subscribe_stocks_channels', { channels: symbols.slice(100).map(symbol => `T.${symbol}`) });
    const listed = (await peer.resources()).filter(({ uri }) => uri.startsWith('polygon://'));
    expect(listed).toHaveLength(101);
    const last = `T.${symbols.at(-1)}`;
    expect(listed.map(({ name }) => name)).not.toContain(last);
    const text = await peer.readText(`polygon://streams/stocks/${last}`);
    expect(JSON.parse(text)).toMatchObject({ channel: last, subscription: 'accepted' });
  });

  test('has templates of the streams, the channels and the documentation', async () => {
    const { peer } = await served();
    expect(await peer.templates()).toEqual([
      'polygon://streams/{market}',
      'polygon://streams/{market}/{channel}',
      'polygon-docs://{+page}:{from}-{to}',
      'polygon-docs://tools/{tool}',
    ]);
  });

  test('completes the market, the channels that are held and those that are known, and what a prompt needs', async () => {
    const { peer } = await served();
    const template = { type: 'ref/resource', uri: 'polygon://streams/{market}/{channel}' } as const;
    const prompt = { type: 'ref/prompt', name: 'watch_symbol' } as const;
    expect(await peer.complete(template, 'market', 'f')).toEqual(['futures', 'forex']);
    expect(await peer.complete(prompt, 'market', 'CR')).toEqual(['crypto']);
    await start(peer, 'T.ZZZ');
    expect((await peer.complete(template, 'channel', 't.', { market: 'stocks' }))[0]).toBe('T.ZZZ');
    expect(await peer.complete(template, 'channel', 'AM.AA', { market: 'stocks' })).toEqual(['AM.AAPL']);
    expect(await peer.complete(prompt, 'symbol', 'ZZ', { market: 'stocks' })).toEqual(['ZZZ']);
    expect(await peer.complete(prompt, 'symbol', 'EUR/U', { market: 'forex' })).toEqual(['EUR/USD']);
    expect(await peer.complete(template, 'channel', 'T.')).toEqual([]);
  });

  test('reads a stream and a channel: the status and the newest messages, without the key', async () => {
    const { peer, feed } = await served();
    await start(peer, 'T.AAPL', 'T.MSFT');
    trade(feed, 'AAPL', 'MSFT');
    await vi.waitFor(async () => expect(JSON.parse(await peer.readText(all)).newest.count).toBe(2), patient);
    const stream = JSON.parse(await peer.readText(all));
    expect(stream.status).toMatchObject({ market: 'stocks', state: 'live', subscriptions: ['T.AAPL', 'T.MSFT'] });
    expect(stream.newest.messages).toMatchObject([
      { event: 'TRADE', symbol: 'AAPL', price: 101.5 },
      { event: 'TRADE', symbol: 'MSFT', price: 101.5 },
    ]);
    const text = await peer.readText(msft);
    expect(JSON.parse(text)).toMatchObject({
      channel: 'T.MSFT',
      subscription: 'accepted',
      newest: { count: 1, messages: [{ symbol: 'MSFT' }] },
    });
    expect(text).not.toContain('sentinel');
  });

  test('reads a pair by any of its spellings, a stopped stream, and one that was never started', async () => {
    const { peer } = await served();
    await peer.call('start_forex_stream', { channels: ['C.EUR/USD'] });
    await peer.call('stop_forex_stream');
    for (const spelled of ['C.EUR%2FUSD', 'C.EUR/USD', 'C.EUR-USD']) {
      const { channel, status } = JSON.parse(await peer.readText(`polygon://streams/forex/${spelled}`));
      expect([channel, status.state]).toEqual(['C.EUR/USD', 'stopped']);
    }
    expect(JSON.parse(await peer.readText(all))).toMatchObject({ status: { state: 'idle' }, newest: { count: 0 } });
  });

  test('finds nothing where no stream and no channel can be', async () => {
    const { peer } = await served();
    for (const uri of [`polygon://streams/${noMarket}`, `${all}/`, `${all}/AAPL`, `${all}/T.%ZZ`, `${all}/X.AAPL`]) {
      await expect(peer.readText(uri)).rejects.toMatchObject({
        message: expect.stringContaining('There is no such resource'),
        data: { uri },
      });
    }
  });

  test('says which followed resources have news, and leaves out the others', async () => {
    const { peer, feed } = await served();
    await start(peer, 'T.AAPL', 'T.MSFT');
    await peer.follow(msft, aapl, all);
    trade(feed, 'AAPL');
    await vi.waitFor(() => expect(peer.updated).toEqual([aapl, all]), patient);
    await peer.unfollow(aapl);
    trade(feed, 'AAPL', 'MSFT');
    await vi.waitFor(() => expect(peer.updated).toEqual([aapl, all, msft, all]), patient);
  });

  test('says so once a second however much comes', async () => {
    const { peer, feed } = await served();
    await start(peer, 'T.AAPL');
    await peer.follow(aapl);
    const beganMs = performance.now();
    for (let burst = 1; burst <= 3; burst++) {
      for (let count = 0; count < 200; count++) trade(feed, 'AAPL');
      await vi.waitFor(() => expect(peer.updated.length).toBeGreaterThanOrEqual(burst), patient);
    }
    expect(peer.updated.length).toBeLessThanOrEqual(2 + (performance.now() - beganMs) / 1_000);
    expect(performance.now() - beganMs).toBeGreaterThan(1_000);
  });

  // The count is off where the machine stands still for a second, so it may be taken again.
  test('looks at no message when nobody follows any more', { retry: 2 }, async () => {
    const { peer, feed } = await served(timerCounter);
    await start(peer, 'T.AAPL');
    await peer.follow(aapl);
    trade(feed, 'AAPL');
    await vi.waitFor(() => expect(peer.updated).toEqual([aapl]), patient);
    // After news, a second look is due.
    const following = await peer.timers();
    await peer.unfollow(aapl);
    await vi.waitFor(async () => expect(await peer.timers()).toBe(following - 1), patient);
    trade(feed, 'AAPL');
    await vi.waitFor(async () => expect(JSON.parse(await peer.readText(aapl)).newest.count).toBe(2), patient);
    expect(await peer.timers()).toBe(following - 1);
    expect(peer.updated).toEqual([aapl]);
  });

  test('says that a stream ended, and that the list changed with it', async () => {
    const { peer } = await served();
    await peer.followList();
    await start(peer, 'T.AAPL');
    await vi.waitFor(() => expect(peer.listChanges).toBe(1), patient);
    await peer.follow(all);
    await peer.call('stop_stocks_stream');
    await vi.waitFor(() => expect([peer.updated, peer.listChanges]).toEqual([[all], 2]), patient);
  });

  test('tells a waiting caller that it is alive, and ends the wait at once when it is cancelled', async () => {
    const { peer } = await served(timerCounter);
    await start(peer, 'T.AAPL');
    const cancel = new AbortController();
    const said: string[] = [];
    const progress = new Promise<void>(resolve => {
      const args = { market: 'stocks', timeout_s: 50 };
      const onprogress = ({ message = '' }: { message?: string | undefined }): void => {
        said.push(message);
        resolve();
      };
      const call = peer.call('wait_for_stream_message', args, { signal: cancel.signal, onprogress });
      call.catch(() => said.push('ended'));
    });
    await progress;
    expect(said).toEqual(['waiting for 5 s']);
    // One timer ends the wait, one reports the progress.
    const waiting = await peer.timers();
    cancel.abort();
    await vi.waitFor(async () => expect(await peer.timers()).toBe(waiting - 2), patient);
    expect(said).toEqual(['waiting for 5 s', 'ended']);
  });

  test('has prompts whose arguments are described, and refuses what they cannot take', async () => {
    const { peer } = await served();
    const prompts = await peer.prompts();
    expect(prompts.map(({ name }) => name)).toEqual([
      'watch_symbol',
      'compare_symbols',
      'market_briefing',
      'what_moved',
      'explain_silence',
    ]);
    for (const { arguments: given = [] } of prompts) {
      expect(given[0]).toMatchObject({ name: 'market', required: true });
      for (const { description } of given) expect(description).toMatch(/\w/);
    }
    await expect(peer.prompt('watch_symbol', { market: 'stocks' })).rejects.toMatchObject({ code: -32602 });
    await expect(peer.prompt('buy_symbol', {})).rejects.toMatchObject({ code: -32602 });
  });
});

function letter(index: number): string {
  return 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[Math.floor(index / 5)]!;
}
