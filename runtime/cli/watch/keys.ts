import type { ReadStream } from 'node:tty';

/** q, or Ctrl-C, which is not a signal in raw mode. */
const quitKeys = /[qQ\u0003]/;

/** Escape sequences of F2, arrows and Alt: their letters were not typed. They never contain Ctrl-C. */
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O[\d;]*[ -~]|[ -~])/g;

/** Calls back when the user quits; the returned function restores the keyboard. */
export function readKeys(input: ReadStream, quit: () => void): () => void {
  const hear = (data: Buffer): void => {
    if (quitKeys.test(data.toString().replaceAll(sequences, ''))) quit();
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
