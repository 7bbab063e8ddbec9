/** A hub as it is served: with the tools that the operator chose, and of these what a client asked for. */
import type { Offer } from '../config/served.js';
import type { Settings } from '../config/settings.js';
import { chooseTools, toolsetsHeader } from '../config/toolsets.js';
import type { Market } from '../contract/market.js';
import { StreamError } from '../core/errors.js';
import type { HubView } from '../stream/view.js';
import { hasDelayed } from '../symbols/way-out.js';
import { listTools, type OwnedTool } from '../tools/tools.js';

/** All that there is, and what an operator chose of it. */
interface Whole extends Offer {
  readonly settings: Settings;
}

const offers = new WeakMap<Settings, Offer>();

/** What the operator chose; the same for all clients, so that it is worked out once. */
function offerOf({ suite, markets, settings }: Whole): Offer {
  let offer = offers.get(settings);
  if (!offer) {
    const { toolsets, tools } = settings;
    offer = chooseTools({ suite, markets }, { toolsets: toolsets?.list ?? [], tools: tools?.list ?? [] });
    offers.set(settings, offer);
  }
  return offer;
}

const served = new WeakMap<Offer, Offer>();

/** @param toolsets what a client asked for; empty: all that the operator chose */
export function servedHub(hub: HubView, toolsets: readonly string[] = []): HubView {
  const chosen = offerOf(hub);
  let offer = toolsets.length > 0 ? narrow(chosen, toolsets, hub) : served.get(chosen);
  if (!offer) {
    // Over 2026-07-28 every request comes here, hardly any of them with a header.
    offer = narrow(chosen, ['all'], hub);
    served.set(chosen, offer);
  }
  return Object.create(hub, { suite: { value: offer.suite }, markets: { value: offer.markets } });
}

/** Whether a client that asks for these toolsets is left with none of the tools that the operator chose. */
export function leavesNothing(hub: Whole, toolsets: readonly string[]): boolean {
  return toolsets.length > 0 && listTools(chooseTools(offerOf(hub), { toolsets, tools: [] })).length === 0;
}

/** The tools of these toolsets, and the texts that go with them. */
function narrow(chosen: Offer, toolsets: readonly string[], hub: HubView): Offer {
  const { suite, markets } = chooseTools(chosen, { toolsets, tools: [] });
  const served = new Set(listTools({ suite, markets }).map(({ tool }) => tool.name));
  const usual = listTools(chooseTools(hub, { toolsets: ['default'], tools: [] }));
  const isWhole = usual.every(({ tool }) => served.has(tool.name));
  const instructions = `${fillInstructions(suite.instructions, markets)}${isWhole ? '' : remark}`;
  const prompts = suite.prompts.filter(({ text }) => callsServed(text, { suite, markets }));
  return { suite: { ...suite, instructions, prompts }, markets };
}

function fillInstructions(text: string, markets: readonly Market[]): string {
  const namesOf = (some: readonly Market[]): string => some.map(({ name }) => name).join(', ');
  const delayed = namesOf(markets.filter(hasDelayed));
  const fitting = delayed === '' ? text.replace(/; [^.;]*\{delayed\}[^.;]*/, '') : text;
  return fitting.replaceAll('{markets}', namesOf(markets)).replaceAll('{delayed}', delayed);
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

/** A tool that there is, but that is not served: of another toolset, or of a market that the operator left out. */
export function unservedTool(
  whole: HubView,
  name: string,
): { readonly owned: OwnedTool; readonly why: StreamError } | undefined {
  for (const market of whole.suite.unserved ?? []) {
    const tool = market.tools.find(one => one.name === name);
    if (tool) return { owned: { tool, market }, why: refusalOfMarket(name, market) };
  }
  const owned = listTools(whole).find(({ tool }) => tool.name === name);
  return owned && { owned, why: refusalOf(owned, whole) };
}

/** @param what tool, stream or page that belongs to a market which the operator left out */
export function refusalOfMarket(what: string, { name }: Market): StreamError {
  return new StreamError(
    'NOT_SERVED',
    `${what} is not served; it belongs to the market ${name}.`,
    `The operator can add ${name} to the markets that are served (--markets, MCP_POLYGON_MARKETS).`,
  );
}

/** Why a tool cannot be called that there is: its toolset is not served. */
function refusalOf({ tool }: OwnedTool, hub: HubView): StreamError {
  const isOperators = !listTools(offerOf(hub)).some(other => other.tool.name === tool.name);
  return new StreamError(
    'NOT_SERVED',
    `${tool.name} is not served; it belongs to the toolset ${tool.toolset}.`,
    isOperators
      ? `The operator can add ${tool.toolset} to the toolsets that are served (--toolsets, MCP_POLYGON_TOOLSETS), or ${tool.name} to the single tools (--tools, MCP_POLYGON_TOOLS).`
      : `Name ${tool.toolset} in the header ${toolsetsHeader} too, or leave the header out.`,
  );
}
