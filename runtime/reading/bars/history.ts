/** Bars of the past by the REST API, in the world of a stream, for as long as a call may take. */
import type { BarsRequest } from '../../contract/market-rest.js';
import type { Operation } from '../../contract/operation.js';
import { StreamError } from '../../core/errors.js';
import type { Piece } from '../../market/built-bar.js';
import type { TimeSlice } from '../../pacing/time-slice.js';
import type { RestClient } from '../../rest/client.js';
import { operationIn } from '../../rest/operations.js';
import type { HubView, StreamView } from '../../stream/view.js';
import { regex } from '../../symbols/forms.js';

const lengths = [
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;
/** What the API reads to make a bar; an hour is made of minutes. */
const baseMs = { hour: 60_000, minute: 60_000, second: 1_000 } as const;
/** All requests of a call together. */
const patienceMs = 10_000;
/** Taking a piece takes as long as so many small steps. */
const pieceSteps = 8;
const mostPages = 5;
const [leastRows, mostRows] = [500, 50_000];
const mostBytes = 16_000_000;

/** Which pieces are asked for, Unix ms; those that begin from the first to before the second. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** Longest pieces that can be used. */
  readonly pieceMs: number;
}

export class History {
  readonly notes = new Set<string>();
  private readonly ended = new AbortController();
  private readonly stopClock: () => void;
  private hasFailed = false;

  private constructor(
    private readonly hub: HubView,
    private readonly stream: StreamView,
    private readonly request: BarsRequest,
    private readonly operation: Operation,
    private readonly api: RestClient,
    readonly source: 'rest' | 'simulated',
    abort: AbortSignal | undefined,
  ) {
    this.stopClock = hub.clock.after(patienceMs, () => this.ended.abort());
    if (abort?.aborted) this.ended.abort();
    abort?.addEventListener('abort', () => this.ended.abort(), { signal: this.ended.signal });
  }

  /** Nothing where there is nobody to ask. */
  static async of(hub: HubView, stream: StreamView, abort: AbortSignal | undefined): Promise<History | undefined> {
    const request = stream.market.rest?.bars;
    if (!request || !stream.target || hub.settings.options.restJoinMs === 0) return undefined;
    const { api, endpoint } = await hub.restBeside(stream.target);
    const operation = api && (await operationIn(hub.suite.rest, request.operation));
    if (!operation) return undefined;
    return new History(hub, stream, request, operation, api, endpoint === 'simulated' ? endpoint : 'rest', abort);
  }

  get isAdjusted(): boolean {
    return this.request.isAdjusted;
  }

  /** Ends what is under way. */
  close(): void {
    this.stopClock();
    this.ended.abort();
  }

  /**
   * Gives pieces of a symbol, the newest first, until enough is taken.
   *
   * @param take returns whether to go on
   * @returns whether all of the stretch was given
   */
  async visit(symbol: string, stretch: Stretch, slice: TimeSlice, take: (piece: Piece) => boolean): Promise<boolean> {
    const length = lengths.find(([, ms]) => stretch.pieceMs % ms === 0);
    const asks = length && this.request.lengths[length[0]];
    if (!length || !asks || this.hasFailed) return false;
    try {
      const asked = { ...asks, ...this.argumentsOf(symbol, stretch, baseMs[length[0]]) };
      return await this.pages(asked, length[1], slice, take);
    } catch (error) {
      // What the API does not know has no bars.
      if (error instanceof StreamError && error.code === 'NOT_FOUND') return true;
      this.hasFailed = true;
      this.notes.add(`No earlier bars by REST: ${whyNot(error, this.ended.signal)}.`);
      return false;
    }
  }

  private argumentsOf(symbol: string, { fromMs, toMs }: Stretch, unitMs: number): Readonly<Record<string, string>> {
    const { args, symbolArgument, fromArgument, toArgument, epoch } = this.request;
    const form = this.stream.market.rest?.symbol;
    const spelled = (ms: number): string => `${ms}${epoch === 'ns' ? '000000' : ''}`;
    const rows = Math.min(mostRows, Math.max(leastRows, Math.ceil((toMs - fromMs) / unitMs)));
    return {
      ...args,
      [symbolArgument]: form ? symbol.replace(regex(form.pattern), form.canonical) : symbol,
      [fromArgument]: spelled(fromMs),
      [toArgument]: spelled(toMs - 1),
      limit: `${rows}`,
    };
  }

  /** @throws StreamError */
  private async pages(
    args: object,
    pieceMs: number,
    slice: TimeSlice,
    take: (piece: Piece) => boolean,
  ): Promise<boolean> {
    let asked = args;
    for (let page = 0; page < mostPages; page++) {
      const how = { client: this.hub.process, signal: this.ended.signal, format: 'json', maxBytes: mostBytes } as const;
      const { rows = [], next_page: next } = await this.api.call(this.operation, asked, how);
      for (const row of rows) {
        const piece = this.pieceOf(row, pieceMs);
        if (piece && !take(piece)) return false;
        if (slice.spent(pieceSteps)) await slice.rest();
      }
      if (next === null) return true;
      asked = { page: next };
    }
    return false;
  }

  private pieceOf(row: Readonly<Record<string, unknown>>, pieceMs: number): Piece | undefined {
    const { columns, epoch } = this.request;
    const { time, open, high, low, close, volume, vwap, trades } = columns;
    const at = row[time];
    const startMs = epoch === 'ns' ? Number(String(at).slice(0, -6)) : at;
    if (typeof startMs !== 'number' || !Number.isSafeInteger(startMs) || startMs <= 0) return undefined;
    const maybe = (column: string | undefined): unknown => (column === undefined ? undefined : row[column]);
    return {
      startMs,
      endMs: startMs + pieceMs,
      open: row[open],
      high: row[high],
      low: row[low],
      close: row[close],
      volume: maybe(volume),
      vwap: maybe(vwap),
      trades: maybe(trades),
    };
  }
}

function whyNot(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'they did not come in time; ask again';
  const code = error instanceof StreamError ? error.code : 'INTERNAL';
  return code === 'NOT_ENTITLED'
    ? `the plan of this key does not include them (${code})`
    : `the request failed (${code})`;
}
