import type { Role } from '../contract/channel.js';

export type SimulatedValue = string | number | boolean | readonly number[];

/** By what they are to the server, whatever their names in a market. */
export type Values = { readonly [R in Role]?: SimulatedValue };

/** Something that happened to an instrument, in readable names; how it looks on the wire is `encode`'s business. */
export interface SimulatedEvent {
  /** Prefix of the channel that carries it. */
  readonly prefix: string;
  /** Canonical symbol. */
  readonly symbol: string;
  /** Virtual time, ms since the epoch. */
  readonly atMs: number;
  /** Times in ms since the epoch. */
  readonly values: Values;
}

export type Emit = (event: SimulatedEvent) => void;
