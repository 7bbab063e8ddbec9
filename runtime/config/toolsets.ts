/** Which tools are served: those of the toolsets, and the single ones, that an operator or a client names. */
import type { Market } from '../contract/market.js';
import type { OperationTool } from '../contract/operation.js';
import type { Tool } from '../contract/tool.js';
import { nearest, suggest } from '../core/nearest.js';
import { narrowMarkets, type Offer } from './served.js';

/** Names, each with a dash before it where it is to be left out; `all` and `default` stand for several toolsets. */
export interface ToolChoice {
  /** Empty: `default`, or nothing where single tools are named. */
  readonly toolsets: readonly string[];
  readonly tools: readonly string[];
}

/** HTTP header with which a client narrows what it is served. */
export const toolsetsHeader = 'mcp-polygon-toolsets';

const several = ['all', 'default'];

/** What is wrong with a list of toolsets; no entry is repeated, since it may be anything. */
export function faultsOfToolsets(names: readonly string[], { suite }: Offer): string[] {
  const known = suite.toolsets.map(({ name }) => name);
  return faultsOf(names, [...several, ...known], `a toolset; the toolsets are ${known.join(', ')}, all and default`);
}

/** The same for a list of single tools. */
export function faultsOfTools(names: readonly string[], offer: Offer): string[] {
  const known = everyTool(offer).map(({ name }) => name);
  return faultsOf(names, known, `a tool, such as ${known.slice(0, 2).join(' or ')}`);
}

function faultsOf(names: readonly string[], known: readonly string[], what: string): string[] {
  return names.flatMap((entry, index) => {
    const name = withoutDash(entry);
    return known.includes(name) ? [] : [`entry ${index + 1} is not ${what}${suggest(nearest(name, known))}`];
  });
}

/**
 * Takes out the tools that are not chosen, and the markets of which none is left, also out of the arguments of tools
 * across markets.
 */
export function chooseTools(offer: Offer, { toolsets, tools }: ToolChoice): Offer {
  const single = tools.filter(isWanted);
  const leftOut = new Set(tools.filter(name => !isWanted(name)).map(withoutDash));
  const chosen = toolsets.length === 0 && single.length > 0 ? new Set<string>() : toolsetsIn(offer, toolsets);
  const isServed = ({ name, toolset }: Tool | OperationTool): boolean =>
    (chosen.has(toolset) || single.includes(name)) && !leftOut.has(name);
  const trimmed = offer.markets.map(market => withTools(market, market.tools.filter(isServed)));
  const markets = trimmed.filter(market => market.tools.length > 0);
  const served = offer.suite.tools.filter(isServed);
  const { rest } = offer.suite;
  const suite = rest ? { ...offer.suite, rest: { ...rest, tools: rest.tools.filter(isServed) } } : offer.suite;
  // Somebody else may have started streams that are read here.
  if (markets.length === 0 || markets.length === offer.markets.length) {
    return { suite: { ...suite, tools: served }, markets: trimmed };
  }
  return { suite: { ...suite, tools: narrowMarkets(served, markets) }, markets };
}

function toolsetsIn({ suite: { toolsets } }: Offer, names: readonly string[]): Set<string> {
  const all = toolsets.map(({ name }) => name);
  const standard = toolsets.filter(toolset => toolset.standard).map(({ name }) => name);
  const meaning = (name: string): readonly string[] => (name === 'all' ? all : name === 'default' ? standard : [name]);
  const chosen = new Set(names.some(isWanted) ? [] : standard);
  for (const entry of names) {
    for (const name of meaning(withoutDash(entry))) {
      if (isWanted(entry)) chosen.add(name);
      else chosen.delete(name);
    }
  }
  return chosen;
}

/** Every tool that an offer has. */
export function everyTool({ suite, markets }: Offer): (Tool | OperationTool)[] {
  return [...markets.flatMap(market => market.tools), ...suite.tools, ...(suite.rest?.tools ?? [])];
}

function isWanted(entry: string): boolean {
  return !entry.startsWith('-');
}

function withoutDash(entry: string): string {
  return entry.replace(/^-/, '');
}

/** A copy with other tools. What is asked of the clock stays so: a plain copy would keep the examples of today for good. */
function withTools(market: Market, tools: Market['tools']): Market {
  return Object.defineProperties({} as Market, {
    ...Object.getOwnPropertyDescriptors(market),
    tools: { enumerable: true, value: tools },
  });
}
