export type SimulatedValue = string | number | boolean | readonly number[];

export type Values = Readonly<Record<string, SimulatedValue>>;

/** Something that happened to an instrument, in readable names; how it looks on the wire is `encode`'s business. */
export interface SimulatedEvent {
  /** Prefix of the channel that carries it. */
  readonly prefix: string;
  /** Canonical symbol. */
  readonly symbol: string;
  /** Virtual time, ms since the epoch. */
  readonly atMs: number;
  /** By the names of the tables (`bid.price`); times in ms since the epoch. */
  readonly values: Values;
}

export type Emit = (event: SimulatedEvent) => void;
