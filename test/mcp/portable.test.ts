/** Hosts drop tools, or all of them, whose schemas go beyond a small part of JSON Schema. */
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { serveOnly } from '../../runtime/config/served.js';
import { describeTool } from '../../runtime/mcp/listing.js';

interface Schema {
  readonly [keyword: string]: unknown;
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const allowed = [
  'type',
  'description',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
];

/** What is wrong with a schema and with all in it. */
function faultsIn(schema: Schema, place: string): string[] {
  const { type, properties, items } = schema;
  return [
    ...(typeof type === 'string' ? [] : [`${place} has no type of its own`]),
    ...Object.keys(schema).flatMap(keyword => (allowed.includes(keyword) ? [] : [`${place} has ${keyword}`])),
    ...(type === 'object' && !properties ? [`${place} lists no properties`] : []),
    ...(type === 'array' && !items ? [`${place} says nothing of its items`] : []),
    ...Object.entries(properties ?? {}).flatMap(([name, inner]) => faultsIn(inner, `${place}.${name}`)),
    ...(items ? faultsIn(items, `${place}[]`) : []),
  ];
}

const offers = [{ suite, markets }, serveOnly({ suite, markets }, ['crypto'])];
const served = offers.flatMap(offer =>
  [...offer.markets.flatMap(market => market.tools), ...offer.suite.tools].map(describeTool),
);

test.each(served.map(tool => [tool.name, tool] as const))('%s has a portable schema', (name, tool) => {
  expect(faultsIn(tool.inputSchema as Schema, `${name} takes`)).toEqual([]);
  expect(() => new Ajv({ strict: true }).compile(tool.inputSchema)).not.toThrow();
});

test('the check bites', () => {
  const bad = {
    type: 'object',
    properties: { a: { enum: ['x'] }, b: { type: 'object' }, c: { type: ['string', 'null'] }, d: { type: 'array' } },
  };
  expect(faultsIn(bad, 'it')).toEqual([
    'it.a has no type of its own',
    'it.b lists no properties',
    'it.c has no type of its own',
    'it.d says nothing of its items',
  ]);
});
