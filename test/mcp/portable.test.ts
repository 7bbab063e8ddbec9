/** Every tool has a schema that every host takes. */
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { serveOnly } from '../../runtime/config/served.js';
import { describeTool } from '../../runtime/mcp/listing.js';
import { faultsIn, type PortableSchema } from '../support/portable.js';

const offers = [{ suite, markets }, serveOnly({ suite, markets }, ['crypto'])];
const served = offers.flatMap(offer =>
  [...offer.markets.flatMap(market => market.tools), ...offer.suite.tools].map(describeTool),
);

test.each(served.map(tool => [tool.name, tool] as const))('%s has a portable schema', (name, tool) => {
  expect(faultsIn(tool.inputSchema as PortableSchema, `${name} takes`)).toEqual([]);
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
