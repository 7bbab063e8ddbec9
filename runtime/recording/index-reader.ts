/** Reads the index of recordings, as far as they have one. */
import { join } from 'node:path';
import type { Market } from '../contract/market.js';
import { decodeList } from './channel-list.js';
import { type Member, readMembers, TooManyMembers } from './heads.js';
import { formatName, type RecordingName } from './name.js';
import { holdsLater } from './reader.js';

/** With more names, the rest is looked through. */
const mostListed = 200_000;
/** A list that is none costs as much as one; after so many, the rest is looked through. */
const mostBroken = 3;

/** Where the members begin that no index tells of, by file. */
export type Gaps = Map<string, Set<number>>;

/** Channels of some frames. */
export interface Listed {
  readonly names: readonly string[];
  /** Whether some of the frames, or all, came before the part that is replayed. */
  readonly isEarly: boolean;
}

export class Index {
  /** Filled by `lists`; a file that is not in it is to be looked through as a whole. */
  readonly gaps: Gaps = new Map();
  private listed = 0;
  private broken = 0;
  /** Whether a member came that holds nothing from before the part that is replayed. */
  private hasBegun: boolean;

  constructor(
    private readonly market: Market,
    private readonly folder: string,
    private readonly files: readonly RecordingName[],
    private readonly fromMs: number | undefined,
  ) {
    this.hasBegun = fromMs === undefined;
  }

  /** Whether all is told of, once the lists are read. */
  get isWhole(): boolean {
    return this.files.every(name => this.gaps.get(formatName(name))?.size === 0);
  }

  /** Read them once. */
  async *lists(): AsyncGenerator<Listed> {
    for (const name of this.files) {
      const file = formatName(name);
      const gaps = new Set<number>();
      this.gaps.set(file, gaps);
      try {
        for await (const members of readMembers(join(this.folder, file))) {
          for (const member of members) {
            const listed = this.listIn(member, gaps);
            if (listed) yield listed;
          }
        }
      } catch (error) {
        // Behind other damage nothing is replayed.
        if (error instanceof TooManyMembers) this.gaps.delete(file);
      }
    }
  }

  private listIn(member: Member, gaps: Set<number>): Listed | undefined {
    // The first member has no frames.
    if (member.at === 0) return undefined;
    const isLater = holdsLater(member, this.fromMs ?? 0);
    const isEarly = !(isLater && this.hasBegun);
    // The first member that is replayed may begin earlier.
    this.hasBegun ||= isLater;
    const names = member.list && this.decode(member.list);
    if (!names && isLater) gaps.add(member.at);
    return names && names.length > 0 ? { names, isEarly } : undefined;
  }

  private decode(list: Buffer): string[] | undefined {
    if (this.listed >= mostListed || this.broken >= mostBroken) return undefined;
    const names = decodeList(this.market, list);
    this.listed += names?.length ?? 0;
    if (!names) this.broken++;
    return names;
  }
}
