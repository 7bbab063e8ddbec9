/** Finds out in which markets a condition, or which part of one, can be judged. */
import { StreamError } from '../../core/errors.js';
import type { StreamView } from '../../stream/view.js';
import type { Filter } from '../../symbols/channels.js';
import type { Condition } from '../conditions/condition.js';
import { parseCondition } from '../conditions/condition-parser.js';
import { subjectOf } from '../wait.js';

/** Conditions by the place of a stream. */
export interface Conditions {
  /** Absent where no part of the condition is of this market. */
  readonly of: readonly (Condition | undefined)[];
  /** Which parts are of some of the markets alone. */
  readonly notes: readonly string[];
}

/** A market in which a condition may be judged. */
interface Place {
  readonly stream: StreamView;
  /** Empty where nothing that the call names is of this market. */
  readonly filters: readonly Filter[] | undefined;
}

/**
 * A condition is judged in each market by itself. Of a list named `any` every market takes what is of it; anything else
 * is of a market as a whole.
 *
 * @param most comparisons that it may have
 * @throws StreamError BAD_CONDITION for a part that is of no market
 */
export function conditionsIn(places: readonly Place[], given: unknown, most: number): Conditions {
  const judges = places.map(({ stream, filters }) => ({
    market: stream.market,
    parse: (value: unknown): Condition | StreamError =>
      filters?.length === 0 ? asideError : parse(() => parseCondition(subjectOf(stream, filters), value, most)),
  }));
  const whole = judges.map(judge => judge.parse(given));
  if (whole.every(isCondition)) return { of: whole, notes: [] };
  const list = alternativesOf(given);
  // What has too many comparisons in all must not pass in parts.
  if (!list || comparisonsIn(given, most) > most) return ofSome(places, whole, 'condition');
  const parts = list.map((part, index) => {
    const parsed = judges.map(judge => judge.parse({ any: [...Array(index).fill(harmless), part] }));
    return ofSome(places, parsed, `condition.any[${index}]`);
  });
  const of = judges.map((judge, place) => {
    const own = list.filter((_, index) => parts[index]!.of[place] !== undefined);
    const parsed = own.length > 0 ? judge.parse({ any: own }) : undefined;
    if (parsed instanceof StreamError) throw parsed;
    return parsed;
  });
  return { of, notes: parts.flatMap(({ notes }) => notes) };
}

/** @param depth levels that are looked at; deeper ones count as endless */
function comparisonsIn(given: unknown, depth: number): number {
  if (depth < 0) return Number.POSITIVE_INFINITY;
  const { all, any } = (given ?? {}) as { readonly all?: unknown; readonly any?: unknown };
  const list = all ?? any;
  return Array.isArray(list) ? list.reduce((sum, part) => sum + comparisonsIn(part, depth - 1), 0) : 1;
}

/** It can be judged in every market, so that a part keeps its place in what an error says. */
const harmless = { field: 'state', op: 'changes' };

const asideError = new StreamError('BAD_CONDITION', 'Nothing that the call names is of this market.');

/** @throws StreamError BAD_CONDITION where it is of no market */
function ofSome(places: readonly Place[], parsed: readonly (Condition | StreamError)[], what: string): Conditions {
  const of = parsed.map(one => (isCondition(one) ? one : undefined));
  const errors = parsed.flatMap((one, place) =>
    one instanceof StreamError && one !== asideError ? [{ one, title: places[place]!.stream.market.title }] : [],
  );
  const [first] = errors;
  if (of.every(one => one === undefined)) {
    const isSame = errors.every(({ one }) => one.message === first?.one.message);
    const message = errors.map(({ one, title }) => `${title}: ${one.message}`).join(' ');
    throw isSame ? (first?.one ?? asideError) : new StreamError('BAD_CONDITION', message, first?.one.hint);
  }
  const names = places.filter((_, place) => of[place]).map(({ stream }) => stream.market.name);
  return { of, notes: errors.length > 0 ? [`${what} is judged in ${names.join(', ')} alone`] : [] };
}

function isCondition(parsed: Condition | StreamError): parsed is Condition {
  return !(parsed instanceof StreamError);
}

function parse(attempt: () => Condition): Condition | StreamError {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof StreamError && error.code === 'BAD_CONDITION') return error;
    throw error;
  }
}

/** The parts of which any must hold, where the condition is a list of such. */
function alternativesOf(given: unknown): readonly unknown[] | undefined {
  const { all, any } = (given ?? {}) as { readonly all?: unknown; readonly any?: unknown };
  const isOnly = all === undefined || all === null;
  return isOnly && Array.isArray(any) && any.length > 0 ? any : undefined;
}
