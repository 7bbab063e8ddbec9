/** Correct examples to show in a refusal: of symbols that exist in the market and have not expired. */

import type { Role } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import type { JsonSchema } from '../contract/tool.js';
import { type PropertySchema, propertiesOf } from '../core/argument-forms.js';
import { nearest } from '../core/nearest.js';
import { fieldKinds } from './field-kinds.js';

/** A symbol that trades: those of the simulated feed have not expired, unlike some documented ones. */
export function exampleSymbol({ simulation }: Market): string {
  return simulation.instruments[0]!.symbol;
}

/** A channel of the first kind that the market has. */
export function exampleChannel(market: Market): string {
  return `${market.channels[0]!.prefix}.${exampleSymbol(market)}`;
}

/** What takes arguments. */
export interface Callable {
  readonly inputSchema: JsonSchema;
}

/**
 * Arguments with which a tool could be called, as JSON.
 *
 * @param named arguments to show beside the required ones
 */
export function exampleArguments({ inputSchema }: Callable, market: Market, named: readonly string[] = []): string {
  const { markets: _, ...properties } = propertiesOf(inputSchema);
  const shown = Object.keys(properties).filter(name => isNeeded(inputSchema, name) || named.includes(name));
  return spellJson(Object.fromEntries(shown.map(name => [name, exampleOf(name, properties[name]!, market)])));
}

/** Where several markets can be named instead, one is no less needed. */
function isNeeded(schema: JsonSchema, name: string): boolean {
  const required = (schema.required ?? []) as readonly string[];
  return required.includes(name) || (name === 'market' && Object.hasOwn(propertiesOf(schema), 'markets'));
}

/**
 * How to call a tool after a refusal: the market, what was wrong or missing in a form that fits, and the rest as it came.
 *
 * @param given arguments as they came; none of their values is shown
 * @param faulty names of those that were refused
 */
export function correctedCall(
  { name, inputSchema }: Callable & { readonly name: string },
  market: Market,
  given: Readonly<Record<string, unknown>>,
  faulty: readonly string[],
): string {
  const properties = propertiesOf(inputSchema);
  const isSeveral = Object.hasOwn(given, 'markets') && Object.hasOwn(properties, 'markets');
  const isShown = (key: string): boolean =>
    faulty.includes(key) ||
    (key === 'market'
      ? isNeeded(inputSchema, key) && !isSeveral
      : isNeeded(inputSchema, key) && !Object.hasOwn(given, key));
  const shown = Object.keys(properties).filter(isShown);
  const kept = Object.keys(properties).some(key => Object.hasOwn(given, key) && !isShown(key));
  const example = spellJson(
    Object.fromEntries(
      shown.map(key => {
        const value = Object.hasOwn(given, key) ? given[key] : undefined;
        return [key, nearestOf(properties[key]!, value) ?? exampleOf(key, properties[key]!, market)];
      }),
    ),
  );
  if (!kept) return `Call ${name} with ${example}.`;
  if (shown.length === 0) return `Call ${name} with the known arguments as they were.`;
  return `Call ${name} with ${example}, and the other arguments as they were.`;
}

/** What fits and is nearest to what came: the word that was probably meant, or the end of the range. */
function nearestOf({ enum: words, type, minimum, maximum, items }: PropertySchema, value: unknown): unknown {
  if (items?.enum && Array.isArray(value)) {
    const meant = value.map(item => nearestOf(items, item));
    return meant.length > 0 && !meant.includes(undefined) ? [...new Set(meant)] : undefined;
  }
  if (words) return typeof value === 'string' ? nearest(value.toLowerCase(), words) : undefined;
  if (typeof value !== 'number' || (type !== 'integer' && type !== 'number')) return undefined;
  if (maximum !== undefined && value > maximum) return maximum;
  return minimum !== undefined && value < minimum ? minimum : undefined;
}

function exampleOf(name: string, schema: PropertySchema, market: Market): unknown {
  const texts: Readonly<Record<string, unknown>> = {
    market: schema.enum?.includes(market.name) === false ? schema.enum[0] : market.name,
    markets: schema.items?.enum?.slice(0, 2),
    symbols: [exampleSymbol(market)],
    channels: [exampleChannel(market)],
    condition: exampleCondition(market),
    interval: '1m',
    indicators: ['sma:20'],
    from: '2026-11-23T14:30:00Z',
    to: '2026-11-23T15:00:00Z',
    endpoint: market.feeds[0]!.feed,
    fields: ['last', 'spread_bps'],
    cursor: 'CURSOR OF THE LAST ANSWER',
    outage: '2026-11-23T14:30:00.000Z',
    page: 'NEXT_PAGE OF THE LAST ANSWER',
    api_key: 'YOUR KEY',
    query: 'dividends of AAPL',
    name_or_path: 'list_dividends',
    arguments: '{"ticker": "AAPL"}',
  };
  if (Object.hasOwn(texts, name)) return texts[name];
  if (schema.type === 'boolean') return true;
  return schema.enum?.[0] ?? Math.max(schema.minimum ?? 0, Math.min(schema.maximum ?? 10, 10));
}

/** What a price or a value is to the server. */
const priced: readonly (Role | undefined)[] = ['price', 'bid.price', 'ask.price', 'close', 'value'];

/** A condition on the first price, or else number, that the first kind of message has; its value is a text, as the schema has it. */
export function exampleCondition(market: Market): unknown {
  const [channel] = market.channels;
  const numbers = [...fieldKinds(channel!)].filter(([, kinds]) => kinds.includes('number')).map(([name]) => name);
  const prices = channel!.fields.filter(({ role }) => priced.includes(role)).map(({ name }) => name);
  const field = numbers.find(name => prices.includes(name)) ?? numbers[0]!;
  return { field, op: '>', value: String(Math.ceil(market.simulation.instruments[0]!.price)) };
}

/** JSON on one line, with blanks as people write it. */
export function spellJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spellJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${spellJson(item)}`)
    .join(', ')}}`;
}
