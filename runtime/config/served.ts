/** Narrows what is offered to the markets that the operator serves. */
import { z } from 'zod';
import type { Market } from '../contract/market.js';
import type { Suite } from '../contract/suite.js';
import type { Tool } from '../contract/tool.js';
import { propertiesOf } from '../core/argument-forms.js';

/** A suite together with its markets. */
export interface Offer {
  readonly suite: Suite;
  readonly markets: readonly Market[];
}

/**
 * Removes the other markets from the list, the toolsets and the arguments of cross-market tools. The suite keeps them
 * as those that are not served, so that a call of their tools can be answered.
 *
 * @param names markets to serve; absent: all
 */
export function serveOnly({ suite, markets }: Offer, names?: readonly string[]): Offer {
  const served = markets.filter(({ name }) => names?.includes(name) ?? true);
  if (served.length === markets.length) return { suite, markets };
  // Requests are not narrowed: their tools take symbols of any market, and are chosen by toolset.
  const left = [...served.flatMap(({ tools }) => tools), ...suite.tools, ...(suite.rest?.tools ?? [])];
  const used = new Set(left.map(({ toolset }) => toolset));
  const toolsets = suite.toolsets.filter(({ name }) => used.has(name));
  const unserved = markets.filter(market => !served.includes(market));
  return { suite: { ...suite, toolsets, tools: narrowMarkets(suite.tools, served), unserved }, markets: served };
}

/** A market that there is, but that the operator does not serve. */
export function unservedMarket({ suite }: Offer, name: string): Market | undefined {
  return suite.unserved?.find(market => market.name === name);
}

/** Takes other markets out of the arguments of tools. */
export function narrowMarkets<T extends Tool>(tools: readonly T[], markets: readonly Market[]): T[] {
  const names = markets.map(({ name }) => name);
  return tools.map(tool => narrow(tool, names));
}

function narrow<T extends Tool>(tool: T, names: readonly string[]): T {
  const { inputSchema, validator } = tool;
  const { market, markets } = propertiesOf(inputSchema);
  // What can be asked without a market is not about streams: requests are served for every market.
  const isOfStreams = markets !== undefined || ((inputSchema.required ?? []) as readonly string[]).includes('market');
  if (!market || !isOfStreams || !(validator instanceof z.ZodObject)) return tool;
  const name = z.enum(names);
  const { minItems = 0, maxItems = names.length } = markets ?? {};
  const narrowed = {
    market: { ...market, enum: names },
    ...(markets && { markets: { ...markets, items: { ...markets.items, enum: names } } }),
  };
  return {
    ...tool,
    inputSchema: { ...inputSchema, properties: { ...propertiesOf(inputSchema), ...narrowed } },
    validator: markets
      ? validator.extend({ market: name.optional(), markets: z.array(name).min(minItems).max(maxItems).optional() })
      : validator.extend({ market: name }),
  };
}
