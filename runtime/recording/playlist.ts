import { join } from 'node:path';
import { count } from '../core/count.js';
import type { RecordedFrame } from './frames.js';
import { formatName, type RecordingName, titleOf } from './name.js';
import { DamagedRecording, readFrames } from './reader.js';

/** Limits the sentences on damage, which every answer repeats. */
const mostDamagesShown = 5;

/** Recordings one after the other. */
export class Playlist {
  private readonly damaged = new Map<string, string>();

  constructor(
    private readonly folder: string,
    private readonly names: readonly RecordingName[],
    private readonly fromMs: number | undefined,
    private readonly mostFrameBytes: number,
    /** Which members of a recording are read; absent: all. */
    private readonly only?: ReadonlyMap<string, ReadonlySet<number>>,
  ) {}

  /** Sentences on what could not be played. */
  get damages(): readonly string[] {
    const all = [...this.damaged.values()];
    const shown = all.slice(0, mostDamagesShown);
    const more = all.length - shown.length;
    return more > 0 ? [...shown, `Of ${count(more, 'more recording')} not everything is played.`] : shown;
  }

  /** Frames by arrival. Where the recordings of two processes overlap, the earlier recording counts. */
  async *frames(): AsyncGenerator<RecordedFrame> {
    let playedMs = this.fromMs ?? 0;
    for (const name of this.names) {
      const sinceMs = playedMs;
      const file = formatName(name);
      const reading = { sinceMs, mostFrameBytes: this.mostFrameBytes, only: this.only?.get(file) };
      try {
        for await (const frame of readFrames(join(this.folder, file), reading)) {
          if (frame.atMs < sinceMs) continue;
          playedMs = Math.max(playedMs, frame.atMs);
          yield frame;
        }
      } catch (error) {
        this.damaged.set(file, describeDamage(name, error as NodeJS.ErrnoException, playedMs));
      }
    }
  }
}

function describeDamage(name: RecordingName, error: NodeJS.ErrnoException, playedMs: number): string {
  if (!(error instanceof DamagedRecording)) return `${titleOf(name)} cannot be read (${error.code ?? error.name}).`;
  const since = playedMs > 0 ? ` after ${new Date(playedMs).toISOString()}` : '';
  return `${titleOf(name)} is damaged${since}, and what follows in it is not played: ${error.message}.`;
}
