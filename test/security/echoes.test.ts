/** What a caller sends and what is no name of ours never comes back: in no answer, no error, no log. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { propertiesOf } from '../../runtime/core/argument-forms.js';
import { complete } from '../../runtime/mcp/completion.js';
import { fillPrompt } from '../../runtime/mcp/prompts.js';
import { Resources } from '../../runtime/mcp/resources.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import { exampleArguments } from '../../runtime/symbols/example.js';
import { Pages } from '../../runtime/tools/pages.js';
import { listTools, type OwnedTool } from '../../runtime/tools/tools.js';
import { callOn, testOptions } from '../support/bench.js';
import { tries } from '../support/property.js';
import { RecordFolder } from '../support/recording.js';

/** Keys as vendors make them: letters of both cases, digits, and something that no name of ours has. */
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const secrets = fc
  .string({ unit: fc.constantFrom(...letters), minLength: 24, maxLength: 48 })
  .chain(text => fc.constantFrom(`sk_${text}`, `${text}_x`, `${text.slice(0, 9)}~${text.slice(9)}`));

const recordings = new RecordFolder();
let logged = '';
let hub: Client;

beforeAll(async () => {
  await recordings.write('stocks.2026-11-23.realtime.0001', [{ atMs: Date.UTC(2026, 10, 23, 14, 30), text: '[]' }]);
  const settings = { feed: 'simulated', allowedHosts: [], record: recordings.path, options: testOptions };
  const write = (line: string): void => {
    logged += line;
  };
  hub = new Hub(suite, markets, settings, { clock: systemClock, write, recording: false }).client({ alone: true });
});

afterAll(async () => {
  await hub.close();
  await recordings.close();
});

/** A word is told from the words of ours by any 8 of its characters in a row. */
function traces(secret: string, text: string): string[] {
  const parts = Array.from({ length: secret.length - 7 }, (_, start) => secret.slice(start, start + 8));
  return parts.filter(part => text.toLowerCase().includes(part.toLowerCase()));
}

/** Every way in which a secret can stand in the arguments of a tool. */
function placesIn(tool: OwnedTool['tool'], secret: string): unknown[] {
  const properties = propertiesOf(tool.inputSchema);
  const good = JSON.parse(exampleArguments(tool, markets[0]!)) as Record<string, unknown>;
  const forms = [secret, [secret], [`T.${secret}`, secret], { [secret]: secret }, [{ [secret]: 1 }], `["${secret}"]`];
  const texts = [`${secret},T.AAPL`, `{"${secret}":"${secret}"}`, `[${secret}`, `"${secret}`];
  return [
    secret,
    [secret],
    { [secret]: secret },
    { ...good, [secret]: 1 },
    { ...good, [secret]: secret, [`${secret}2`]: {} },
    ...Object.keys(properties)
      .filter(name => name !== 'api_key')
      .flatMap(name => [...forms, ...texts].map(value => ({ ...good, [name]: value }))),
    ...endpoints(secret).map(endpoint => ({ ...good, endpoint })),
    ...conditions(secret).map(condition => ({ ...good, condition })),
    ...cursors(secret).map(cursor => ({ ...good, cursor })),
  ];
}

function endpoints(secret: string): string[] {
  return [
    secret.toLowerCase(),
    `wss://${secret}.example/stocks`,
    `wss://socket.polygon.io/${secret}`,
    `wss://socket.polygon.io/stocks?key=${secret}`,
    `wss://user:${secret}@socket.polygon.io/stocks`,
    `wss://socket.polygon.io:${secret}/stocks`,
    `${secret}://socket.polygon.io`,
    `replay:${secret}`,
    `replay:${secret.replace(/[^a-z0-9]/gi, '').toLowerCase()}`,
    `replay:2026-11-23?${secret}=1`,
    `replay:2026-11-23?speed=${secret}`,
    `replay:2026-11-23?from=${secret}`,
    `replay:2026-11-23?loop=${secret}`,
  ];
}

function conditions(secret: string): unknown[] {
  const leaf = { field: 'price', op: '>', value: 1 };
  return [
    { ...leaf, field: secret },
    { ...leaf, op: secret },
    { ...leaf, value: secret },
    { ...leaf, op: '==', value: secret },
    { field: 'state', op: '==', value: secret },
    { field: 'event', op: '==', value: secret },
    { ...leaf, symbol: secret },
    { ...leaf, [secret]: secret },
    { all: [{ ...leaf, field: secret }, secret] },
    { any: secret, all: secret },
    JSON.stringify({ ...leaf, field: secret }),
  ];
}

