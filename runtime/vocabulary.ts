/** The words that answers are made of. */
import type { Market, Suite } from './contract.js';
import { adviceTexts } from './errors.js';
import { stateNames } from './state.js';

/** Every word of the tools, the markets, the states and the errors; none of them is ever taken for a key. */
export function vocabularyOf(suite: Suite, markets: readonly Market[]): ReadonlySet<string> {
  const tools = [...suite.tools, ...markets.flatMap(market => market.tools)];
  const texts = [
    suite.instructions,
    ...stateNames,
    ...adviceTexts(),
    ...suite.feeds.map(({ name }) => name),
    ...markets.flatMap(({ name, title, channels }) => [
      name,
      title,
      ...channels.flatMap(channel => [channel.event, ...channel.fields.map(field => field.name)]),
    ]),
    ...tools.flatMap(({ name, description, inputSchema, outputSchema }) => [
      name,
      description,
      JSON.stringify([inputSchema, outputSchema]),
    ]),
  ];
  return new Set(texts.flatMap(text => [text, ...text.split(/[^\w-]+/)]).filter(text => text !== ''));
}
