/** Turns the raw spec into the model: applies errata, resolves citations, fills templates. */

import { readSilences } from '../drift/unsaid.js';
import type {
  Channel,
  Citation,
  Field,
  Market,
  Model,
  RawChannel,
  RawConditions,
  RawMarket,
  RawSuite,
  RawTool,
  Sample,
  See,
  Tool,
  Toolset,
} from '../model.js';
import type { Problem } from '../problem.js';
import { buildRest } from '../rest/build.js';
import { judgeMarketRest } from '../rest/market-rest.js';
import { checkCalendar, citeCalendar } from './calendars.js';
import { checkMarket, checkOrder, checkPrompts, checkSchemas, checkTools, checkToolsets } from './check.js';
import { Citing, type Claim } from './citing.js';
import { checkConditions, citeConditions, tableOf } from './conditions.js';
import { Errata } from './errata.js';
import { checkExpiry, citeExpiry } from './expiry.js';
import type { Loaded, Spec } from './file.js';
import { checkCalendarsOf, checkHours, citeHours, spreadHours } from './hours.js';
import { judgePage } from './page-form.js';
import { fileOf, type Pages } from './pages.js';
import { judgeRow } from './rows.js';
import { judgeSample } from './samples.js';
import { fillAnswers, Schemas } from './schemas.js';
import { fill, marketSlots, type Slots, suiteSlots } from './slots.js';
import { citeSymbols, type Fact } from './symbol-citations.js';
import type { YamlPath } from './yaml.js';

/** @returns the model; do not emit it if there are problems */
export function buildModel(raw: Spec, pages: Pages): { model: Model; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const citations: Citation[] = [];
  const spec: Spec = { ...raw, suite: { ...raw.suite, value: fillAnswers(raw.suite.value) } };
  const errata = new Errata(spec.errata);
  const suite = spec.suite.value;
  const shared = new Citing(spec.suite.source, suite.pages, citations);
  const schemas = new Schemas(suite, spec.markets);

  citeSuite(suite, shared);
  citeErrata(spec.errata, new Citing(spec.errata.source, suite.pages, citations));
  for (const loaded of spec.calendars) {
    citeCalendar(loaded, citations);
    problems.push(...checkCalendar(loaded));
  }
  for (const loaded of spec.conditions) {
    citeConditions(loaded, citations);
    problems.push(...checkConditions(loaded, spec.markets));
  }
  const calendars = spec.calendars.map(({ value }) => value);
  const raws = spec.markets.map(({ value }) => value);
  const conditions = spec.conditions.map(({ value }) => value);
  const markets = spec.markets.map(loaded => {
    problems.push(...checkMarket(loaded, suite, raws), ...checkHours(loaded), ...checkCalendarsOf(loaded, calendars));
    problems.push(...checkExpiry(loaded, calendars));
    const codes = conditions.find(({ market }) => market === loaded.value.market);
    return buildMarket(loaded, { suite: spec.suite, raws, shared, schemas, errata, pages, citations, problems, codes });
  });
  const slots = suiteSlots(raws);
  const tools = suite.tools.map((raw, index) => buildTool(raw, ['tools', index], slots, { shared, schemas }));
  const { failure, ofRequests } = schemas;
  const toolsets = buildToolsets(
    suite,
    spec.markets.map(({ value }) => marketSlots(value)),
  );
  problems.push(
    ...checkSchemas(spec.suite),
    ...checkOrder(spec.markets),
    ...checkTools(spec.suite, markets, tools),
    ...checkToolsets(spec.suite, toolsets, [...markets.flatMap(market => market.tools), ...tools]),
    ...checkPrompts(spec.suite),
    ...errata.problems(),
  );
  const rest = spec.rest && buildRest(spec.rest);
  problems.push(...(rest?.problems ?? []), ...spec.markets.flatMap(market => judgeMarketRest(market, rest?.model)));
  const [explanations, silences] = [errata.explanations(), readSilences(spec.unsaid)];
  const shown = {
    suite,
    failure,
    ofRequests,
    tools,
    toolsets,
    markets,
    calendars,
    conditions,
    ...(rest ? { rest: rest.model } : {}),
  };
  const model = { ...shown, explanations, silences, citations };
  return { model, problems };
}

interface Surroundings {
  readonly suite: Loaded<RawSuite>;
  readonly raws: readonly RawMarket[];
  readonly shared: Citing;
  readonly schemas: Schemas;
  readonly errata: Errata;
  readonly pages: Pages;
  readonly citations: Citation[];
  readonly problems: Problem[];
  /** Of the market; absent where it has none. */
  readonly codes: RawConditions | undefined;
}

