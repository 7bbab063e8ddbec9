/** Reads the sides of a comparison that are more than a field and a constant. */
import { readNumber, readObject } from '../../core/argument-forms.js';
import { kindOf } from '../../core/kind.js';
import { suggest } from '../../core/nearest.js';
import { type Interval, parseInterval } from '../../market/bar-interval.js';
import { type IndicatorRequest, indicatorExamples, parseIndicator } from '../../market/indicator-names.js';
import { spellJson } from '../../symbols/example.js';
import { fieldKinds } from '../../symbols/field-kinds.js';
import { channelsFor, type NamedOperand, namedOperands, type Operand } from './operand.js';
import { parseField, refuse, selectSuch, type Terms } from './terms.js';

/** The parts of a side as they were given. */
export type Given = Readonly<Record<string, unknown>>;

const sideParts: readonly string[] = ['field', 'move_pct', 'indicator', 'window_s', 'interval'];
/** As long as the window of a summary. */
const mostSeconds = 86_400;
/** For so many symbols bars are built. */
const mostSymbols = 50;

/** @returns nothing where it is a field of the message, or none is named */
export function parseLeft(terms: Terms, given: Given, place: string): Operand | undefined {
  const operand = parseSide(terms, given, place);
  const unused = isGiven(given.window_s) && !(operand && 'windowMs' in operand) && Number(given.window_s) !== 0;
  const right = readObject(given.value);
  if (unused && typeof right !== 'object' && !isNamed(right)) {
    throw refuse(terms.market, `${place}.window_s is for move_pct and what begins with window_.`);
  }
  if (!operand) return undefined;
  requireSource(terms, operand, place);
  return operand;
}

