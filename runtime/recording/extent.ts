/** Tells what a recording holds before it is played. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.js';
import type { ChannelFilter } from './channel-filter.js';
import { ChannelSet } from './channel-set.js';
import type { Gaps, Index } from './index-reader.js';
import type { Playlist } from './playlist.js';

/** The first answer waits no longer than this for the survey. */
const patienceMs = 500;
/** With more names, the survey ends. */
const mostNames = 100_000;
/** How much of an index is read between two looks at the clock: its names, and one for each list. */
const namesPerLook = 1_000;
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

/** What a survey reads. */
export interface Surveyed {
  /** Absent if it is not to be believed. */
  readonly index: Index | undefined;
  /** @param only the members to be read; absent: all */
  playlist(only?: Gaps): Playlist;
  readonly filter: ChannelFilter;
}

/** The channels that a recording holds: by its index, and where that says nothing, as far as a survey has come. */
export class Extent {
  /** Resolves when all that is asked for is known, or when it will take longer than an answer can wait. */
  readonly first: Promise<void>;
  private readonly names = new ChannelSet();
  /** Listed, but perhaps only before the part that is replayed. */
  private readonly early = new ChannelSet();
  private state: 'running' | 'whole' | 'cut' = 'running';
  /** Whether the index says that there are no other channels than these. */
  private isBounded = false;
  private late = false;
  private endMs = Number.POSITIVE_INFINITY;
  private sliceEndMs = Number.POSITIVE_INFINITY;
  private sorted: readonly string[] | undefined;

  constructor(
    surveyed: Surveyed,
    private readonly clock: Clock,
    private readonly asker: Asker,
  ) {
    this.first = new Promise(resolve => void this.survey(surveyed, resolve).finally(resolve));
  }

  /** Whether an answer was given before the survey had ended. */
  get isLate(): boolean {
    return this.late;
  }

  /** Whether what is lacking is so by the word of the index. */
  get isByIndex(): boolean {
    return this.isBounded;
  }

  /** Whether the survey ended early, since there are too many channels. */
  get isCut(): boolean {
    return this.state === 'cut';
  }

  /** All that was found, in order. */
  get found(): readonly string[] {
    if (this.state !== 'running') this.sorted ??= this.sortedNames();
    return this.sorted ?? this.sortedNames();
  }

  /** @param name `PREFIX.SYMBOL`, or `PREFIX.*` for any of these */
  has(name: string): boolean {
    return this.names.has(name);
  }

  /** Whether it is known that nothing of it was recorded. */
  lacks(name: string): boolean {
    if (this.has(name)) return false;
    return this.state === 'whole' || (this.isBounded && !this.early.has(name));
  }

  private sortedNames(): string[] {
    const early = this.state === 'running' && this.isBounded ? this.early.all : [];
    return [...new Set([...this.names.all, ...early])].toSorted();
  }

  private get missesNothing(): boolean {
    return [...this.asker.held].every(name => this.has(name) || this.lacks(name));
  }

  private async survey({ index, playlist, filter }: Surveyed, answer: () => void): Promise<void> {
    this.endMs = this.clock.elapsed() + patienceMs;
    if (index && !(await this.readIndex(index, answer))) return;
    // What came early only is not played, so that all must be looked through.
    const only = this.early.size === 0 ? index?.gaps : undefined;
    for await (const { data } of playlist(only).frames()) {
      let pieces = 0;
      for (const some of filter.namesIn(data)) {
        for (const name of some) this.names.add(name);
        if (this.ends(answer)) return;
        if (this.mustRest) await this.untilMissed(restMs);
        else if (!this.late && ++pieces > 1) await nextTurn();
      }
    }
    this.state = 'whole';
  }

  /** @returns whether frames are to be looked through */
  private async readIndex(index: Index, answer: () => void): Promise<boolean> {
    let unlooked = 0;
    for await (const { names, isEarly } of index.lists()) {
      for (const name of names) (isEarly ? this.early : this.names).add(name);
      unlooked += 1 + names.length;
      if (unlooked < namesPerLook) continue;
      unlooked = 0;
      if (this.ends(answer)) return false;
      if (this.mustRest) await this.untilMissed(restMs);
      else if (!this.late) await nextTurn();
    }
    this.isBounded = index.isWhole;
    if (!this.isBounded) return true;
    if (this.early.size === 0) this.state = 'whole';
    else if (this.missesNothing) {
      answer();
      await this.untilMissed(idleMs);
      this.late = true;
    }
    return this.state === 'running' && !this.asker.isOver;
  }

  /** Gives the first answer when it is time. @returns whether the survey is over */
  private ends(answer: () => void): boolean {
    if (this.asker.isOver) return true;
    if (this.names.size + this.early.size > mostNames) {
      this.state = 'cut';
      return true;
    }
    if (!this.late && this.clock.elapsed() > this.endMs) {
      this.late = true;
      this.sliceEndMs = 0;
      answer();
    }
    return false;
  }

  private get mustRest(): boolean {
    return this.late && this.clock.elapsed() >= this.sliceEndMs;
  }

  /** Lets others work, and for as long as nothing is missed. */
  private async untilMissed(firstMs: number): Promise<void> {
    const { clock, asker } = this;
    let waitMs = firstMs;
    do {
      await new Promise<void>(resolve => clock.after(waitMs, resolve));
      waitMs = this.missesNothing ? idleMs : restMs;
    } while (!asker.isOver && this.missesNothing);
    this.sliceEndMs = clock.elapsed() + sliceMs;
  }
}
