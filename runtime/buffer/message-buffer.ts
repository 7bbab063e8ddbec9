/** The newest messages of one market as they came: bytes in a ring, and typed rows that find them. */
import type { Market } from '../contract/market.js';
import { parseExact } from '../core/lossless-json.js';
import { column, columns, type Events } from '../decode/event-list.js';
import type { RawEvent } from '../decode/protocol.js';
import type { ChannelName } from '../symbols/channels.js';
import { canonicalSymbol, symbolKeyOf } from '../symbols/forms.js';
import { otherSymbol, type SymbolTable, symbolTableOf } from '../symbols/symbol-table.js';
import { Followers, type Hold, Holds } from './holds.js';
import { nothingYet, Pairs, pageBits, pairMask } from './pairs.js';
import { ByteRing } from './ring.js';
import { Rows } from './rows.js';

/** A received message, parsed. */
export interface Entry {
  /** Sequence number in the market's stream; never used twice in a process. */
  readonly seq: number;
  /** Arrival, monotonic ms. */
  readonly arrivedMs: number;
  /** As received; an unknown one is text of the feed. */
  readonly ev: string;
  /** Canonical symbol; null if the event has none that we know. */
  readonly symbol: string | null;
  readonly raw: RawEvent;
}

/** Bounded by count and bytes each time it is trimmed. Messages are parsed only when read. */
export class MessageBuffer {
  private table: SymbolTable;
  /** For `Columns`. */
  readonly rows = new Rows();
  /** For `Columns`. */
  readonly ring: ByteRing;
  private readonly symbolKeys: readonly string[];
  /** A pair is a symbol's number times this, plus the channel's index. */
  private readonly width: number;
  private readonly pairs = new Pairs();
  /** By channel: seq of its newest message. */
  private readonly newest: Float64Array;
  private next = 0;
  private oldest = 0;
  private evicted: number | undefined;
  private readable = 0;
  private readonly kept = new Holds();
  private readonly followers = new Followers();

  constructor(
    private readonly market: Market,
    private readonly maxMessages: number,
    private readonly maxBytes: number,
  ) {
    this.table = symbolTableOf(market);
    this.ring = new ByteRing(maxBytes);
    this.symbolKeys = market.channels.map(symbolKeyOf);
    this.width = market.channels.length + 1;
    this.newest = new Float64Array(this.width).fill(nothingYet);
  }

  /** The symbols of the messages held, as they are numbered. */
  get symbols(): SymbolTable {
    return this.table;
  }

  /** Seq of the next message. */
  get nextSeq(): number {
    return this.next;
  }

  /** Seq of the oldest message held; `nextSeq` when empty. */
  get oldestSeq(): number {
    return this.oldest;
  }

  get size(): number {
    return this.next - this.oldest;
  }

  /** Seq of the oldest message whose bytes are still there: while there are holds, some that left are. */
  get readableSeq(): number {
    return this.readable;
  }

  /** Arrival of the newest evicted message, monotonic ms; absent if none was evicted. */
  get evictedMs(): number | undefined {
    return this.evicted;
  }

  /** Bytes from the oldest message to the end of the newest frame. */
  get bytes(): number {
    return this.size === 0 ? 0 : this.ring.end - this.rows.offset(this.oldest);
  }

  /** Whether a symbol, spelled as it is answered, came in a message. */
  readonly knows = (symbol: string): boolean => this.symbols.numberOf(symbol) !== undefined;

  /** Messages of symbols without a number of their own, since the table was full. */
  get otherMessages(): number {
    return this.market.channels.reduce((sum, _, channel) => sum + this.pairs.countOf(channel), 0);
  }

  /** Adds the events of a frame and copies their bytes. The next `trim` evicts what is too much. */
  append(frame: Buffer, { count, rows }: Events, arrivedMs: number): void {
    if (count === 0) return;
    const { width, newest, pairs } = this;
    const { pages } = pairs;
    const base = this.ring.write(frame);
    for (let row = 0; row < count * columns; row += columns) {
      const start = rows[row + column.start]!;
      const channel = rows[row + column.channel]!;
      const pair = rows[row + column.symbol]! * width + channel;
      const cells = pages[pair >> pageBits] ?? pairs.addPage(pair >> pageBits);
      const cell = 2 * (pair & pairMask);
      const seq = this.next++;
      const last = cells[cell]!;
      this.rows.push(seq, arrivedMs, base + start, rows[row + column.end]! - start, pair, last < 0 ? 0 : seq - last);
      cells[cell] = seq;
      cells[cell + 1]!++;
      newest[channel] = seq;
    }
  }

  /** Evicts the oldest messages beyond the bounds. */
  trim(): void {
    const { oldest } = this;
    const keptFrom = this.ring.end - this.maxBytes;
    let kept = Math.max(oldest, this.next - this.maxMessages);
    while (kept < this.next - 1 && this.rows.offset(kept) < keptFrom) kept++;
    if (kept === oldest) return;
    this.followers.tell(kept);
    this.oldest = kept;
    this.evicted = this.rows.arrivedMs(this.oldest - 1);
    this.letGo();
  }

