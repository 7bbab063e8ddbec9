/** A call that fits a question: the example of the spec, with what the question names in its place. */
import type { Operation, OperationParameter } from '../../contract/operation.js';
import { readArguments } from '../arguments.js';
import { takenBy } from '../parameters.js';
import type { NamedSymbol } from './lexicon.js';
import type { Question } from './question.js';
import type { DaySlot, SlotFinder, SymbolKind, SymbolSlot } from './slots.js';
import { stemsIn, type Word } from './words.js';

type Value = string | number | boolean;
export type Fresh = (example: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>;

export interface FittingCall {
  readonly arguments: Readonly<Record<string, Value>>;
  /** Names of the arguments that come from the question; the others are of the example. */
  readonly asked: readonly string[];
  /** Whether it takes all, some or none of the symbols of the question; absent where that names none. */
  readonly symbols?: 'all' | 'some' | 'none';
  /** Whether it is meant for several symbols, and takes those of the question. */
  readonly isForSeveral: boolean;
  /** Whether it takes the days of the question; absent where that names none. */
  readonly takesDays?: boolean;
  /** Whether it needs a first and a last day. */
  readonly isOfSpan: boolean;
  /** The same for the length of a bar. */
  readonly takesBar?: boolean;
  /** Whether it takes how many units a bar has. */
  readonly takesCount: boolean;
  /** Whether it needs a symbol that the question does not have. */
  readonly lacksSymbol: boolean;
}

export class CallMaker {
  constructor(private readonly slots: SlotFinder) {}

  /** @param fresh keeps contracts of the example from expiring */
  make(operation: Operation, question: Question, fresh: Fresh): FittingCall {
    const given = new Map<string, Value>();
    const symbols = this.placeSymbols(operation, question, given);
    const takesDays = this.placeDays(operation, question, given);
    this.placeWords(operation, question, given);
    placeNumbers(operation, question, given);
    const { symbols: slots } = this.slots.slotsOf(operation);
    const lacksSymbol = slots.some(({ parameter }) => parameter.isRequired && !given.has(parameter.argument));
    const fit = {
      ...(symbols ? { symbols } : {}),
      ...(takesDays === undefined ? {} : { takesDays }),
      ...(question.bar ? { takesBar: given.has('timespan') || isBarShown(operation) } : {}),
      takesCount: question.bar !== undefined && given.has('multiplier'),
      isOfSpan: this.slots.slotsOf(operation).span !== undefined,
      isForSeveral: symbols === 'all' && slots.some(slot => slot.isForSeveral),
      lacksSymbol,
    };
    return { arguments: withExample(operation, given, question, fresh), asked: [...given.keys()], ...fit };
  }

  /** The call, or the example where the operation would not take it. */
  sound(operation: Operation, call: FittingCall, fresh: Fresh): FittingCall {
    if (isTaken(operation, call.arguments)) return call;
    return { ...call, arguments: fresh(operation.example ?? {}), asked: [] };
  }

  private placeSymbols(
    operation: Operation,
    { symbols }: Question,
    given: Map<string, Value>,
  ): 'all' | 'some' | 'none' | undefined {
    if (symbols.length === 0) return undefined;
    const { symbols: slots } = this.slots.slotsOf(operation);
    const placed = new Map<string, NamedSymbol[]>();
    let missed = 0;
    let partly = 0;
    for (const symbol of symbols) {
      const isFree = (slot: SymbolSlot, kind: SymbolKind): boolean =>
        slot.kinds.includes(kind) && (!placed.has(slot.argument) || slot.several !== undefined);
      const [whole, ...codes] = this.partsOf(symbol);
      // Half a pair is another question.
      const isHalf = codes.length > 1 && codes.some(([kind]) => !slots.some(slot => isFree(slot, kind)));
      const taken = [whole!, ...(isHalf ? [] : codes)].flatMap(([kind, text], index) => {
        const slot = slots.find(one => isFree(one, kind) && !(index > 0 && placed.has(one.argument)));
        if (!slot) return [];
        placed.set(slot.argument, [...(placed.get(slot.argument) ?? []), { ...symbol, symbol: text }]);
        return [slot];
      });
      if (taken.length === 0) missed++;
      // Of its underlying there is much more than the contract.
      else if (symbol.group === 'options' && !taken.some(slot => slot.kinds.includes('options'))) partly++;
    }
    for (const { argument, several } of slots) {
      const own = placed.get(argument);
      if (!own) continue;
      const isShownAsSeveral = several !== undefined && Object.hasOwn(operation.example ?? {}, several);
      const name = own.length > 1 || isShownAsSeveral ? (several ?? argument) : argument;
      given.set(name, own.map(({ symbol }) => symbol).join(','));
    }
    if (missed + partly === 0) return 'all';
    return missed < symbols.length ? 'some' : 'none';
  }

  /** What a symbol can be taken as: itself, a contract's underlying, the codes of a pair. */
  private partsOf({ group, symbol }: NamedSymbol): [SymbolKind, string][] {
    if (group === 'options') {
      const [, underlying = ''] = /^O:([A-Z.]+)\d{6}[CP]/.exec(symbol) ?? [];
      return [
        ['options', symbol],
        ['stocks', underlying],
      ];
    }
    if ((group === 'crypto' || group === 'forex') && symbol.includes(':')) {
      const codes = this.slots.codesOf(symbol);
      const [first, second]: [SymbolKind, SymbolKind] =
        group === 'crypto' ? ['coin', 'currency'] : ['currency', 'currency'];
      return codes
        ? [
            [group, symbol],
            [first, codes[0]],
            [second, codes[1]],
          ]
        : [[group, symbol]];
    }
    const kind = this.slots.kindOf(symbol);
    return [[kind ?? (group as SymbolKind), symbol]];
  }

  private placeDays(
    operation: Operation,
    { days, span, isRelative, words }: Question,
    given: Map<string, Value>,
  ): boolean | undefined {
    const slots = this.slots.slotsOf(operation);
    const [day] = days;
    if (!span && day === undefined) return undefined;
    if (slots.span) {
      given.set(slots.span[0], span?.from ?? day!).set(slots.span[1], span?.to ?? day!);
      return true;
    }
    const slot = slots.days.find(one => isNamed(one, words)) ?? slots.day;
    // Yesterday's is no filter, but what is asked for.
    if (!slot || (isRelative && !slot.isShown)) return false;
    if (!span) given.set(slot.argument, day!);
    else if (slot.span) given.set(slot.span[0], span.from).set(slot.span[1], span.to);
    else return false;
    return true;
  }

  /** Words that the question has and that an argument takes: `losers`, `put`; a market where it names one. */
  private placeWords(operation: Operation, { words, markets, bar }: Question, given: Map<string, Value>): void {
    const present = new Set(words.map(({ stem }) => stem));
    for (const { argument, values = [] } of this.slots.slotsOf(operation).words) {
      if (bar && values.includes(bar.unit)) continue;
      const [market, other] = values.filter(value => markets.has(value) || (value === 'fx' && markets.has('forex')));
      const meant = values.filter(value => stemsIn(value.replaceAll('_', ' ')).every(stem => present.has(stem)));
      const [only, further] = meant;
      if (market !== undefined && other === undefined) given.set(argument, market);
      else if (only !== undefined && further === undefined) given.set(argument, only);
    }
  }
}

const likeLetters = 5;

/** Whether a word of the question begins as one of an argument: `expiring` as `expiry`. */
function isNamed({ words }: DaySlot, asked: readonly Word[]): boolean {
  const begins = new Set(words.filter(stem => stem.length >= likeLetters).map(stem => stem.slice(0, likeLetters)));
  return asked.some(({ stem }) => begins.has(stem.slice(0, likeLetters)));
}

function isBarShown({ example = {} }: Operation): boolean {
  return Object.values(example).some(value => barForm.test(String(value)));
}

/** How bars of futures are written: `5min`, `1session` for a day. */
const barForm = /^\d+(sec|min|hour|session)$/;
const units: Readonly<Record<string, string>> = {
  second: 'sec',
  minute: 'min',
  hour: 'hour',
  day: 'session',
  week: 'week',
  month: 'month',
  quarter: 'quarter',
  year: 'year',
};

/** The length of a bar or the window of an average, an amount, and what stands beside a number. */
function placeNumbers(
  { parameters, example = {} }: Operation,
  { bar, amount, numbers }: Question,
  given: Map<string, Value>,
): void {
  const named = new Map(parameters.map(parameter => [parameter.argument, parameter]));
  const put = (name: string, value: Value): void => {
    if (isWithin(named.get(name), value)) given.set(name, value);
  };
  if (bar && isWithin(named.get('timespan'), bar.unit)) {
    put('timespan', bar.unit);
    put(named.has('multiplier') ? 'multiplier' : 'window', bar.count);
  }
  for (const [name, value] of Object.entries(example)) {
    const form = barForm.exec(String(value))?.[1];
    if (bar && form !== undefined && units[bar.unit]) given.set(name, `${bar.count}${units[bar.unit]}`);
  }
  if (amount !== undefined) put('amount', amount);
  if (numbers.size === 0) return;
  for (const { argument, type } of parameters) {
    const [first, second] = stemsIn(argument.replaceAll('_', ' '));
    const value = first && second && numbers.get(first);
    if (value !== undefined && (type === 'number' || type === 'integer')) put(argument, value);
  }
}

function isWithin(parameter: OperationParameter | undefined, value: Value): boolean {
  if (!parameter) return false;
  const { values, least = -Infinity, most = Infinity } = parameter;
  return typeof value === 'number' ? value >= least && value <= most : !values || values.includes(String(value));
}

/** What is needed, and how the answer comes, is of the example; other filters of it were for its own question. */
function withExample(
  operation: Operation,
  given: ReadonlyMap<string, Value>,
  { words }: Question,
  fresh: Fresh,
): Readonly<Record<string, Value>> {
  const example = fresh(operation.example ?? {});
  if (given.size === 0) return example;
  const { bySpelling } = takenBy(operation);
  const taken = new Set([...given.keys()].map(name => bySpelling.get(name)?.parameter));
  const kept = Object.entries(example).filter(([name, value]) => {
    const parameter = bySpelling.get(name)?.parameter;
    if (!parameter || taken.has(parameter)) return false;
    const isText = parameter.type === 'text' && parameter.argument !== 'sort' && typeof value === 'string';
    const isFilter = isText && !stemsIn(value).every(stem => words.some(word => word.stem === stem));
    return parameter.isRequired || !(isFilter || parameter.type === 'date' || parameter.type === 'moment');
  });
  const all = new Map<string, Value>([...kept, ...given]);
  // In the order of the example, then as they were found.
  const order = [...Object.keys(example).filter(name => all.has(name)), ...all.keys()];
  return Object.fromEntries([...new Set(order)].map(name => [name, all.get(name)!]));
}

function isTaken(operation: Operation, args: Readonly<Record<string, Value>>): boolean {
  try {
    readArguments(operation, args);
    return true;
  } catch {
    return false;
  }
}
