import type { ReadStream } from 'node:tty';

/** q, or Ctrl-C, which is no signal while the keys are read raw. */
const quitKeys = new Set(['q', 'Q', '\u0003']);

/** Calls back when somebody wants to quit; the returned function gives the keyboard back. */
export function readKeys(input: ReadStream, quit: () => void): () => void {
  const hear = (data: Buffer): void => {
    if ([...data.toString()].some(key => quitKeys.has(key))) quit();
  };
  input.setRawMode(true);
  input.on('data', hear);
  // The terminal went away.
  input.on('end', quit);
  input.on('error', quit);
  return () => {
    input.off('data', hear);
    input.setRawMode(false);
    input.pause();
  };
}
