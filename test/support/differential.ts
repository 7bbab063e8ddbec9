/**
 * Compares the scanner and the splitter with `JSON.parse`: reads random frames, sound and broken, in all three ways.
 */
import { isUtf8 } from 'node:buffer';
import { suite } from '../../generated/suite.js';
import type { Market } from '../../runtime/contract/market.js';
import { column, columns } from '../../runtime/decode/event-list.js';
import { FrameReader } from '../../runtime/decode/frame-reader.js';
import { Scanner } from '../../runtime/decode/scanner/scanner.js';
import type { Random } from '../../runtime/simulator/random.js';
import { symbolKeyOf } from '../../runtime/symbols/forms.js';
import { SymbolTable } from '../../runtime/symbols/symbol-table.js';

/** Channel, symbol and value of each event of a frame, and how many statuses and broken items it has. */
export interface Reading {
  readonly events: readonly { readonly prefix: string | undefined; readonly symbol: unknown; readonly raw: unknown }[];
  readonly statuses: number;
  readonly malformed: number;
}

/** The reading of bytes that are not UTF-8. */
const noText: Reading = { events: [], statuses: 0, malformed: 0 };

/** A frame that two readers read differently. */
export interface Disagreement {
  readonly frame: string;
  readonly ours: Reading;
  readonly theirs: Reading;
}

export class Differential {
  /** Frames that the scanner could read without the splitter. */
  sure = 0;
  private readonly symbols = new SymbolTable(symbol => symbol);
  private readonly reader: FrameReader;
  private readonly scanner: Scanner;

  constructor(
    private readonly market: Market,
    private readonly random: Random,
  ) {
    this.reader = new FrameReader(market, suite, this.symbols);
    this.scanner = new Scanner(market.channels, suite.kernel);
  }

  /** Tries another frame. */
  try(): Disagreement | undefined {
    return this.judge(this.frame());
  }

  judge(frame: Buffer): Disagreement | undefined {
    if (this.scanner.scan(frame)) this.sure++;
    return (
      compare(frame, this.readOurs(frame), this.readTheirs(frame)) ??
      compare(frame, this.readPieces(frame, this.random.integer(1, 2 * frame.length + 1)), this.readItems(frame))
    );
  }

  readOurs(data: Buffer): Reading {
    return this.reader.read(data) === 'no text' ? noText : this.told(data);
  }

  /** Reads the frame in steps, as a large one is read, but of as little as one byte. */
  readPieces(data: Buffer, stepBytes: number): Reading {
    if (!isUtf8(data)) return noText;
    const sum = { events: [] as Reading['events'][number][], statuses: 0, malformed: 0 };
    for (const piece of this.reader.pieces(data, 1, stepBytes)) {
      const { events, statuses, malformed } = this.told(piece);
      sum.events.push(...events);
      sum.statuses += statuses;
      sum.malformed += malformed;
    }
    return sum;
  }

  private told(data: Buffer): Reading {
    const { events, statuses, malformed } = this.reader;
    const list = Array.from({ length: events.count }, (_, index) => {
      const row = events.rows.subarray(index * columns, (index + 1) * columns);
      const raw = JSON.parse(data.toString('utf8', row[column.start], row[column.end]));
      const prefix = this.market.channels[row[column.channel]!]?.prefix;
      const key = this.market.channels[row[column.channel]!];
      const symbol = this.symbols.nameOf(row[column.symbol]!) ?? (key ? raw[symbolKeyOf(key)] : null);
      return { prefix, symbol, raw };
    });
    return { events: list, statuses: statuses.length, malformed };
  }

  /** The reference: parses the whole frame, then looks at each item. */
  readTheirs(data: Buffer): Reading {
    let value: unknown;
    if (!isUtf8(data)) return noText;
    try {
      value = JSON.parse(data.toString());
    } catch {
      return { events: [], statuses: 0, malformed: 1 };
    }
    return this.readValues(Array.isArray(value) ? value : [value]);
  }

  /** The reference for large frames: as `readTheirs` if the frame is JSON, or else item by item. */
  readItems(data: Buffer): Reading {
    if (!isUtf8(data)) return noText;
    const text = data.toString();
    if (isJson(text)) return this.readTheirs(data);
    const { items, broken } = itemsIn(text);
    const reading = this.readValues(items.filter(isJson).map(item => JSON.parse(item)));
    return { ...reading, malformed: reading.malformed + items.filter(item => !isJson(item)).length + broken };
  }

  private readValues(items: readonly unknown[]): Reading {
    const reading = { events: [] as Reading['events'][number][], statuses: 0, malformed: 0 };
    for (const item of items) {
      const raw = item as Record<string, unknown> | null;
      if (typeof raw !== 'object' || raw === null || Array.isArray(raw) || typeof raw.ev !== 'string') {
        reading.malformed++;
        continue;
      }
      if (raw.ev === 'status') {
        reading.statuses++;
        continue;
      }
      const channel = this.market.channels.find(({ prefix }) => prefix === raw.ev);
      const symbol = channel ? raw[symbolKeyOf(channel)] : null;
      if (channel && (typeof symbol !== 'string' || symbol.length > 64)) reading.malformed++;
      else reading.events.push({ prefix: channel?.prefix, symbol, raw });
    }
    return reading;
  }

