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
import { Extent } from './extent.js';
import { endOfRecording } from './heads.js';
import { Index } from './index-reader.js';
import { feedTitleOf, type RecordingName, titleOf } from './name.js';
import { Playlist } from './playlist.js';
import { Progress } from './progress.js';
import { ReplayRefusal } from './refusal.js';
import { ReplaySource } from './replay-source.js';

/** Recordings of one feed, and the requested title. */
interface Chosen {
  readonly folder: string;
  readonly title: string;
  readonly names: readonly RecordingName[];
}

/** Recordings of a market, ready to be played once. */
export class Replay {
  /** Whether the recorded feed was the simulated one. */
  readonly simulated: boolean;
  /** What to pass as `endpoint` to get the same replay. */
  readonly url: string;
  private readonly fromMs: number | undefined;
  private extent: Extent | undefined;
  private source: ReplaySource | undefined;
  private readonly playlist: Playlist;
  private readonly progress: Progress;
  private changed: () => void = () => {};
  /** Subscribed channels of which nothing was recorded, by the word of the index. */
  private readonly denied = new Set<string>();
  /** Whether one of them was recorded all the same. */
  private isIndexWrong = false;

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
   * @param mostFrameBytes a larger frame counts as damage
   * @param owner name of the caller, who may also replay its own recordings
   * @throws ReplayRefusal if the request names no recording, or recordings of several feeds
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
      // If the caller has its own recordings, only these are played.
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

  /** Arrival of the newest frame that was played, wall clock ms; undefined before the first. */
  get atMs(): number | undefined {
    return this.progress.atMs;
  }

  /** Sentences for every answer: that it is a replay, of what time, and what is missing. */
  get notes(): readonly string[] {
    const late = this.extent?.isLate ? this.noteOn([...(this.source?.held ?? [])]) : [];
    const wrong = this.isIndexWrong ? [wrongIndex] : [];
    return [this.progress.note, ...this.progress.notes, ...late, ...wrong, ...this.playlist.damages];
  }

  /** Why nothing comes. */
  explainSilence(): string {
    return this.progress.explainSilence();
  }

  /**
   * Which of these channels were not recorded, and which others were. If the index of the recording does not tell, and
   * it is too long to be looked through at once, that is among the notes of every answer instead, until it is known and
   * from then on.
   *
   * @param wanted `PREFIX.SYMBOL` or `PREFIX.*`
   */
  async notesOnChannels(wanted: readonly string[]): Promise<string[]> {
    if (!this.source) return [];
    this.extent ??= this.survey(this.source);
    await this.extent.first;
    return this.extent.isLate ? [] : this.noteOn(wanted);
  }

  private noteOn(wanted: readonly string[]): string[] {
    const { extent, market } = this;
    const missing = wanted.filter(name => !extent?.has(name));
    if (!extent || missing.length === 0) return [];
    if (extent.isCut)
      return [`More was recorded there than can be looked through; nothing of ${listed(missing)} was found.`];
    const lacking = missing.filter(name => extent.lacks(name));
    const open = missing.filter(name => !extent.lacks(name));
    const notes: string[] = [];
    if (lacking.length > 0) {
      if (extent.isByIndex) for (const name of lacking) this.denied.add(name);
      // A name that is no channel of the market may be any text of a feed, so it is not shown.
      const all = extent.found.filter(name => !('code' in parseChannel(market, name)));
      notes.push(`Nothing of ${listed(lacking)} was recorded there; what was: ${listed(all) || 'nothing'}.`);
    }
    if (open.length > 0) {
      notes.push(`The recording is long and still looked through; so far nothing of ${listed(open)} was found in it.`);
    }
    return notes;
  }

  private survey(source: ReplaySource, believesIndex = true): Extent {
    const { market, fromMs } = this;
    const { folder, names } = this.chosen;
    return new Extent(
      {
        index: believesIndex ? new Index(market, folder, names, fromMs) : undefined,
        playlist: only => new Playlist(folder, names, fromMs, this.mostFrameBytes, only),
        filter: new ChannelFilter(market, this.decoding),
      },
      this.clock,
      source,
    );
  }

  /** What is played wins over what the index said. */
  private *compare(frame: Buffer, filter: ChannelFilter): Generator<void, void> {
    const { denied, source } = this;
    if (denied.size === 0 || !source) return;
    for (const names of filter.namesIn(frame)) {
      if (names.some(name => denied.has(name) || denied.has(wildcardOf(name)))) {
        denied.clear();
        this.isIndexWrong = true;
        this.extent = this.survey(source, false);
        return;
      }
      yield;
    }
  }

  /** Opens the source; call once, since a replay has one progress. */
  readonly open: OpenFeed = (services, listener) => {
    this.changed = () => listener.ended();
    const filter = new ChannelFilter(this.market, this.decoding);
    const { playlist, progress, request: pace } = this;
    const compare = (frame: Buffer): Iterable<void> => this.compare(frame, filter);
    this.source = new ReplaySource(this.url, { playlist, filter, progress, pace, compare }, services, listener);
    return this.source;
  };
}

const wrongIndex = 'The index of the recording was wrong about its channels, and is not used any more.';

function wildcardOf(name: string): string {
  return `${name.slice(0, name.indexOf('.'))}.*`;
}

const namesShown = 20;

function listed(names: readonly string[]): string {
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : '';
  return `${names.slice(0, namesShown).join(', ')}${more}`;
}

/** @throws StreamError ENDPOINT_NOT_ALLOWED if the requested time lies after the last recording */
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
