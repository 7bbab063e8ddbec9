/** Reads the numbers of messages, without an object for any of which the kernel is sure. */
import type { Channel, Field } from '../../contract/channel.js';
import type { Kernel } from '../../contract/suite.js';
import { parseExact } from '../../core/lossless-json.js';
import type { RawEvent } from '../protocol.js';
import { type Cells, writeCell } from './cell.js';
import { allEffects, effectsOf, effectsTableOf } from './effects.js';
import { codesKeyOf, numberFieldsOf } from './fields.js';
import { restBytes, wholeMessage } from './layout.js';
import { tableOf } from './table.js';
import { mostBytes, mostMessages, sharedWorkspace, type Tables, type Workspace } from './workspace.js';

export { mostBytes, mostMessages } from './workspace.js';

/** What a message is told by: where it begins and ends in its piece, and its channel. */
export const span = { start: 0, end: 1, channel: 2 } as const;
export const spanWords = 3;
const restWords = restBytes / Uint32Array.BYTES_PER_ELEMENT;

/** Where numbers are written: a message has a cell for each number of its channel, and one byte of effects. */
export interface Destination extends Cells {
  readonly effects: Uint8Array;
}

/** The numbers of the messages of a market. */
export class NumberReader {
  /** How many values and whole messages the kernel was not sure of. */
  left = 0;
  /** By channel, and that after the last for messages of none: how many cells a message has. */
  readonly widths: Uint8Array;
  /** Of the next messages to read, `spanWords` for each. */
  readonly spans = new Uint32Array(mostMessages * spanWords);
  private readonly fields: readonly (readonly Field[])[];
  private readonly codesKeys: readonly (string | undefined)[];
  private readonly effects: Uint8Array;
  private readonly tables: Tables | undefined;

  /**
   * @param kernel absent: `JSON.parse` reads all of them
   * @param effects by code, what it lets a message update (`effect`); absent: everything
   */
  constructor(
    channels: readonly Channel[],
    private readonly kernel: Kernel | undefined,
    effects?: Uint8Array,
  ) {
    this.fields = [...channels.map(numberFieldsOf), []];
    this.codesKeys = channels.map(codesKeyOf);
    this.widths = Uint8Array.from(this.fields, ({ length }) => length);
    this.effects = effectsTableOf(effects);
    const table = kernel && tableOf(channels);
    this.tables = table && { channels: table, effects: this.effects };
  }

  /**
   * Reads as many messages of one piece as `spans` tell of.
   *
   * @param piece at most `mostBytes`, unless it has one message only
   * @param into where they are written
   * @param cell where the cells of the first one begin
   * @param row where its effects are
   */
  read(piece: Uint8Array, count: number, into: Destination, cell: number, row: number): void {
    const { kernel, tables } = this;
    const workspace = kernel && tables && piece.length <= mostBytes ? sharedWorkspace(kernel) : undefined;
    if (!workspace) {
      this.readPlain(piece, count, into, cell, row);
      return;
    }
    const rests = workspace.read(tables!, piece, this.spans, count);
    this.copy(workspace, count, into, cell, row);
    this.left += rests.length / restWords;
    if (rests.length > 0) this.finish(rests, piece, into, cell, row);
  }

  private readPlain(piece: Uint8Array, count: number, into: Destination, cell: number, row: number): void {
    let at = cell;
    for (let message = 0; message < count; message++) at = this.parse(piece, message, into, at, row + message);
  }

  private copy(workspace: Workspace, count: number, into: Destination, cell: number, row: number): void {
    const { spans, widths } = this;
    let cells = 0;
    for (let at = span.channel; at < count * spanWords; at += spanWords) cells += widths[spans[at]!]!;
    into.numbers.set(workspace.numbers.subarray(0, cells), cell);
    into.decimals.set(workspace.decimals.subarray(0, cells), cell);
    into.effects.set(workspace.effects.subarray(0, count), row);
  }

  /** Parses what the kernel left. */
  private finish(rests: Uint32Array, piece: Uint8Array, into: Destination, cell: number, row: number): void {
    const { spans, widths } = this;
    let [message, first] = [0, cell];
    for (let at = 0; at < rests.length; at += restWords) {
      const of = rests[at]!;
      for (; message < of; message++) first += widths[spans[message * spanWords + span.channel]!]!;
      const which = rests[at + 1]!;
      if (which === wholeMessage) this.parse(piece, of, into, first, row + of);
      else writeCell(into, first + which, valueIn(piece, rests[at + 2]!, rests[at + 3]!));
    }
  }

  /** @returns where the cells of the next message begin */
  private parse(piece: Uint8Array, message: number, into: Destination, cell: number, row: number): number {
    const at = message * spanWords;
    const channel = this.spans[at + span.channel]!;
    const fields = this.fields[channel]!;
    into.effects[row] = allEffects;
    if (fields.length === 0) return cell;
    const raw = valueIn(piece, this.spans[at + span.start]!, this.spans[at + span.end]!) as RawEvent;
    for (let slot = 0; slot < fields.length; slot++) writeCell(into, cell + slot, raw[fields[slot]!.key]);
    const codesKey = this.codesKeys[channel];
    if (codesKey !== undefined) into.effects[row] = effectsOf(raw[codesKey], this.effects);
    return cell + fields.length;
  }
}

function valueIn(piece: Uint8Array, start: number, end: number): unknown {
  return parseExact(Buffer.from(piece.buffer, piece.byteOffset + start, end - start).toString());
}
