/** A request as the handlers read it: slots of its path, values and filters of its query. */
import type { Operation, OperationParameter } from '../../contract/operation.js';
import type { Clock } from '../../core/clock.js';
import { addDays, momentOf } from '../../core/wall-time.js';
import type { Address } from '../address.js';
import { cancelled } from '../flights.js';
import { badRequest, requestId } from './documents.js';

/** What a value is compared with: texts as they came. */
export interface Comparison {
  readonly operator: 'equal' | 'gt' | 'gte' | 'lt' | 'lte' | 'any_of' | 'all_of' | 'search';
  readonly text: string;
}

/** From a moment to before another, Unix ms. */
export interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Names that say how to list, not what. */
const listing = ['limit', 'sort', 'order', 'cursor'];
/** No request leads further back: the vendor has nothing older. */
export const firstDate = '2003-09-10';
/** No clock shows a later one. */
const lastDate = '2200-01-01';
const dayForm = /^\d{4}-\d\d-\d\d$/;

export class Request {
  readonly slots: readonly string[];
  readonly id: string;
  /** When it came, Unix ms; what is at this moment has happened. */
  readonly nowMs: number;
  private readonly query: URLSearchParams;

  constructor(
    readonly operation: Operation,
    private readonly address: Address,
    readonly clock: Clock,
    private readonly abort: AbortSignal,
  ) {
    const template = operation.path.split('/');
    const parts = address.path.split('/');
    this.slots = template.flatMap((part, index) =>
      part.startsWith('{') ? decodeURIComponent(parts[index] ?? '') : [],
    );
    this.query = new URLSearchParams(address.query);
    this.id = requestId(`${address.path}?${address.query}`);
    this.nowMs = Math.floor(clock.now());
  }

  /** Long work ends with the interest in it. @throws StreamError STOPPED */
  goOn(): void {
    if (this.abort.aborted) throw cancelled();
  }

  /** A slot of the path, by its place. */
  slot(place: number): string {
    return this.slots[place] ?? '';
  }

  text(name: string): string | undefined {
    return this.query.get(name) ?? undefined;
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined || !Number.isFinite(Number(text)) ? undefined : Number(text);
  }

  limit(usual: number): number {
    return Math.max(1, this.number('limit') ?? usual);
  }

  /** The filters of the query by field. @param ignored fields that a handler judges itself */
  filters(ignored: readonly string[] = []): ReadonlyMap<string, readonly Comparison[]> {
    const found = new Map<string, Comparison[]>();
    for (const [name, text] of this.query) {
      const [field = '', operator = 'equal'] = name.split('.');
      if (listing.includes(field) || ignored.includes(field)) continue;
      found.set(field, [...(found.get(field) ?? []), { operator: operator as Comparison['operator'], text }]);
    }
    return found;
  }

  parameter(field: string): OperationParameter | undefined {
    return this.operation.parameters.find(({ wire }) => wire === field);
  }

  /** Where a page goes on: what the page before it wrote. */
  get cursor(): readonly number[] | undefined {
    const text = this.text('cursor');
    if (text === undefined) return undefined;
    const numbers = text.split('_').map(Number);
    if (!numbers.every(Number.isSafeInteger)) throw badRequest('The cursor is not one of this endpoint.');
    return numbers;
  }

  /** The address of the next page. */
  next(cursor: readonly number[]): string {
    const query = new URLSearchParams(this.query);
    query.set('cursor', cursor.join('_'));
    return `https://simulated.invalid${this.address.path}?${query}`;
  }

  /** The time that the filters of a field leave, up to now. @param timeZone of its dates */
  stretch(field: string, timeZone: string): Stretch {
    let fromMs = startOf(timeZone, firstDate);
    let untilMs = this.nowMs + 1;
    for (const { operator, text } of this.filters().get(field) ?? []) {
      const { startMs, endMs } = readMoment(text, timeZone);
      if (operator === 'equal' || operator === 'gte') fromMs = Math.max(fromMs, startMs);
      if (operator === 'gt') fromMs = Math.max(fromMs, endMs);
      if (operator === 'equal' || operator === 'lte') untilMs = Math.min(untilMs, endMs);
      if (operator === 'lt') untilMs = Math.min(untilMs, startMs);
    }
    return { fromMs, untilMs };
  }
}

export function startOf(timeZone: string, date: string): number {
  return momentOf(timeZone, { date, minute: 0 });
}

/** A date is a whole day, anything else a millisecond; Unix times may count s, ms, us or ns. */
export function readMoment(text: string, timeZone: string): Moment {
  if (dayForm.test(text)) return dayOf(text, timeZone);
  if (/^\d+$/.test(text)) {
    // No double holds nanoseconds.
    const digits = BigInt(text);
    const ms = text.length > 17 ? digits / 1_000_000n : text.length > 14 ? digits / 1_000n : digits;
    return momentAt(Number(text.length > 11 ? ms : ms * 1_000n));
  }
  const atMs = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  if (!Number.isFinite(atMs)) throw badRequest('A time was not understood.');
  return momentAt(atMs);
}

/** From its begin to before its end, Unix ms. */
interface Moment {
  readonly startMs: number;
  readonly endMs: number;
}

/** Years of more than four digits are no dates. */
function momentAt(ms: number): Moment {
  const startMs = Math.max(Date.parse(firstDate), Math.min(Date.parse(lastDate), ms));
  return { startMs, endMs: startMs + 1 };
}

/** Nothing of a day before the first or after the last. */
function dayOf(date: string, timeZone: string): Moment {
  const begin = (of: string): number => startOf(timeZone, of);
  if (date < firstDate) return { startMs: begin(firstDate), endMs: begin(firstDate) };
  if (date > lastDate) return { startMs: begin(lastDate), endMs: begin(lastDate) };
  return { startMs: begin(date), endMs: begin(addDays(date, 1)) };
}
