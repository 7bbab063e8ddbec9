import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AsyncAPIDocumentInterface, Parser } from '@asyncapi/parser';
import { Ajv, type ValidateFunction } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { repository } from '../support/project.js';
import { readRecorded, recordedMarkets } from '../support/recorded.js';
import { channelCount, marketNames, pathCount } from '../support/spec.js';

const text = readFileSync(join(repository, 'generated/asyncapi.yaml'), 'utf8');

/** What the official parser has against a document, without its hint at newer versions. */
async function read(source: string): Promise<{ document: AsyncAPIDocumentInterface | undefined; faults: string[] }> {
  const { document, diagnostics } = await new Parser().parse(source);
  const faults = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version');
  return { document, faults: faults.map(({ code, message }) => `${code} ${message}`) };
}

describe('generated/asyncapi.yaml', { timeout: 60_000 }, () => {
  let document: AsyncAPIDocumentInterface;
  let faults: readonly string[];

  beforeAll(async () => {
    const result = await read(text);
    faults = result.faults;
    document = result.document!;
  }, 60_000);

  test('has no faults by the official parser', () => {
    expect(faults).toEqual([]);
    expect(document.version()).toBe('3.0.0');
  });

  test('names the hosts of the feeds that markets have, all with the key', () => {
    const servers = document.servers().all();

    expect(servers.map(server => `${server.id()} ${server.protocol()}://${server.host()}`)).toEqual([
      'realtime-massive wss://socket.massive.com',
      'realtime-polygon wss://socket.polygon.io',
      'delayed-massive wss://delayed.massive.com',
      'delayed-polygon wss://delayed.polygon.io',
      'business-massive wss://business.massive.com',
      'business-polygon wss://business.polygon.io',
      'delayed-business-massive wss://delayed-business.massive.com',
      'delayed-business-polygon wss://delayed-business.polygon.io',
    ]);
    for (const server of servers) {
      const [scheme] = server.security()[0]!.all();
      expect(scheme!.scheme().type()).toBe('apiKey');
    }
  });

  test.each([
    ['stocks', '/stocks', 8, 'T Q AM A LULD NOI FMV'],
    ['options', '/options', 6, 'T Q AM A FMV'],
    ['futures', '/futures', 4, 'T Q AM A'],
    ['futures-cme', '/futures/cme', 4, 'T Q AM A'],
    ['futures-cbot', '/futures/cbot', 4, 'T Q AM A'],
    ['futures-nymex', '/futures/nymex', 4, 'T Q AM A'],
    ['futures-comex', '/futures/comex', 4, 'T Q AM A'],
    ['indices', '/indices', 4, 'V AM A'],
    ['forex', '/forex', 4, 'C CA CAS FMV'],
    ['crypto', '/crypto', 4, 'XT XQ XA XAS FMV'],
  ])('has the channel %s with its address, hosts, messages and operations', (name, address, hosts, prefixes) => {
    const channel = document.channels().get(name)!;
    const events = prefixes.split(' ');
    const operations = channel.operations().all();

    expect(channel.address()).toBe(address);
    expect(channel.servers().all()).toHaveLength(hosts);
    expect(
      channel
        .messages()
        .all()
        .map(message => message.id()),
    ).toEqual(['auth', 'subscribe', 'unsubscribe', 'status', ...events]);
    expect(
      operations.map(operation => [
        operation.action(),
        operation
          .messages()
          .all()
          .map(message => message.id()),
      ]),
    ).toEqual([
      ['send', ['auth']],
      ['send', ['subscribe']],
      ['send', ['unsubscribe']],
      ['receive', ['status', ...events]],
    ]);
  });

  test('has no other channels, and as many kinds of events as the markets have channels', () => {
    const events = document
      .components()
      .messages()
      .all()
      .filter(message => message.name() !== message.id());

    expect(document.channels().all()).toHaveLength(pathCount);
    expect(document.operations().all()).toHaveLength(4 * pathCount);
    expect(document.components().messages().all()).toHaveLength(channelCount + 2 * marketNames.length + 2);
    expect(events.filter(message => message.extensions().get('x-event'))).toHaveLength(channelCount);
  });

  test('keeps every digit of a nanosecond, and cites the line of each field', () => {
    expect(text).toContain('          t: 1794507607318264907\n');
    expect(parse(text).components.schemas['stocks.LULD'].properties.t).toEqual({
      title: 'timestamp',
      type: 'integer',
      description:
        'Milliseconds, microseconds or nanoseconds since 1970-01-01 UTC; the size of the number tells which.',
      'x-epoch': 'magnitude',
      'x-see': 'polygon-docs/websockets/stocks/luld.md:31',
    });
    expect(parse(text).components.schemas['stocks.Q'].properties.bs).toEqual({
      title: 'bid.size',
      type: 'integer',
      description: 'In shares.',
      'x-unit': 'shares',
      'x-see': 'polygon-docs/websockets/stocks/quotes.md:28',
    });
  });

  test('is refused by the parser once a reference leads nowhere, or a part has another form', async () => {
    expect((await read(text.replace('"#/channels/stocks"', '"#/channels/bonds"'))).faults).not.toEqual([]);
    expect((await read(text.replace('  stocks:\n    address:', '  stocks:\n    adress:'))).faults).not.toEqual([]);
    expect((await read(text.replace('action: send', 'action: shout'))).faults).not.toEqual([]);
  });
});

