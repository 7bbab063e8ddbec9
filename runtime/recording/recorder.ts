/**
 * Writes down every frame of every live stream, as it came but for the key of its connection, and with the time of its
 * arrival: one file for a market, a day and a feed, or several where it gets large. What cannot be written is counted;
 * no stream ever waits for the disk.
 */
import { join } from 'node:path';
import type { Secret } from '../core/secret.js';
import { Folder } from './folder.js';
import { MarketRecorder, type RecorderServices } from './market-recorder.js';
import { type Ownership, placeOf } from './owner.js';

/** Where frames come from. */
export interface Origin {
  readonly market: string;
  readonly feed: string;
  readonly keeper: Ownership;
  /** Key of the connection. */
  readonly key: Secret;
}

/** What a stream is connected to, as far as its recording goes. */
interface Recorded {
  readonly endpoint: { readonly feed: string };
  readonly keeper: Ownership;
  readonly replay?: unknown;
}

export class Recorder {
  private readonly tracks = new Map<string, MarketRecorder>();
  private readonly folders = new Map<string, Folder>();

  /** @param path of the folder, which is made when the first frame comes */
  constructor(
    private readonly path: string,
    private readonly services: RecorderServices,
  ) {}

  /**
   * @param atMs arrival, wall clock ms
   * @param data must not be changed from now on
   */
  take(origin: Origin, atMs: number, data: Buffer): void {
    const place = placeOf(origin.keeper);
    if (place !== undefined) this.trackOf(origin, place).take(origin, atMs, data);
  }

  /** What an agent should know of the recording of its stream, in sentences. */
  notesOn(market: string, target: Recorded | undefined): string[] {
    if (!target || target.replay) return [];
    const place = placeOf(target.keeper);
    if (place === undefined)
      return ['Not recorded: what comes for an api_key of a caller is kept for a caller with a name.'];
    return this.tracks.get(trackName(market, target.endpoint.feed, place))?.notes ?? [];
  }

  /** Writes what still waits. */
  async close(): Promise<void> {
    await Promise.all([...this.tracks.values()].map(track => track.close()));
  }

  private trackOf({ market, feed }: Origin, place: string): MarketRecorder {
    const name = trackName(market, feed, place);
    let track = this.tracks.get(name);
    if (!track) {
      track = new MarketRecorder(market, this.folderIn(place), this.services);
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