function cursors(secret: string): string[] {
  const packed = (text: string): string => Buffer.from(text).toString('base64url');
  return [
    packed(`${hub.process}.${secret}.1`),
    packed(`${secret}.stocks.1`),
    packed(`${hub.process}.stocks.${secret}`),
  ];
}

async function answerOf({ tool }: OwnedTool, args: unknown): Promise<string> {
  return JSON.stringify(await callOn(hub, tool.name, args));
}

test('an argument of a tool that is none of its names never comes back', async () => {
  const tools = listTools(hub).filter(({ market, tool }) =>
    market ? ['stocks', 'forex'].includes(market.name) : !tool.toolset.startsWith('rest-'),
  );
  await fc.assert(
    fc.asyncProperty(secrets, async secret => {
      for (const owned of tools) {
        for (const args of placesIn(owned.tool, secret)) {
          const answer = await answerOf(owned, args);
          expect([owned.tool.name, args, traces(secret, answer)]).toEqual([owned.tool.name, args, []]);
        }
      }
      // A key last of all, so that nothing hides behind what is done for keys.
      for (const form of [secret, [secret], { [secret]: secret }, `["${secret}"]`]) {
        const args = { channels: ['T.AAPL'], endpoint: `replay:${secret}`, api_key: form };
        expect(traces(secret, JSON.stringify(await callOn(hub, 'start_stocks_stream', args)))).toEqual([]);
      }
      expect(traces(secret, logged)).toEqual([]);
    }),
    tries(3),
  );
}, 120_000);

test('a channel of a running stream that is no name never comes back', async () => {
  const { structured } = await callOn(hub, 'start_crypto_stream', { channels: ['XT.BTC-USD'] });
  expect(structured.error).toBeUndefined();
  await fc.assert(
    fc.asyncProperty(secrets, async secret => {
      for (const name of ['start_crypto_stream', 'subscribe_crypto_channels', 'unsubscribe_crypto_channels']) {
        const answer = JSON.stringify(await callOn(hub, name, { channels: ['XT.BTC-USD', secret, `XT.${secret}`] }));
        expect(traces(secret, answer)).toEqual([]);
        expect(answer).toContain('channels[1]');
      }
    }),
    tries(5),
  );
  await callOn(hub, 'stop_crypto_stream');
}, 60_000);

test('a key that comes as a number is as secret as one in quotes', async () => {
  for (const api_key of [12_345_678_901_234, 1.2345678901234568e24, 12_345_678.5]) {
    const args = { channels: ['T.AAPL'], endpoint: 'simulated', api_key };
    const answer = JSON.stringify(await callOn(hub, 'start_stocks_stream', args));
    expect(answer).not.toMatch(/1234567|1\.2345/);
    await callOn(hub, 'stop_stocks_stream');
  }
}, 60_000);

describe('beside the tools', () => {
  test('an argument of a prompt never comes back', () => {
    fc.assert(
      fc.property(secrets, secret => {
        for (const prompt of suite.prompts) {
          const good = { market: 'stocks', symbol: 'AAPL', symbols: 'AAPL,MSFT' };
          for (const wrong of [
            { market: secret },
            { symbol: secret },
            { symbols: `AAPL,${secret}` },
            { [secret]: secret },
          ]) {
            let said = '';
            try {
              said = fillPrompt(hub, prompt, { ...good, ...wrong });
            } catch (error) {
              said = (error as Error).message;
            }
            expect(traces(secret, said)).toEqual([]);
          }
        }
      }),
      tries(20),
    );
  });

  test('a value that is being typed never comes back', () => {
    fc.assert(
      fc.property(secrets, secret => {
        const typed = [
          complete(hub, { name: secret, value: secret }),
          complete(hub, { name: 'market', value: secret }),
        ];
        expect(traces(secret, JSON.stringify(typed))).toEqual([]);
        expect(
          traces(secret, JSON.stringify(complete(hub, { name: 'symbol', value: secret }, { market: secret }))),
        ).toEqual([]);
      }),
      tries(20),
    );
  });

  test('a resource that does not exist is nothing, and nothing of it stands in another', async () => {
    const resources = new Resources(hub, new Pages(new URL('../../spec/polygon-docs/', import.meta.url)));
    await fc.assert(
      fc.asyncProperty(secrets, async secret => {
        for (const uri of [
          `polygon://streams/${secret}`,
          `polygon://streams/stocks/${secret}`,
          `polygon-docs://${secret}.md`,
        ]) {
          expect(await resources.read(uri)).toBeUndefined();
        }
        expect(traces(secret, JSON.stringify(await resources.list()))).toEqual([]);
      }),
      tries(10),
    );
  });
});
