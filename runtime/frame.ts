/** Frames, taken apart: the scanner does the usual ones, `JSON.parse` the rest. */
import { isUtf8 } from 'node:buffer';
import { symbolKeyOf } from './channels.js';
import type { Decoding, Market } from './contract.js';
import { column, columns, EventList, type Events } from './eventlist.js';
import { splitItems } from './json.js';
import { isEvent, readStatus, type Status } from './protocol.js';
import { spellingCells } from './scanner/layout.js';
import { Scanner } from './scanner/scanner.js';
import { longestSymbol, type SymbolTable } from './symbols.js';

const none: readonly never[] = [];

/** Reads the frames of one market; what it tells is of the last one, and good until any reader's next. */
export class FrameReader {
  events: Events;
  statuses: readonly Status[] = none;
  /** Items, or the whole frame, that are no events. */
  malformed = 0;
  /** The `ev` of each event that the spec does not know. */
  unknown: readonly string[] = none;
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
   * A frame is an array of events and statuses; a lone object is taken for an array of one.
   *
   * @returns whether it is a text; of one that is not nothing is told
   * @see polygon-docs/websockets/quickstart.md:206-209 `ev`
   */
  read(data: Buffer): boolean {
    this.statuses = none;
    this.unknown = none;
    if (this.scanner.scan(data)) {
      this.scanned();
      return true;
    }
    this.malformed = 0;
    this.parsed.clear();
    this.events = this.parsed;
    if (!isUtf8(data)) return false;
    this.parse(data);
    return true;
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

  private parse(data: Buffer): void {
    const items = parseItems(data);
    if (!items) {
      this.malformed = 1;
      return;
    }
    const statuses: Status[] = [];
    const unknown: string[] = [];
    for (const { value, start, end } of items) {
      if (!isEvent(value)) {
        this.malformed++;
        continue;
      }
      if (value.ev === 'status') {
        statuses.push(readStatus(value, this.decoding.statuses));
        continue;
      }
      const channel = this.market.channels.findIndex(({ prefix }) => prefix === value.ev);
      if (channel < 0) {
        unknown.push(value.ev);
        this.parsed.add(start, end, this.market.channels.length, 0);
        continue;
      }
      const symbol = value[this.symbolKeys[channel]!];
      if (typeof symbol !== 'string' || symbol.length > longestSymbol) this.malformed++;
      else this.parsed.add(start, end, channel, this.symbols.internText(symbol));
    }
    this.statuses = statuses;
    this.unknown = unknown;
  }
}

interface Item {
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
}

/** The items of a frame and where they are in it; nothing if it is no JSON. */
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
