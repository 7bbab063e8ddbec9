/** Takes frames apart: the scanner reads the usual ones, `JSON.parse` the rest. */
import { isUtf8 } from 'node:buffer';
import type { Market } from '../contract/market.js';
import type { Decoding } from '../contract/suite.js';
import { hasMoreParts, splitItems } from '../core/lossless-json.js';
import { symbolKeyOf } from '../symbols/forms.js';
import { longestSymbol, type SymbolTable } from '../symbols/symbol-table.js';
import { column, columns, EventList, type Events } from './event-list.js';
import { isEvent, readStatus, type Status } from './protocol.js';
import { spellingCells } from './scanner/layout.js';
import { Scanner } from './scanner/scanner.js';
import { Splitter } from './splitter.js';

const none: readonly never[] = [];
const nothing = Buffer.alloc(0);

/** A larger frame is read in pieces: events of thousands of symbols that never came before take milliseconds. */
const mostScannedBytes = 2 ** 17;
/** The same for frames that the scanner is not sure of: `JSON.parse` may need fifty times their size. */
const mostParsedBytes = 2 ** 16;

/** In a large frame, a larger event that the scanner is not sure of must have few parts; long texts cost little. */
const mostComplexBytes = 2 ** 17;
const mostParts = 1_000;

/** Bytes of a large frame that are looked at for one piece, and the least where many take its events. */
const usualStepBytes = 2 ** 15;
const leastStepBytes = 2 ** 10;

function stepBytesFor(takers: number): number {
  return Math.max(Math.ceil(usualStepBytes / takers), leastStepBytes);
}

/** Whether a frame was read, is not text, or must be read piece by piece. */
export type Reading = 'read' | 'no text' | 'in pieces';

/** Reads the frames of one market. Its results are those of the last frame, and valid until any reader's next one. */
export class FrameReader {
  events: Events;
  /** How many items are not events; 1 if the whole frame is not. */
  malformed = 0;
  statuses: readonly Status[] = none;
  /** The `ev` of each event that the spec does not know. */
  unknown: readonly string[] = none;
  private readonly heard: Status[] = [];
  private readonly unheardOf: string[] = [];
  private readonly scanner: Scanner;
  private readonly parsed = new EventList();
  private readonly symbolKeys: readonly string[];

  constructor(
    private readonly market: Market,
    private readonly decoding: Decoding,
    private readonly symbols: SymbolTable,
  ) {
    this.scanner = new Scanner(market.channels, decoding.kernel);
    this.events = this.parsed;
    this.symbolKeys = market.channels.map(symbolKeyOf);
  }

  /**
   * A frame is an array of events and statuses; a lone object is taken for an array of one. Of one that is not read at
   * once nothing is told.
   *
   * @param takers how many take its events, one after the other in one step
   * @see polygon-docs/websockets/quickstart.md:206-209 `ev`
   */
  read(data: Buffer, takers = 1): Reading {
    this.forget();
    const isLarge = data.length * takers > mostScannedBytes;
    if (data.length <= mostScannedBytes && this.scanner.scan(data)) {
      // What is whole means the same in pieces.
      if (!isLarge) {
        this.scanned();
        return 'read';
      }
      this.empty();
      return 'in pieces';
    }
    this.empty();
    if (!isUtf8(data)) return 'no text';
    if (data.length > mostParsedBytes) return 'in pieces';
    const items = parseItems(data);
    if (items && isLarge) return 'in pieces';
    this.take(items);
    return 'read';
  }

  /**
   * Reads a large frame in pieces that take little time and memory. The results are those of the last piece, and
   * offsets are relative to it.
   *
   * @param stepBytes of the frame that are looked at for one piece
   */
  *pieces(data: Buffer, takers = 1, stepBytes = stepBytesFor(takers)): Generator<Buffer, void> {
    const splitter = new Splitter(data, stepBytes);
    while (!splitter.ended) {
      splitter.step();
      yield this.readItems(data, splitter);
    }
  }

  private readItems(data: Buffer, { spans, count, malformed }: Splitter): Buffer {
    this.forget();
    this.empty();
    this.malformed = malformed;
    if (count === 0) return nothing;
    const from = spans[0]!;
    const piece = data.subarray(from, spans[2 * count - 1]);
    // A broken frame can hold commas where the splitter sees one item.
    if (this.scanner.scanItems(piece) && this.scanner.count + this.scanner.malformed === count) {
      this.scanned();
      this.malformed += malformed;
      return piece;
    }
    for (let item = 0; item < count; item++) {
      const [start, end] = [spans[2 * item]! - from, spans[2 * item + 1]! - from];
      this.add(parseItem(piece, start, end), start, end);
    }
    return piece;
  }

  private forget(): void {
    this.statuses = none;
    this.unknown = none;
  }

  private empty(): void {
    this.malformed = 0;
    this.parsed.clear();
    this.events = this.parsed;
    this.heard.length = 0;
    this.unheardOf.length = 0;
  }

  private scanned(): void {
    const { scanner, symbols } = this;
    const { count, rows, spellings, malformed } = scanner;
    this.events = scanner;
    this.malformed = malformed;
    for (let index = 0; index < count; index++) {
      const base = index * columns;
      const at = index * spellingCells;
      rows[base + column.symbol] = symbols.intern(spellings, at + 1, spellings[at]!, rows[base + column.hash]!);
    }
  }

  private take(items: readonly Item[] | undefined): void {
    if (!items) {
      this.malformed = 1;
      return;
    }
    for (const { value, start, end } of items) this.add(value, start, end);
  }

  private add(value: unknown, start: number, end: number): void {
    if (!isEvent(value)) {
      this.malformed++;
      return;
    }
    if (value.ev === 'status') {
      this.heard.push(readStatus(value, this.decoding.statuses));
      this.statuses = this.heard;
      return;
    }
    const channel = this.market.channels.findIndex(({ prefix }) => prefix === value.ev);
    if (channel < 0) {
      this.unheardOf.push(value.ev);
      this.unknown = this.unheardOf;
      this.parsed.add(start, end, this.market.channels.length, 0);
      return;
    }
    const symbol = value[this.symbolKeys[channel]!];
    if (typeof symbol !== 'string' || symbol.length > longestSymbol) this.malformed++;
    else this.parsed.add(start, end, channel, this.symbols.internText(symbol));
  }
}

/** @returns undefined if it is not JSON, or too large and complex to be an event */
function parseItem(data: Buffer, start: number, end: number): unknown {
  if (end - start > mostComplexBytes && hasMoreParts(data, start, end, mostParts)) return undefined;
  try {
    return JSON.parse(data.toString('utf8', start, end));
  } catch {
    return undefined;
  }
}

interface Item {
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
}

/** The items of a frame and where they are in it; undefined if it is not JSON. */
function parseItems(data: Buffer): Item[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data.toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return [{ value, start: 0, end: data.length }];
  const spans = splitItems(data);
  return value.map((item, index) => ({ value: item, ...spans[index]! }));
}
