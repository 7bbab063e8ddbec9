/** Frames in the shape of real recordings, typed by hand; see the files of `test/fixtures/recorded`. */
import { readFileSync } from 'node:fs';

/** JSON types of a value: the one on the wire, then the other documented ones. */
export type Types = readonly string[];

/** The shape of a channel's events, without `ev`. */
export interface Shape {
  readonly prefix: string;
  /** Key of the symbol, and its value for the subscribed symbol. */
  readonly symbol: { readonly key: string; readonly text: string };
  readonly required: ReadonlyMap<string, Types>;
  readonly optional: ReadonlyMap<string, Types>;
  /** Length of a bar, ms. */
  readonly windowMs?: number;
}

/** A frame, and the expected result of reading it. */
export interface Recording {
  readonly name: string;
  readonly frame: string;
  /** Meanings of its statuses, `nothing` for one without. */
  readonly meanings: readonly string[];
  readonly messages: readonly object[];
  /** The complete events, if they were typed. */
  readonly fullData: readonly object[];
  /** What else a full read says of each message, if it was typed. */
  readonly beside: readonly object[];
  readonly malformed: number;
}

export interface Recorded {
  readonly market: string;
  readonly subscribe: string;
  readonly shapes: readonly Shape[];
  readonly recordings: readonly Recording[];
}

/** The markets that have a file; add a market here together with its file. */
export const recordedMarkets = ['stocks', 'options', 'futures', 'indices', 'forex', 'crypto'] as const;

/** @param name of the file, without its extension */
export function readRecorded(name: string): Recorded {
  const text = readFileSync(new URL(`../fixtures/recorded/${name}.txt`, import.meta.url), 'utf8');
  const blocks = text.trim().split(/\n\n+/);
  const head = fieldsOf(blocks.find(block => block.startsWith('market ')) ?? '');
  return {
    market: head.get('market') ?? name,
    subscribe: head.get('subscribe') ?? '',
    shapes: blocks.filter(block => block.startsWith('channel ')).map(readShape),
    recordings: blocks.filter(block => block.startsWith('= ')).map(readRecording),
  };
}

function readShape(block: string): Shape {
  const fields = fieldsOf(block);
  const [key = '', text = ''] = fields.get('symbol')!.split(' ');
  const window = fields.get('window');
  return {
    prefix: fields.get('channel')!,
    symbol: { key, text },
    required: typesOf(fields.get('required')),
    optional: typesOf(fields.get('optional')),
    ...(window === undefined ? {} : { windowMs: Number(window) }),
  };
}

function readRecording(block: string): Recording {
  const lines = (mark: string) =>
    block
      .split('\n')
      .filter(line => line.startsWith(`${mark} `))
      .map(line => line.slice(2));
  return {
    name: lines('=')[0]!,
    frame: lines('<')[0]!,
    meanings: lines('?'),
    messages: lines('>').map(line => JSON.parse(line)),
    fullData: lines('+').map(line => JSON.parse(line)),
    beside: lines('*').map(line => JSON.parse(line)),
    malformed: Number(lines('!')[0] ?? 0),
  };
}

function fieldsOf(block: string): Map<string, string> {
  return new Map(
    block.split('\n').map(line => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const),
  );
}

function typesOf(text: string | undefined): Map<string, Types> {
  if (text === undefined) return new Map();
  return new Map(
    text.split(' ').map(item => {
      const [key = '', types = ''] = item.split(':');
      return [key, types.split('|')] as const;
    }),
  );
}

/** An event whose long integers are `bigint`, read without the project's own parser. */
export type WireEvent = Readonly<Record<string, unknown>>;

export function readWire(frame: string): WireEvent[] {
  const marked = frame.replace(/([:[,])(-?\d{16,})(?=[,\]}])/g, '$1"long $2"');
  const value = JSON.parse(marked, (_key, item) =>
    typeof item === 'string' && item.startsWith('long ') ? BigInt(item.slice(5)) : item,
  );
  return Array.isArray(value) ? value : [value];
}

const judges: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: value => typeof value === 'string',
  boolean: value => typeof value === 'boolean',
  number: value => typeof value === 'number',
  integer: value => Number.isInteger(value) || typeof value === 'bigint',
  integers: value => Array.isArray(value) && value.every(Number.isInteger),
  decimal: value => typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value),
  digits: value => typeof value === 'string' && /^\d+$/.test(value),
  uuid: value => typeof value === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(value),
  ms: value => typeof value === 'number' && /^\d{13}$/.test(String(value)),
  us: value => typeof value === 'bigint' && /^\d{16}$/.test(String(value)),
  ns: value => typeof value === 'bigint' && /^\d{19}$/.test(String(value)),
  null: value => value === null,
};

/**
 * The differences of an event from the shape, one line each.
 *
 * @param types which types of a key are right: only the one on the wire, or the documented ones, too
 */
export function judgeShape(shape: Shape, event: WireEvent, types: 'wire' | 'documented'): string[] {
  const { prefix, symbol, required, optional } = shape;
  const known = new Map([...required, ...optional, ['ev', ['string']], [symbol.key, ['string']]]);
  const missing = [...required.keys(), 'ev', symbol.key].filter(key => !(key in event));
  const wrong = Object.entries(event).filter(([key, value]) => {
    const allowed = types === 'wire' ? known.get(key)?.slice(0, 1) : known.get(key);
    return allowed !== undefined && !allowed.some(type => judges[type]!(value));
  });
  const unknown = Object.keys(event).filter(key => !known.has(key));
  return [
    ...missing.map(key => `${prefix}: ${key} is missing`),
    ...wrong.map(
      ([key, value]) => `${prefix}: ${key} is ${typeof value} ${value}, not ${known.get(key)!.join(' or ')}`,
    ),
    ...unknown.map(key => `${prefix}: ${key} was never recorded`),
  ];
}
