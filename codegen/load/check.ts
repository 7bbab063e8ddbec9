/** Checks what the schema cannot say about the spec. */

import type { Market, RawChannel, RawField, RawMarket, RawSuite, Tool, Toolset } from '../model.js';
import { suggest } from '../nearest.js';
import type { Problem } from '../problem.js';
import type { Loaded } from './file.js';
import { roleFaults } from './roles.js';
import { circlesIn, faultsIn } from './schemas.js';
import type { RawSchema } from './spec-types.js';
import { checkElsewhere, checkForms, checkSlips, checkSymbols, type Report } from './symbols.js';
import type { YamlPath } from './yaml.js';

/** Names that the generated code or the language already uses. */
const reserved = [
  'calendars',
  'conditions',
  'default',
  'delete',
  'export',
  'import',
  'kernel',
  'main',
  'market',
  'markets',
  'new',
  'suite',
  'test',
  'types',
  'wire',
  'z',
];

/** Checks of one market that no schema can express. */
export function checkMarket(
  { source, value: raw }: Loaded<RawMarket>,
  suite: RawSuite,
  markets: readonly RawMarket[],
): Problem[] {
  const problems: Problem[] = [];
  const report = (path: YamlPath, message: string): void => {
    problems.push({ at: source.at(path), message });
  };

  for (const [index, { feed }] of raw.feeds.entries()) {
    if (!suite.feeds.some(({ name }) => name === feed)) {
      const names = suite.feeds.map(({ name }) => name);
      report(['feeds', index, 'feed'], `feed ${feed} is not in suite.yaml${suggest(feed, names, 'feeds')}`);
    }
  }
  if (reserved.includes(raw.market))
    report(['market'], `market ${raw.market} is a word of the generated code; use another`);
  checkSymbols(raw, report);
  checkSlips(raw, report);
  checkForms(raw, report);
  checkElsewhere(raw, markets, report);
  checkPrefixes(raw, report);
  checkPages(raw, report);
  for (const [index, { prefixes }] of (raw.caps ?? []).entries()) {
    for (const prefix of prefixes) {
      if (!raw.channels.some(channel => channel.prefix === prefix)) {
        report(['caps', index, 'prefixes'], `cap names ${prefix}, which is no channel of ${raw.market}`);
      }
    }
  }
  for (const [index, channel] of raw.channels.entries()) checkFields(channel, ['channels', index], report);
  return problems;
}

function checkPrefixes(raw: RawMarket, report: Report): void {
  const names = [
    ...raw.channels.map(({ prefix }, index) => ({ prefix, path: ['channels', index, 'prefix'] })),
    ...raw.channels.flatMap(({ aliases = [] }, index) =>
      aliases.map(({ prefix }, number) => ({ prefix, path: ['channels', index, 'aliases', number, 'prefix'] })),
    ),
    ...(raw.legacy ?? []).map(({ prefix }, index) => ({ prefix, path: ['legacy', index, 'prefix'] })),
  ];
  const seen = new Set<string>();
  for (const { prefix, path } of names) {
    if (seen.has(prefix))
      report(
        path,
        `prefix ${prefix} stands for two things in ${raw.market}; a channel, an alias and a legacy prefix each have their own`,
      );
    seen.add(prefix);
  }
}

function checkPages({ channels }: RawMarket, report: Report): void {
  for (const [index, { page }] of channels.entries()) {
    const first = channels.findIndex(channel => channel.page === page);
    if (first < index)
      report(['channels', index, 'page'], `page ${page} is already that of ${channels[first]!.prefix}`);
  }
}

/** Keys of a message that are not fields. */
const taken = ['event', 'spread', 'full_data', 'names', 'updates', 'day_updates'];

function checkNames(channel: RawChannel, path: YamlPath, report: Report): void {
  for (const [index, { name, role }] of channel.fields.entries()) {
    const at = [...path, 'fields', index, 'name'];
    if (taken.includes(name)) report(at, `name ${name} is taken: every message has its own`);
    if (name === 'timestamp' && role !== 'time' && channel.fields.some(other => other.role === 'time'))
      report(at, 'only the time is answered as timestamp');
    const inner = channel.fields.find(other => other.name.startsWith(`${name}.`));
    if (inner) report(at, `name ${name} stands beside ${inner.name} in ${channel.prefix}`);
  }
}

