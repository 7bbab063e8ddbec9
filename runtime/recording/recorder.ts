/**
 * Writes down every frame of every live stream, as it came and with the time of its arrival: one file for a market, a
 * day and a feed, or several where it gets large. What cannot be written is counted; no stream ever waits for the disk.
 */
import { Folder } from './folder.js';
import { type RecorderServices, Track } from './track.js';

export class Recorder {
  private readonly tracks = new Map<string, Track>();
  private readonly folder: Folder;

  /** @param path of the folder, which is made when the first frame comes */
  constructor(
    path: string,
    private readonly services: RecorderServices,
  ) {
    this.folder = new Folder(path, services.options.recordTotalBytes);
  }

  /**
   * @param feed name of the feed that it came from
   * @param atMs arrival, wall clock ms
   * @param data must not be changed from now on
   */
  take(market: string, feed: string, atMs: number, data: Buffer): void {
    let track = this.tracks.get(market);
    if (!track) {
      track = new Track(market, this.folder, this.services);
      this.tracks.set(market, track);
    }
    track.take(feed, atMs, data);
  }

  /** What an agent should know of the recording of a market, in sentences. */
  notesOn(market: string): string[] {
    return this.tracks.get(market)?.notes ?? [];
  }

  /** Writes what still waits. */
  async close(): Promise<void> {
    await Promise.all([...this.tracks.values()].map(track => track.close()));
  }
}
