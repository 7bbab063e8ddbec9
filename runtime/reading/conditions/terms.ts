/** What a condition may name, and how it is refused. */
import type { Channel } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import { StreamError } from '../../core/errors.js';
import { kindOf } from '../../core/kind.js';
import { nearest, suggest } from '../../core/nearest.js';
import { exampleSymbol } from '../../symbols/example.js';
import { fieldKinds, type Kind } from '../../symbols/field-kinds.js';
import type { Delivered } from '../../symbols/forms.js';
import { wayOutOf } from '../../symbols/way-out.js';
import { namedOperands } from './operand.js';

/** The messages that a condition is evaluated on. */
export interface Subject {
  readonly market: Market;
  readonly channels: readonly Channel[];
  /** What else is subscribed, and can be compared with; absent: nothing. */
  readonly beside?: readonly Channel[];
  /** Absent: all symbols. */
  readonly symbols?: ReadonlySet<string> | undefined;
  /** Which symbols came in messages; these may be named in any form. */
  readonly delivered?: Delivered;
}

/** The fields, events and symbols that a comparison may name. */
export interface Terms extends Subject {
  /** Fields, and what their values can be. */
  readonly kinds: ReadonlyMap<string, ReadonlySet<Kind>>;
  readonly events: readonly string[];
}

export function termsOf(subject: Subject): Terms {
  const kinds = new Map<string, Set<Kind>>([
    ['state', new Set(['text'])],
    ['event', new Set(['text'])],
  ]);
  for (const [name, known] of subject.channels.flatMap(channel => [...fieldKinds(channel)])) {
    kinds.set(name, new Set([...(kinds.get(name) ?? []), ...known]));
  }
  return { ...subject, kinds, events: [...new Set(subject.channels.map(({ event }) => event)), 'UNKNOWN'] };
}

/** @throws StreamError BAD_CONDITION */
export function parseField({ market, kinds }: Terms, given: unknown, place: string): string {
  if (typeof given === 'string' && kinds.has(given)) return given;
  const names = [...kinds.keys()];
  if (given === undefined || given === null || (typeof given === 'string' && given.trim() === '')) {
    throw refuse(
      market,
      `${place} needs a field to compare, or a list named all or any; fields are ${names.join(', ')}.`,
    );
  }
  const all = [...names, ...Object.keys(namedOperands)];
  const meant = typeof given === 'string' ? suggest(nearest(given.toLowerCase(), all)) : '';
  // A field of another channel is our own word, so the message may repeat it.
  const others = market.channels.filter(channel => typeof given === 'string' && fieldKinds(channel).has(given));
  const trouble =
    others.length > 0
      ? `${given} is a field of ${others.map(({ prefix }) => prefix).join(', ')}, not of these messages`
      : `${place}.field, ${kindOf(given)}, is no field of these messages`;
  throw refuse(market, `${trouble}; they have ${names.join(', ')}${meant || '.'}`, selectSuch(market, others[0]));
}

/** What to do where another channel has what is asked for. */
export function selectSuch(market: Market, channel: Channel | undefined): string | undefined {
  return (
    channel &&
    `Name one of these fields, or subscribe and select a channel that has it, such as ${channel.prefix}.${exampleSymbol(market)}.`
  );
}

export function refuse(market: Market, message: string, wayOut = wayOutOf(market, 'BAD_CONDITION')): StreamError {
  return new StreamError('BAD_CONDITION', message, wayOut);
}
