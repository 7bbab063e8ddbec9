import { StreamError } from '../core/errors.js';
import { spellJson } from '../symbols/example.js';

/** A place in a client's stream of one market, in one run of the server. */
export interface CursorPlace {
  /** Names the client and the run. */
  readonly process: string;
  readonly market: string;
  readonly seq: number;
}

/** A place in each of several streams; that in only one is spelled as a `CursorPlace`. */
export interface CursorPlaces {
  readonly process: string;
  /** By market. */
  readonly seqs: ReadonlyMap<string, number>;
}

export function encodeCursor({ process, market, seq }: CursorPlace): string {
  return encodeCursors({ process, seqs: new Map([[market, seq]]) });
}

export function encodeCursors({ process, seqs }: CursorPlaces): string {
  const places = [...seqs].map(([market, seq]) => `${market}.${seq.toString(36)}`);
  return Buffer.from([process, ...places].join('.')).toString('base64url');
}

/**
 * @param markets names of those that a cursor may belong to; others are not repeated
 * @param here the process and market that the cursor must belong to, and the seq of the next message
 * @throws StreamError BAD_CURSOR
 */
export function decodeCursor(text: string, here: CursorPlace, markets: readonly string[] = []): number {
  const places = placesIn(text, here.process);
  const [{ market, seq }] = places;
  if (places.length > 1) {
    const named = knownIn(places, markets);
    throw bad(
      `The cursor belongs to the streams of ${named ? named.join(', ') : 'several markets'}, not to ${here.market} alone.`,
      named && `Pass it with ${spellJson({ markets: named })}, or read without a cursor for a fresh one.`,
    );
  }
  if (market !== here.market) {
    const other = markets.includes(market) ? `the ${market} stream` : 'the stream of another market';
    throw bad(`The cursor belongs to ${other}, not to ${here.market}.`);
  }
  if (seq > here.seq) throw notIssued();
  return seq;
}

/**
 * @param markets names of those that a cursor may belong to; others are not repeated
 * @param here the process and the markets that the cursor must belong to, with the seq of the next message of each
 * @returns the seq by market
 * @throws StreamError BAD_CURSOR
 */
export function decodeCursors(
  text: string,
  here: CursorPlaces,
  markets: readonly string[] = [],
): ReadonlyMap<string, number> {
  const places = placesIn(text, here.process);
  const seqs = new Map(places.map(({ market, seq }) => [market, seq]));
  const isSame = seqs.size === here.seqs.size && [...seqs.keys()].every(market => here.seqs.has(market));
  if (!isSame) {
    const named = knownIn(places, markets);
    const only = named?.length === 1 ? { market: named[0] } : { markets: named };
    throw bad(
      `The cursor belongs to ${named ? named.join(', ') : 'other markets'}, not to ${[...here.seqs.keys()].join(', ')}.`,
      named && `Pass it with ${spellJson(only)}, or call without a cursor for one of these markets.`,
    );
  }
  if (seqs.size < places.length || places.some(({ market, seq }) => seq > here.seqs.get(market)!)) throw notIssued();
  return seqs;
}

/** Longer than any that is issued. */
const longestText = 1_000;

interface Place {
  readonly market: string;
  readonly seq: number;
}

/** @throws StreamError BAD_CURSOR where it has not the form of a cursor, or is of another process */
function placesIn(text: string, process: string): readonly [Place, ...Place[]] {
  const isShort = text.length <= longestText;
  const [issuer, ...parts] = isShort ? Buffer.from(text, 'base64url').toString('latin1').split('.') : [];
  const places = Array.from({ length: Math.ceil(parts.length / 2) }, (_, index) => {
    const [market = '', seq = ''] = parts.slice(2 * index);
    return { market, seq: /^[0-9a-z]{1,11}$/.test(seq) ? Number.parseInt(seq, 36) : Number.NaN };
  });
  const [first, ...others] = places;
  if (!first || places.some(({ seq }) => Number.isNaN(seq))) throw notIssued();
  if (issuer !== process)
    throw bad('The cursor is from an earlier run of the server, or of another client; its messages are not here.');
  return [first, ...others];
}

/** The markets of a cursor, each once; nothing where one of them is not known. */
function knownIn(places: readonly Place[], markets: readonly string[]): string[] | undefined {
  const named = [...new Set(places.map(({ market }) => market))];
  return named.every(name => markets.includes(name)) ? named : undefined;
}

function notIssued(): StreamError {
  return bad('Unknown cursor: this server did not issue it.');
}

function bad(message: string, hint?: string): StreamError {
  return new StreamError('BAD_CURSOR', message, hint);
}
