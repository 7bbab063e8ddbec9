/** Which arguments of an operation take symbols, days and words of a question: the spec's examples show it. */
import type { Operation, OperationGroup, OperationParameter } from '../../contract/operation.js';
import { takenBy } from '../parameters.js';
import { stemsIn } from './words.js';

/** What a symbol is: of a group, or a code that is part of one. */
export type SymbolKind =
  | 'stocks'
  | 'options'
  | 'futures'
  | 'crypto'
  | 'forex'
  | 'indices'
  | 'product'
  | 'coin'
  | 'currency';

/** An argument that takes a symbol. */
export interface SymbolSlot {
  readonly argument: string;
  readonly kinds: readonly SymbolKind[];
  readonly parameter: OperationParameter;
  /** Under which name it takes several; absent where it does not. */
  readonly several?: string;
  /** Whether several are what it is for. */
  readonly isForSeveral: boolean;
}

/** An argument that takes a day. */
export interface DaySlot {
  readonly argument: string;
  /** Whether a caller would name it, and not only filter by it. */
  readonly isShown: boolean;
  /** Stems of its name and meaning. */
  readonly words: readonly string[];
  readonly span?: readonly [string, string];
  /** Whether it filters rows by their days; others say as of when. */
  readonly isFilter: boolean;
}

export interface Slots {
  readonly symbols: readonly SymbolSlot[];
  /** Arguments of a first and a last day that both are needed. */
  readonly span?: readonly [string, string];
  /** The argument that takes a day where nothing else is said: that of the example, or the only one. */
  readonly day?: DaySlot;
  /** All that take one. */
  readonly days: readonly DaySlot[];
  /** Arguments that take one of some words, such as put or call. */
  readonly words: readonly OperationParameter[];
}

const prefixes: readonly (readonly [string, SymbolKind])[] = [
  ['O:', 'options'],
  ['X:', 'crypto'],
  ['C:', 'forex'],
  ['I:', 'indices'],
];
const codeKinds: Readonly<Record<string, SymbolKind>> = { crypto: 'coin', forex: 'currency', futures: 'product' };

export class SlotFinder {
  private readonly groupOf = new Map<string, string>();
  /** By group and argument: what it takes where another operation shows it. */
  private readonly shown = new Map<string, SymbolKind>();
  private readonly known = new Map<Operation, Slots>();

  constructor(groups: readonly OperationGroup[]) {
    for (const { name, names } of groups.toReversed()) {
      for (const code of Object.keys(names)) this.groupOf.set(code, name);
    }
    for (const operation of groups.flatMap(({ operations }) => operations)) {
      for (const [name, value] of Object.entries(operation.example ?? {})) {
        const kind = this.kindOf(value);
        if (kind) this.shown.set(`${operation.group} ${name}`, kind);
      }
    }
  }

  slotsOf(operation: Operation): Slots {
    let slots = this.known.get(operation);
    if (!slots) {
      slots = this.readSlots(operation);
      this.known.set(operation, slots);
    }
    return slots;
  }

  private readSlots(operation: Operation): Slots {
    const { parameters, example = {} } = operation;
    const { bySpelling } = takenBy(operation);
    const shown = new Set(Object.keys(example).flatMap(name => bySpelling.get(name)?.parameter ?? []));
    const dated = parameters.filter(({ type }) => type === 'date' || type === 'moment');
    const days = dated.map(parameter => daySlot(parameter, parameter.isRequired || shown.has(parameter)));
    const [first, last] = dated.filter(({ isRequired }) => isRequired);
    const day = days.find(({ isShown }) => isShown) ?? (days.length === 1 && days[0]!.isFilter ? days[0] : undefined);
    return {
      symbols: parameters.flatMap(parameter => this.symbolSlot(operation, parameter) ?? []),
      ...(first && last ? { span: [first.argument, last.argument] as const } : {}),
      ...(day ? { day } : {}),
      days,
      words: parameters.filter(parameter => parameter.values && (shown.has(parameter) || parameter.isRequired)),
    };
  }

  private symbolSlot(operation: Operation, parameter: OperationParameter): SymbolSlot | undefined {
    const { argument, about, isList, operators, type, values } = parameter;
    if (type !== 'text' || values) return undefined;
    const { example = {}, group, markets } = operation;
    const severalName = operators.includes('any_of') ? `${argument}_any_of` : undefined;
    const value = example[argument] ?? (severalName && example[severalName]);
    const kind = value === undefined ? this.shown.get(`${group} ${argument}`) : this.kindOf(value);
    if (!kind) return undefined;
    // A text that names several prefixes takes each of them.
    const further = prefixes.filter(([prefix]) => about.includes(prefix)).map(([, of]) => of);
    const all =
      kind in codeKinds || markets.length === 1 ? [kind, ...further] : [kind, ...further, ...ofMarkets(markets)];
    const isForSeveral = String(value).includes(',');
    const several = isList || isForSeveral ? (severalName ?? argument) : severalName;
    return {
      isForSeveral,
      argument,
      kinds: [...new Set(all)],
      parameter,
      ...(several ? { several } : {}),
    };
  }

  /** What a value of an example is. */
  kindOf(value: unknown): SymbolKind | undefined {
    if (typeof value !== 'string') return undefined;
    const [first = ''] = value.split(',');
    const prefix = prefixes.find(([text]) => first.startsWith(text));
    if (prefix) return prefix[1];
    const group = this.groupOf.get(first);
    if (group === 'stocks') return 'stocks';
    if (group !== undefined) return codeKinds[group];
    const root = /^([A-Z0-9]{1,3})[FGHJKMNQUVXZ]\d{1,2}$/.exec(first)?.[1];
    return root !== undefined && this.groupOf.get(root) === 'futures' ? 'futures' : undefined;
  }

  /** A pair as its two codes. */
  codesOf(symbol: string): readonly [string, string] | undefined {
    const text = symbol.replace(/^[XC]:/, '');
    const codes = [...this.groupOf.keys()].filter(code => text.startsWith(code));
    const from = codes.find(code => this.groupOf.has(text.slice(code.length)));
    return from === undefined ? undefined : [from, text.slice(from.length)];
  }
}

function daySlot({ argument, about, operators }: OperationParameter, isShown: boolean): DaySlot {
  const isRange = operators.includes('gte') && operators.includes('lte');
  return {
    argument,
    isShown,
    isFilter: operators.length > 0,
    words: stemsIn(`${argument.replaceAll('_', ' ')} ${about}`),
    ...(isRange ? { span: [`${argument}_gte`, `${argument}_lte`] as const } : {}),
  };
}

function ofMarkets(markets: readonly string[]): SymbolKind[] {
  return ['stocks', ...prefixes.map(([, kind]) => kind)].filter(kind => markets.includes(kind)) as SymbolKind[];
}
