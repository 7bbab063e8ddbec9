/** What a bearer token is. */
import { Secret } from '../core/secret.js';

/** Grants access to its bearer. Only its name is ever shown. */
export interface Token {
  /** Names its client in the log. */
  readonly name: string;
  readonly secret: Secret;
  /** Wall clock ms at which it expires. */
  readonly expiresAtMs?: number;
  /** Name of the token whose streams it may look at, and nothing else; absent: it has streams of its own. */
  readonly reads?: string;
}

export const shortestToken = 16;
const longestToken = 512;

/** Whether a text can be a token. */
export function isToken(text: string): boolean {
  return text.length >= shortestToken && text.length <= longestToken && /^[\w.~+/-]+=*$/.test(text);
}

export const describeToken = `${shortestToken} to ${longestToken} characters, of letters, digits and -._~+/`;

/** Whether a text can name a token. */
export function isTokenName(text: string): boolean {
  return /^[a-z0-9][\w.-]{0,39}$/i.test(text);
}

export const describeTokenName = '1 to 40 letters, digits and ._-, beginning with a letter or a digit';

/** Problems of the tokens as a set, each by its index from 1; neither names nor tokens are shown. */
export function judgeTogether(tokens: readonly Token[]): string[] {
  const problems: string[] = [];
  const twins = Secret.twins(tokens.map(({ secret }) => secret));
  tokens.forEach(({ name, reads }, index) => {
    const earlier = tokens.slice(0, index);
    const place = `token ${index + 1}`;
    const named = earlier.findIndex(other => other.name === name);
    if (named >= 0) problems.push(`${place} has the name of token ${named + 1}; each needs a name of its own`);
    const same = twins[index];
    if (same !== undefined) problems.push(`${place} is the same as token ${same + 1}; each client needs its own`);
    if (reads === undefined) return;
    const owner = tokens.find(other => other.name === reads);
    if (!owner) problems.push(`${place}: reads must be the name of another token`);
    else if (owner.reads !== undefined) problems.push(`${place}: reads must name a token that is not read-only itself`);
  });
  return problems;
}

export function isValid({ expiresAtMs = Number.POSITIVE_INFINITY }: Token, nowMs: number): boolean {
  return nowMs < expiresAtMs;
}

/** The tokens of a list that are missing in the other one or differ there. */
export function goneFrom(before: readonly Token[], after: readonly Token[]): Token[] {
  const isSame = (one: Token, other: Token): boolean =>
    one.name === other.name && one.secret.equals(other.secret) && one.reads === other.reads;
  return before.filter(token => !after.some(other => isSame(token, other)));
}
