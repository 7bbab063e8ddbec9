import type { Clock } from '../core/clock.js';

const everyMs = 5_000;

/** A progress notification. It carries no data, since the last one can be lost. */
export interface Progress {
  readonly progressToken: string | number;
  /** Seconds since the call began. */
  readonly progress: number;
  readonly message: string;
}

/**
 * Tells a caller who asked for progress, every few seconds, that its call is alive.
 *
 * @param progressToken absent if the caller did not ask
 * @returns stops the notifications
 */
export function reportProgress(
  clock: Clock,
  progressToken: string | number | undefined,
  notify: (progress: Progress) => void,
): () => void {
  if (progressToken === undefined) return () => {};
  let seconds = 0;
  const tick = (): void => {
    seconds += everyMs / 1_000;
    cancel = clock.after(everyMs, tick);
    notify({ progressToken, progress: seconds, message: `waiting for ${seconds} s` });
  };
  let cancel = clock.after(everyMs, tick);
  return () => cancel();
}
