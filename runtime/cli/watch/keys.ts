import type { ReadStream } from 'node:tty';

/** q, or Ctrl-C, which is no signal while the keys are read raw. */
const quitKeys = /[qQ\u0003]/;

/** What F2, the arrows and letters with Alt send: letters of which none was typed. No Ctrl-C is ever a part of it. */
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O[\d;]*[ -~]|[ -~])/g;

/** Calls back when somebody wants to quit; the returned function gives the keyboard back. */
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
