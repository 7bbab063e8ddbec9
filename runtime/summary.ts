/** The current picture of each symbol, worked out from the messages that are held. */
import { type Answer, commonAnswer, newestAge, showOutages, silenceOf } from './answer.js';
import type { Entry } from './buffer.js';
import { canonicalSymbol } from './channels.js';
import { StreamError } from './errors.js';
import { quoteForeign } from './foreign.js';
import { fieldValue, type Message } from './format.js';
import type { Hub } from './hub.js';
import { defaultMaxBytes } from './read.js';
import type { Stream } from './stream.js';
import { isoOrNull } from './time.js';

export interface SummarizeArguments {
  readonly market: string;
  readonly symbols?: readonly string[];
  readonly window_s?: number;
  readonly max_bytes?: number;
}

/** Messages looked at before other calls and the socket get their turn. */
const sliceMessages = 2_000;

/**
 * One row per symbol, the most active first; what could not be known is null.
 *
 * @throws StreamError INVALID_CHANNEL
 */
export async function summarize(hub: Hub, args: SummarizeArguments): Promise<Answer> {
  const stream = hub.stream(args.market);
  const nowMs = hub.clock.now();
  const fromMs = args.window_s === undefined ? Number.NEGATIVE_INFINITY : nowMs - args.window_s * 1_000;
  const wanted = args.symbols && new Set(args.symbols.map(symbol => requireSymbol(stream, symbol)));
  const { pictures, firstMs, incomplete } = await collect(stream, fromMs, wanted);

  const rows: Answer[] = [];
  const maxBytes = args.max_bytes ?? defaultMaxBytes;
  let bytes = 0;
  const active = [...pictures.values()].sort((a, b) => b.messages - a.messages || (a.symbol < b.symbol ? -1 : 1));
  for (const picture of active) {
    const row = picture.row(nowMs);
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
    if (bytes > maxBytes) break;
    rows.push(row);
  }
  return {
    ...commonAnswer(stream),
    symbols: rows,
    omitted: active.length - rows.length,
    window: { from: isoOrNull(firstMs ?? (Number.isFinite(fromMs) ? fromMs : undefined)), to: isoOrNull(nowMs) },
    ...(incomplete ? { incomplete: 'Older messages had left the buffer.' } : {}),
    outages: showOutages(stream.outages.all),
    silence: rows.length === 0 || newestAge(hub, stream) === null ? silenceOf(hub, stream) : null,
  };
}

function requireSymbol({ market }: Stream, text: string): string {
  const symbol = canonicalSymbol(market, text);
  if (symbol !== undefined && symbol !== '*') return symbol;
  throw new StreamError(
    'INVALID_CHANNEL',
    `${quoteForeign(text)} is no symbol of ${market.title}.`,
    `Write ${market.symbol.description}, such as ${market.symbol.examples[0]}.`,
  );
}

interface Collection {
  readonly pictures: ReadonlyMap<string, Picture>;
  /** Arrival of the first message counted. */
  readonly firstMs: number | undefined;
  /** Whether messages of the window had left the buffer. */
  readonly incomplete: boolean;
}

async function collect(stream: Stream, fromMs: number, wanted: ReadonlySet<string> | undefined): Promise<Collection> {
  const { buffer } = stream;
  const pictures = new Map<string, Picture>();
  const end = buffer.nextSeq;
  const begin = buffer.oldestSeq;
  const incomplete = stream.totals.received > buffer.size && (buffer.at(begin)?.atMs ?? fromMs) >= fromMs;
  let firstMs: number | undefined;
  for (let seq = begin; seq < end; seq++) {
    if ((seq - begin) % sliceMessages === sliceMessages - 1) await new Promise(resolve => setImmediate(resolve));
    const entry = buffer.at(seq);
    if (!entry || entry.atMs < fromMs || entry.symbol === null || (wanted && !wanted.has(entry.symbol))) continue;
    firstMs ??= entry.atMs;
    let picture = pictures.get(entry.symbol);
    if (!picture) {
      picture = new Picture(entry.symbol);
      pictures.set(entry.symbol, picture);
    }
    picture.add(entry, stream.show(entry, 'summary'));
  }
  return { pictures, firstMs, incomplete };
}

