/** Fills the texts that a person picks to set an agent to work. */
import { canonicalSymbol } from './channels.js';
import type { Market, Prompt } from './contract.js';
import { StreamError } from './errors.js';
import { quoteForeign } from './foreign.js';
import type { HubView } from './view.js';

/**
 * @param given arguments by name, as they came
 * @returns what the agent is told to do
 * @throws StreamError INVALID_ARGUMENT
 */
export function fillPrompt(hub: HubView, prompt: Prompt, given: Readonly<Record<string, string>>): string {
  for (const { name } of prompt.arguments) {
    if (!given[name]?.trim()) throw new StreamError('INVALID_ARGUMENT', `${prompt.name} needs the argument ${name}.`);
  }
  const { market } = hub.stream(given.market!.trim());
  const symbols = [...(given.symbol ? [given.symbol.trim()] : []), ...(given.symbols?.split(/[\s,;]+/) ?? [])];
  const slots = slotsOf(
    market,
    prompt,
    symbols.filter(text => text !== '').map(text => readSymbol(market, text)),
  );
  return prompt.text.replace(/\{(\w+)\}/g, (slot, name: string) => slots[name] ?? slot);
}

function slotsOf(market: Market, { events }: Prompt, symbols: readonly string[]): Readonly<Record<string, string>> {
  const kinds = market.channels.filter(({ event }) => events.includes(event));
  return {
    market: market.name,
    title: market.title,
    symbols: symbols.join(', '),
    symbol_list: JSON.stringify(symbols),
    channels: JSON.stringify(kinds.flatMap(({ prefix }) => symbols.map(symbol => `${prefix}.${symbol}`))),
  };
}

function readSymbol(market: Market, text: string): string {
  const symbol = canonicalSymbol(market, text);
  if (symbol !== undefined && symbol !== '*') return symbol;
  const { title, symbol: form } = market;
  throw new StreamError('INVALID_ARGUMENT', `${quoteForeign(text)} is no symbol of ${title}: ${form.description}.`);
}