function checkFields(channel: RawChannel, path: YamlPath, report: Report): void {
  // A field that was copied whole repeats key and name, but is one fault.
  const repeated = new Set(
    channel.fields.flatMap(({ key }, index) =>
      channel.fields.findIndex(other => other.key === key) < index ? [index] : [],
    ),
  );
  for (const part of ['key', 'name'] as const) {
    const seen = new Set<string>();
    for (const [index, field] of channel.fields.entries()) {
      if (seen.has(field[part]) && !(part === 'name' && repeated.has(index)))
        report([...path, 'fields', index, part], `${part} ${field[part]} stands twice in ${channel.prefix}`);
      seen.add(field[part]);
    }
  }
  checkNames(channel, path, report);
  for (const fault of roleFaults(channel)) report([...path, 'prefix'], fault);
  for (const [index, field] of channel.fields.entries()) {
    checkField(channel, field, [...path, 'fields', index], report);
  }
}

function checkField(channel: RawChannel, field: RawField, path: YamlPath, report: Report): void {
  if (field.flag && channel.fields.some(({ name }) => name === field.flag?.name))
    report([...path, 'flag'], `flag ${field.flag.name} has the name of a field of ${channel.prefix}`);
  if (field.role === 'symbol' && field.name !== 'symbol')
    report([...path, 'name'], 'the symbol is answered as symbol; write name: symbol');
  if (field.flag && field.type !== 'integers')
    report([...path, 'flag'], `${field.key} has a flag, but is no list of codes`);
  if (field.role === 'symbol' && field.optional) report([...path, 'key'], 'a symbol cannot be missing');
}

/** Every market has its own order and its own file. */
export function checkOrder(markets: readonly Loaded<RawMarket>[]): Problem[] {
  const free = Math.max(...markets.map(({ value }) => value.order)) + 1;
  return markets.flatMap(({ source, value }) => {
    const problems: Problem[] = [];
    const twin = markets.find(other => other.value !== value && other.value.order === value.order);
    if (twin)
      problems.push({
        at: source.at(['order']),
        message: `order ${value.order} is also that of ${twin.value.market}; ${free} is free`,
      });
    const file = `spec/markets/${value.market}.yaml`;
    if (source.path !== file)
      problems.push({ at: source.at(['market']), message: `market ${value.market} belongs into ${file}` });
    return problems;
  });
}

/** Tool names are unique, and no slot in a text is left unfilled. */
export function checkTools(
  { source, value }: Loaded<RawSuite>,
  markets: readonly Market[],
  tools: readonly Tool[],
): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const tool of [...markets.flatMap(market => market.tools), ...tools]) {
    const listed = value.market_tools.indexOf(tool.raw);
    const path = listed >= 0 ? ['market_tools', listed, 'name'] : ['tools', value.tools.indexOf(tool.raw), 'name'];
    if (seen.has(tool.name)) problems.push({ at: source.at(path), message: `two tools have the name ${tool.name}` });
    seen.add(tool.name);
    const { several } = tool;
    const whole = [tool.arguments, tool.answer, ...(several ? [several] : [])];
    const parts = whole.flatMap(({ properties = {} }) => Object.values(properties));
    const texts = parts.map(({ description = '' }) => description);
    for (const text of [tool.name, tool.title, tool.description, ...texts]) {
      const slot = /\{\w+\}/.exec(text);
      if (slot) problems.push({ at: source.at(path), message: `${slot[0]} in ${tool.name} has no value` });
    }
  }
  return problems;
}

