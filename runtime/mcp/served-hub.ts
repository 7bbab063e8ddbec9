/** A hub as it is served: with the tools that the operator chose, and of these what a client asked for. */
import type { Offer } from '../config/served.js';
import type { Settings } from '../config/settings.js';
import { chooseTools, toolsetsHeader } from '../config/toolsets.js';
import { StreamError } from '../core/errors.js';
import type { HubView } from '../stream/view.js';
import { listTools, type OwnedTool } from '../tools/tools.js';

const chosen = new WeakMap<Settings, Offer>();

/** What the operator chose; the same for all clients, so that it is worked out once. */
function offerOf({ suite, markets, settings }: HubView): Offer {
  let offer = chosen.get(settings);
  if (!offer) {
    const { toolsets, tools } = settings;
    offer = chooseTools({ suite, markets }, { toolsets: toolsets?.list ?? [], tools: tools?.list ?? [] });
    chosen.set(settings, offer);
  }
  return offer;
}

/** @param toolsets what a client asked for; empty: all that the operator chose */
export function servedHub(hub: HubView, toolsets: readonly string[] = []): HubView {
  const { suite, markets } = chooseTools(offerOf(hub), {
    toolsets: toolsets.length > 0 ? toolsets : ['all'],
    tools: [],
  });
  const names = markets.map(({ name }) => name).join(', ');
  const isWhole = listTools({ suite, markets }).length === listTools(hub).length;
  const instructions = `${suite.instructions.replaceAll('{markets}', names)}${isWhole ? '' : remark}`;
  const prompts = suite.prompts.filter(({ text }) => callsServed(text, { suite, markets }));
  return Object.create(hub, {
    suite: { value: { ...suite, instructions, prompts } },
    markets: { value: markets },
  });
}

/** Texts name tools by what they do, served or not. */
const remark =
  '\nOnly some of the tools are served here: call those that tools/list has, whatever else these texts, answers and hints name.';

/** Whether the tools that a prompt calls are served, for one market at least. */
function callsServed(text: string, offer: Offer): boolean {
  return offer.markets.some(({ name }) => unservedIn(text, offer, name).length === 0);
}

/** The tools that a prompt calls for a market, and that are not served. */
export function unservedIn(text: string, offer: Offer, market: string): string[] {
  const served = new Set(listTools(offer).map(({ tool }) => tool.name));
  const called = [...text.matchAll(/Call (\S+) with/g)].map(([, name = '']) => name.replaceAll('{market}', market));
  return called.filter(name => !served.has(name));
}

/** Why a tool cannot be called that there is: it is not served. */
export function refusalOf({ tool }: OwnedTool, hub: HubView): StreamError {
  const isOperators = !listTools(offerOf(hub)).some(other => other.tool.name === tool.name);
  return new StreamError(
    'NOT_SERVED',
    `${tool.name} is not served; it belongs to the toolset ${tool.toolset}.`,
    isOperators
      ? `The operator can add ${tool.toolset} to the toolsets that are served (--toolsets, MCP_POLYGON_TOOLSETS), or ${tool.name} to the single tools (--tools, MCP_POLYGON_TOOLS).`
      : `Name ${tool.toolset} in the header ${toolsetsHeader} too, or leave the header out.`,
  );
}
