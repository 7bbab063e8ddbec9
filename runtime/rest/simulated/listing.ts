/** Lists of rows: filtered by any field, sorted, in pages. */
import type { Document } from './documents.js';
import type { Comparison, Request } from './request.js';

export type Row = Readonly<Record<string, unknown>>;

export interface ListingOptions {
  /** `date.desc` */
  readonly sort?: string;
  readonly limit?: number;
  /** Fields of the query that rows do not have, or that were judged before. */
  readonly ignored?: readonly string[];
  /** What a row is filtered and sorted by; absent: its own fields. */
  readonly fieldsOf?: (row: Row) => Row;
  /** Whether the answer says how many rows it has. */
  readonly isCounted?: boolean;
}

const usualLimit = 100;

export function listed(request: Request, rows: Iterable<Row>, options: ListingOptions = {}): Document {
  const { ignored = [], fieldsOf = row => row, limit = usualLimit, isCounted = true } = options;
  const filters = [...request.filters(ignored)];
  const fits = (row: Row): boolean => {
    const fields = fieldsOf(row);
    return filters.every(([field, comparisons]) => comparisons.every(one => passes(fieldOf(fields, field), one)));
  };
  const kept = [...rows].filter(fits);
  const [field, order] = sortOf(request, options.sort);
  if (field !== undefined) {
    const sign = order === 'desc' ? -1 : 1;
    kept.sort((one, other) => sign * compare(fieldOf(fieldsOf(one), field), fieldOf(fieldsOf(other), field)));
  }
  const [from = 0] = request.cursor ?? [];
  const most = request.limit(limit);
  const results = kept.slice(from, from + most);
  return {
    status: 'OK',
    request_id: request.id,
    ...(isCounted ? { count: results.length } : {}),
    results,
    ...(from + most < kept.length ? { next_url: request.next([from + most]) } : {}),
  };
}

/** Some endpoints take `sort=date.desc`, others `sort=date&order=desc`. */
function sortOf(request: Request, usual = ''): readonly [field: string | undefined, order: string | undefined] {
  const [usualField, usualOrder] = usual.split('.');
  const [field = usualField, order = request.text('order') ?? (request.text('sort') ? 'asc' : usualOrder)] =
    request.text('sort')?.split(',')[0]?.split('.') ?? [];
  return [field || undefined, order];
}

/** Rows name a list in the plural what a query names in the singular. */
function fieldOf(row: Row, field: string): unknown {
  return row[field] ?? row[`${field}s`];
}

function passes(value: unknown, { operator, text }: Comparison): boolean {
  if (value === undefined || value === null) return false;
  const values = Array.isArray(value) ? value : [value];
  const words = text.split(',');
  switch (operator) {
    case 'search':
      return values.some(one => String(one).toLowerCase().includes(text.toLowerCase()));
    case 'any_of':
      return values.some(one => words.some(word => compare(one, word) === 0));
    case 'all_of':
      return words.every(word => values.some(one => compare(one, word) === 0));
    case 'gt':
      return values.some(one => compare(one, text) > 0);
    case 'gte':
      return values.some(one => compare(one, text) >= 0);
    case 'lt':
      return values.some(one => compare(one, text) < 0);
    case 'lte':
      return values.some(one => compare(one, text) <= 0);
    default:
      return values.some(one => words.some(word => compare(one, word) === 0));
  }
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number') return one - Number(other);
  const [first, second] = [String(one ?? ''), String(other ?? '')];
  return first < second ? -1 : first > second ? 1 : 0;
}
