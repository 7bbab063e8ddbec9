/** Which fields the messages of a channel have, and of what kind their values are. */
import type { Channel, FieldType, Role } from '../contract/channel.js';

/** The kinds of values that a formatted field can have. */
export type Kind = 'number' | 'text' | 'boolean' | 'list';

// A number that a double cannot hold is text; it is still compared as a number.
const kindsOfTypes: Readonly<Record<FieldType, readonly Kind[]>> = {
  number: ['number'],
  integer: ['number'],
  decimal: ['number', 'text'],
  identifier: ['number', 'text'],
  string: ['text'],
  boolean: ['boolean'],
  integers: ['list'],
};

/** The formatted names that a channel can have, without those that only say what the message is. */
export function fieldKinds(channel: Channel): ReadonlyMap<string, readonly Kind[]> {
  const kinds = new Map<string, readonly Kind[]>();
  for (const { name, type, epoch, role, flag } of channel.fields) {
    if (role === 'symbol') continue;
    kinds.set(name, epoch ? ['text'] : kindsOfTypes[type]);
    if (flag) kinds.set(flag.name, ['boolean']);
  }
  const has = (wanted: Role): boolean => channel.fields.some(({ role }) => role === wanted);
  if (has('bid.price') && has('ask.price')) kinds.set('spread', ['number']);
  return kinds.set('timestamp', ['text']);
}
