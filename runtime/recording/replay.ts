import type { Clock } from '../clock.js';
import type { Market, StatusWord } from '../contract.js';
import { simulatedFeed } from '../endpoint.js';
import { StreamError } from '../errors.js';
import type { Dial } from '../socket.js';
import { listRecordings } from './folder.js';
import { type RecordingName, select, titleOf } from './name.js';
import { Progress } from './progress.js';
import { Reel } from './reel.js';
import { ReplaySocket } from './replaysocket.js';
import { formatReplay, type ReplayRequest } from './request.js';
import { Sieve } from './sieve.js';

const shown = 10;

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
    private readonly statuses: readonly StatusWord[],
    private readonly request: ReplayRequest,
    private readonly clock: Clock,
    names: readonly RecordingName[],
  ) {
    const [first] = names;
    const title = request.title.split('.').length > 2 ? titleOf(first!) : `${first!.day}.${first!.feed}`;
    this.simulated = first!.feed === simulatedFeed;
    this.url = formatReplay(title, request);
    this.reel = new Reel(request.folder, names, request.fromMs);
    this.progress = new Progress(title, request.speed, () => this.changed());
  }

  /** @throws StreamError ENDPOINT_NOT_ALLOWED if the request names no recording, or those of several feeds */
  static async find(
    market: Market,
    statuses: readonly StatusWord[],
    request: ReplayRequest,
    clock: Clock,
  ): Promise<Replay> {
    const all = await listRecordings(request.folder).catch((error: NodeJS.ErrnoException) => {
      throw refuse(`The folder of recordings cannot be read (${error.code}).`, []);
    });
    const names = select(all, market.name, request.title);
    const feeds = new Set(names.map(({ day, feed }) => `${day}.${feed}`));
    if (feeds.size > 1) throw refuse(`Several feeds of ${market.title} were recorded then.`, [...feeds]);
    if (names.length > 0) return new Replay(market, statuses, request, clock, names);
    const own = all.filter(name => name.market === market.name);
    const what = request.title === '' ? 'recording' : `recording ${request.title}`;
    throw refuse(`There is no ${what} of ${market.title}.`, [...new Set(own.map(({ day, feed }) => `${day}.${feed}`))]);
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
  get silence(): string {
    return this.progress.silence;
  }

  /** @param changed told of the end */
  dialer(changed: () => void): Dial {
    this.changed = changed;
    const sieve = new Sieve(this.market, this.statuses);
    const { reel, progress, request: pace } = this;
    return () => new ReplaySocket(this.market, this.clock, { reel, sieve, progress, pace });
  }
}

function refuse(message: string, titles: readonly string[]): StreamError {
  const newest = titles.toSorted().slice(-shown).reverse();
  const hint = newest.length > 0 ? `Name one: ${newest.map(title => `replay:${title}`).join(', ')}.` : undefined;
  return new StreamError('ENDPOINT_NOT_ALLOWED', message, hint);
}
