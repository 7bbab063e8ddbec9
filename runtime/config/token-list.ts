import { Secret } from '../core/secret.js';
import { isValid, type Token } from './token.js';

/** A list of tokens, compared in constant time. */
export class Tokens {
  constructor(readonly all: readonly Token[]) {}

  /**
   * @param authorization header as it came
   * @param nowMs wall clock
   * @returns the token, if it is one and has not expired
   */
  find(authorization: string | undefined, nowMs: number): Token | undefined {
    const given = new Secret(/^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
    const equal = this.all.filter(({ secret }) => secret.equals(given));
    return equal.find(token => isValid(token, nowMs));
  }
}
