/** From a caller's arguments to an address: validated by the operation, whatever form a host gave them. */
import type { DerivedValue, Operation } from '../contract/operation.js';
import { shapeArguments } from '../core/argument-forms.js';
import { count } from '../core/count.js';
import { StreamError } from '../core/errors.js';
import { kindOf } from '../core/kind.js';
import { nearest, suggest } from '../core/nearest.js';
import { asSentence } from '../core/quoting.js';
import { spellPlace, wallTimeAt } from '../core/wall-time.js';
import { spellJson } from '../symbols/example.js';
import { type Address, fillPath, isKeyName, slotsOf, writeQuery } from './address.js';
import { type Taken, type TakenArgument, takenBy } from './parameters.js';
import { exampleOf, expectedOf, isMeant, isTime, readValue } from './values.js';

/** A value that goes out. */
export interface SentValue {
  readonly argument: TakenArgument;
  readonly text: string;
}

/** What a call asks for: an address, or the page that a cursor stands for. */
export type Asked = { readonly notes: readonly string[] } & (
  | { readonly address: Address; readonly sent: readonly SentValue[] }
  | { readonly page: string }
);

/** What is given for an argument, and whether under `params`. */
interface Given {
  readonly argument: TakenArgument;
  readonly value: unknown;
}

/** Dates are those of the exchanges. */
const newYork = 'America/New_York';
const mostFaults = 5;
/** Longer ones are refused by hosts on the way. */
const longestAddress = 8_000;
/** At most so many unknown names are compared with the known ones. */
const mostCompared = 20;

/** @throws StreamError INVALID_ARGUMENT, which says what is expected and never repeats what came */
export function readArguments(operation: Operation, came: unknown, nowMs?: number): Asked {
  return new ArgumentReader(operation, nowMs).read(came);
}

class ArgumentReader {
  private readonly taken: Taken;
  private readonly notes: string[] = [];
  private readonly faults: string[] = [];
  private readonly given = new Map<TakenArgument, Given>();
  /** Texts of arguments that are not sent themselves, and from which values follow. */
  private readonly unsent = new Map<string, string>();
  /** Arguments to show in a right form, with what came for them. */
  private readonly faulty = new Map<TakenArgument, unknown>();

  /** @param nowMs for refusals of times, which say which day it is: models do not know */
  constructor(
    private readonly operation: Operation,
    private readonly nowMs: number | undefined,
  ) {
    this.taken = takenBy(operation);
  }

  read(came: unknown): Asked {
    const args = this.shape(came);
    const { page, params, ...named } = args as Record<string, unknown> & { page?: unknown; params?: unknown };
    if (page !== undefined && !this.taken.bySpelling.has('page')) {
      if (Object.keys(args).length > 1)
        this.notes.push('page goes on where the earlier answer ended; the other arguments are ignored.');
      if (typeof page !== 'string') throw this.refusal([`page: a text is expected, and ${kindOf(page)} came.`]);
      return { page, notes: this.notes };
    }
    this.take(page === undefined ? named : { page, ...named }, false);
    if (params !== undefined) this.takeParams(params);
    const sent = this.sentValues();
    if (this.faults.length > 0) throw this.refusal(this.faults);
    return { address: this.addressOf(sent), sent, notes: this.notes };
  }

  private shape(came: unknown): Readonly<Record<string, unknown>> {
    const { args, notes } = shapeArguments(this.taken.schema, came);
    if (typeof args !== 'object' || args === null || Array.isArray(args))
      throw this.refusal([`The arguments are expected as one object, and ${kindOf(args)} came.`]);
    this.notes.push(...notes);
    return args as Readonly<Record<string, unknown>>;
  }

  /** Free parameters are those of the operation, under any of their names; others were never of use. */
  private takeParams(params: unknown): void {
    if (typeof params !== 'object' || params === null || Array.isArray(params)) {
      this.faults.push(`params: an object of further arguments is expected, and ${kindOf(params)} came.`);
      return;
    }
    this.take(this.shape(params), true);
  }

  private take(named: Readonly<Record<string, unknown>>, isFree: boolean): void {
    const names = Object.keys(named);
    // Some hosts cannot call without one.
    if (this.taken.all.length === 0) {
      if (names.length > 0) this.notes.push('This tool takes no arguments; those given are ignored.');
      return;
    }
    if (names.some(isKeyName)) {
      this.faults.push('The key is no parameter of a request: the server has its own, and sends it in a header.');
    }
    const unknown = names.filter(name => !this.taken.bySpelling.has(name) && !isKeyName(name));
    if (unknown.length > 0) this.faults.push(this.describeUnknown(unknown));
    for (const name of names) {
      const argument = this.taken.bySpelling.get(name);
      if (!argument) continue;
      if (name !== argument.name) this.notes.push(`${name} is read as ${argument.name}.`);
      this.add({ argument, value: named[name] }, isFree);
    }
  }

  /** What is named goes before what is free. */
  private add(given: Given, isFree: boolean): void {
    const { name } = given.argument;
    const earlier = this.given.get(given.argument);
    if (!earlier) this.given.set(given.argument, given);
    else if (JSON.stringify(earlier.value) === JSON.stringify(given.value)) return;
    else if (isFree) this.notes.push(`params has another ${name}, which is ignored.`);
    else this.faults.push(`${name} is given twice, under two names; give it once.`);
  }

