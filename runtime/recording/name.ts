/** Names of recordings: `stocks.2026-11-23.realtime.0001.frames.gz`. */

/** The parts of a recording's file name. */
export interface RecordingName {
  readonly market: string;
  /** Day of arrival in UTC, such as `2026-11-23`. */
  readonly day: string;
  readonly feed: string;
  /** Tells files of a day apart; later files have higher numbers. */
  readonly number: number;
}

const extension = '.frames.gz';
const pattern = /^([a-z0-9]+)\.(\d{4}-\d{2}-\d{2})\.([a-z0-9-]+)\.(\d{4,9})\.frames\.gz$/;
const digits = 4;
const highestNumber = 999_999_999;

export function formatName(name: RecordingName): string {
  return `${name.market}.${titleOf(name)}${extension}`;
}

/** Its short name, without the market: `2026-11-23.realtime.0001`. */
export function titleOf({ day, feed, number }: RecordingName): string {
  return `${day}.${feed}.${String(number).padStart(digits, '0')}`;
}

/** Day and feed, which several recordings may have in common: `2026-11-23.realtime`. */
export function feedTitleOf({ day, feed }: RecordingName): string {
  return `${day}.${feed}`;
}

/** Whether a title or its beginning names the recording: `2026-11-23`, `2026-11-23.realtime`. */
export function isCalled(name: RecordingName, title: string): boolean {
  return `${titleOf(name)}.`.startsWith(`${title}.`);
}

/** @returns undefined for a file that is no recording */
export function parseName(file: string): RecordingName | undefined {
  const [, market, day, feed, number] = pattern.exec(file) ?? [];
  if (market === undefined || day === undefined || feed === undefined || !isDay(day)) return undefined;
  return { market, day, feed, number: Number(number) };
}

/** Whether the calendar has such a day. */
function isDay(text: string): boolean {
  const beginMs = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(beginMs) && dayOf(beginMs) === text;
}

/** The UTC day of a wall-clock time in ms. */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** The number of the next file with this market, day and feed. */
export function nextNumber(names: readonly RecordingName[], like: Omit<RecordingName, 'number'>): number {
  const taken = names
    .filter(({ market, day, feed }) => market === like.market && day === like.day && feed === like.feed)
    .map(({ number }) => number);
  const next = taken.reduce((most, number) => Math.max(most, number), 0) + 1;
  if (next <= highestNumber) return next;
  // Somebody made a file with the highest number, so take the first free one.
  const isTaken = new Set(taken);
  let free = 1;
  while (isTaken.has(free)) free++;
  return free;
}

/**
 * The recordings of a market that a title or its beginning names, in the order in which they were made.
 *
 * @param title empty: the newest day
 */
export function select<Name extends RecordingName>(names: readonly Name[], market: string, title: string): Name[] {
  const own = names.filter(name => name.market === market).toSorted(compareNames);
  const wanted = title || (own.at(-1)?.day ?? '');
  return own.filter(name => isCalled(name, wanted));
}

function compareNames(a: RecordingName, b: RecordingName): number {
  if (a.day !== b.day) return a.day < b.day ? -1 : 1;
  if (a.feed !== b.feed) return a.feed < b.feed ? -1 : 1;
  return a.number - b.number;
}
