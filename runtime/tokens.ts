import { createHash, timingSafeEqual } from 'node:crypto';
import { isValid, type Token } from './token.js';

/** Tokens, compared so that the time it takes tells nothing about them. */
export class Tokens {
  private readonly known: readonly { readonly token: Token; readonly digest: Buffer }[];

  constructor(readonly all: readonly Token[]) {
    this.known = all.map(token => ({ token, digest: digest(token.secret) }));
  }

  /**
   * @param authorization header as it came
   * @param nowMs wall clock
   * @returns the token, if it is one and has not expired
   */
  find(authorization: string | undefined, nowMs: number): Token | undefined {
    const given = digest(/^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
    const equal = this.known.filter(({ digest: known }) => timingSafeEqual(known, given));
    return equal.map(({ token }) => token).find(token => isValid(token, nowMs));
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
