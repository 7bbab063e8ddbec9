/** Keeps what the REST API has of the days of a market's symbols, for one key, and asks in the background. */
import type { Market } from '../../contract/market.js';
import type { MarketRest } from '../../contract/market-rest.js';
import type { Operation } from '../../contract/operation.js';
import type { Clock } from '../../core/clock.js';
import { type ErrorCode, StreamError } from '../../core/errors.js';
import { minuteOfDay, wallTimeAt } from '../../core/wall-time.js';
import type { RestClient } from '../../rest/client.js';
import { regex } from '../../symbols/forms.js';
import { type DailyValues, dailyOf } from './values.js';

/** Values of the day are as good as new for so long. */
const freshMs = 15_000;
/** Symbols that are kept; the first that came leave first. */
const mostKept = 20_000;
/** Rows of a request take less. */
const mostBytes = 4_000_000;
const minuteMs = 60_000;
/** After a failure nothing is asked for so long. */
const unentitledMs = 600_000;
const limitedMs = 60_000;
const failedMs = 30_000;

interface Kept {
  readonly values: DailyValues;
  /** Monotonic ms. */
  readonly askedMs: number;
  /** That it was of. */
  readonly date: string;
}

interface Failure {
  readonly code: ErrorCode;
  /** Monotonic ms until which nothing more is asked. */
  readonly untilMs: number;
}

/** What was found of some symbols, in time. */
export interface Found {
  readonly of: ReadonlyMap<string, DailyValues>;
  readonly notes: readonly string[];
}

/** Who asks, and for how long it waits. */
export interface Asking {
  readonly client: string;
  readonly waitMs: number;
  readonly abort?: AbortSignal | undefined;
}

export class DailyCache {
  private readonly kept = new Map<string, Kept>();
  private readonly underWay = new Map<string, Promise<void>>();
  private failure: Failure | undefined;

  constructor(
    private readonly market: Market,
    private readonly rest: MarketRest,
    private readonly operation: Operation,
    private readonly api: RestClient,
    private readonly clock: Clock,
  ) {}

  /** What is known of symbols, after no more than a short wait; requests go on beyond it. */
  async find(symbols: readonly string[], asking: Asking): Promise<Found> {
    const due = symbols.filter(symbol => !this.isFresh(symbol));
    const isPaused = this.failure !== undefined && this.clock.elapsed() < this.failure.untilMs;
    if (due.length > 0 && !isPaused) await this.ask(due, asking);
    const of = new Map<string, DailyValues>();
    const date = this.date();
    for (const symbol of symbols) {
      const kept = this.kept.get(symbol);
      if (kept?.date !== date) continue;
      // A close stays what it was; a day does not.
      of.set(symbol, this.isFresh(symbol) ? kept.values : { ...kept.values, day: {} });
    }
    return { of, notes: this.notesOn(symbols.filter(symbol => !this.isFresh(symbol))) };
  }

  private isFresh(symbol: string): boolean {
    const kept = this.kept.get(symbol);
    return kept !== undefined && this.clock.elapsed() - kept.askedMs <= freshMs && kept.date === this.date();
  }

  /** The date of the day that is going on, or was last. */
  private date(): string {
    const earlierMs = minuteOfDay(this.rest.daily.begins) * minuteMs;
    return wallTimeAt(this.market.hours.timeZone, this.clock.now() - earlierMs).date;
  }

  private async ask(due: readonly string[], { client, waitMs, abort }: Asking): Promise<void> {
    const { most } = this.rest.daily;
    const fresh = due.filter(symbol => !this.underWay.has(symbol));
    for (let begin = 0; begin < fresh.length; begin += most) this.request(fresh.slice(begin, begin + most), client);
    const flights = new Set(due.flatMap(symbol => this.underWay.get(symbol) ?? []));
    await within(this.clock, waitMs, Promise.all(flights), abort);
  }

  private request(symbols: readonly string[], client: string): void {
    const flight = this.fetch(symbols, client)
      .catch(error => {
        const code = error instanceof StreamError ? error.code : 'INTERNAL';
        this.failure = { code, untilMs: this.clock.elapsed() + pauseMs(code) };
      })
      .finally(() => {
        for (const symbol of symbols) this.underWay.delete(symbol);
      });
    for (const symbol of symbols) this.underWay.set(symbol, flight);
  }

  /** @throws StreamError */
  private async fetch(symbols: readonly string[], client: string): Promise<void> {
    const { args, symbolsArgument, symbolColumn } = this.rest.daily;
    const written = new Map(symbols.map(symbol => [this.written(symbol), symbol]));
    const given = { ...args, [symbolsArgument]: [...written.keys()].join(',') };
    const { rows = [] } = await this.api.call(this.operation, given, { client, format: 'json', maxBytes: mostBytes });
    const found = new Map<string, DailyValues>();
    for (const row of rows) {
      const symbol = written.get(String(row[symbolColumn]));
      if (symbol !== undefined) found.set(symbol, dailyOf(row, this.rest.daily));
    }
    this.failure = undefined;
    const [askedMs, date] = [this.clock.elapsed(), this.date()];
    for (const symbol of symbols) {
      this.kept.delete(symbol);
      // Whoever is not answered is not known, and not asked again at once.
      this.kept.set(symbol, { values: found.get(symbol) ?? { day: {} }, askedMs, date });
    }
    for (const symbol of this.kept.keys()) {
      if (this.kept.size <= mostKept) break;
      this.kept.delete(symbol);
    }
  }

  private written(symbol: string): string {
    const form = this.rest.symbol;
    return form ? symbol.replace(regex(form.pattern), form.canonical) : symbol;
  }

  private notesOn(missing: readonly string[]): string[] {
    // Where there is nothing, there is nothing to wait for.
    if (missing.length === 0 || this.failure?.code === 'NOT_FOUND') return [];
    if (this.failure) return [`No previous closes and days by REST: ${whyNot(this.failure.code)}.`];
    return ['Previous closes and days are being fetched by REST: ask again.'];
  }
}

function pauseMs(code: ErrorCode): number {
  if (code === 'NOT_ENTITLED' || code === 'AUTH_FAILED') return unentitledMs;
  return code === 'RATE_LIMITED' ? limitedMs : failedMs;
}

function whyNot(code: ErrorCode): string {
  if (code === 'NOT_ENTITLED') return 'the plan of this key does not include them (NOT_ENTITLED)';
  if (code === 'RATE_LIMITED') return 'the API asks to wait (RATE_LIMITED); they come after a minute';
  if (code === 'AUTH_FAILED') return 'the API did not accept the key (AUTH_FAILED)';
  return `the request failed (${code})`;
}

/** Resolves with the work, after some time, or when the caller has gone, whichever comes first. */
async function within(clock: Clock, waitMs: number, work: Promise<unknown>, abort?: AbortSignal): Promise<void> {
  if (abort?.aborted) return;
  await new Promise<void>(resolve => {
    const done = (): void => {
      cancel();
      abort?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(waitMs, done);
    abort?.addEventListener('abort', done);
    void work.then(done);
  });
}
