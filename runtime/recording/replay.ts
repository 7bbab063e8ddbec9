import type { Clock } from '../clock.js';
import type { Decoding, Market } from '../contract.js';
import { simulatedFeed } from '../feednames.js';
import type { Dial } from '../socket.js';
import { Catalogue } from './catalogue.js';
import { feedTitleOf, type RecordingName, titleOf } from './name.js';
import { Progress } from './progress.js';
import { Reel } from './reel.js';
import { ReplayRefusal } from './refusal.js';
import { ReplaySocket } from './replaysocket.js';
import { formatReplay, momentOf, type ReplayRequest } from './request.js';
import { Sieve } from './sieve.js';

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
  private readonly reel: Reel;
  private readonly progress: Progress;
  private changed: () => void = () => {};

  private constructor(
    private readonly market: Market,
    private readonly decoding: Decoding,
    private readonly request: ReplayRequest,
    private readonly clock: Clock,
    { folder, title, names }: Chosen,
    mostFrameBytes: number,
  ) {
    const [first] = names;
    const shown = title.split('.').length > 2 ? titleOf(first!) : feedTitleOf(first!);
    this.simulated = first!.feed === simulatedFeed;
    const fromMs = request.from === undefined ? undefined : momentOf(request.from, first!.day);
    this.url = formatReplay(shown, request, fromMs);
    this.reel = new Reel(folder, names, fromMs, mostFrameBytes);
    this.progress = new Progress(shown, request.speed, () => this.changed());
  }

  /**
   * @param mostFrameBytes of which one is larger is no frame of a feed
   * @throws ReplayRefusal if the request names no recording, or those of several feeds
   */
  static async find(
    market: Market,
    decoding: Decoding,
    request: ReplayRequest,
    clock: Clock,
    mostFrameBytes: number,
  ): Promise<Replay> {
    const catalogue = await Catalogue.open(request.places);
    const { folder, title: named } = catalogue;
    const title = request.title ?? named;
    const names = catalogue.of(market.name, title);
    const feeds = [...new Set(names.map(feedTitleOf))];
    if (feeds.length === 1) {
      return new Replay(market, decoding, request, clock, { folder, title, names }, mostFrameBytes);
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
    return [this.progress.note, ...this.reel.damages];
  }

  /** Why nothing comes. */
  explainSilence(shared: boolean): string {
    return this.progress.explainSilence(shared);
  }

  /** @param changed told of the end */
  dialer(changed: () => void): Dial {
    this.changed = changed;
    const sieve = new Sieve(this.market, this.decoding);
    const { reel, progress, request: pace } = this;
    return () => new ReplaySocket(this.market, this.clock, { reel, sieve, progress, pace });
  }
}
