import { StreamError } from '../core/errors.js';

/** A place in a client's stream of one market, in one run of the server. */
export interface CursorPlace {
  /** Names the client and the run. */
  readonly process: string;
  readonly market: string;
  readonly seq: number;
}

export function encodeCursor({ process, market, seq }: CursorPlace): string {
  return Buffer.from(`${process}.${market}.${seq.toString(36)}`).toString('base64url');
}

/**
 * @param markets names of those that a cursor may belong to; others are not repeated
 * @param here the process and market that the cursor must belong to, and the seq of the next message
 * @throws StreamError BAD_CURSOR
 */
export function decodeCursor(text: string, here: CursorPlace, markets: readonly string[] = []): number {
  const [process, market, seq = ''] = Buffer.from(text, 'base64url').toString('latin1').split('.');
  const number = /^[0-9a-z]{1,11}$/.test(seq) ? Number.parseInt(seq, 36) : Number.NaN;
  if (market === undefined || Number.isNaN(number)) throw bad('Unknown cursor: this server did not issue it.');
  if (process !== here.process)
    throw bad('The cursor is from an earlier run of the server, or of another client; its messages are not here.');
  if (market !== here.market) {
    const other = markets.includes(market) ? `the ${market} stream` : 'the stream of another market';
    throw bad(`The cursor belongs to ${other}, not to ${here.market}.`);
  }
  if (number > here.seq) throw bad('Unknown cursor: this server did not issue it.');
  return number;
}

function bad(message: string): StreamError {
  return new StreamError('BAD_CURSOR', message);
}
