/** What an agent does from beginning to end, which takes the time that a market takes. */
import { afterEach, describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import { eras, type Peer } from '../support/peers.js';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

describe.each(eras)('an agent in protocol %s', (_, connect) => {
  test('can do every step of every prompt as it is written', { timeout: 60_000 }, async () => {
    const feed = new SimulatedFeed(markets, { stepMs: 20, speed: 20 });
    open.push(feed);
    const peer = await connect({ POLYGON_API_KEY: 'key', POLYGON_FEED: await feed.listen() });
    open.push(peer);
    for (const { name: market, simulation } of markets) {
      const [one, two] = simulation.instruments.map(({ symbol }) => symbol);
      const args = { market, symbol: one!, symbols: `${one}, ${two}` };
      for (const { name, arguments: given = [] } of await peer.prompts()) {
        const wanted = Object.entries(args).filter(([key]) => given.some(argument => argument.name === key));
        const answers = await follow(peer, await peer.prompt(name, Object.fromEntries(wanted)));
        expect(answers.length).toBeGreaterThanOrEqual(3);
        for (const answer of answers) {
          expect(answer).toMatchObject({ market });
          expect(answer).not.toHaveProperty('error');
        }
        for (const { matched, count, silence } of answers.filter(answer => 'matched' in answer)) {
          // One that waits for a breakdown lets time pass.
          if (count === 0) expect([matched, silence]).toEqual([false, expect.stringContaining('came')]);
          else expect(matched).toBe(true);
        }
        for (const { symbols } of answers.filter(answer => 'symbols' in answer)) {
          expect((symbols as { symbol: string }[]).map(({ symbol }) => symbol)).toContain(one);
        }
      }
    }
  });

  test('lets an agent wait for a crossing, read what it missed, and stop, without asking twice', async () => {
    const peer = await connect({});
    open.push(peer);
    const asked: string[] = [];
    const ask = async (name: string, args: Readonly<Record<string, unknown>> = {}): Promise<Answer> => {
      asked.push(name);
      const beganMs = performance.now();
      const { structuredContent, isError } = await peer.call(name, args);
      expect(performance.now() - beganMs).toBeLessThan(60_000);
      expect(isError ?? false).toBe(false);
      expect(structuredContent).toMatchObject({ market: 'stocks', simulated: true });
      return structuredContent as Answer;
    };

    const market = 'stocks';
    const channels = ['T.AAPL', 'Q.AAPL'];
    const started = await ask('start_stocks_stream', { channels, endpoint: 'simulated' });
    expect(started).toMatchObject({ state: 'live', accepted: channels });
    const first = await ask('wait_for_stream_message', { market, channels: ['T.AAPL'], cursor: started.cursor });
    const [trade] = first.messages as { price: number }[];

    // Half a tick on either side of the price: the next trade at another price crosses one of the two.
    const crossings = [
      { field: 'price', op: 'crosses_above', value: trade!.price + 0.005 },
      { field: 'price', op: 'crosses_below', value: trade!.price - 0.005 },
    ];
    const crossed = await ask('wait_for_stream_message', {
      market,
      channels: ['T.AAPL'],
      cursor: first.cursor,
      condition: { any: crossings },
      timeout_s: 50,
    });
    expect(crossed).toMatchObject({ matched: true, count: 1 });
    const [crossing] = crossed.messages as { price: number }[];
    expect(crossing!.price).not.toBe(trade!.price);

    const missed = await ask('read_stream_messages', {
      market,
      cursor: started.cursor,
      limit: 1_000,
      max_bytes: 200_000,
    });
    expect(missed).toMatchObject({ has_more: false, dropped: 0, outages: [] });
    expect(missed.messages).toEqual(expect.arrayContaining([trade, crossing]));

    const { symbols } = await ask('summarize_stream', { market });
    expect(symbols).toMatchObject([{ symbol: 'AAPL', trades: expect.any(Number), quotes: expect.any(Number) }]);
    expect(await ask('stop_stocks_stream')).toMatchObject({ state: 'stopped' });
    expect(asked).toEqual([
      'start_stocks_stream',
      'wait_for_stream_message',
      'wait_for_stream_message',
      'read_stream_messages',
      'summarize_stream',
      'stop_stocks_stream',
    ]);
  }, 90_000);
});

type Answer = Readonly<Record<string, unknown>>;

/** Does what a prompt says, call by call, but for the time that it lets pass, and gives what was answered. */
async function follow(peer: Peer, text: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  let cursor = '';
  for (const [, tool = '', given = ''] of text.matchAll(/Call (\w+) with (\{.*?\})\./g)) {
    const args = JSON.parse(given.replace('CURSOR', cursor).replace('"timeout_s": 15', '"timeout_s": 1'));
    const { structuredContent } = await peer.call(tool, args);
    const answer = structuredContent as Answer;
    cursor = String(answer.cursor ?? cursor);
    answers.push(answer);
  }
  expect(answers).toHaveLength(text.match(/Call /g)!.length);
  return answers;
}