describe('its schemas', () => {
  const ajv = new Ajv({ strict: false, allowUnionTypes: true }).addSchema(parse(text), 'feed');
  const judge = (schema: string): ValidateFunction => ajv.compile({ $ref: `feed#/${schema}` });

  test.each(recordedMarkets)('accept the recorded frames of %s, but no event of an unknown channel', market => {
    const accepts = judge(`components/schemas/${market}.frame`);
    const sound = readRecorded(market).recordings.filter(({ malformed }) => malformed === 0);
    const refused = sound.filter(({ frame }) => !accepts([JSON.parse(frame)].flat()));

    expect(sound.length).toBeGreaterThan(2);
    expect(refused.map(({ name }) => name)).toEqual(
      market === 'stocks' ? ['an event of a channel that nobody knows'] : [],
    );
  });

  test('let be null what can be missing, and nothing else', () => {
    const quote = { ev: 'Q', sym: 'ESZ6', bp: null, bs: null, bt: null, ap: '6728.25', as: 3, at: 1, t: 2 };

    expect(judge('components/schemas/futures.Q')(quote)).toBe(true);
    expect(judge('components/schemas/futures.Q')({ ...quote, t: null })).toBe(false);
  });

  test('accept the recorded statuses', () => {
    const accepts = judge('components/schemas/status');
    const statuses = readRecorded('statuses').recordings.flatMap(({ frame }) => JSON.parse(frame));

    expect(statuses.filter(status => status.ev === 'status' && !accepts(status))).toEqual([]);
  });

  const trade = { ev: 'XT', pair: 'BTC-USD', p: 1, t: 2, s: 3, x: 4, r: 5 };

  test.each<[string, object, boolean]>([
    ['a whole trade', trade, true],
    ['a key that nobody knows', { ...trade, lp: 0 }, true],
    ['conditions', { ...trade, c: [2] }, true],
    ['a trade without its price', { ...trade, p: undefined }, false],
    ['a price in words', { ...trade, p: 'much' }, false],
    ['a time with a fraction', { ...trade, t: 2.5 }, false],
    ['conditions in words', { ...trade, c: ['sell'] }, false],
    ['another event', { ...trade, ev: 'XQ' }, false],
  ])('judge %s', (_, event, expected) => {
    expect(judge('components/schemas/crypto.XT')(JSON.parse(JSON.stringify(event)))).toBe(expected);
  });

  test.each([
    ['stocks', 'T.AAPL,AM.*,Q.BRK.B', true],
    ['stocks', 'T.AAPL, AM.*', false],
    ['stocks', 'T.AAPL,', false],
    ['stocks', 'AS.*', false],
    ['stocks', 'T', false],
    ['options', 'Q.O:SPY261218C00690000,T.*', true],
    ['options', 'Q.*', false],
    ['options', 'T.O:SPY*', false],
    ['forex', 'C.EUR/USD', true],
    ['forex', 'C.EURUSD', false],
  ])('judge the request of %s for %s', (market, params, expected) => {
    expect(judge(`components/messages/${market}.subscribe/payload`)({ action: 'subscribe', params })).toBe(expected);
  });

  test('take a request for what its action says', () => {
    expect(judge('components/messages/auth/payload')({ action: 'auth', params: 'key' })).toBe(true);
    expect(judge('components/messages/auth/payload')({ action: 'login', params: 'key' })).toBe(false);
    expect(judge('components/messages/stocks.unsubscribe/payload')({ action: 'subscribe', params: 'T.*' })).toBe(false);
  });
});
