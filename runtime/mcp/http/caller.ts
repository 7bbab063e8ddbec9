/** Who calls over HTTP. */
import { randomBytes } from 'node:crypto';

export interface Caller {
  /** Key of its client. No caller can choose another's key. */
  readonly id: string;
  /** Its name in the log. */
  readonly name: string;
  /** Whether it sent a token. */
  readonly hasToken: boolean;
  /** Name of the token whose streams it may read, for a read-only token. */
  readonly reads?: string;
}

/** Everyone who calls without a token and without a session. */
export const anybody: Caller = { id: 'anybody', name: 'clients without token and session', hasToken: false };

/** A token, as far as it says who calls. */
export interface Bearer {
  readonly name: string;
  /** Name of the token at whose streams it may look. */
  readonly reads?: string;
}

export function callerOf({ name, reads }: Bearer): Caller {
  return { id: idOf(name), name, hasToken: true, ...(reads === undefined ? {} : { reads }) };
}

/** Who calls in a session without a token; the name tells nothing of the session, which is as good as a token. */
export function callerIn(session: string): Caller {
  return { id: session, name: `client ${randomBytes(4).toString('hex')}`, hasToken: false };
}

/** Key of a token's client. */
export function idOf(tokenName: string): string {
  return `token ${tokenName}`;
}
