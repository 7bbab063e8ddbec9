/**
 * Records every frame of every live stream with its arrival, unchanged except that the connection's key is removed.
 * There is one file per market, day and feed, or several if it gets large. Frames that cannot be written are counted;
 * no stream ever waits for the disk.
 */
import { join } from 'node:path';
import type { Secret } from '../core/secret.js';
import { Folder } from './folder.js';
import { MarketRecorder, type RecorderServices } from './market-recorder.js';
import type { RecordingName } from './name.js';
import { type Ownership, placeOf } from './owner.js';

/** Where a frame came from. */
export interface Origin {
  readonly market: string;
  readonly feed: string;
  readonly ownership: Ownership;
  /** Key of the connection. */
  readonly key: Secret;
}

/** What the recorder needs to know of a stream's target. */
interface Recorded {
  readonly endpoint: { readonly feed: string };
  readonly ownership: Ownership;
  readonly replay?: unknown;
}

export class Recorder {
  private readonly tracks = new Map<string, MarketRecorder>();
  private readonly folders = new Map<string, Folder>();

  /** @param path the folder, which is made for the first frame */
  constructor(
    private readonly path: string,
    private readonly services: RecorderServices,
  ) {}

  /**
   * @param atMs arrival, wall clock ms
   * @param data must not be changed from now on
   */
  take(origin: Origin, atMs: number, data: Buffer): void {
    const place = placeOf(origin.ownership);
    if (place !== undefined) this.trackOf(origin, place).take(origin, atMs, data);
  }

  /** What an agent should know about the recording of its stream, in sentences. */
  notesOn(market: string, target: Recorded | undefined): string[] {
    if (!target || target.replay) return [];
    const place = placeOf(target.ownership);
    if (place === undefined)
      return ['Not recorded: what comes for an api_key of a caller is kept for a caller with a name.'];
    return this.tracks.get(trackName(market, target.endpoint.feed, place))?.notes ?? [];
  }

  /**
   * The recordings that are being written.
   *
   * @param owner only those of this caller; absent: those of all
   */
  writing(owner?: string): RecordingName[] {
    const place = owner === undefined ? undefined : placeOf({ of: 'caller', owner });
    return [...this.tracks].flatMap(([name, { writes }]) =>
      writes && (owner === undefined || (place !== undefined && name.startsWith(`${place}/`))) ? [writes] : [],
    );
  }

  /** Writes the queued frames now, so that a replay finds them. */
  async flush(): Promise<void> {
    await Promise.all([...this.tracks.values()].map(track => track.flush()));
  }

  /** Writes the queued frames, and ends. */
  async close(): Promise<void> {
    await Promise.all([...this.tracks.values()].map(track => track.close()));
  }

  private trackOf({ market, feed }: Origin, place: string): MarketRecorder {
    const name = trackName(market, feed, place);
    let track = this.tracks.get(name);
    if (!track) {
      const recorded = this.services.markets.find(({ name }) => name === market)!;
      track = new MarketRecorder(recorded, this.folderIn(place), this.services);
      this.tracks.set(name, track);
    }
    return track;
  }

  private folderIn(place: string): Folder {
    let folder = this.folders.get(place);
    if (!folder) {
      folder = new Folder(join(this.path, place), this.services.options.recordTotalBytes);
      this.folders.set(place, folder);
    }
    return folder;
  }
}

function trackName(market: string, feed: string, place: string): string {
  return [place, market, feed].join('/');
}
