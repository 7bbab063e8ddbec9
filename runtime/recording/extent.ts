/** Tells what a recording holds before it is played. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.js';
import type { ChannelFilter } from './channel-filter.js';
import { headBytes, readHead } from './member.js';
import { formatName, type RecordingName } from './name.js';
import type { Playlist } from './playlist.js';
import { openRecording } from './reader.js';

/** The first answer waits no longer than this for the survey. */
const patienceMs = 500;
/** With more names, the survey ends. */
const mostNames = 100_000;
/** After the first answer the survey works for so long, and then lets others work. */
const sliceMs = 10;
const restMs = 10;
/** How often it looks whether somebody asks again, where all that was asked for is found. */
const idleMs = 1_000;

/** For whom the survey is made. */
export interface Asker {
  /** Whether nobody needs the survey any more. */
  readonly isOver: boolean;
  /** Subscribed channels, `PREFIX.SYMBOL` or `PREFIX.*`. */
  readonly held: ReadonlySet<string>;
}

/** The channels that a recording holds, as far as a survey of it has come. */
export class Extent {
  /** Resolves when the survey has ended, or when it will take longer than an answer can wait. */
  readonly first: Promise<void>;
  /** Channels with recorded events, `PREFIX.SYMBOL`. */
  private readonly names = new Set<string>();
  private readonly prefixes = new Set<string>();
  private state: 'running' | 'whole' | 'cut' = 'running';
  private late = false;
  private sliceEndMs = Number.POSITIVE_INFINITY;
  private sorted: readonly string[] | undefined;

  constructor(
    playlist: Playlist,
    filter: ChannelFilter,
    private readonly clock: Clock,
    private readonly asker: Asker,
  ) {
    this.first = new Promise(resolve => void this.survey(playlist, filter, resolve).finally(resolve));
  }

  /** Whether an answer was given before the survey had ended. */
  get isLate(): boolean {
    return this.late;
  }

  /** Whether every recorded channel is known. */
  get isWhole(): boolean {
    return this.state === 'whole';
  }

  /** Whether the survey ended early, since there are too many channels. */
  get isCut(): boolean {
    return this.state === 'cut';
  }

  /** All that was found, in order. */
  get found(): readonly string[] {
    if (this.state !== 'running') this.sorted ??= [...this.names].toSorted();
    return this.sorted ?? [...this.names].toSorted();
  }

  /** @param name `PREFIX.SYMBOL`, or `PREFIX.*` for any of these */
  has(name: string): boolean {
    return name.endsWith('.*') ? this.prefixes.has(name.slice(0, -2)) : this.names.has(name);
  }

  private get missesNothing(): boolean {
    return [...this.asker.held].every(name => this.has(name));
  }

  private async survey(playlist: Playlist, filter: ChannelFilter, answer: () => void): Promise<void> {
    const { clock, names } = this;
    const endMs = clock.elapsed() + patienceMs;
    for await (const { data } of playlist.frames()) {
      let pieces = 0;
      for (const some of filter.namesIn(data)) {
        for (const name of some) this.add(name);
        if (this.asker.isOver) return;
        if (names.size > mostNames) {
          this.state = 'cut';
          return;
        }
        if (!this.late && clock.elapsed() > endMs) {
          this.late = true;
          this.sliceEndMs = 0;
          answer();
        }
        if (this.late) await this.rest();
        else if (++pieces > 1) await nextTurn();
      }
    }
    this.state = 'whole';
  }

  private add(name: string): void {
    if (this.names.has(name)) return;
    this.names.add(name);
    this.prefixes.add(name.slice(0, name.indexOf('.')));
  }

  /** Lets others work once the slice of time is used up, and for as long as nothing is missed. */
  private async rest(): Promise<void> {
    const { clock, asker } = this;
    if (clock.elapsed() < this.sliceEndMs) return;
    do await new Promise<void>(resolve => clock.after(this.missesNothing ? idleMs : restMs, resolve));
    while (!asker.isOver && this.missesNothing);
    this.sliceEndMs = clock.elapsed() + sliceMs;
  }
}

/** A day has fewer seconds, with one member each; a file with more is none of our recordings. */
const mostMembers = 100_000;

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