interface Seen {
  readonly message: Message;
  readonly atMs: number;
}

/** What is known of one symbol. */
class Picture {
  messages = 0;
  private trades = 0;
  private quotes = 0;
  private volume: number | null = null;
  private turnover = 0;
  private priced = 0;
  private open: number | null = null;
  private high: number | null = null;
  private low: number | null = null;
  private readonly last = new Map<string, Seen>();

  constructor(readonly symbol: string) {}

  add({ atMs }: Entry, message: Message): void {
    this.messages++;
    this.last.set(message.event, { message, atMs });
    if (message.event === 'TRADE') this.addTrade(message);
    if (message.event === 'QUOTE') this.quotes++;
    if (message.event === 'INDEX_VALUE') this.addPrice(fieldValue(message, 'value'));
  }

  row(nowMs: number): Answer {
    const bar = this.last.get('AGGREGATE_SECOND') ?? this.last.get('AGGREGATE_MINUTE');
    return {
      symbol: quoteForeign(this.symbol),
      messages: this.messages,
      trades: this.trades,
      quotes: this.quotes,
      ...this.pick('TRADE', nowMs, { last: 'price', last_size: 'size' }, 'trade_age_ms'),
      ...this.pick('QUOTE', nowMs, { bid: 'bid.price', ask: 'ask.price', spread: 'spread' }, 'quote_age_ms'),
      ...(this.open === null ? {} : { open: this.open, high: this.high, low: this.low }),
      ...(this.trades === 0 ? {} : { volume: this.volume, vwap: this.vwap() }),
      ...(bar ? { bar: barOf(bar.message), bar_age_ms: age(bar, nowMs) } : {}),
      ...this.pick('INDEX_VALUE', nowMs, { value: 'value' }, 'value_age_ms'),
      ...this.pick(
        'LULD',
        nowMs,
        { limit_up: 'high_limit', limit_down: 'low_limit', luld_indicators: 'indicators' },
        'luld_age_ms',
      ),
      ...this.pick('FAIR_MARKET_VALUE', nowMs, { fair_value: 'fair_value' }, 'fair_value_age_ms'),
      ...this.pick('IMBALANCE', nowMs, { imbalance: 'unmatched_size' }, 'imbalance_age_ms'),
    };
  }

  /** Values of the last message of a kind, and its age; nothing if there was none. */
  private pick(event: string, nowMs: number, names: Readonly<Record<string, string>>, ageName: string): Answer {
    const seen = this.last.get(event);
    if (!seen) return {};
    const values = Object.entries(names).map(([name, field]) => [name, fieldValue(seen.message, field) ?? null]);
    return { ...Object.fromEntries(values), [ageName]: age(seen, nowMs) };
  }

  private addTrade(message: Message): void {
    this.trades++;
    const price = fieldValue(message, 'price');
    // The whole size of a fractional trade is 0; its exact one is not.
    const size = fieldValue(message, 'size_exact') ?? fieldValue(message, 'size');
    this.addPrice(price);
    if (typeof size !== 'number') return;
    this.volume = round((this.volume ?? 0) + size);
    if (typeof price !== 'number') return;
    this.turnover += price * size;
    this.priced += size;
  }

  private addPrice(price: unknown): void {
    if (typeof price !== 'number') return;
    this.open ??= price;
    this.high = Math.max(this.high ?? price, price);
    this.low = Math.min(this.low ?? price, price);
  }

  private vwap(): number | null {
    return this.priced > 0 ? round(this.turnover / this.priced, averageDigits) : null;
  }
}

function barOf(message: Message): Answer {
  const names = ['open', 'high', 'low', 'close', 'volume', 'vwap', 'start_time'];
  const values = names.map(name => [name, fieldValue(message, name)]).filter(([, value]) => value !== undefined);
  return { event: message.event, ...Object.fromEntries(values) };
}

function age({ atMs }: Seen, nowMs: number): number {
  return Math.max(0, nowMs - atMs);
}

const sumDigits = 12;
const averageDigits = 8;

/** Takes the dust off sums and quotients of doubles. */
function round(value: number, significantDigits = sumDigits): number {
  return Number(value.toPrecision(significantDigits));
}
