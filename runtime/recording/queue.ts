import { frameOverhead, type RecordedFrame } from './frames.js';
import { dayOf } from './name.js';

const dayMs = 86_400_000;

/** Removes a key from a frame, in short steps; returns a frame without the key unchanged. */
export interface FrameCleaner {
  cleaning(frame: Buffer): Generator<void, Buffer>;
}

/** A frame that waits to be written. */
export interface QueuedFrame extends RecordedFrame {
  readonly feed: string;
  /** Key of its connection. */
  readonly key: FrameCleaner;
}

/** Frames for one file, oldest first. */
export interface Batch extends FileKind {
  readonly frames: readonly QueuedFrame[];
}

/** Decides which recording a frame belongs to. */
export interface FileKind {
  readonly feed: string;
  readonly day: string;
}

/** Frames that wait to be written. Bounded by bytes: rejects frames that do not fit. */
export class FrameQueue {
  private frames: QueuedFrame[] = [];
  private held = 0;

  constructor(private readonly maxBytes: number) {}

  /** Most bytes that the waiting frames take on the disk, unpacked. */
  get bytes(): number {
    return this.held;
  }

  get size(): number {
    return this.frames.length;
  }

  /** @returns whether the frame fits */
  offer(frame: QueuedFrame): boolean {
    if (this.held + sizeOf(frame) > this.maxBytes) return false;
    this.frames.push(frame);
    this.held += sizeOf(frame);
    return true;
  }

  /** The oldest frames of one day and feed: at least one, otherwise up to `maxBytes`. They stay in the queue. */
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

  /** Removes a batch from the queue. */
  drop({ frames }: Batch): void {
    this.frames = this.frames.slice(frames.length);
    this.held -= frames.reduce((sum, frame) => sum + sizeOf(frame), 0);
  }
}

/** An empty frame takes space, too. */
function sizeOf({ data }: RecordedFrame): number {
  return data.length + frameOverhead;
}

function isSameDay(a: RecordedFrame, b: RecordedFrame): boolean {
  return Math.floor(a.atMs / dayMs) === Math.floor(b.atMs / dayMs);
}
