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
  const { operation: name, arguments: args = {}, symbols, symbol, prev_close: prevClose, day } = rest.daily;
  const operations = (model?.groups ?? []).flatMap(group => group.operations);
  const operation = operations.find(({ raw }) => raw.name === name);
  if (!operation) {
    const names = operations.map(({ raw }) => raw.name);
    report(['daily', 'operation'], `there is no operation ${name}${suggest(name, names, 'operations')}`);
    return problems;
  }
  const taken = operation.parameters.flatMap(namesOf);
  for (const [place, argument] of [
    ['symbols', symbols],
    ...Object.keys(args).map(one => ['arguments', one]),
  ] as const) {
    if (!taken.includes(argument!))
      report(['daily', place!], `${name} takes no ${argument}${suggest(argument!, taken, 'arguments')}`);
  }
  const columns = operation.columns.map(column => column.name);
  for (const [place, column] of [
    ['symbol', symbol],
    ['prev_close', prevClose],
    ...Object.values(day).map(one => ['day', one]),
  ]) {
    if (!columns.includes(column!))
      report(['daily', place!], `${name} has no column ${column}${suggest(column!, columns, 'columns')}`);
  }
  return problems;
}
