/** How long a host asks to be left alone. */

const hourMs = 3_600_000;
/** Nobody waits longer than this for a host that asks to be left alone. */
export const longestRetryAfterMs = 24 * hourMs;

/** In the three spellings of HTTP, of which one does not name its time zone. */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d$|^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .* GMT$/;

/**
 * Seconds or an HTTP date, as ms from now; nothing where it is neither, or is over.
 *
 * @param hostMs what time it is at the host, which decides what its date means
 */
export function readRetryAfter(text: string | undefined, hostMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : parseHttpDate(text) - hostMs;
  return ms > 0 ? ms : undefined;
}

/** NaN where it is none. */
export function parseHttpDate(text: string): number {
  if (!httpDate.test(text)) return Number.NaN;
  return Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
}

/** What a host asks for, where that is longer than anybody waits. */
export function describeLongWait(retryAfterMs: number): string {
  const hours = Math.ceil(retryAfterMs / hourMs);
  const wait = hours <= 24 * 366 ? `${hours} hours` : 'more than a year';
  return `It asks to be left alone for ${wait}, which is longer than the 24 hours that are waited: start the stream again after that, or ask whoever runs the host.`;
}
