/// <reference path="../scanner/webassembly.d.ts" />
/** The kernel that reads numbers, and the memory on which it works for all markets. */
import type { Kernel } from '../../contract/suite.js';
import { tens } from '../../core/exact-sums.js';
import { openedOnce } from '../shared-workspace.js';
import type { Cells } from './cell.js';
import { mostCells } from './fields.js';
import {
  effectsTableAt,
  entryBytes,
  messageBytes,
  mostEntries,
  powers,
  powersAt,
  restBytes,
  slackBytes,
  tableAt,
} from './layout.js';

/** Messages that are read at a time: some tenths of a millisecond, or a few without the kernel. */
export const mostMessages = 1_024;
/** A piece is no larger; a message that is larger is for `JSON.parse`. */
export const mostBytes = 2 ** 19;

const listAt = tableAt + mostEntries * entryBytes;
const bytesAt = listAt + mostMessages * messageBytes;
const cellsAt = bytesAt + mostBytes + slackBytes;
const decimalsAt = cellsAt + mostMessages * mostCells * Float64Array.BYTES_PER_ELEMENT;
const effectsAt = decimalsAt + mostMessages * mostCells;
const restsAt = effectsAt + mostMessages;
const pageBytes = 2 ** 16;
const pages = Math.ceil((restsAt + mostMessages * mostCells * restBytes) / pageBytes);
const restWords = restBytes / Uint32Array.BYTES_PER_ELEMENT;
const listWords = messageBytes / Uint32Array.BYTES_PER_ELEMENT;

/** @returns how many rests it wrote */
type Read = (...addresses: number[]) => number;

/** What a market adds to the kernel: its channels' entries, and the effects of its codes. */
export interface Tables {
  readonly channels: Uint8Array;
  readonly effects: Uint8Array;
}

/** Messages lie in it while they are read, and what was read until the next ones are. */
export class Workspace implements Cells {
  readonly numbers: Float64Array;
  readonly decimals: Uint8Array;
  /** A byte for each message. */
  readonly effects: Uint8Array;
  private readonly rests: Uint32Array;
  private readonly memory: Uint8Array;
  private readonly list: Uint32Array;
  private readonly kernel: Read;
  /** Of the market whose messages were the last. */
  private tables: Tables | undefined;

  /** @throws where Node may not compile or gets no memory, and where the processor has no vectors */
  constructor(kernel: Kernel) {
    const memory = new WebAssembly.Memory({ initial: pages });
    const { buffer } = memory;
    this.memory = new Uint8Array(buffer);
    this.list = new Uint32Array(buffer, listAt, mostMessages * listWords);
    this.numbers = new Float64Array(buffer, cellsAt, mostMessages * mostCells);
    this.decimals = new Uint8Array(buffer, decimalsAt, mostMessages * mostCells);
    this.effects = new Uint8Array(buffer, effectsAt, mostMessages);
    this.rests = new Uint32Array(buffer, restsAt, mostMessages * mostCells * restWords);
    const module = new WebAssembly.Module(Buffer.from(kernel.bytes, 'base64'));
    this.kernel = new WebAssembly.Instance(module, { env: { memory } }).exports.read!;
    new Float64Array(buffer, powersAt, powers).set(tens.subarray(0, powers));
  }

  /**
   * Reads messages of one piece.
   *
   * @param piece at most `mostBytes`
   * @param spans of each message where it begins and ends in the piece, and its channel
   * @returns what is left to JavaScript, `restBytes` each: number of the message, of the cell, where it begins and ends
   */
  read(tables: Tables, piece: Uint8Array, spans: Uint32Array, count: number): Uint32Array {
    const { list } = this;
    this.enter(tables);
    this.memory.set(piece, bytesAt);
    for (let at = 0; at < count * listWords; at += listWords) {
      list[at] = bytesAt + spans[at]!;
      list[at + 1] = bytesAt + spans[at + 1]!;
      list[at + 2] = tableAt + spans[at + 2]! * entryBytes;
    }
    const listEnd = listAt + count * messageBytes;
    const left = this.kernel(listAt, listEnd, bytesAt + piece.length, cellsAt, decimalsAt, effectsAt, restsAt);
    const rests = this.rests.subarray(0, left * restWords);
    for (let at = 0; at < rests.length; at += restWords) {
      rests[at + 2]! -= bytesAt;
      rests[at + 3]! -= bytesAt;
    }
    return rests;
  }

  private enter(tables: Tables): void {
    if (tables === this.tables) return;
    this.memory.set(tables.channels, tableAt);
    this.memory.set(tables.effects, effectsTableAt);
    this.tables = tables;
  }
}

/** That of the process, opened when numbers are first asked for; nothing where it cannot be. */
export const sharedWorkspace = openedOnce(kernel => new Workspace(kernel));