/** @returns nothing where the value is a constant */
export function parseRight(terms: Terms, given: Given, place: string): Operand | undefined {
  const value = readObject(given.value);
  const { market, channels, beside = [] } = terms;
  const all = { ...terms, channels: [...new Set([...channels, ...beside])] };
  const kinds = new Map(all.kinds);
  const numbers = beside.flatMap(channel => [...fieldKinds(channel)].filter(([, known]) => known.includes('number')));
  for (const [name] of numbers) kinds.set(name, kinds.get(name) ?? new Set(['number']));
  const wide: Terms = { ...all, kinds };
  if (typeof value === 'string') {
    const text = value.trim();
    const isField = kinds.get(text)?.has('number') ?? false;
    // A field of a channel that is not subscribed is refused as such.
    const isElsewhere = market.channels.some(channel => fieldKinds(channel).get(text)?.includes('number'));
    if (!isField && !isElsewhere && !isNamed(text) && !isIndicator(text)) return undefined;
    return parseOther(wide, { ...given, move_pct: undefined, indicator: undefined, field: text }, place);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const unknown = Object.keys(value).some(key => !sideParts.includes(key));
  if (unknown) throw refuse(market, `${place}.value, where it is an object, has ${sideParts.join(', ')}.`);
  const { window_s, interval } = given;
  return parseOther(wide, { window_s, interval, ...value }, `${place}.value`);
}

function parseOther(terms: Terms, given: Given, place: string): Operand {
  const operand = parseSide(terms, given, place) ?? fieldOf(terms, given, place);
  requireSource(terms, operand, place);
  return operand;
}

function fieldOf(terms: Terms, given: Given, place: string): Operand {
  const field = parseField(terms, given.field, place);
  if (terms.kinds.get(field)!.has('number')) return { kind: 'field', field };
  throw refuse(terms.market, `${field} is no number, so nothing can be compared with it.`);
}

/** A field that moves. */
function exampleField({ kinds }: Terms): string {
  return ['price', 'bid.price', 'value', 'close'].find(name => kinds.has(name)) ?? 'price';
}

function isNamed(name: unknown): name is NamedOperand {
  return typeof name === 'string' && Object.hasOwn(namedOperands, name);
}

function isGiven(part: unknown): boolean {
  return part !== undefined && part !== null && part !== '';
}

/** @returns nothing where it is a field */
function parseSide(terms: Terms, given: Given, place: string): Operand | undefined {
  const { market } = terms;
  if (given.field === 'move_pct') {
    const example = { move_pct: 'price', window_s: 60, op: '>=', value: '1' };
    throw refuse(
      market,
      `${place}: move_pct names the field that moves, and is no field itself.`,
      `Write it as ${spellJson({ condition: { ...example, move_pct: exampleField(terms) } })}.`,
    );
  }
  const named = ['field', 'move_pct', 'indicator'].filter(key => isGiven(given[key]));
  if (named.length > 1) throw refuse(market, `${place} compares one of field, move_pct and indicator.`);
  const { field, move_pct: moved, indicator } = given;
  if (isGiven(moved)) {
    const of = parseField(terms, moved, place);
    if (!terms.kinds.get(of)!.has('number')) throw refuse(market, `${of} is no number, so it does not move.`);
    return { kind: 'move_pct', field: of, windowMs: parseSpan(terms, given, place, 'move_pct') };
  }
  const asked = isGiven(indicator) ? indicator : isIndicator(field) && !isOwnField(terms, given) ? field : undefined;
  if (asked !== undefined) return parseIndicatorOf(terms, asked, given, place);
  if (!isNamed(field)) return undefined;
  if (!namedOperands[field]) return { kind: field as 'spread_bps' };
  return { kind: field as 'window_volume', windowMs: parseSpan(terms, given, place, field) };
}

function parseSpan({ market }: Terms, given: Given, place: string, what: string): number {
  const seconds = readNumber(given.window_s) ?? given.window_s;
  if (typeof seconds === 'number' && seconds >= 1 && seconds <= mostSeconds) return seconds * 1_000;
  const example = what === 'move_pct' ? { move_pct: given.move_pct } : { field: what };
  throw refuse(
    market,
    `${place}: ${what} needs window_s, a number of seconds from 1 to ${mostSeconds}, and ${kindOf(given.window_s)} came.`,
    `Write it as ${spellJson({ condition: { ...example, window_s: 60, op: '>=', value: '1' } })}.`,
  );
}

/** Bars of the feed have a `vwap` too; the one of bars that are built has an interval. */
function isOwnField({ kinds }: Terms, { field, interval }: Given): boolean {
  return typeof field === 'string' && kinds.has(field) && !isGiven(interval);
}

/** A form that only indicators have, or the name of one. */
function isIndicator(text: unknown): boolean {
  return typeof text === 'string' && (text.includes(':') || readIndicator(text) !== undefined);
}

/** `rsi:14`, `macd:12:26:9.signal` */
function readIndicator(
  text: string,
): { readonly request: IndicatorRequest; readonly part: string | undefined } | undefined {
  const [, name = '', part] = /^([a-z]+(?::[\d.]*\d)*)(?:\.([a-z]+))?$/.exec(text.trim().toLowerCase()) ?? [];
  const read = name === '' || name.length > 40 ? undefined : parseIndicator(name);
  return read && 'name' in read ? { request: read, part } : undefined;
}

function parseIndicatorOf(terms: Terms, asked: unknown, given: Given, place: string): Operand {
  const { market } = terms;
  const read = typeof asked === 'string' ? readIndicator(asked) : undefined;
  if (!read) {
    const near = typeof asked === 'string' ? parseIndicator(asked.slice(0, 40)) : undefined;
    const meant = near && 'meant' in near ? suggest(near.meant) : '';
    throw refuse(
      market,
      `${place}: ${kindOf(asked)} is no indicator${meant || `; there are ${indicatorExamples.join(', ')}.`}`,
    );
  }
  const { request, part } = read;
  const isPart = part === undefined ? request.parts.length === 0 : request.parts.includes(part);
  if (!isPart) {
    const [first] = request.parts;
    const which =
      first === undefined
        ? `${request.name} has one value only.`
        : `${request.name} has ${request.parts.join(', ')}: name one, such as ${request.name}.${first}.`;
    throw refuse(market, `${place}: ${which}`);
  }
  return { kind: 'indicator', request, part, interval: parseLength(terms, given, place, request.name) };
}

function parseLength({ market }: Terms, { interval }: Given, place: string, name: string): Interval {
  const read = typeof interval === 'string' ? parseInterval(interval) : undefined;
  if (read) return read;
  throw refuse(
    market,
    `${place}: ${name} needs the interval of its bars, such as 1m, 1d or 100t, and ${kindOf(interval)} came.`,
    `Write it as ${spellJson({ condition: { field: name, interval: '1m', op: '>', value: '1' } })}.`,
  );
}

/** @throws StreamError BAD_CONDITION where none of the channels brings it */
function requireSource({ market, channels }: Terms, operand: Operand, place: string): void {
  if (channelsFor(operand, { ...market, channels }).length > 0) return;
  const able = channelsFor(operand, market);
  const what =
    operand.kind === 'indicator' ? operand.request.name : operand.kind === 'field' ? operand.field : operand.kind;
  if (able.length === 0) throw refuse(market, `${place}: nothing of ${market.title} makes ${what}.`);
  throw refuse(
    market,
    `${place}: ${what} is made of ${able.map(({ prefix }) => prefix).join(', ')}, not of these messages.`,
    selectSuch(market, able[0]),
  );
}

/** Bars are built for symbols that are named. @throws StreamError BAD_CONDITION */
export function requireSymbols(
  { market, symbols }: Terms,
  operand: Operand | undefined,
  symbol: string | undefined,
): void {
  if (operand?.kind !== 'indicator' || symbol !== undefined) return;
  if (symbols !== undefined && symbols.size <= mostSymbols) return;
  throw refuse(
    market,
    `An indicator needs a symbol, or channels with at most ${mostSymbols} of them.`,
    `Add ${spellJson({ symbol: market.symbol.examples[0] })} to the comparison.`,
  );
}