function buildMarket({ source, value: raw }: Loaded<RawMarket>, around: Surroundings): Market {
  const citing = new Citing(source, raw.pages, around.citations);
  const fact: Fact = (what, ...mentions) => ({
    what: `${raw.market}.${what}`,
    kind: 'fact',
    mentions,
  });

  for (const [index, { path, see }] of raw.paths.entries()) {
    citing.cite(see, ['paths', index, 'see'], fact(`paths ${path}`, path));
  }
  for (const [index, { feed, delay_minutes: delay, see }] of raw.feeds.entries()) {
    citing.cite(see, ['feeds', index, 'see'], fact(`feeds ${feed}`, delay > 0 ? `${delay}` : `${raw.paths[0]?.path}`));
  }
  citeHours(raw, citing);
  citeExpiry(raw, citing);
  citeSymbols(raw, citing, fact);
  for (const [index, { prefixes, max_held: max, see }] of (raw.caps ?? []).entries()) {
    citing.cite(see, ['caps', index, 'see'], fact(`cap of ${prefixes.join(' and ')}`, max.toLocaleString('en-US')));
  }
  for (const [index, { size, quotes, see }] of (raw.pips ?? []).entries()) {
    citing.cite(see, ['pips', index, 'see'], fact(`pip of ${quotes.join(', ')}`, `${size}`, ...quotes));
  }
  for (const [index, { prefix, see }] of (raw.legacy ?? []).entries()) {
    citing.cite(see, ['legacy', index, 'see'], fact(`legacy ${prefix}`, `\`${prefix}\``));
  }

  // The check of the citations reports a page that there is not.
  for (const page of new Set(raw.channels.map(channel => `${raw.pages}/${channel.page}`))) {
    const lines = around.pages.get(page);
    for (const { line, message } of lines ? judgePage(lines) : []) {
      around.problems.push({ at: { path: fileOf(page), line, column: 1 }, message });
    }
  }
  const channels = raw.channels.map((channel, index) =>
    buildChannel({ source, value: raw }, channel, index, citing, around),
  );
  const slots = marketSlots(raw);
  const see = `${raw.pages}/overview.md`;
  const tools = around.suite.value.market_tools.map((tool, index) => {
    const built = buildTool(tool, ['market_tools', index], slots, around);
    if (!tool.cites_channels) return built;
    const cited = channels.map(channel => ({ what: `${channel.raw.prefix} ${channel.raw.title}`, see: channel.see }));
    return { ...built, citations: [...built.citations, ...cited] };
  });
  const elsewhere = (raw.symbol.elsewhere ?? []).map(rule => ({
    ...rule,
    form: around.raws.find(({ market }) => market === rule.market)?.symbol.pattern ?? '',
  }));
  return {
    raw,
    path: source.path,
    see,
    channels,
    elsewhere,
    codes: around.codes,
    hours: spreadHours(raw.hours),
    tools,
  };
}

