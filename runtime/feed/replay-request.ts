/** Parses the request for a replay: `replay:2026-11-23?speed=10&from=2026-11-23T14:30:00Z&loop=1`. */
import { ReplayError, type StreamError } from '../core/errors.js';
import { kindOf } from '../core/kind.js';

export const replayFeed = 'replay';

/** A folder of recordings, and which of them are meant. */
export interface Place {
  readonly folder: string;
  /** Title of a recording or its beginning, such as a day; empty: the newest day. */
  readonly title: string;
}

/** How fast recordings are played, and how often. */
export interface Pace {
  /** Recorded ms per ms. */
  readonly speed: number;
  /** Whether it starts over at the end. */
  readonly loop: boolean;
}

/** What to replay, and how. */
export interface ReplayRequest extends Pace {
  /** Where the operator allows recordings; the first that has them counts. */
  readonly places: readonly Place[];
  /** Title in that folder; absent: that of the place. */
  readonly title?: string;
  /** Skips earlier frames: ISO 8601, or a UTC time of the replayed day, such as `14:30`. */
  readonly from?: string;
}

const slowest = 0.1;
const fastest = 1_000;
const title = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;
/** Folder, and title or name of a file in it. */
const titleInFolder = /^(.*[/\\])?(?:[a-z0-9]+\.)?(\d{4}-\d\d-\d\d(?:\.[a-z0-9-]+(?:\.\d{4,9})?)?)(?:\.frames\.gz)?$/s;
const moment = /^(?:\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z|\d\d:\d\d(?::\d\d)?)$/;

const paces: readonly string[] = ['speed', 'from', 'loop'];
const anyDay = '2026-11-23';

/** Whether a feed or endpoint is a replay. */
export function isReplay(text: string): boolean {
  return /^replay(?:$|[:?])/i.test(text);
}

/**
 * Parses what an agent asks for.
 *
 * @param places the only ones that may hold the recordings
 * @throws StreamError ENDPOINT_NOT_ALLOWED
 */
export function parseReplay(text: string, places: readonly Place[]): ReplayRequest {
  const { place, ...pace } = takeApart(text);
  if (places.length === 0) {
    const hint = `The operator names one by MCP_POLYGON_RECORD, or by POLYGON_FEED as ${replayFeed}:FOLDER.`;
    throw new ReplayError('ENDPOINT_NOT_ALLOWED', 'There is no folder of recordings here.', hint);
  }
  if (place !== '' && !title.test(place)) {
    throw refuse(`a recording is named by its day, such as 2026-11-23, and ${kindOf(place)} came`);
  }
  return { places, title: place, ...pace };
}

/**
 * Parses the operator's feed, which names a folder or a recording in one.
 *
 * @param record the folder of new recordings, where a title without a folder is looked up
 * @throws StreamError ENDPOINT_NOT_ALLOWED
 */
export function parseReplayFeed(text: string, record: string | undefined): ReplayRequest {
  const { place, ...pace } = takeApart(text);
  return { places: placesOf(place, record), ...pace };
}

/** A folder may have the name of a recording, so the folder comes first. */
function placesOf(place: string, record: string | undefined): Place[] {
  if (place === '') {
    if (record !== undefined) return [{ folder: record, title: '' }];
    throw refuse(`a feed of recordings is written as ${replayFeed}:FOLDER`);
  }
  const whole = { folder: place, title: '' };
  const [, folder = '', name] = titleInFolder.exec(place) ?? [];
  if (name === undefined) return [whole];
  if (folder === '' && record !== undefined) return [{ folder: record, title: name }, whole];
  return [whole, { folder: folder.replace(/(?<=.)[/\\]+$/, '') || '.', title: name }];
}

/**
 * When a replay of a day begins.
 *
 * @returns wall clock ms; NaN if there is no such time
 */
export function momentOf(from: string, day: string): number {
  return Date.parse(from.includes('T') ? from : `${day}T${from}Z`);
}

/** The text that `parseReplay` reads. */
export function formatReplay(name: string, { speed, loop }: Pace, fromMs: number | undefined): string {
  const query = [
    ...(speed === 1 ? [] : [`speed=${speed}`]),
    ...(fromMs === undefined ? [] : [`from=${new Date(fromMs).toISOString()}`]),
    ...(loop ? ['loop=1'] : []),
  ];
  return `${replayFeed}:${name}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

interface Parts extends Omit<ReplayRequest, 'places' | 'title'> {
  readonly place: string;
}

function takeApart(text: string): Parts {
  const [, place = '', query = ''] = /^replay:?([^?]*)\??(.*)$/is.exec(text) ?? [];
  const asked = new URLSearchParams(query);
  for (const name of asked.keys()) {
    if (!paces.includes(name)) throw refuse(`there are ${paces.join(', ')} and no other setting`);
  }
  const from = readMoment(asked.get('from'));
  return {
    place: place.trim(),
    speed: readSpeed(asked.get('speed')),
    loop: readLoop(asked.get('loop')),
    ...(from === undefined ? {} : { from }),
  };
}

function readSpeed(text: string | null): number {
  if (text === null) return 1;
  const speed = /^\d{1,4}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (speed >= slowest && speed <= fastest) return speed;
  throw refuse(`speed is a number from ${slowest} to ${fastest}, and ${kindOf(text)} came`);
}

function readMoment(text: string | null): string | undefined {
  if (text === null) return undefined;
  if (moment.test(text) && !Number.isNaN(momentOf(text, anyDay))) return text;
  const known = 'a time in UTC such as 14:30 or 2026-11-23T14:30:00Z';
  throw refuse(`from is ${known}, and ${kindOf(text)} came`);
}

function readLoop(text: string | null): boolean {
  if (text === null || text === '0') return false;
  if (text === '1') return true;
  throw refuse(`loop is 1 or 0, and ${kindOf(text)} came`);
}

function refuse(what: string): StreamError {
  const hint = `Write it as ${replayFeed}:2026-11-23?speed=10&from=2026-11-23T14:30:00Z&loop=1, all but the name optional.`;
  return new ReplayError('ENDPOINT_NOT_ALLOWED', `In a replay ${what}.`, hint);
}
