/** The rows of a summary: as many as have room, and what is left of the ranking. */
import type { Row, SummarizeArguments } from '../../../generated/types.js';
import type { Heap } from '../../core/heap.js';
import { stepsToShow, type TimeSlice } from '../../pacing/time-slice.js';
import { type Days, joined } from '../daily/join.js';
import type { Ranked } from './ranking.js';
import { pick } from './row-keys.js';

/** How rows are made. */
export interface Making {
  readonly slice: TimeSlice;
  row(ranked: Ranked): Row;
}

/** A row with its place, and the price by which it is compared with others. */
interface TakenRow {
  readonly place: Ranked;
  readonly row: Row;
  readonly newest: unknown;
  /** Without what is joined. */
  readonly bytes: number;
}

export interface Taken {
  readonly taken: readonly TakenRow[];
  /** What is left. */
  readonly ranked: Heap<Ranked>;
}

/** As many rows as fit and are asked for; what is left stays in the ranking. */
export async function takeRows(
  maxBytes: number,
  ranked: Heap<Ranked>,
  { top, fields }: Pick<SummarizeArguments, 'top' | 'fields'>,
  { slice, row: make }: Making,
): Promise<Taken> {
  const taken: TakenRow[] = [];
  let bytes = 2;
  await slice.begin();
  while (taken.length < (top ?? Number.POSITIVE_INFINITY)) {
    if (slice.spent(stepsToShow(0))) await slice.rest();
    const place = ranked.take();
    if (!place) break;
    const row = make(place);
    const own = sizeOf(pick(row, fields));
    bytes += own;
    if (bytes > maxBytes) {
      ranked.add(place);
      break;
    }
    taken.push({ place, row, newest: row.last ?? row.value ?? place.state.compared('newest'), bytes: own });
  }
  return { taken, ranked };
}

/**
 * The rows that were taken, with what the REST API has of them; those that have no room any more go back.
 *
 * @param daysOf what is joined to a row
 */
export function showRows(
  { taken, ranked }: Taken,
  maxBytes: number,
  fields: readonly string[] | undefined,
  daysOf: (place: Ranked) => Days | undefined,
): { readonly rows: Row[]; readonly last: Ranked | undefined } {
  const rows: Row[] = [];
  let last: Ranked | undefined;
  let bytes = 2;
  for (const [index, { place, row, newest, bytes: own }] of taken.entries()) {
    const days = daysOf(place);
    const found = days?.of.get(place.symbol);
    const shown = pick(days && found ? joined(row, newest, found, days.source) : row, fields);
    bytes += found ? sizeOf(shown) : own;
    if (bytes > maxBytes) {
      for (const { place: left } of taken.slice(index)) ranked.add(left);
      break;
    }
    rows.push(shown);
    last = place;
  }
  return { rows, last };
}

function sizeOf(row: Row): number {
  return Buffer.byteLength(JSON.stringify(row)) + 1;
}
