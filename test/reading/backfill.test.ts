import { describe, expect, test } from 'vitest';
import type { Client } from '../../runtime/stream/client.js';
import { closeAfterEach } from '../support/closing.js';
import { type Scripted, status } from '../support/rest-host.js';
import { RestScene } from '../support/rest-scene.js';
import { Hands } from '../support/scene.js';

closeAfterEach();

type Shown = Readonly<Record<string, unknown>>;

const at = (time: string): number => Date.parse(`2026-09-09T${time}Z`);
const ns = (time: string): string => `${at(time)}123456`;
const trade = (time: string, q: number, p: number, sym = 'AAPL') => ({
  ...{ ev: 'T', sym, x: 4, i: `${q}`, z: 3, p, s: 100, c: [12], t: at(time), q },
});
const quote = (time: string, q: number) => ({
  ...{ ev: 'Q', sym: 'AAPL', bx: 1, bp: 10, bs: 2, ax: 2, ap: 11, as: 3, c: 1, t: at(time), q, z: 3 },
});
const bar = (time: string, c: number) => ({
  ...{ ev: 'AM', sym: 'AAPL', v: 5, av: 9, op: 1, vw: 2, o: 1, c, h: 3, l: 1, a: 2, z: 1 },
  ...{ s: at(time), e: at(time) + 60_000 },
});
/** Rows as the API writes them: times are whole numbers that no double holds. */
const rows = (...results: readonly string[]): string => `{"status":"OK","results":[${results.join(',')}]}`;
const tradeRow = (time: string, q: number, price: number): string =>
  `{"sip_timestamp":${ns(time)},"participant_timestamp":${ns(time)},"price":${price},"size":100,"exchange":4,"id":"${q}","tape":3,"conditions":[12],"sequence_number":${q}}`;
const quoteRow = (time: string, q: number): string =>
  `{"sip_timestamp":${ns(time)},"bid_price":10,"bid_size":2,"bid_exchange":1,"ask_price":11,"ask_size":3,"ask_exchange":2,"conditions":[1],"sequence_number":${q},"tape":3}`;
const barRow = (time: string, c: number): string => `{"t":${at(time)},"o":1,"h":3,"l":1,"c":${c},"v":5,"vw":2,"n":4}`;

interface Cut {
  readonly scene: RestScene;
  readonly client: Client;
  fill(args?: object): Promise<Shown & { readonly messages: readonly Shown[]; readonly notes: readonly string[] }>;
}

/** The stream is cut after what came before, at 15:00:40, and what came after it does so at 15:01:10. */
async function cut(
  channels: readonly string[],
  before: readonly object[],
  after: readonly object[],
  ...script: readonly Scripted[]
): Promise<Cut> {
  const hands = new Hands();
  hands.wallMs = at('15:00:40');
  const scene = await RestScene.open(script, { clock: hands.clock });
  const client = scene.client();
  await scene.play(client, 'stocks', { channels }, before);
  await hands.pass(10);
  await scene.cut(client, 'stocks');
  await hands.pass(29_990);
  await scene.send(client, 'stocks', after);
  await hands.pass(60_000);
  return {
    scene,
    client,
    fill: args => scene.call(client, 'backfill_outage', { market: 'stocks', ...args }) as ReturnType<Cut['fill']>,
  };
}

/** When, and the last price or close. */
const shown = (messages: readonly Shown[]) =>
  messages.map(({ timestamp, event, price, close }) => [String(timestamp).slice(11, 19), event, price ?? close]);

const trades = rows(
  tradeRow('15:00:40', 1, 10),
  tradeRow('15:00:50', 2, 10.5),
  tradeRow('15:01:00', 3, 11),
  tradeRow('15:01:10', 4, 12),
);

