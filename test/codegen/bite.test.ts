import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { expectations } from '../../codegen/emit/test.js';
import { buildModel } from '../../codegen/load/build.js';
import { loadSpec } from '../../codegen/load/file.js';
import { loadPages } from '../../codegen/load/pages.js';
import { markets, suite } from '../../generated/suite.js';
import type { Channel, EpochUnit, Field } from '../../runtime/contract/channel.js';
import type { Market } from '../../runtime/contract/market.js';
import type { MarketTool } from '../../runtime/contract/tool.js';
import { wire } from '../../runtime/decode/wire.js';
import { Bench } from '../support/bench.js';
import { checksOf, documentedClock, type Expectations } from '../support/judge.js';

const specDir = fileURLToPath(new URL('../../spec', import.meta.url));
const { model } = buildModel(loadSpec(specDir).spec!, loadPages(specDir));

function marketOf(name: string): Market {
  return markets.find(market => market.name === name)!;
}

function expectedOf(name: string): Expectations {
  const market = model.markets.find(({ raw }) => raw.market === name)!;
  return JSON.parse(JSON.stringify(expectations(market)));
}

async function faultsOf(name: string, mutated: Market): Promise<string[]> {
  for (const { run } of checksOf(mutated, expectedOf(name))) {
    const bench = await Bench.open({
      suite,
      markets: [mutated],
      played: [marketOf(name)],
      options: { ackTimeoutMs: 100 },
      clock: documentedClock(),
    });
    try {
      const faults = await run(bench);
      if (faults.length > 0) return faults;
    } finally {
      await bench.close();
    }
  }
  return [];
}

function withChannel(prefix: string, change: (channel: Channel) => Channel): (market: Market) => Market {
  return market => ({
    ...market,
    channels: market.channels.map(channel => (channel.prefix === prefix ? change(channel) : channel)),
  });
}

function withField(prefix: string, key: string, change: Partial<Field>): (market: Market) => Market {
  return withChannel(prefix, channel => ({
    ...channel,
    fields: channel.fields.map(field => (field.key === key ? { ...field, ...change } : field)),
  }));
}

/** The unit by which a time is judged; it is read by its size. */
function withUnit(prefix: string, key: string, epoch: EpochUnit): (market: Market) => Market {
  const judged = (channel: Channel): Channel => {
    if (!(channel.validator instanceof z.ZodObject)) throw new Error(`${prefix} is judged by no object`);
    return { ...channel, validator: channel.validator.extend({ [key]: wire[epoch] }) };
  };
  return market => withChannel(prefix, judged)(withField(prefix, key, { epoch })(market));
}

function withTool(verb: string, change: (tool: MarketTool) => MarketTool): (market: Market) => Market {
  return market => ({ ...market, tools: market.tools.map(tool => (tool.verb === verb ? change(tool) : tool)) });
}

/** A tool under the verb of another. */
function called(verb: MarketTool['verb'], tool: MarketTool): MarketTool {
  return Object.assign({ ...tool }, { verb });
}

describe('the judge bites', () => {
  test.each<[string, string, (market: Market) => Market]>([
    ['a wrong wire key', 'stocks', withField('T', 'p', { key: 'price' })],
    ['a wrong readable name', 'stocks', withField('Q', 'bp', { name: 'ask.price' })],
    ['a wrong symbol key', 'stocks', withField('LULD', 'T', { key: 'sym' })],
    ['nanoseconds that are refused', 'stocks', withUnit('LULD', 't', 'ms')],
    ['milliseconds that are refused', 'crypto', withUnit('XT', 't', 'ns')],
    [
      'a time that is shown as a number',
      'crypto',
      withChannel('XT', channel => ({ ...channel, fields: channel.fields.map(({ epoch: _, ...field }) => field) })),
    ],
    [
      'a time that is not answered as timestamp',
      'indices',
      withChannel('V', channel => ({
        ...channel,
        fields: channel.fields.map(({ role, ...field }) =>
          role === 'time' ? field : { ...field, ...(role ? { role } : {}) },
        ),
      })),
    ],
    ['decimal text left as text', 'futures', withField('AM', 'o', { type: 'string' })],
    [
      'a missing field',
      'stocks',
      withChannel('AM', channel => ({ ...channel, fields: channel.fields.filter(({ key }) => key !== 'vw') })),
    ],
    ['a wrong kind of event', 'forex', withChannel('CA', channel => ({ ...channel, event: 'AGGREGATE_SECOND' }))],
    ['an invented prefix', 'options', withChannel('A', channel => ({ ...channel, prefix: 'AS', aliases: [] }))],
    ['a lost alias', 'futures', withChannel('A', channel => ({ ...channel, aliases: [] }))],
    ['a wildcard that is not served', 'options', withChannel('Q', channel => ({ ...channel, wildcard: true }))],
    ['a wildcard that is withheld', 'stocks', withChannel('T', channel => ({ ...channel, wildcard: false }))],
    [
      'a symbol pattern that takes anything',
      'stocks',
      market => ({ ...market, symbol: { ...market.symbol, pattern: '^.*$' } }),
    ],
    [
      'a symbol pattern without share classes',
      'stocks',
      market => ({ ...market, symbol: { ...market.symbol, pattern: '^[A-Z]+$' } }),
    ],
    ['a lost spelling', 'forex', market => ({ ...market, symbol: { ...market.symbol, spellings: [] } })],
    ['a lost slip', 'stocks', market => ({ ...market, symbol: { ...market.symbol, slips: [] } })],
    ['a lost cap', 'options', market => ({ ...market, caps: [] })],
    ['a channel that is left out', 'stocks', market => ({ ...market, channels: market.channels.slice(0, -1) })],
    ['a title of another channel', 'crypto', withChannel('XQ', channel => ({ ...channel, title: 'Trades' }))],
    [
      'a validator that refuses unknown keys',
      'indices',
      withChannel('V', channel => ({
        ...channel,
        validator: z.strictObject({ ev: z.literal('V'), val: z.number(), T: z.string(), t: z.int() }),
      })),
    ],
    ['a validator that takes anything', 'indices', withChannel('V', channel => ({ ...channel, validator: z.any() }))],
    ['arguments that are not judged', 'stocks', withTool('subscribe', tool => ({ ...tool, validator: z.any() }))],
    [
      'a writing tool called read-only',
      'stocks',
      withTool('stop', tool => ({ ...tool, annotations: { ...tool.annotations, readOnlyHint: true } })),
    ],
    [
      'a schema with open arguments',
      'stocks',
      withTool('start', ({ inputSchema: { additionalProperties: _, ...open }, ...tool }) => ({
        ...tool,
        inputSchema: { ...open, type: 'object' },
      })),
    ],
    ['a tool without citations', 'stocks', withTool('start', tool => ({ ...tool, citations: [] }))],
    ["two tools with each other's verbs", 'stocks', withTool('subscribe', tool => called('unsubscribe', tool))],
  ])('on %s', async (_, name, mutate) => {
    expect(await faultsOf(name, mutate(marketOf(name)))).not.toEqual([]);
  });

  test('and lets the tables pass as they are', async () => {
    for (const { name } of markets) expect(await faultsOf(name, marketOf(name))).toEqual([]);
  }, 60_000);
});
