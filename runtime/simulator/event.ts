import type { Role } from '../contract/channel.js';

export type SimulatedValue = string | number | boolean | readonly number[];

/** By role, whatever the names of the fields in a market. */
export type Values = { readonly [R in Role]?: SimulatedValue };

/** What a message says. */
export interface Said {
  /** Times in ms since the epoch. */
  readonly values: Values;
  /** Roles that the message leaves out where its channel calls them optional. */
  readonly omits?: readonly Role[] | undefined;
}

/** Something that happened to an instrument; `encode` brings it into the form of the wire. */
export interface SimulatedEvent extends Said {
  /** Prefix of the channel that carries it. */
  readonly prefix: string;
  /** Canonical symbol. */
  readonly symbol: string;
  /** Virtual time, ms since the epoch. */
  readonly atMs: number;
}