  private sentValues(): SentValue[] {
    const free = this.taken.all.filter(argument => !this.given.has(argument));
    const sent = [...this.given.values()].flatMap(({ argument, value }) => this.readGiven(argument, value));
    for (const argument of free) {
      const { usual, isRequired } = argument.parameter;
      if (argument.operator !== undefined || argument.wire === null) continue;
      if (usual !== undefined) sent.push({ argument, text: String(usual) });
      else if (isRequired && !this.isFiltered(argument)) {
        this.faults.push(`${argument.name} is missing: ${expectedOf(argument.parameter)} is expected.`);
        this.faulty.set(argument, undefined);
      }
    }
    const order = new Map(this.taken.all.map((argument, index) => [argument, index]));
    return sent.toSorted((a, b) => order.get(a.argument)! - order.get(b.argument)!);
  }

  private readGiven(argument: TakenArgument, value: unknown): SentValue[] {
    const { wire, parameter, name } = argument;
    const isBasis = this.derived.some(({ from }) => from === parameter.argument);
    if (wire === null && !isBasis) {
      this.notes.push(asSentence(`${name} is ignored${parameter.note ? `: ${parameter.note}` : ''}`));
      return [];
    }
    const read = readValue(argument, value);
    if (wire === null && 'text' in read) {
      this.notes.push(asSentence(`${name} is ${parameter.note ?? 'not sent itself'}`));
      this.unsent.set(parameter.argument, read.text);
      return [];
    }
    if ('text' in read) {
      if (parameter.note) this.notes.push(parameter.note);
      return [{ argument, text: read.text }];
    }
    this.faults.push(read.fault);
    this.faulty.set(argument, value);
    return [];
  }

  /** Whether one of its operators stands in its place. */
  private isFiltered({ parameter }: TakenArgument): boolean {
    return parameter.place === 'query' && [...this.given.keys()].some(given => given.parameter === parameter);
  }

  private addressOf(sent: readonly SentValue[]): Address {
    const values = new Map<string, string>();
    for (const { argument, text } of sent) values.set(argument.wire!, text);
    for (const { wire, text } of this.derivedFrom(sent)) if (!values.has(wire)) values.set(wire, text);
    const slots = slotsOf(this.operation.path);
    const path = fillPath(this.operation.path, values);
    if (path === undefined) throw this.refusal([`The path needs ${slots.join(', ')}, each with a value of its own.`]);
    const query = writeQuery([...values].filter(([wire]) => !slots.includes(wire)));
    if (path.length + query.length > longestAddress)
      throw this.refusal([`The arguments make an address of more than ${longestAddress} characters; name fewer.`]);
    return { path, query };
  }

  private get derived(): readonly DerivedValue[] {
    return this.operation.derived ?? [];
  }

  private derivedFrom(sent: readonly SentValue[]): { wire: string; text: string }[] {
    return this.derived.flatMap(({ wire, from, values }) => {
      const plain = sent.find(({ argument }) => argument.parameter.argument === from && !argument.operator);
      const basis = plain?.text ?? this.unsent.get(from);
      const text = basis !== undefined && Object.hasOwn(values, basis) ? values[basis] : undefined;
      return text === undefined ? [] : [{ wire, text }];
    });
  }

  private describeUnknown(unknown: readonly string[]): string {
    const { all, bySpelling } = this.taken;
    const spellings = [...bySpelling.keys()];
    const meant = unknown.slice(0, mostCompared).flatMap(name => {
      const found = bySpelling.get(nearest(name, spellings) ?? '');
      return found ? [found.name] : [];
    });
    const first = unknown.length === 1 ? 'One argument is' : `${unknown.length} arguments are`;
    const there = all.filter(({ operator }) => operator === undefined).map(nameWithOperators);
    return `${first} unknown here; there are ${there.join(', ')}${suggest([...new Set(meant)].join(' and ') || undefined) || '.'}`;
  }

  private refusal(faults: readonly string[]): StreamError {
    const more = faults.length - mostFaults;
    const said = [...faults.slice(0, mostFaults), ...(more > 0 ? [`${count(more, 'more fault')} like these.`] : [])];
    const isOfTime = [...this.faulty.keys()].some(({ parameter }) => isTime(parameter));
    if (this.today !== undefined && isOfTime) said.push(`Today is ${this.today} ${spellPlace(newYork)}.`);
    return new StreamError('INVALID_ARGUMENT', said.join(' '), this.rightForm());
  }

  private get today(): string | undefined {
    return this.nowMs === undefined ? undefined : wallTimeAt(newYork, this.nowMs).date;
  }

  private rightForm(): string {
    const { name } = this.operation;
    const shown = [...this.faulty].map(([argument, value]) => [argument.name, this.exampleFor(argument, value)]);
    const kept = [...this.given.keys()].some(argument => !this.faulty.has(argument));
    const rest = kept ? ', and the other arguments as they were' : '';
    if (shown.length > 0) return `Call ${name} with ${spellJson(Object.fromEntries(shown))}${rest}.`;
    return `Call ${name} with the known arguments as they were.`;
  }

  private exampleFor({ parameter, isList, name }: TakenArgument, value: unknown): unknown {
    const { example } = this.operation;
    const isUnlike = parameter.type === 'text' && !isMeant(parameter, value);
    if ((isUnlike || value === undefined) && example && Object.hasOwn(example, name)) return example[name];
    if (isTime(parameter) && this.today !== undefined) return isList ? [this.today] : this.today;
    const one = exampleOf(parameter, Array.isArray(value) ? undefined : value);
    return isList ? [one] : one;
  }
}

/** `timestamp (also with _gte, _lt)` */
function nameWithOperators({ name, parameter: { operators } }: TakenArgument): string {
  return operators.length > 0 ? `${name} (also with ${operators.map(one => `_${one}`).join(', ')})` : name;
}
