import { readingsIn } from '../load/symbols.js';
import type { Channel, Field, Market, RawExpiry, RawMarket, Tool, Week } from '../model.js';
import { calendarName } from './calendars.js';
import { codesName } from './conditions.js';
import { emitFile } from './file.js';
import { Code, Documented, type Literal } from './literal.js';
import { emitArguments, emitInputSchema } from './schema.js';

/** `generated/<market>.ts`: validators, formatter tables and tools of one market. */
export function emitMarket(market: Market): string {
  const { raw, hours } = market;
  const named = [hours, ...hours.groups].flatMap(({ calendar }) => (calendar ? [calendarName(calendar)] : []));
  const { expiry } = raw.symbol;
  const calendars = [...new Set([...named, ...(expiry ? [calendarName(expiry.calendar)] : [])])].sort();
  return emitFile({
    from: `${market.path} and spec/suite.yaml`,
    imports: [
      { moduleSpecifier: 'zod', namedImports: ['z'] },
      {
        moduleSpecifier: '../runtime/index.js',
        namedImports: [
          { name: 'Channel', isTypeOnly: true },
          { name: 'Market', isTypeOnly: true },
          { name: 'MarketTool', isTypeOnly: true },
          'wire',
        ],
      },
      ...(calendars.length > 0 ? [{ moduleSpecifier: './calendars.js', namedImports: calendars }] : []),
      ...(market.codes ? [{ moduleSpecifier: './conditions.js', namedImports: [codesName(raw.market)] }] : []),
    ],
    declarations: [
      ...market.channels.map(channel => ({
        name: channelName(channel),
        type: 'Channel',
        docs: [`${channel.raw.title}, \`${channel.raw.prefix}\`.`, `@see ${channel.see}`],
        value: emitChannel(channel),
      })),
      {
        name: 'tools',
        type: 'readonly MarketTool[]',
        docs: [`The six tools of ${raw.title}.`],
        value: market.tools.map(tool => emitTool(tool)),
      },
      {
        name: raw.market,
        type: 'Market',
        exported: true,
        docs: [`${raw.title}: everything that differs by market.`, `@see ${market.see}`],
        value: {
          name: raw.market,
          title: raw.title,
          paths: raw.paths.map(({ path }) => path),
          feeds: raw.feeds.map(({ feed, delay_minutes: delayMinutes }) => ({ feed, delayMinutes })),
          hours: {
            timeZone: raw.hours.time_zone,
            ...emitWeek(hours),
            thinDays: raw.hours.thin_days?.map(({ day, name }) => ({ day, name })),
            note: raw.hours.note?.text,
            groups:
              hours.groups.length > 0
                ? hours.groups.map(({ name, title, products, ...week }) => ({
                    name,
                    title,
                    products,
                    ...emitWeek(week),
                  }))
                : undefined,
          },
          codes: market.codes && new Code(codesName(raw.market)),
          symbol: {
            pattern: raw.symbol.pattern,
            description: raw.symbol.description,
            examples: raw.symbol.examples,
            spellings: (raw.symbol.spellings ?? []).map(({ pattern, canonical }) => ({ pattern, canonical })),
            usual: raw.symbol.usual?.pattern,
            slips: (raw.symbol.slips ?? []).map(({ pattern, meant }) => ({ pattern, meant: readingsIn(meant) })),
            wrappers: (raw.symbol.wrappers ?? []).map(({ pattern }) => pattern),
            elsewhere: market.elsewhere.map(({ market: name, kind, pattern, meant, form }) => ({
              market: name,
              kind,
              pattern,
              meant,
              form,
            })),
            tolerated: (raw.symbol.tolerated ?? []).map(({ pattern }) => pattern),
            stars: (raw.symbol.stars ?? []).map(({ spelled }) => spelled),
            product: raw.symbol.product?.pattern,
            expiry: raw.symbol.expiry && emitExpiry(raw.symbol.expiry),
          },
          rest: raw.rest && emitRest(raw.rest),
          pips: raw.pips?.map(({ size, quotes }) => ({ size, quotes })),
          caps: (raw.caps ?? []).map(({ prefixes, max_held: maxHeld, unit }) => ({ prefixes, maxHeld, unit })),
          channels: market.channels.map(channel => new Code(channelName(channel))),
          legacy: (raw.legacy ?? []).map(({ prefix, title, instead }) => ({ prefix, title, instead })),
          simulation: {
            tickSize: raw.simulation.tick_size,
            lotSize: raw.simulation.lot_size,
            instruments: Object.entries(raw.simulation.instruments).map(([symbol, price]) => ({ symbol, price })),
          },
          tools: new Code('tools'),
        },
      },
    ],
  });
}

