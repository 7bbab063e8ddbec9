/** Who calls over HTTP. */
import { randomBytes } from 'node:crypto';
import type { Token } from '../../config/token.js';

export interface Caller {
  /** What its client is kept under. No caller can choose that of another one. */
  readonly id: string;
  /** What it is called in the log. */
  readonly name: string;
  /** Whether it came with a token. */
  readonly hasToken: boolean;
  /** Name of the token at whose streams it may look, and do nothing else. */
  readonly reads?: string;
}

/** All who call without a token and without a session. */
export const anybody: Caller = { id: 'anybody', name: 'clients without token and session', hasToken: false };

export function callerOf({ name, reads }: Pick<Token, 'name' | 'reads'>): Caller {
  return { id: idOf(name), name, hasToken: true, ...(reads === undefined ? {} : { reads }) };
}

/** Who calls in a session without a token; the name tells nothing of the session, which is as good as a token. */
export function callerIn(session: string): Caller {
  return { id: session, name: `client ${randomBytes(4).toString('hex')}`, hasToken: false };
}

/** What the client of a token is kept under. */
export function idOf(tokenName: string): string {
  return `token ${tokenName}`;
}
