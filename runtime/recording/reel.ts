import { join } from 'node:path';
import { quoteForeign } from '../foreign.js';
import type { RecordedFrame } from './frames.js';
import { formatName, type RecordingName, titleOf } from './name.js';
import { DamagedRecording, readFrames } from './reader.js';

/** Recordings one after the other. */
export class Reel {
  private readonly damaged = new Map<string, string>();

  constructor(
    private readonly folder: string,
    private readonly names: readonly RecordingName[],
    private readonly fromMs: number | undefined,
  ) {}

  /** What could not be played, in sentences. */
  get damages(): readonly string[] {
    return [...this.damaged.values()];
  }

  /** Frames in the order of their arrival. Where recordings of two processes overlap, the earlier one is taken. */
  async *frames(): AsyncGenerator<RecordedFrame> {
    let playedMs = this.fromMs ?? 0;
    for (const name of this.names) {
      const sinceMs = playedMs;
      try {
        for await (const frame of readFrames(join(this.folder, formatName(name)), sinceMs)) {
          if (frame.atMs < sinceMs) continue;
          playedMs = Math.max(playedMs, frame.atMs);
          yield frame;
        }
      } catch (error) {
        this.damaged.set(formatName(name), describeDamage(name, error as Error, playedMs));
      }
    }
  }
}

function describeDamage(name: RecordingName, error: Error, playedMs: number): string {
  if (!(error instanceof DamagedRecording)) return `${titleOf(name)} cannot be read: ${quoteForeign(error.message)}.`;
  const since = playedMs > 0 ? ` after ${new Date(playedMs).toISOString()}` : '';
  return `${titleOf(name)} is damaged${since}, and what follows in it is not played: ${error.message}.`;
}