describe('backfill_outage', () => {
  test('gives the trades of an outage as messages, without those that came', async () => {
    const { scene, client, fill } = await cut(
      ['T.AAPL'],
      [trade('15:00:40', 1, 10)],
      [trade('15:01:10', 4, 12)],
      trades,
    );
    const answer = await fill();
    expect(answer).toMatchObject({ source: 'rest', count: 2, duplicates: 2, next_page: null, failed: [], notes: [] });
    expect(answer.outage).toMatchObject({ from: '2026-09-09T15:00:40.000Z', to: '2026-09-09T15:01:10.000Z' });
    expect(answer.messages).toEqual([
      {
        ...{ event: 'TRADE', symbol: 'AAPL', timestamp: '2026-09-09T15:00:50.000Z', price: 10.5, size: 100 },
        ...{ exchange_id: 4, trade_id: '2', tape: 3, conditions: [12], sequence: 2, source: 'rest' },
        participant_time: '2026-09-09T15:00:50.000Z',
      },
      expect.objectContaining({ timestamp: '2026-09-09T15:01:00.000Z', price: 11, sequence: 3, source: 'rest' }),
    ]);
    const [url] = scene.host.urls;
    expect(url).toMatch(/^\/v3\/trades\/AAPL\?/);
    // Two seconds around it, since clocks differ.
    expect(url).toContain(`timestamp.gte=${at('15:00:38')}000000`);
    expect(url).toContain(`timestamp.lt=${at('15:01:12') + 1}000000`);
    expect(url).toContain('order=asc');
    // It is not part of the stream.
    const read = await scene.call(client, 'read_stream_messages', { market: 'stocks' });
    expect(read.count).toBe(2);
  });

  test('is named at each outage with the call that fills it', async () => {
    const { scene, client } = await cut(['T.AAPL'], [trade('15:00:40', 1, 10)], [trade('15:01:10', 4, 12)], trades);
    const call = 'call backfill_outage with {"market": "stocks", "outage": "2026-09-09T15:00:40.000Z"}';
    const { outages } = await scene.call(client, 'read_stream_messages', { market: 'stocks' });
    expect(outages).toMatchObject([{ backfill: call }]);
    const status = await scene.call(client, 'get_stocks_stream_status', {});
    expect(status.outages).toMatchObject([{ backfill: call }]);
  });

  test('tells messages of the same values apart by their sequence, and else counts them', async () => {
    const same = { ...trade('15:01:10', 4, 12), q: undefined, i: undefined };
    const row = (q: string): string =>
      `{"sip_timestamp":${at('15:01:10')}000000,"price":12,"size":100,"exchange":4,"tape":3${q}}`;
    const { fill } = await cut(['T.AAPL'], [trade('15:00:40', 1, 10)], [same], rows(row(''), row('')));
    expect(await fill()).toMatchObject({ count: 1, duplicates: 1 });
    const other = await cut(
      ['T.AAPL'],
      [trade('15:00:40', 1, 10)],
      [trade('15:01:10', 4, 12)],
      rows(row(',"sequence_number":3'), row(',"sequence_number":4')),
    );
    expect(await other.fill()).toMatchObject({ count: 1, duplicates: 1, messages: [{ sequence: 3 }] });
  });

  test('merges trades, quotes and bars by time', async () => {
    const { scene, fill } = await cut(
      ['T.AAPL', 'Q.AAPL', 'AM.AAPL'],
      [trade('15:00:40', 1, 10)],
      [quote('15:01:10', 9), bar('15:00:00', 7)],
      trades,
      rows(quoteRow('15:00:55', 8), quoteRow('15:01:10', 9)),
      rows(barRow('15:00:00', 7)),
    );
    const answer = await fill();
    expect(shown(answer.messages)).toEqual([
      ['15:00:50', 'TRADE', 10.5],
      ['15:00:55', 'QUOTE', undefined],
      ['15:01:00', 'TRADE', 11],
      // Of T.AAPL nothing came since.
      ['15:01:10', 'TRADE', 12],
    ]);
    expect(answer.messages[1]).toMatchObject({
      bid: { price: 10, size: 2 },
      ask: { price: 11 },
      spread: 1,
      condition: 1,
    });
    expect(answer.duplicates).toBe(3);
    // The bar of 15:00 ended in the outage; that of 15:01 comes by the stream.
    const url = scene.host.urls[2];
    expect(url).toContain(`/range/1/minute/${at('14:59:38')}/${at('15:00:10')}?`);
    expect(url).toContain('adjusted=false');
    expect(url).toContain('sort=asc');
  });

  test('gives bars as the stream has them', async () => {
    const { fill } = await cut(['AM.AAPL', 'T.AAPL'], [], [trade('15:01:10', 4, 12)], rows(barRow('15:00:00', 7)));
    const { messages } = await fill({ channels: ['AM.AAPL'] });
    expect(messages).toEqual([
      {
        ...{ event: 'AGGREGATE_MINUTE', symbol: 'AAPL', open: 1, high: 3, low: 1, close: 7, volume: 5, vwap: 2 },
        ...{ start_time: '2026-09-09T15:00:00.000Z', end_time: '2026-09-09T15:01:00.000Z' },
        ...{ timestamp: '2026-09-09T15:00:00.000Z', source: 'rest' },
      },
    ]);
  });

  test('names what the API has no history of, and which symbols must be named', async () => {
    const channels = ['T.*', 'LULD.AAPL', 'NOI.AAPL'];
    const { scene, fill } = await cut(channels, [trade('15:00:40', 1, 10)], [trade('15:01:10', 4, 12)], trades);
    const answer = await fill();
    expect(answer).toMatchObject({ count: 0, wildcards: ['T.*'], unavailable: ['LULD.AAPL', 'NOI.AAPL'] });
    expect(answer.notes).toEqual([
      expect.stringMatching(/^The REST API keeps no history of .*Limit.*, .*Imbalance.* of US stocks\.$/),
      'Of T.* only named symbols can be asked for: add {"channels": ["T.AAPL"]}.',
    ]);
    expect(scene.host.urls).toEqual([]);
    expect(await fill({ channels: ['AAPL'] })).toMatchObject({
      count: 2,
      wildcards: [],
      unavailable: ['LULD.AAPL', 'NOI.AAPL'],
    });
    expect((await fill({ channels: ['Q.AAPL'] })).notes).toEqual(['Not subscribed when it began: Q.AAPL.']);
  });

  test('goes on page by page without a gap or a repeat', async () => {
    const { fill } = await cut(
      ['T.AAPL'],
      [trade('15:00:40', 1, 10)],
      [trade('15:01:10', 4, 12)],
      rows(tradeRow('15:00:50', 2, 20), tradeRow('15:00:50', 3, 21), tradeRow('15:01:00', 5, 22)),
    );
    const prices: unknown[] = [];
    let page: unknown;
    for (let call = 0; call < 3; call++) {
      const answer = await fill({ limit: 1, ...(page === undefined ? {} : { page }) });
      prices.push(...answer.messages.map(({ price }) => price));
      page = answer.next_page;
      if (page !== null) expect(answer.notes.at(-1)).toContain(`"page": "${String(page)}"`);
    }
    expect(prices).toEqual([20, 21, 22]);
    expect(page).toBeNull();
  });

  test('asks for ten channels at a time, and says how to go on', async () => {
    const channels = Array.from({ length: 12 }, (_, index) => `T.A${String.fromCharCode(65 + index)}`);
    const last = trade('15:01:10', 4, 12, 'AA');
    const { scene, fill } = await cut(channels, [trade('15:00:40', 1, 10, 'AA')], [last], rows());
    const first = await fill();
    expect(scene.host.urls).toHaveLength(10);
    expect(first.notes.at(-1)).toMatch(/^There is more \(2 channels not asked for yet\): call backfill_outage with \{/);
    expect(await fill({ page: first.next_page })).toMatchObject({ next_page: null });
    expect(scene.host.urls).toHaveLength(12);
    const others = await scene.call(scene.client(), 'backfill_outage', { market: 'stocks', page: 'nonsense' });
    expect(others).toMatchObject({ error: { code: 'BAD_CURSOR' } });
    expect(await fill({ page: first.next_page, channels: ['T.AB'] })).toMatchObject({ error: { code: 'BAD_CURSOR' } });
  });

  test('answers what it can where the plan lacks a kind, and asks for that kind once', async () => {
    const refused = status(403, { status: 'NOT_AUTHORIZED', message: 'No.' });
    const { scene, fill } = await cut(
      ['Q.AAPL', 'Q.MSFT', 'T.AAPL'],
      [trade('15:00:40', 1, 10)],
      [trade('15:01:10', 4, 12)],
      refused,
      trades,
    );
    const answer = await fill();
    expect(answer.count).toBe(2);
    expect(answer.failed).toMatchObject([
      { channel: 'Q.AAPL', code: 'NOT_ENTITLED' },
      { channel: 'Q.MSFT', code: 'NOT_ENTITLED' },
    ]);
    expect(scene.host.urls).toHaveLength(2);
  });

  test('is a CSV with a column for the source', async () => {
    const { fill } = await cut(['T.AAPL'], [trade('15:00:40', 1, 10)], [trade('15:01:10', 4, 12)], trades);
    const { csv } = await fill({ format: 'csv' });
    const lines = String(csv).trim().split('\n');
    expect(lines.map(line => line.split(',').at(-1))).toEqual(['source', 'rest', 'rest']);
  });

  test('is cancelled with its call', async () => {
    const { scene, client } = await cut(['T.AAPL'], [trade('15:00:40', 1, 10)], [trade('15:01:10', 4, 12)], () => {});
    const abort = new AbortController();
    const asked = scene.call(client, 'backfill_outage', { market: 'stocks' }, abort.signal);
    await scene.host.until(1);
    abort.abort();
    expect(await asked).toMatchObject({ error: { code: 'STOPPED' } });
  });
});

/** What a symbol of a market lacks after an outage of 30 seconds from 15:00:40 on. */
async function lacking(
  market: string,
  channel: string,
  event: object,
  answered: string,
  options: object = {},
): Promise<Shown> {
  const hands = new Hands();
  hands.wallMs = at('15:00:40');
  const scene = await RestScene.open([answered], { clock: hands.clock, ...options });
  const client = scene.client();
  await scene.play(client, market, { channels: [channel] }, [event]);
  await hands.pass(10);
  await scene.cut(client, market);
  await hands.pass(29_990);
  await scene.send(client, market, [{ ...event, t: at('15:01:10') }]);
  await hands.pass(60_000);
  const answer = await scene.call(client, 'backfill_outage', { market });
  return { ...answer, url: decodeURIComponent(scene.host.urls[0] ?? '') };
}

describe('of other markets', () => {
  test('crypto trades are told by exchange and id, whether it is a number or a text', async () => {
    const event = { ev: 'XT', pair: 'BTC-USD', p: 5, s: 1, x: 1, i: 7, r: at('15:00:40'), t: at('15:00:40') };
    const row = (id: number, time: string): string =>
      `{"participant_timestamp":${ns(time)},"price":5,"size":1,"exchange":1,"id":"${id}","conditions":[]}`;
    const answer = await lacking('crypto', 'XT.BTC-USD', event, rows(row(7, '15:00:40'), row(8, '15:00:50')));
    expect(answer.url).toMatch(/^\/v3\/trades\/X:BTCUSD\?/);
    expect(answer).toMatchObject({ count: 1, duplicates: 1 });
    expect(answer.messages).toEqual([
      {
        ...{ event: 'TRADE', symbol: 'BTC-USD', timestamp: '2026-09-09T15:00:50.000Z', price: 5, size: 1 },
        ...{ exchange_id: 1, trade_id: '8', source: 'rest' },
      },
    ]);
  });

  test('forex quotes are told by time and prices', async () => {
    const event = { ev: 'C', p: 'EUR/USD', x: 48, a: 2, b: 1, t: at('15:00:40') };
    const row = (time: string, ask: number): string =>
      `{"participant_timestamp":${at(time)}000000,"ask_price":${ask},"bid_price":1,"ask_exchange":48,"bid_exchange":48}`;
    const answer = await lacking('forex', 'C.EUR/USD', event, rows(row('15:00:40', 2), row('15:00:40', 3)));
    expect(answer.url).toMatch(/^\/v3\/quotes\/C:EURUSD\?/);
    expect(answer).toMatchObject({ count: 1, duplicates: 1, messages: [{ ask: { price: 3 }, exchange_id: 48 }] });
  });

  test('quotes of futures may lack a side', async () => {
    const event = { ev: 'Q', sym: 'ESZ8', bp: 1, bs: 1, t: at('15:00:40') };
    const row = `{"timestamp":${at('15:00:50')}000000,"ask_price":3,"ask_size":2,"ask_timestamp":${at('15:00:50')}000000}`;
    const answer = await lacking('futures', 'Q.ESZ8', event, rows(row));
    expect(answer.url).toMatch(/^\/futures\/v1\/quotes\/ESZ8\?.*sort=timestamp.asc/);
    expect(answer.messages).toEqual([
      {
        ...{ event: 'QUOTE', symbol: 'ESZ8', timestamp: '2026-09-09T15:00:50.000Z', source: 'rest' },
        ask: { price: 3, size: 2, time: '2026-09-09T15:00:50.000Z' },
      },
    ]);
  });

  test.each([
    ['indices', 'V.I:SPX', { ev: 'V', T: 'I:SPX', val: 1, t: at('15:00:40') }],
    ['crypto', 'XQ.BTC-USD', { ev: 'XQ', pair: 'BTC-USD', bp: 1, ap: 2, t: at('15:00:40') }],
  ])('nothing of %s is kept of %s', async (market, channel, event) => {
    const answer = await lacking(market, channel, event, rows());
    expect(answer).toMatchObject({ count: 0, unavailable: [channel], url: '' });
  });

  test('where messages left memory, only the outage itself is asked for, and a note says why', async () => {
    const event = { ev: 'C', p: 'EUR/USD', x: 48, a: 2, b: 1, t: at('15:00:40') };
    const answer = await lacking('forex', 'C.EUR/USD', event, rows(), { options: { bufferMessages: 1 } });
    expect(answer.url).toContain(`timestamp.gte=${at('15:00:40')}000000`);
    expect(answer.notes).toEqual([expect.stringContaining('some has left memory')]);
  });
});

describe('without an outage that is over', () => {
  test('an outage that goes on is not filled yet', async () => {
    const { scene, client, fill } = await cut(
      ['T.AAPL'],
      [trade('15:00:40', 1, 10)],
      [trade('15:01:10', 4, 12)],
      trades,
    );
    await scene.cut(client, 'stocks');
    const again = expect.stringMatching(
      /^The outage since 2026-09-09T15:01:10.000Z still goes on and cannot be filled/,
    );
    // The one before it can be.
    expect(await fill()).toMatchObject({ count: 2, notes: [again] });
    const named = await fill({ outage: '2026-09-09T15:01:10.000Z' });
    expect(named).toMatchObject({ outage: null, source: null, messages: [], notes: [again] });
  });

  test('there is nothing to fill, and the answer says so', async () => {
    const scene = await RestScene.open([trades]);
    const client = scene.client();
    await scene.call(client, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(await scene.call(client, 'backfill_outage', { market: 'stocks' })).toMatchObject({
      outage: null,
      count: 0,
      notes: ['There is nothing to fill: the stream has had no outage since its start.'],
    });
    const named = { market: 'stocks', outage: '2026-09-09T15:00:40Z' };
    expect(await scene.call(client, 'backfill_outage', named)).toMatchObject({ error: { code: 'INVALID_ARGUMENT' } });
    const wrong = { market: 'stocks', outage: 'yesterday' };
    expect(await scene.call(client, 'backfill_outage', wrong)).toMatchObject({ error: { code: 'INVALID_ARGUMENT' } });
    expect(scene.host.urls).toEqual([]);
  });
});
