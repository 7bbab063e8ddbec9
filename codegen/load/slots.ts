/** Values of the `{slots}` in the texts of `suite.yaml`. */
import type { RawMarket, RawRole } from './spec-types.js';

export type Slots = Readonly<Record<string, string>>;

/** Short names of event kinds, for the descriptions of tools. */
const kinds: Readonly<Record<string, string>> = {
  TRADE: 'trades',
  QUOTE: 'quotes',
  AGGREGATE_MINUTE: 'minute bars',
  AGGREGATE_SECOND: 'second bars',
  INDEX_VALUE: 'values',
  LULD: 'price bands and halts',
  FAIR_MARKET_VALUE: 'fair values',
  IMBALANCE: 'auction imbalances',
};

/** Values of the slots in the texts of a market's tools. */
export function marketSlots(raw: RawMarket): Slots {
  // Unlike the documented examples, these have not expired, and the simulated feed plays them.
  const [symbol] = Object.keys(raw.simulation.instruments);
  const [channel] = raw.channels;
  return {
    market: raw.market,
    title: raw.title,
    prefixes: raw.channels.map(({ prefix, event }) => `${prefix} ${kinds[event]}`).join(', '),
    example: `${channel!.prefix}.${symbol}`,
  };
}

export function fill(text: string, slots: Slots): string {
  return text.trim().replace(/\{(\w+)\}/g, (slot, name: string) => slots[name] ?? slot);
}

/** The roles that conditions mostly compare. */
const compared: readonly RawRole[] = ['price', 'bid.price', 'close', 'value'];

/** Values of the slots in the texts of shared tools: the names that the markets give to fields. */
export function suiteSlots(markets: readonly RawMarket[]): Slots {
  const fields = markets.flatMap(({ channels }) => channels.flatMap(channel => channel.fields));
  const names = compared.flatMap(role => fields.filter(field => field.role === role).map(({ name }) => name));
  const unique = [...new Set(names)];
  return { fields: unique.join(', '), field: unique[0] ?? 'state' };
}
