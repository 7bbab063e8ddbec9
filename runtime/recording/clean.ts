/** Removes the connection's key from a frame before it is recorded. */
import type { Clock } from '../core/clock.js';
import { TimeSlice } from '../pacing/time-slice.js';
import type { RecordedFrame } from './frames.js';
import type { QueuedFrame } from './queue.js';

/** A step of the search takes as long as so many small ones. */
const stepsAtOnce = 32;

/** @returns the frames as they came, or without the keys; one that would take too long to search is `[]` */
export async function cleanFrames(clock: Clock, frames: readonly QueuedFrame[]): Promise<RecordedFrame[]> {
  const slice = new TimeSlice(clock);
  await slice.begin();
  const clean: RecordedFrame[] = [];
  for (const { atMs, data, key } of frames) {
    const cleaning = key.cleaning(data);
    let step = cleaning.next();
    for (; !step.done; step = cleaning.next()) if (slice.spent(stepsAtOnce)) await slice.rest();
    if (slice.spent(stepsAtOnce)) await slice.rest();
    clean.push(step.value === data ? { atMs, data } : { atMs, data: step.value, cleaned: true });
  }
  return clean;
}
