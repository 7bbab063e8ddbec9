import { createHash, timingSafeEqual } from 'node:crypto';

/** Bearer tokens, compared so that the time it takes tells nothing about them. */
export class Tokens {
  private readonly digests: readonly Buffer[];

  constructor(tokens: readonly string[]) {
    this.digests = tokens.map(digest);
  }

  /**
   * @param authorization header as it came
   * @returns the number of the token; nothing if it is none
   */
  find(authorization: string | undefined): number | undefined {
    const given = digest(/^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
    const equal = this.digests.map(known => timingSafeEqual(known, given));
    const number = equal.indexOf(true);
    return number < 0 ? undefined : number;
  }

  get required(): boolean {
    return this.digests.length > 0;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