  /** An array of events as the feed writes them; half of all frames are odd, a quarter broken. */
  private frame(): Buffer {
    const { random } = this;
    const events = Array.from({ length: random.integer(0, 4) }, () => this.event(random.chance(0.15)));
    const data = Buffer.from(`[${events.join(random.chance(0.02) ? ' , ' : ',')}]`);
    if (!random.chance(0.25)) return data;
    const broken = [...data];
    for (let times = random.integer(1, 3); times > 0; times--) {
      const at = random.integer(0, broken.length);
      const byte = random.chance(0.7) ? random.pick(telling) : random.integer(0, 255);
      broken.splice(at, random.integer(0, 2), ...(random.chance(0.7) ? [byte] : []));
    }
    return Buffer.from(broken);
  }

  private event(odd: boolean): string {
    const { random } = this;
    const channel = random.pick(this.market.channels);
    const ev = odd && random.chance(0.2) ? random.pick(oddKinds) : JSON.stringify(channel.prefix);
    const symbol = odd && random.chance(0.2) ? random.pick(oddValues) : `"${random.pick(symbolsSent)}"`;
    const members = [`"${symbolKeyOf(channel)}":${symbol}`];
    for (let count = random.integer(0, 6); count > 0; count--) {
      const key = odd && random.chance(0.3) ? random.pick(oddKeys) : random.pick(['p', 's', 'bp', 't', 'q', 'c', 'i']);
      const member = `"${key}":${odd && random.chance(0.5) ? random.pick(oddValues) : this.value()}`;
      members.splice(random.integer(0, members.length), 0, member);
    }
    if (odd && random.chance(0.1)) return `{${[...members, `"ev":${ev}`].join()}}`;
    if (odd && random.chance(0.1)) return random.pick(oddItems);
    return `{${[`"ev":${ev}`, ...members].join()}}`;
  }

  private value(): string {
    const { random } = this;
    switch (random.integer(0, 5)) {
      case 0:
        return String(random.integer(-1_000, 2_000_000_000));
      case 1:
        return (random.bell() * 10 ** random.integer(-4, 6)).toFixed(random.integer(0, 9));
      case 2:
        return String(random.bell() * 10 ** random.integer(-30, 30));
      case 3:
        return JSON.stringify(random.pick(['', 'a', '71675577320245', '{}', '[,]', '~'.repeat(random.integer(0, 40))]));
      case 4:
        return `[${Array.from({ length: random.integer(0, 3) }, () => random.integer(0, 99)).join()}]`;
      default:
        return random.pick(['true', 'false', 'null', '0', '-0', '1789654286204817593']);
    }
  }
}

function compare(frame: Buffer, ours: Reading, theirs: Reading): Disagreement | undefined {
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return undefined;
  return { frame: frame.toString('latin1'), ours, theirs };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const tokens = /"(?:[^"\\]|\\[\s\S])*"|[\s\S]/g;

/** The items of a frame that is not JSON, as texts, and 1 if a broken rest follows, or 0. */
function itemsIn(text: string): { items: string[]; broken: number } {
  const [, inside] = /^[ \t\n\r]*\[(.*)$/s.exec(text) ?? [];
  if (inside === undefined) return { items: [text], broken: 0 };
  const items: string[] = [];
  let [depth, item, used, commas] = [1, '', 0, 0];
  for (const [token] of inside.matchAll(tokens)) {
    used += token.length;
    // A string without an end takes the whole rest.
    if (token === '"') return { items, broken: 1 };
    if (token === '[' || token === '{') depth++;
    const ends = depth === 1 && (token === ',' || token === ']');
    if (depth > 1 && (token === ']' || token === '}')) depth--;
    if (!ends) {
      item += token;
      continue;
    }
    if (token === ',' || commas > 0 || /[^ \t\n\r]/.test(item)) items.push(item);
    if (token === ']') return { items, broken: /[^ \t\n\r]/.test(inside.slice(used)) ? 1 : 0 };
    item = '';
    commas++;
  }
  return { items, broken: 1 };
}

export const telling = [...Buffer.from('{}[]",:\\ 0123456789.eE+-tfn\n\t')];
const symbolsSent = [
  'AAPL',
  'BRK.B',
  'O:SPY251219C00650000',
  'EUR/USD',
  'BTC-USD',
  'I:SPX',
  'ESZ6',
  '',
  'X'.repeat(64),
];
const oddKinds = ['"ZZ"', '"status"', '"t"', '""', '"TT"', '"LULDX"', '5', 'null', '"\\u0054"', '["T"]'];
const oddKeys = ['ev', 'sym', 'T', 'pair', '\\u0065v', '', '__proto__', 'sy\\u006d', 'é', 'x'.repeat(70)];
// biome-ignore format: one to a line would be a page
const oddValues = [
  '01', '1.', '.5', '+1', '-', '1e', '1E+5', '2e-3', '0.0e0', '1e400', 'NaN', 'True', 'nul', '{}', '{"a":{"b":[1]}}',
  '[[1]]', '[{"a":1}]', '[1,]', '[,1]', '"\\n"', '"\\ud83d"', '"\\x"', '"a\\"b"', `"${'Y'.repeat(65)}"`, '"é"',
  `"${'é'.repeat(64)}"`, '"€"', '"𝕏"', '""', '12345678901234567890', '["a","b"]', '[true,null,-1.5e3]', ' 1', '1 ',
];
const oddItems = ['null', '1', '"T"', '[]', '[{"ev":"T","sym":"A"}]', '{}', '{"ev":"status","status":"x"}', ''];
