import { simulatedFeed } from '../config/feed-names.js';
import type { Market } from '../contract/market.js';
import type { Decoding } from '../contract/suite.js';
import type { Clock } from '../core/clock.js';
import { ReplayError } from '../core/errors.js';
import { isoOrNull } from '../core/time.js';
import { formatReplay, momentOf, type ReplayRequest, replayFeed } from '../feed/replay-request.js';
import type { OpenFeed } from '../feed/source.js';
import { parseChannel } from '../symbols/channels.js';
import { Catalogue } from './catalogue.js';
import { ChannelFilter } from './channel-filter.js';
import { type Extent, endOfRecording, survey } from './extent.js';
import { feedTitleOf, type RecordingName, titleOf } from './name.js';
import { Playlist } from './playlist.js';
import { Progress } from './progress.js';
import { ReplayRefusal } from './refusal.js';
import { ReplaySource } from './replay-source.js';

/** Recordings of one feed, and the title that was asked for. */
interface Chosen {
  readonly folder: string;
  readonly title: string;
  readonly names: readonly RecordingName[];
}

/** Recordings of a market, found and ready to be played once. */
export class Replay {
  /** Whether what was recorded was made up. */
  readonly simulated: boolean;
  /** Asks for the same again. */
  readonly url: string;
  private readonly fromMs: number | undefined;
  private extent: Promise<Extent> | undefined;
  private readonly playlist: Playlist;
  private readonly progress: Progress;
  private changed: () => void = () => {};

  private constructor(
    private readonly market: Market,
    private readonly decoding: Decoding,
    private readonly request: ReplayRequest,
    private readonly clock: Clock,
    private readonly chosen: Chosen,
    private readonly mostFrameBytes: number,
  ) {
    const { folder, title, names } = chosen;
    const [first] = names;
    const shown = title.split('.').length > 2 ? titleOf(first!) : feedTitleOf(first!);
    this.simulated = first!.feed === simulatedFeed;
    this.fromMs = request.from === undefined ? undefined : momentOf(request.from, first!.day);
    const { fromMs } = this;
    this.url = formatReplay(shown, request, fromMs);
    this.playlist = new Playlist(folder, names, fromMs, mostFrameBytes);
    this.progress = new Progress(shown, request.speed, () => this.changed());
  }

  /**
   * @param mostFrameBytes of which one is larger is no frame of a feed
   * @param owner name of the caller, who may replay what was recorded for it alone
   * @throws ReplayRefusal if the request names no recording, or those of several feeds
   */
  static async find(
    market: Market,
    decoding: Decoding,
    request: ReplayRequest,
    clock: Clock,
    mostFrameBytes: number,
    owner?: string | undefined,
  ): Promise<Replay> {
    const catalogue = await Catalogue.open(request.places, owner);
    const { folder, title: named } = catalogue;
    const title = request.title ?? named;
    const names = catalogue.of(market.name, title);
    const feeds = [...new Set(names.map(feedTitleOf))];
    if (feeds.length === 1) {
      // What was recorded for the caller alone goes before what was recorded for all at the same time.
      const own = names.filter(name => name.folder !== folder);
      const played = own.length > 0 ? own : names;
      const chosen = { folder: played[0]!.folder, title, names: played };
      await requireWithin(request, chosen.folder, played);
      return new Replay(market, decoding, request, clock, chosen, mostFrameBytes);
    }
    const markets = catalogue.markets(title);
    if (feeds.length > 1) {
      throw new ReplayRefusal(`Several feeds of ${market.title} were recorded then.`, {
        folder,
        titles: feeds,
        markets,
      });
    }
    const titles = catalogue.titles(market.name);
    throw new ReplayRefusal(`There is no ${title === '' ? 'recording' : 'such recording'} of ${market.title}.`, {
      folder,
      titles,
      markets,
    });
  }

  get ended(): boolean {
    return this.progress.ended;
  }

  /** How far it has come, in the time of the recording; nothing before the first frame. */
  get atMs(): number | undefined {
    return this.progress.atMs;
  }

  /** For every answer: that it is a replay, of when, and what is missing. */
  get notes(): readonly string[] {
    return [this.progress.note, ...this.progress.notes, ...this.playlist.damages];
  }

  /** Why nothing comes. */
  explainSilence(): string {
    return this.progress.explainSilence();
  }

  /**
   * Which of some channels were not recorded, and which were, as far as a glance can tell.
   *
   * @param wanted `PREFIX.SYMBOL` or `PREFIX.*`
   */
  async notesOnChannels(wanted: readonly string[]): Promise<string[]> {
    const { folder, names: files } = this.chosen;
    const filter = new ChannelFilter(this.market, this.decoding);
    this.extent ??= survey(new Playlist(folder, files, this.fromMs, this.mostFrameBytes), filter, this.clock);
    const { names, whole } = await this.extent;
    if (!whole) return [];
    // What is no symbol of the market is text of a feed, and not shown.
    const all = [...names].filter(name => !('code' in parseChannel(this.market, name)));
    const missing = wanted.filter(name => !(name.endsWith('.*') ? hasKind(all, name) : names.has(name)));
    if (missing.length === 0) return [];
    return [`Nothing of ${listed(missing)} was recorded there; what was: ${listed(all.toSorted()) || 'nothing'}.`];
  }

  /** Plays them; once, as how far it has come is that of this replay. */
  readonly open: OpenFeed = (services, listener) => {
    this.changed = () => listener.ended();
    const filter = new ChannelFilter(this.market, this.decoding);
    const { playlist, progress, request: pace } = this;
    return new ReplaySource(this.url, { playlist, filter, progress, pace }, services, listener);
  };
}

const namesShown = 20;

function listed(names: readonly string[]): string {
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : '';
  return `${names.slice(0, namesShown).join(', ')}${more}`;
}

function hasKind(names: readonly string[], star: string): boolean {
  const kind = star.slice(0, -1);
  return names.some(name => name.startsWith(kind));
}

/** @throws StreamError ENDPOINT_NOT_ALLOWED where it is asked for from a time on at which all is over */
async function requireWithin({ from }: ReplayRequest, folder: string, names: readonly RecordingName[]): Promise<void> {
  const [first, last] = [names[0]!, names.at(-1)!];
  if (from === undefined) return;
  const endMs = await endOfRecording(folder, last);
  if (endMs === undefined || momentOf(from, first.day) < endMs) return;
  const name = feedTitleOf(first);
  throw new ReplayError(
    'ENDPOINT_NOT_ALLOWED',
    `The recording ${name} ends before ${isoOrNull(endMs)}, and from lies behind that.`,
    `Leave from out, as in ${replayFeed}:${name}, or name an earlier time.`,
  );
}
