/** Checks API keys. */

/** Holds the bearer tokens; like a key, they are never on a command line. */
export const tokensVariable = 'MCP_POLYGON_HTTP_TOKENS';

/** What can be written in a line without escaping. */
const visible = /^[\x21-\x7e]{1,256}$/;
const shortest = 8;

/**
 * Checks the key of a caller.
 *
 * @returns what is wrong with it, without showing it; undefined if it is fine
 */
export function faultOfKey(key: string): string | undefined {
  if (visible.test(key) && key.length >= shortest) return undefined;
  return `must be ${shortest} to 256 visible ASCII characters, without blanks; the value is not shown`;
}

/**
 * Checks the key of the operator, which may be short.
 *
 * @returns what is wrong with it, without showing it; undefined if it is fine
 */
export function faultOfOwnKey(key: string): string | undefined {
  return visible.test(key)
    ? undefined
    : 'must be 1 to 256 visible ASCII characters, without blanks; the value is not shown';
}