function emitRest({ symbol, daily, bars, ticks = [] }: NonNullable<RawMarket['rest']>): Literal {
  const { operation, arguments: args = {}, symbols, most, symbol: column, begins, prev_close: prevClose, day } = daily;
  return {
    symbol: symbol && { pattern: symbol.pattern, canonical: symbol.written },
    daily: { operation, args, symbolsArgument: symbols, most, symbolColumn: column, begins, prevClose, day },
    bars: bars && {
      operation: bars.operation,
      args: bars.arguments ?? {},
      asStreamed: bars.as_streamed ?? {},
      symbolArgument: bars.symbol,
      fromArgument: bars.from,
      toArgument: bars.to,
      epoch: bars.epoch,
      isAdjusted: bars.adjusted ?? false,
      lengths: bars.lengths,
      columns: bars.columns,
    },
    ticks: ticks.map(({ event, operation: name, arguments: sent = {}, symbol: ticker, from, to, columns }) => ({
      event,
      operation: name,
      args: sent,
      symbolArgument: ticker,
      fromArgument: from,
      toArgument: to,
      columns,
    })),
  };
}

function emitExpiry(expiry: RawExpiry): Literal {
  const { pattern, month_codes: monthCodes, calendar, listed_years: listedYears, monthly, products = [] } = expiry;
  return {
    pattern,
    monthCodes,
    calendar: new Code(calendarName(calendar)),
    listedYears,
    monthly: monthly && emitLastDay(monthly),
    withoutMonth: expiry.without_month?.pattern,
    products: products.map(product => ({
      codes: product.codes,
      months: product.months,
      lastDay: emitLastDay(product.last_day),
      farListed: product.far_listed,
      overAfterMonths: product.over_after_months,
    })),
  };
}

function emitLastDay({ from_business_day: fromBusinessDay, ...rule }: NonNullable<RawExpiry['monthly']>) {
  return { ...rule, fromBusinessDay };
}

function emitWeek({ calendar, sessions, unconfirmed }: Week): { readonly [key: string]: Literal | undefined } {
  return {
    calendar: calendar && new Code(calendarName(calendar)),
    sessions: sessions.map(({ name, opens, closes }) => ({ name, opens, closes })),
    unconfirmed:
      unconfirmed.length > 0
        ? unconfirmed.map(({ name, since, confidence, about, sessions: some }) => ({
            name,
            since,
            confidence,
            about,
            sessions: some.map(session => ({ ...session })),
          }))
        : undefined,
  };
}

function channelName({ raw }: Channel): string {
  const words = raw.page.replace(/\.md$/, '').split('-');
  return words.map((word, index) => (index === 0 ? word : `${word[0]!.toUpperCase()}${word.slice(1)}`)).join('');
}

function emitChannel(channel: Channel): Literal {
  const { raw, fields } = channel;
  return {
    prefix: raw.prefix,
    title: raw.title,
    event: raw.event,
    wildcard: raw.wildcard.supported,
    wildcardNote: raw.wildcard.why,
    aliases: (raw.aliases ?? []).map(({ prefix }) => prefix),
    plans: raw.plans.text,
    fields: fields.map(field => new Documented(emitField(field), `@see ${field.see}`)),
    validator: new Code(emitValidator(channel)),
  };
}

function emitField(field: Field): Literal {
  const { key, name, type, unit, note, epoch, optional, role, delivered, flag, codes } = field;
  return { key, name, type, unit, note, epoch, optional, role, delivered, flag, codes };
}

function emitValidator({ raw, fields }: Channel): string {
  const members = fields.map(field => `    ${field.key}: ${wireType(field)}${field.optional ? '.nullish()' : ''},\n`);
  return `z.looseObject({\n    ev: z.literal('${raw.prefix}'),\n${members.join('')}  })`;
}

function wireType({ type, epoch }: Field): string {
  return `wire.${epoch ?? type}`;
}

/** The shared tools use it, too. */
export function emitTool(tool: Tool): Literal {
  const { read_only, destructive, idempotent, open_world } = tool.raw.annotations;
  return {
    name: tool.name,
    title: tool.title,
    verb: tool.raw.verb,
    toolset: tool.toolset,
    description: tool.description,
    inputSchema: emitInputSchema(tool),
    annotations: {
      readOnlyHint: read_only,
      destructiveHint: destructive,
      idempotentHint: idempotent,
      openWorldHint: open_world,
    },
    validator: emitArguments(tool),
    citations: tool.citations.map(({ what, see }) => ({ what, see })),
  };
}
