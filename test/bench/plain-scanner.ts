/**
 * A scanner in plain JavaScript, byte by byte: what the kernel is measured against. It finds start, end, channel and
 * symbol of each event of a frame as the feed writes them, and trusts the rest, so that it does rather less.
 */

import type { Channel } from '../../runtime/contract/channel.js';
import { columns } from '../../runtime/decode/event-list.js';
import { symbolKeyOf } from '../../runtime/symbols/forms.js';

const [quote, comma, colon, open, close, end] = [...Buffer.from('",:{}]')] as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const opening = '{"ev":"'.length;

export class PlainScanner {
  readonly rows = new Int32Array(2 ** 16 * columns);
  private readonly prefixes: readonly Buffer[];
  private readonly keys: readonly Buffer[];

  constructor(channels: readonly Channel[]) {
    this.prefixes = channels.map(({ prefix }) => Buffer.from(`${prefix}"`));
    this.keys = channels.map(channel => Buffer.from(`${symbolKeyOf(channel)}"`));
  }

  /** @returns how many events there are */
  scan(frame: Buffer): number {
    let count = 0;
    for (let at = 1; frame[at] === open; ) {
      const start = at;
      at += opening;
      const channel = this.channelAt(frame, at);
      at += this.prefixes[channel]!.length;
      const key = this.keys[channel]!;
      let hash = 0;
      while (frame[at] === comma) {
        const name = at + 2;
        at = name;
        while (frame[at] !== colon) at++;
        const value = ++at;
        at = endOfValue(frame, at);
        if (stands(key, frame, name))
          for (let byte = value; byte < at; byte++) hash = Math.imul(hash ^ frame[byte]!, 31);
      }
      at++;
      const row = count++ * columns;
      this.rows[row] = start;
      this.rows[row + 1] = at;
      this.rows[row + 2] = channel;
      this.rows[row + 3] = hash;
      if (frame[at] === comma) at++;
    }
    return count;
  }

  private channelAt(frame: Buffer, at: number): number {
    let channel = 0;
    while (!stands(this.prefixes[channel]!, frame, at)) channel++;
    return channel;
  }
}

function stands(word: Buffer, frame: Buffer, at: number): boolean {
  for (let index = 0; index < word.length; index++) if (word[index] !== frame[at + index]) return false;
  return true;
}

function endOfValue(frame: Buffer, start: number): number {
  let at = start;
  if (frame[at] === quote) {
    do at++;
    while (frame[at] !== quote);
    return at + 1;
  }
  let depth = 0;
  for (; ; at++) {
    const byte = frame[at];
    if (byte === 0x5b) depth++;
    else if (byte === end) depth--;
    else if (depth === 0 && (byte === comma || byte === close)) return at;
  }
}