  /**
   * Lets the messages from a seq on stay readable when they leave, for those who need them a little longer. They take
   * memory beyond the bounds until then.
   */
  hold(from: number): Hold {
    return this.kept.add(Math.max(from, this.oldest), () => this.letGo());
  }

  /** @param leaving told the seq of the first that stays, each time before messages leave; it holds up the feed */
  follow(leaving: (end: number) => void): Hold {
    return this.followers.add(leaving);
  }

  /** The message with this seq, if it is held. */
  at(seq: number): Entry | undefined {
    if (!this.holds(seq)) return undefined;
    const raw = this.parse(seq);
    const ev = this.prefixAt(seq) ?? (raw.ev as string);
    return { seq, arrivedMs: this.rows.arrivedMs(seq), ev, symbol: this.symbolAt(seq, raw), raw };
  }

  /** A held message as received. */
  parse(seq: number): RawEvent {
    return parseExact(this.read(seq).toString()) as RawEvent;
  }

  /** Its bytes; a view, good until messages leave. */
  read(seq: number): Buffer {
    return this.ring.read(this.rows.offset(seq), this.rows.length(seq));
  }

  /** When a held message arrived, monotonic ms. */
  arrivedMs(seq: number): number {
    return this.rows.arrivedMs(seq);
  }

  /** Index of the channel of a held message; that after the last one where the `ev` is unknown. */
  channelAt(seq: number): number {
    return this.rows.pair(seq) % this.width;
  }

  /** Prefix of the channel of a held message; nothing where the `ev` is unknown. */
  prefixAt(seq: number): string | undefined {
    return this.market.channels[this.channelAt(seq)]?.prefix;
  }

  /** Channel and symbol of a held message as one number; symbols that are not told apart share one. */
  pairAt(seq: number): number {
    return this.rows.pair(seq);
  }

  /** How many bytes a held message has. */
  bytesAt(seq: number): number {
    return this.rows.length(seq);
  }

  /** Number of the symbol of a held message in the symbol table. */
  symbolNumberAt(seq: number): number {
    return Math.floor(this.rows.pair(seq) / this.width);
  }

  /** Canonical symbol of a held message; it is parsed only if its symbol is one that is not told apart. */
  symbolAt(seq: number, raw?: RawEvent): string | null {
    const name = this.symbols.nameOf(this.symbolNumberAt(seq));
    if (name !== undefined) return name;
    const key = this.symbolKeys[this.channelAt(seq)];
    if (key === undefined) return null;
    const spelling = (raw ?? this.parse(seq))[key] as string;
    return canonicalSymbol(this.market, spelling) ?? spelling;
  }

  /**
   * Seq of the message of the same pair before a held one, if it is held too.
   *
   * @param from seq of the oldest that may be answered; it is readable
   */
  before(seq: number, from = this.oldest): number | undefined {
    const back = this.rows.back(seq);
    return back > 0 && seq - back >= from ? seq - back : undefined;
  }

  /** Whether a message of the same channel and symbol came before a held one, and has left. */
  hasLostBefore(seq: number): boolean {
    const back = this.rows.back(seq);
    return back > 0 && !this.holds(seq - back);
  }

  /**
   * Seq of the newest message of a channel, held or not; -1 where none came. Of a symbol that is not told apart it is
   * that of any such symbol.
   */
  newestOf({ channel, symbol }: Pick<ChannelName, 'channel' | 'symbol'>): number {
    const index = this.market.channels.indexOf(channel);
    if (symbol === '*') return this.newest[index]!;
    return this.pairs.newestOf((this.symbols.numberOf(symbol) ?? otherSymbol) * this.width + index);
  }

  /** How many messages of a channel came; undefined of a symbol that may not be told apart. */
  countOf({ channel, symbol }: Pick<ChannelName, 'channel' | 'symbol'>): number | undefined {
    const index = this.market.channels.indexOf(channel);
    if (symbol === '*') return this.pairs.countFrom(index, this.width);
    const number = this.symbols.numberOf(symbol);
    if (number === undefined) return this.otherMessages > 0 ? undefined : 0;
    return this.pairs.countOf(number * this.width + index);
  }

  /** Seq of the first held message that arrived at or after a time, monotonic ms; `nextSeq` if none did. */
  firstSince(sinceMs: number): number {
    let low = this.oldest;
    let high = this.next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.rows.arrivedMs(middle) < sinceMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @returns whether a held message is validated for the first time */
  judge(seq: number): boolean {
    return this.rows.judge(seq);
  }

  /**
   * Drops everything; seqs go on.
   *
   * @param symbols the table for what comes from now on; absent: a new one
   */
  clear(symbols?: SymbolTable): void {
    this.oldest = this.next;
    this.readable = this.next;
    this.evicted = undefined;
    this.kept.lose();
    this.followers.lose();
    this.rows.clear(this.next);
    this.ring.clear();
    if (symbols) this.table = symbols;
    else this.table.clear();
    this.pairs.clear();
    this.newest.fill(nothingYet);
  }

  private holds(seq: number): boolean {
    return seq >= this.oldest && seq < this.next;
  }

  private letGo(): void {
    const readable = this.kept.oldest(this.oldest);
    if (readable === this.readable) return;
    this.readable = readable;
    this.rows.release(readable);
    this.ring.release(this.rows.offset(readable));
  }
}
