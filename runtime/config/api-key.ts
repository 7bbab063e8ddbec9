/** What can be an API key. */

/** Holds the bearer tokens; like a key, they are never on a command line. */
export const tokensVariable = 'MCP_POLYGON_HTTP_TOKENS';

/** What stands in a line without being escaped by whoever writes it there. */
const visible = /^[\x21-\x7e]{1,256}$/;
const shortest = 8;

/**
 * Judges the key of a caller.
 *
 * @returns what is wrong with it, if anything, without showing it
 */
export function faultOfKey(key: string): string | undefined {
  if (visible.test(key) && key.length >= shortest) return undefined;
  return `must be ${shortest} to 256 visible ASCII characters, without blanks; what came is not shown`;
}

/**
 * Judges the key of the operator, which may be short.
 *
 * @returns what is wrong with it, if anything, without showing it
 */
export function faultOfOwnKey(key: string): string | undefined {
  return visible.test(key)
    ? undefined
    : 'must be 1 to 256 visible ASCII characters, without blanks; what came is not shown';
}
