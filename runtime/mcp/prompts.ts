/** Fills in the prompts that a person picks from the menu of a host. */

import { simulatedFeed } from '../config/feed-names.js';
import { unservedMarket } from '../config/served.js';
import type { Market } from '../contract/market.js';
import type { Prompt } from '../contract/suite.js';
import { citationUri } from '../core/citation.js';
import { StreamError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { HubView } from '../stream/view.js';
import { exampleSymbol, spellJson } from '../symbols/example.js';
import { namedSymbol } from '../symbols/forms.js';
import { describeReadings } from '../symbols/hints.js';
import { hasDelayed } from '../symbols/way-out.js';
import { refusalOfMarket, unservedIn } from './served-hub.js';

/** Each appears in the text several times, and an agent compares only a few. */
const mostSymbols = 50;

/**
 * @param given arguments by name, unchecked
 * @returns what the agent is told to do
 * @throws StreamError INVALID_ARGUMENT, NOT_SERVED
 */
export function fillPrompt(hub: HubView, prompt: Prompt, given: Readonly<Record<string, string>>): string {
  for (const { name } of prompt.arguments) {
    if (given[name]?.trim()) continue;
    const known = prompt.arguments.map(argument => argument.name);
    const meant = Object.keys(given).some(other => !known.includes(other as typeof name) && nearest(other, [name]));
    const hint = meant ? `; did you mean ${name} by another that came?` : '.';
    throw new StreamError('INVALID_ARGUMENT', `${prompt.name} needs the argument ${name}${hint}`);
  }
  const name = given.market!.trim().toLowerCase();
  const leftOut = unservedMarket(hub, name);
  if (leftOut) throw refusalOfMarket(`The stream of ${leftOut.title}`, leftOut);
  const { market } = hub.stream(name);
  const [unserved] = unservedIn(prompt.text, hub, market.name);
  if (unserved !== undefined) {
    throw new StreamError('INVALID_ARGUMENT', `${prompt.name} needs ${unserved} for this market, which is not served.`);
  }
  const one = given.symbol ? [readSymbol(market, given.symbol.trim(), 'symbol')] : [];
  const several = given.symbols?.split(/[\s,;]+/).filter(text => text !== '') ?? [];
  if (several.length > mostSymbols) {
    throw new StreamError(
      'INVALID_ARGUMENT',
      `${prompt.name} takes at most ${mostSymbols} symbols, not ${several.length}.`,
    );
  }
  const symbols = [...one, ...several.map((text, index) => readSymbol(market, text, `symbols[${index}]`))];
  const slots = slotsOf(market, prompt, [...new Set(symbols)]);
  return prompt.text.replace(/\{(\w+)\}/g, (slot, name: string) => slots[name] ?? slot);
}

const guide = 'polygon-docs/guides/streaming.md#resources-and-prompts';

/**
 * How to get a prompt, by example.
 *
 * @param given arguments that were refused
 */
export function wayToPrompt(
  { markets }: HubView,
  prompt: Prompt,
  given: Readonly<Record<string, string>> = {},
): string {
  const names = markets.map(({ name }) => name);
  const meant = nearest(given.market?.trim().toLowerCase() ?? '', names);
  const market = markets.find(({ name }) => name === meant) ?? markets[0]!;
  const symbols = market.simulation.instruments.map(({ symbol }) => symbol);
  const values = { market: market.name, symbol: exampleSymbol(market), symbols: symbols.slice(0, 2).join(', ') };
  const example = Object.fromEntries(prompt.arguments.map(({ name }) => [name, values[name]]));
  return `Get ${prompt.name} with ${spellJson(example)}. See ${citationUri(guide)}`;
}

function slotsOf(market: Market, { events }: Prompt, symbols: readonly string[]): Readonly<Record<string, string>> {
  const meant = market.channels.filter(({ event }) => events.includes(event));
  // A market may have none of the events that a prompt prefers.
  const kinds = meant.length > 0 ? meant : market.channels.slice(0, 1);
  return {
    market: market.name,
    title: market.title,
    symbols: symbols.join(', '),
    other_data: hasDelayed(market) ? 'delayed or made-up data' : 'made-up data',
    other_feeds: hasDelayed(market) ? `"delayed" or "${simulatedFeed}"` : `"${simulatedFeed}"`,
    symbol_list: JSON.stringify(symbols),
    channels: JSON.stringify(kinds.flatMap(({ prefix }) => symbols.map(symbol => `${prefix}.${symbol}`))),
  };
}

/** @param place what to call it in a refusal */
function readSymbol(market: Market, text: string, place: string): string {
  const symbol = namedSymbol(market, text);
  if (symbol !== undefined && symbol !== '*') return symbol;
  const { title, symbol: form } = market;
  const hint = describeReadings(market, text) || `, such as ${exampleSymbol(market)}`;
  throw new StreamError('INVALID_ARGUMENT', `${place} is no symbol of ${title}: ${form.description}${hint}.`);
}
