/** What is published of the feed, by the official parser, which takes seconds to get ready. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AsyncAPIDocumentInterface, Parser } from '@asyncapi/parser';
import { beforeAll, describe, expect, test } from 'vitest';
import { repository } from '../support/project.js';
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

  test('is refused by the parser once a reference leads nowhere, or a part has another form', async () => {
    expect((await read(text.replace('"#/channels/stocks"', '"#/channels/bonds"'))).faults).not.toEqual([]);
    expect((await read(text.replace('  stocks:\n    address:', '  stocks:\n    adress:'))).faults).not.toEqual([]);
    expect((await read(text.replace('action: send', 'action: shout'))).faults).not.toEqual([]);
  });
});
