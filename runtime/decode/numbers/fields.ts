/** Which fields of a channel are read as numbers, and where each is among the cells of a message. */
import type { Channel, Field, Role } from '../../contract/channel.js';

/** What summaries, bars and conditions compute with. */
const numberRoles = [
  'time',
  'end_time',
  'price',
  'size',
  'size_exact',
  'bid.price',
  'bid.size',
  'ask.price',
  'ask.size',
  'value',
  'fair_value',
  'high_limit',
  'low_limit',
  'unmatched_size',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'volume_exact',
  'vwap',
  'official_open',
  'accumulated_volume',
  'accumulated_volume_exact',
  'trades',
] as const satisfies readonly Role[];

export type NumberRole = (typeof numberRoles)[number];

/** More than any market has; further ones are not read. */
export const mostCells = numberRoles.length;

const found = new WeakMap<Channel, readonly Field[]>();

/** The fields that are read as numbers, in the order of their cells. */
export function numberFieldsOf(channel: Channel): readonly Field[] {
  const known = found.get(channel) ?? findNumbers(channel);
  found.set(channel, known);
  return known;
}

function findNumbers({ fields }: Channel): readonly Field[] {
  const ofRoles = numberRoles.flatMap(role => fields.find(field => field.role === role) ?? []);
  return ofRoles.filter((field, index) => ofRoles.findIndex(({ key }) => key === field.key) === index);
}

/** Which cell of a message has the role's number; -1 where the channel has none. */
export function slotOf(channel: Channel, role: NumberRole): number {
  return numberFieldsOf(channel).findIndex(field => field.role === role);
}

/** The key of the list of codes that say what a message updates. */
export function codesKeyOf({ fields }: Channel): string | undefined {
  return fields.find(({ role }) => role === 'conditions')?.key;
}
