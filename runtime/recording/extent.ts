/** Tells what a recording holds before it is played. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.js';
import type { ChannelFilter } from './channel-filter.js';
import { headBytes, readHead } from './member.js';
import { formatName, type RecordingName } from './name.js';
import type { Playlist } from './playlist.js';
import { openRecording } from './reader.js';

/** The result of a survey. */
export interface Extent {
  /** Channels with recorded events, `PREFIX.SYMBOL`. */
  readonly names: ReadonlySet<string>;
  /** Whether the survey saw everything; it reads only as much of a long recording as its time allows. */
  readonly whole: boolean;
}

const patienceMs = 500;
/** With more names, the survey is not whole. */
const mostNames = 100_000;

/** A day has fewer seconds, with one member each; a file with more is none of our recordings. */
const mostMembers = 100_000;

/** Reads what would be played. */
export async function survey(playlist: Playlist, filter: ChannelFilter, clock: Clock): Promise<Extent> {
  const names = new Set<string>();
  const endMs = clock.elapsed() + patienceMs;
  for await (const { data } of playlist.frames()) {
    let pieces = 0;
    for (const some of filter.namesIn(data)) {
      for (const name of some) names.add(name);
      if (clock.elapsed() > endMs || names.size > mostNames) return { names, whole: false };
      if (++pieces > 1) await nextTurn();
    }
  }
  return { names, whole: true };
}

/**
 * When the last frame came, to the end of its second, wall clock ms.
 *
 * @returns undefined if the file does not tell
 */
export async function endOfRecording(folder: string, name: RecordingName): Promise<number | undefined> {
  const handle = await openRecording(join(folder, formatName(name))).catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    let newestS: number | undefined;
    let members = 0;
    for (let at = 0; at < size; ) {
      if (++members > mostMembers) return undefined;
      const head = readHead((await handle.read(Buffer.alloc(headBytes), 0, headBytes, at)).buffer);
      // The replay reports the damage.
      if (!head || head.length <= 0 || at + head.length > size) return undefined;
      newestS = Math.max(newestS ?? 0, head.newestS);
      at += head.length;
    }
    return newestS === undefined ? undefined : (newestS + 1) * 1_000;
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}
