/** Parses the file of bearer tokens. Nothing in it is ever shown: problems are reported by index. */
import { Secret } from '../core/secret.js';
import { describeToken, describeTokenName, isToken, isTokenName, judgeTogether, type Token } from './token.js';

const example = '[{"name": "alice", "token": "...", "expires": "2027-01-01T00:00:00Z"}]';
const members = ['name', 'token', 'expires', 'reads'];
const mostTokens = 10_000;

/**
 * @param others tokens from elsewhere
 * @returns the tokens of the file, and all problems
 */
export function parseTokenFile(text: string, others: readonly Token[]): { tokens: Token[]; problems: string[] } {
  const entries = parseList(text);
  if (!entries) return { tokens: [], problems: [`must be a JSON list, such as ${example}`] };
  if (entries.length > mostTokens) return { tokens: [], problems: [`must hold ${mostTokens} tokens at most`] };
  const problems: string[] = [];
  const tokens = entries.flatMap((entry, index) => {
    const judged = parseEntry(entry);
    if (judged.token) return [judged.token];
    problems.push(...judged.problems.map(problem => `token ${index + 1}: ${problem}`));
    return [];
  });
  if (problems.length === 0) problems.push(...judgeTogether([...tokens, ...others]));
  return { tokens, problems };
}

function parseList(text: string): unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : undefined;
  } catch {
    // The error's message would quote the text.
    return undefined;
  }
}

function parseEntry(entry: unknown): { token?: Token; problems: string[] } {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return { problems: ['must be an object with name and token'] };
  }
  const { name, token, expires, reads } = entry as Readonly<Record<string, unknown>>;
  const problems: string[] = [];
  if (Object.keys(entry).some(key => !members.includes(key))) problems.push(`has no members but ${members.join(', ')}`);
  if (typeof name !== 'string' || !isTokenName(name)) problems.push(`name must be ${describeTokenName}`);
  if (typeof token !== 'string' || !isToken(token)) problems.push(`token must be ${describeToken}`);
  if (reads !== undefined && typeof reads !== 'string') problems.push('reads must be the name of another token');
  const expiresAtMs = expires === undefined ? undefined : parseTime(expires);
  if (expires !== undefined && expiresAtMs === undefined) {
    problems.push('expires must be a time in UTC such as 2027-01-01T00:00:00Z');
  }
  if (problems.length > 0) return { problems };
  return {
    problems,
    token: {
      name: name as string,
      secret: new Secret(token as string),
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      ...(reads === undefined ? {} : { reads: reads as string }),
    },
  };
}

function parseTime(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/.test(text)) return undefined;
  const ms = Date.parse(text);
  // JavaScript would read 30 February as a day in March.
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === text.slice(0, 19) ? ms : undefined;
}
