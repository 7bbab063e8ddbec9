/** Judges what markets say of the REST API by the operations that there are. */
import type { Loaded } from '../load/file.js';
import type { RawMarket } from '../load/spec-types.js';
import type { YamlPath } from '../load/yaml.js';
import { suggest } from '../nearest.js';
import type { Problem } from '../problem.js';
import { namesOf } from './arguments.js';
import type { RestModel } from './model.js';

/** The operation exists, with the arguments and columns that are named, and symbols are written as the examples say. */
export function judgeMarketRest({ source, value }: Loaded<RawMarket>, model: RestModel | undefined): Problem[] {
  const { rest, symbol: form } = value;
  if (!rest) return [];
  const problems: Problem[] = [];
  const report = (path: YamlPath, message: string): void => {
    problems.push({ at: source.at(['rest', ...path]), message });
  };
  for (const [symbol, written] of Object.entries(rest.symbol?.examples ?? {})) {
    const { pattern = '', written: to = '' } = rest.symbol ?? {};
    const is = symbol.replace(new RegExp(pattern, 'u'), to);
    if (is !== written) report(['symbol', 'examples', symbol], `example ${symbol} is written ${is}, not ${written}`);
    if (!new RegExp(form.pattern, 'u').test(symbol))
      report(['symbol', 'examples', symbol], `example ${symbol} does not match ${form.pattern}`);
  }
  const { daily, bars, ticks = [] } = rest;
  const judge = (part: string, { operation: name, named, columns }: Asked): void => {
    const operations = (model?.groups ?? []).flatMap(group => group.operations);
    const operation = operations.find(({ raw }) => raw.name === name);
    if (!operation) {
      const names = operations.map(({ raw }) => raw.name);
      report([part, 'operation'], `there is no operation ${name}${suggest(name, names, 'operations')}`);
      return;
    }
    const taken = operation.parameters.flatMap(namesOf);
    for (const [place, argument] of named) {
      if (!taken.includes(argument))
        report([part, place], `${name} takes no ${argument}${suggest(argument, taken, 'arguments')}`);
    }
    const known = operation.columns.map(column => column.name);
    for (const [place, column] of columns) {
      if (!known.includes(column))
        report([part, place], `${name} has no column ${column}${suggest(column, known, 'columns')}`);
    }
  };
  judge('daily', {
    operation: daily.operation,
    named: [['symbols', daily.symbols], ...keysAt('arguments', daily.arguments)],
    columns: [['symbol', daily.symbol], ['prev_close', daily.prev_close], ...valuesAt('day', daily.day)],
  });
  for (const { event, operation, symbol: ticker, from, to, arguments: args, columns } of ticks) {
    judge('ticks', {
      operation,
      named: [['symbol', ticker], ['from', from], ['to', to], ...keysAt('arguments', args)],
      columns: valuesAt('columns', columns),
    });
    const roles = value.channels
      .filter(channel => channel.event === event)
      .flatMap(({ fields }) => fields.flatMap(({ role }) => role ?? []));
    for (const role of Object.keys(columns)) {
      if (!roles.some(known => known === role))
        report(['ticks', 'columns'], `no field of ${event} has the role ${role}${suggest(role, roles, 'roles')}`);
    }
    if (!Object.hasOwn(columns, 'time'))
      report(['ticks', 'columns'], `the column with the time of ${event} is missing`);
  }
  if (!bars) return problems;
  judge('bars', {
    operation: bars.operation,
    named: [
      ['symbol', bars.symbol],
      ['from', bars.from],
      ['to', bars.to],
      ...keysAt('arguments', bars.arguments),
      ...keysAt('as_streamed', bars.as_streamed),
      ...Object.values(bars.lengths).flatMap(length => keysAt('lengths', length)),
    ],
    columns: valuesAt('columns', bars.columns),
  });
  return problems;
}

type Named = readonly [place: string, name: string];

/** What is asked of an operation, each with its key in the file of the market. */
interface Asked {
  readonly operation: string;
  /** Names of arguments. */
  readonly named: readonly Named[];
  readonly columns: readonly Named[];
}

function keysAt(place: string, object: object = {}): Named[] {
  return Object.keys(object).map(key => [place, key]);
}

function valuesAt(place: string, object: Readonly<Record<string, string | undefined>>): Named[] {
  return Object.values(object).flatMap(value => (value === undefined ? [] : [[place, value]]));
}
