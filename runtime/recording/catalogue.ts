import { join } from 'node:path';
import { escapeText } from '../core/quoting.js';
import type { Place } from '../feed/replay-request.js';
import { listRecordings, TooManyEntries } from './folder.js';
import { feedTitleOf, isCalled, type RecordingName, select } from './name.js';
import { folderOf } from './owner.js';
import { ReplayRefusal } from './refusal.js';

/** A recording, and the folder that it is in. */
export interface FoundRecording extends RecordingName {
  readonly folder: string;
}

/** Recordings of a market that have day and feed in common. */
export interface RecordedTitle {
  readonly market: string;
  /** Day and feed. */
  readonly title: string;
}

export function titleIn(name: RecordingName): RecordedTitle {
  return { market: name.market, title: feedTitleOf(name) };
}

/** The recordings in the operator's folder. */
export class Catalogue {
  private constructor(
    readonly folder: string,
    /** What the operator chose in it; empty: everything. */
    readonly title: string,
    private readonly names: readonly FoundRecording[],
  ) {}

  /**
   * Opens the first place that has what it names.
   *
   * @param owner also finds the own recordings of this caller
   * @throws ReplayRefusal with what was found instead
   */
  static async open(places: readonly Place[], owner?: string | undefined): Promise<Catalogue> {
    const found: string[] = [];
    let other: Catalogue | undefined;
    for (const { folder, title } of places) {
      const names = await listRecordings(folder).catch((error: NodeJS.ErrnoException) => error);
      if (names instanceof Error) {
        found.push(describeTrouble(folder, names));
        continue;
      }
      const all = names.map(name => ({ ...name, folder }));
      const catalogue = new Catalogue(folder, title, [...all, ...(await listOwn(folder, owner))]);
      if (title === '' || catalogue.names.some(name => isCalled(name, title))) return catalogue;
      found.push(`in ${escapeText(folder)} is no recording ${title}`);
      other = catalogue;
    }
    const message = `Expected a folder of recordings, or a recording in one; ${found.join(', and ')}.`;
    throw new ReplayRefusal(
      message,
      other && { folder: other.folder, titles: other.titles(), markets: other.markets() },
    );
  }

  /** The recordings of a market that a title names, in the order in which they were made. */
  of(market: string, title: string): FoundRecording[] {
    return select(this.names, market, title);
  }

  /** What was recorded of a market on a day from a feed, the newest first. */
  get recorded(): RecordedTitle[] {
    const byTitle = new Map(this.names.map(name => [`${feedTitleOf(name)}/${name.market}`, name]));
    const titles = [...byTitle.keys()].sort().reverse();
    return titles.map(title => titleIn(byTitle.get(title)!));
  }

  /** Titles of days and feeds, of one market or of all. */
  titles(market?: string): string[] {
    const own = this.names.filter(name => market === undefined || name.market === market);
    return [...new Set(own.map(feedTitleOf))];
  }

  /** Names of the markets that have recordings. */
  markets(title = ''): string[] {
    const meant = this.names.filter(name => title === '' || isCalled(name, title));
    return [...new Set(meant.map(({ market }) => market))];
  }
}

/** A caller may have no folder. */
async function listOwn(folder: string, owner: string | undefined): Promise<FoundRecording[]> {
  const own = owner === undefined ? undefined : folderOf(owner);
  if (own === undefined) return [];
  const path = join(folder, own);
  const names = await listRecordings(path).catch(() => []);
  return names.map(name => ({ ...name, folder: path }));
}

function describeTrouble(folder: string, error: NodeJS.ErrnoException): string {
  const { code } = error;
  const place = escapeText(folder);
  if (error instanceof TooManyEntries) return `${place} is not read, since ${error.message}`;
  if (code === 'ENOENT') return `there is no folder ${place}`;
  return code === 'ENOTDIR' ? `${place} is no folder` : `${place} cannot be read (${code})`;
}
