/** Notes on numbers whose meaning is not obvious, from the market's tables. */
import type { Field } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import { fieldValue, type Message } from './format.js';

/** Empty if the unit says enough. */
export function noteOn({ name, unit, note }: Field): string[] {
  if (note === undefined) return [];
  return [unit === undefined ? `${name}: ${note}.` : `${name} is in ${unit}: ${note}.`];
}

/** The notes on the fields that these messages have, each once. */
export function notesOnFields({ channels }: Market, messages: readonly Message[]): string[] {
  const noted = channels.flatMap(({ event, fields }) =>
    fields.filter(({ note }) => note !== undefined).map(field => ({ event, field })),
  );
  const shown = noted.filter(({ event, field }) =>
    messages.some(message => message.event === event && fieldValue(message, field.name) !== undefined),
  );
  return [...new Set(shown.flatMap(({ field }) => noteOn(field)))];
}

/** All notes that an answer about the market may carry. */
export function everyFieldNote({ channels }: Market): string[] {
  return [...new Set(channels.flatMap(({ fields }) => fields.flatMap(noteOn)))];
}
