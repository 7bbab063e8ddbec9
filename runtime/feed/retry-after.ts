/** Reads the Retry-After header. */

const hourMs = 3_600_000;
/** A longer wait is not observed; the stream fails instead. */
export const longestRetryAfterMs = 24 * hourMs;

/** The three date formats of HTTP, one of which names no time zone. */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d$|^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .* GMT$/;

/**
 * Seconds or an HTTP date, as ms from now; undefined if it is neither, or in the past.
 *
 * @param hostMs the host's time, from which its date counts
 */
export function readRetryAfter(text: string | undefined, hostMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : parseHttpDate(text) - hostMs;
  return ms > 0 ? ms : undefined;
}

/** @returns NaN if the text is no such date */
export function parseHttpDate(text: string): number {
  if (!httpDate.test(text)) return Number.NaN;
  return Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
}

/** Describes a wait longer than `longestRetryAfterMs`. */
export function describeLongWait(retryAfterMs: number): string {
  const hours = Math.ceil(retryAfterMs / hourMs);
  const wait = hours <= 24 * 366 ? `${hours} hours` : 'more than a year';
  return `It asks to wait for ${wait}, longer than the 24 hours that a stream waits at most: start the stream again after that, or ask the operator of the host.`;
}