/** References lead somewhere and not in circles, and hosts can read the arguments of each tool. */
export function checkSchemas({ source, value }: Loaded<RawSuite>): Problem[] {
  const { definitions } = value;
  const roots: readonly (readonly [YamlPath, RawSchema])[] = [
    ...Object.entries(definitions).map(([name, schema]) => [['definitions', name], schema] as const),
    ...(['market_tools', 'tools'] as const).flatMap(list =>
      value[list].flatMap((tool, index) =>
        (['arguments', 'answer', 'several'] as const).flatMap(part => {
          const schema = tool[part];
          return schema ? [[[list, index, part], schema] as const] : [];
        }),
      ),
    ),
  ];
  return [
    ...roots.flatMap(([path, schema]) =>
      faultsIn(schema, definitions, path[0] === 'definitions').map(fault => ({
        at: source.at([...path, ...fault.path]),
        message: fault.message,
      })),
    ),
    ...limitFaults(definitions).map(([name, lacks]) => ({
      at: source.at(['definitions', name]),
      message: `the definition ${name} lacks ${lacks}, which limits what a call asks or answers`,
    })),
    ...circlesIn(definitions).map(name => ({
      at: source.at(['definitions', name]),
      message: `the definition ${name} leads back to itself`,
    })),
  ];
}

function limitFaults({ listed, comparisons, max_bytes: bytes }: RawSuite['definitions']): [string, string][] {
  return [
    ...(listed?.maxItems === undefined ? [['listed', 'maxItems'] as [string, string]] : []),
    ...(comparisons?.maxItems === undefined ? [['comparisons', 'maxItems'] as [string, string]] : []),
    ...(bytes?.maximum === undefined ? [['max_bytes', 'maximum'] as [string, string]] : []),
    ...(typeof bytes?.default === 'number' ? [] : [['max_bytes', 'a number as default'] as [string, string]]),
  ];
}

/** Toolset names are unique, each toolset has tools, and every tool is in one of them. */
export function checkToolsets(
  { source, value }: Loaded<RawSuite>,
  toolsets: readonly Toolset[],
  tools: readonly Tool[],
): Problem[] {
  const names = toolsets.map(({ name }) => name);
  // Two markets of one name are already reported through their tools.
  const fixed = value.toolsets.map(({ name }) => name).filter(name => !name.includes('{'));
  const twice = fixed.filter(
    (name, index) => fixed.indexOf(name) < index || names.filter(other => other === name).length > 1,
  );
  const empty = names.filter(name => !tools.some(({ toolset }) => toolset === name));
  const stray = [
    ...new Map(tools.filter(({ toolset }) => !names.includes(toolset)).map(tool => [tool.raw, tool])).values(),
  ];
  return [
    ...twice.map(name => ({ at: source.at(['toolsets']), message: `two toolsets have the name ${name}` })),
    ...empty.map(name => ({ at: source.at(['toolsets']), message: `toolset ${name} has no tool` })),
    ...stray.map(({ raw, name, toolset }) => {
      const listed = value.market_tools.indexOf(raw);
      const path = listed >= 0 ? ['market_tools', listed, 'toolset'] : ['tools', value.tools.indexOf(raw), 'toolset'];
      const message = `${name} is in the toolset ${toolset}, which does not exist; the toolsets are ${names.join(', ')}`;
      return { at: source.at(path), message };
    }),
  ];
}

/** The slots of a prompt's text, and the arguments of which any can fill them. */
const promptSlots: Readonly<Record<string, readonly string[]>> = {
  market: ['market'],
  title: ['market'],
  symbols: ['symbol', 'symbols'],
  symbol_list: ['symbol', 'symbols'],
  other_data: ['market'],
  other_feeds: ['market'],
  channels: ['symbol', 'symbols'],
};

/** Prompt names are unique; prompts call existing tools and have no slot that nothing fills. */
export function checkPrompts({ source, value }: Loaded<RawSuite>): Problem[] {
  const problems: Problem[] = [];
  const tools = new Set([...value.market_tools, ...value.tools].map(({ name }) => name));
  const seen = new Set<string>();
  for (const [index, { name, text, arguments: given }] of (value.prompts ?? []).entries()) {
    const report = (key: string, message: string): void => {
      problems.push({ at: source.at(['prompts', index, key]), message });
    };
    if (seen.has(name)) report('name', `prompt ${name} exists twice`);
    seen.add(name);
    for (const [slot, word = ''] of text.matchAll(/\{(\w+)\}/g)) {
      const fillers = promptSlots[word] ?? [];
      if (!fillers.some(argument => argument in given)) report('text', `${slot} in ${name} has no value`);
    }
    for (const [, tool = ''] of text.matchAll(/Call (\S+) with/g)) {
      if (!tools.has(tool)) report('text', `${name} calls ${tool}, which does not exist`);
    }
  }
  return problems;
}
