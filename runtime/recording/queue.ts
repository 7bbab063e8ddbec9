import { frameOverhead, type RecordedFrame } from './frames.js';
import { dayOf } from './name.js';

const dayMs = 86_400_000;

/** Takes a key out of a frame, and gives back one without the key as it is. */
export interface FrameCleaner {
  cleanBytes(frame: Buffer): Buffer;
}

/** A frame that waits for the disk. */
export interface QueuedFrame extends RecordedFrame {
  readonly feed: string;
  /** Key of the connection that it came over. */
  readonly key: FrameCleaner;
}

/** Frames that belong into one file, the oldest first. */
export interface Batch extends FileKind {
  readonly frames: readonly QueuedFrame[];
}

/** Which recording frames belong to. */
export interface FileKind {
  readonly feed: string;
  readonly day: string;
}

/** Frames on their way to the disk: bounded by bytes, what does not fit is turned away. */
export class FrameQueue {
  private frames: QueuedFrame[] = [];
  private held = 0;

  constructor(private readonly maxBytes: number) {}

  /** Bytes that the frames which wait may take on the disk, unpacked. */
  get bytes(): number {
    return this.held;
  }

  get size(): number {
    return this.frames.length;
  }

  /** @returns whether the frame fitted */
  offer(frame: QueuedFrame): boolean {
    if (this.held + sizeOf(frame) > this.maxBytes) return false;
    this.frames.push(frame);
    this.held += sizeOf(frame);
    return true;
  }

  /** The oldest frames of one day and feed, one at least and otherwise up to a size; they go on waiting. */
  next(maxBytes: number): Batch | undefined {
    const [first] = this.frames;
    if (first === undefined) return undefined;
    const { feed } = first;
    let count = 0;
    let bytes = 0;
    for (const frame of this.frames) {
      bytes += sizeOf(frame);
      if (count > 0 && (bytes > maxBytes || frame.feed !== feed || !isSameDay(frame, first))) break;
      count++;
    }
    return { frames: this.frames.slice(0, count), feed, day: dayOf(first.atMs) };
  }

  /** Lets go of the oldest frames. */
  drop({ frames }: Batch): void {
    this.frames = this.frames.slice(frames.length);
    this.held -= frames.reduce((sum, frame) => sum + sizeOf(frame), 0);
  }
}

/** An empty frame takes its place, too. */
function sizeOf({ data }: RecordedFrame): number {
  return data.length + frameOverhead;
}

function isSameDay(a: RecordedFrame, b: RecordedFrame): boolean {
  return Math.floor(a.atMs / dayMs) === Math.floor(b.atMs / dayMs);
}