function buildChannel(
  { source, value: market }: Loaded<RawMarket>,
  raw: RawChannel,
  index: number,
  citing: Citing,
  around: Surroundings,
): Channel {
  const path = (...rest: YamlPath): YamlPath => ['channels', index, ...rest];
  const report = (message: string, ...at: YamlPath): void => {
    around.problems.push({ at: source.at(path(...at)), message });
  };
  const what = `${market.market}.${raw.prefix}`;
  const cite = (see: See, at: YamlPath, claim: Claim): string => citing.cite(see, at, claim, raw.page);

  const see = cite(raw.see, path('see'), { what, kind: 'channel', mentions: [`\`${raw.prefix}\``, raw.title] });
  const star = raw.wildcard.supported ? [`${raw.prefix}.*`] : ['ildcard'];
  cite(raw.wildcard.see, path('wildcard', 'see'), { what: `${what} wildcard`, kind: 'fact', mentions: star });
  for (const [number, { prefix, see: line }] of (raw.aliases ?? []).entries()) {
    const mentions = [`\`${prefix}\``];
    cite(line, path('aliases', number, 'see'), { what: `${what} alias ${prefix}`, kind: 'fact', mentions });
  }
  const plans = raw.plans.text.match(/Basic|Starter|Developer|Advanced|Business|Currencies/g) ?? [];
  cite(raw.plans.see, path('plans', 'see'), { what: `${what} plans`, kind: 'fact', mentions: [...new Set(plans)] });

  const samples = raw.samples.map((line, number): Sample => {
    const claim: Claim = { what: `${what} sample ${number + 1}`, kind: 'sample', mentions: [raw.prefix] };
    const sample = cite(line, path('samples', number), claim);
    return { see: sample, json: textAt(sample, around.pages) };
  });
  const fields = raw.fields.map((field, number): Field => {
    const claim: Claim = { what: `${what}.${field.key}`, kind: 'field', mentions: [`\`${field.key}\``] };
    const line = cite(field.see, path('fields', number, 'see'), claim);
    const { file, line: row } = placeOf(line);
    for (const { part, message } of judgeRow(field, around.pages.get(file) ?? [], row)) {
      report(`${what}.${field.key} cites ${line}: ${message}`, 'fields', number, part in field ? part : 'key');
    }
    const { see: _, ...corrected } = around.errata.correct(`${what}.${field.key}`, field);
    const table = tableOf(raw, field);
    const codes = table && around.codes?.[table] ? table : undefined;
    return { ...corrected, optional: corrected.optional ?? false, codes, see: line };
  });
  const channel = { raw, see, fields, samples };
  for (const [number, sample] of samples.entries()) {
    const first = samples.findIndex(({ json }) => json === sample.json);
    // The check of the citation reports a line that there is not.
    if (first < number && sample.json !== '') {
      const message = `is the same event as sample ${first + 1}; cite another example`;
      report(`${what} sample ${number + 1} (${sample.see}) ${message}`, 'samples', number);
    }
    for (const fault of judgeSample(market, channel, sample)) {
      report(`${what} sample ${number + 1} (${sample.see}) ${fault}`, 'samples', number);
    }
  }
  return channel;
}

function placeOf(see: string): { readonly file: string; readonly line: number } {
  const [, file = '', line = ''] = /^(.*):(\d+)/.exec(see) ?? [];
  return { file, line: Number(line) };
}

function textAt(see: string, pages: Pages): string {
  const [, file = '', from, to] = /^(.*):(\d+)(?:-(\d+))?$/.exec(see) ?? [];
  const lines = pages.get(file) ?? [];
  return lines.slice(Number(from) - 1, Number(to ?? from)).join('\n');
}

function buildTool(
  raw: RawTool,
  path: YamlPath,
  slots: Slots,
  { shared: citing, schemas }: Pick<Surroundings, 'shared' | 'schemas'>,
): Tool {
  const name = fill(raw.name, slots);
  const citations = raw.see.map(({ what, see }, index) => ({
    what,
    see: citing.cite(see, [...path, 'see', index, 'see'], { what: `tool ${raw.name}`, kind: 'fact', mentions: [what] }),
  }));
  return {
    raw,
    name,
    toolset: fill(raw.toolset, slots),
    title: fill(raw.title, slots),
    description: fill(raw.description, slots),
    arguments: schemas.argumentsOf(raw, slots),
    answer: schemas.answerOf(raw),
    several: schemas.severalOf(raw),
    citations,
  };
}

/** A toolset with a slot in its name becomes one for each market. */
function buildToolsets({ toolsets }: RawSuite, markets: readonly Readonly<Record<string, string>>[]): Toolset[] {
  return toolsets.flatMap(({ name, about, default: standard }) =>
    (name.includes('{') ? markets : [{}]).map(slots => ({
      name: fill(name, slots),
      about: fill(about, slots),
      standard,
    })),
  );
}

function citeSuite(suite: RawSuite, citing: Citing): void {
  for (const [index, { name, hosts, see }] of suite.feeds.entries()) {
    const mentions = [`\`${name}\``, ...hosts];
    citing.cite(see, ['feeds', index, 'see'], { what: `feed ${name}`, kind: 'fact', mentions });
  }
  for (const [index, { status, message, see }] of suite.statuses.entries()) {
    const mentions = [`\`${status}\``, message];
    citing.cite(see, ['statuses', index, 'see'], { what: `status ${status} "${message}"`, kind: 'fact', mentions });
  }
}

function citeErrata({ value }: Loaded<readonly { readonly at: string; readonly see: See }[]>, citing: Citing): void {
  for (const [index, { at, see }] of value.entries()) {
    const name = at.split('.').at(-1)!;
    // The pages write prefixes and keys in backticks, markets as plain words.
    const mentions = [at.includes('.') ? `\`${name}\`` : name];
    citing.cite(see, [index, 'see'], { what: `erratum ${at}`, kind: 'fact', mentions });
  }
}
