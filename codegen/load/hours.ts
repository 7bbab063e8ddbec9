/** Cites and checks the hours of a market: its sessions, and those of groups of products. */
import type { Hours, RawCalendar, RawMarket, Week } from '../model.js';
import type { Problem } from '../problem.js';
import type { Citing, Claim } from './citing.js';
import type { Loaded } from './file.js';
import { sessionFault, spreadSession, timeZoneFault } from './week.js';
import type { YamlPath } from './yaml.js';

type RawHours = RawMarket['hours'];
type RawWeek = Pick<RawHours, 'calendar' | 'sessions' | 'unconfirmed'>;

/** A week of the market or of a group, and where it is written. */
interface Written {
  readonly what: string;
  readonly week: RawWeek;
  readonly path: YamlPath;
}

function weeksOf(hours: RawHours): Written[] {
  const groups = (hours.groups ?? []).map((week, index) => ({
    what: `hours of ${week.group}`,
    week,
    path: ['hours', 'groups', index],
  }));
  return [{ what: 'hours', week: hours, path: ['hours'] }, ...groups];
}

/** Adds the claims of the hours to the citations. */
export function citeHours({ hours, symbol, market }: RawMarket, citing: Citing): void {
  const fact = (what: string, ...mentions: string[]): Claim => ({ what: `${market}.${what}`, kind: 'fact', mentions });
  const citeSessions = (sessions: RawHours['sessions'], path: YamlPath, what: string): void => {
    for (const [index, { name, from, to, see }] of sessions.entries()) {
      const times = [from, to].map(time => time.split(' ').at(-1)!);
      citing.cite(see, [...path, index, 'see'], fact(`${what} ${name}`, ...times));
    }
  };
  for (const { what, week, path } of weeksOf(hours)) {
    citeSessions(week.sessions, [...path, 'sessions'], what);
    for (const [index, { name, from_date: since, see, sessions }] of (week.unconfirmed ?? []).entries()) {
      const at = [...path, 'unconfirmed', index];
      citing.cite(see, [...at, 'see'], fact(`${what} ${name}`, ...(since ? [since] : [])));
      citeSessions(sessions, [...at, 'sessions'], `${what} ${name}`);
    }
  }
  for (const [index, { group, products, see }] of (hours.groups ?? []).entries()) {
    citing.cite(see, ['hours', 'groups', index, 'see'], fact(`group ${group}`, ...products));
  }
  for (const [index, { day, name, see }] of (hours.thin_days ?? []).entries()) {
    citing.cite(see, ['hours', 'thin_days', index, 'see'], fact(`thin ${day}`, name));
  }
  if (hours.note) citing.cite(hours.note.see, ['hours', 'note', 'see'], fact('hours note', 'earlier and later'));
  if (symbol.product) {
    const products = Object.entries(symbol.product.examples).slice(0, 1);
    citing.cite(symbol.product.see, ['symbol', 'product', 'see'], fact('product', ...products.map(([, one]) => one)));
  }
}

/** Sessions make sense, the time zone exists, and each product is in one group. */
export function checkHours({ source, value }: Loaded<RawMarket>): Problem[] {
  const { hours, symbol } = value;
  const problems: Problem[] = [];
  const report = (path: YamlPath, message: string): void => {
    problems.push({ at: source.at(path), message });
  };
  const zone = timeZoneFault(hours.time_zone);
  if (zone) report(['hours', 'time_zone'], zone);
  const lists = weeksOf(hours).flatMap(({ week, path }) => [
    { sessions: week.sessions, path: [...path, 'sessions'] },
    ...(week.unconfirmed ?? []).map(({ sessions }, index) => ({
      sessions,
      path: [...path, 'unconfirmed', index, 'sessions'],
    })),
  ]);
  for (const { sessions, path } of lists) {
    for (const [index, session] of sessions.entries()) {
      const fault = sessionFault(session);
      if (fault) report([...path, index, 'name'], `session ${session.name} ${fault}`);
    }
  }
  const seen = new Map<string, string>();
  for (const [index, { group, products }] of (hours.groups ?? []).entries()) {
    const path = ['hours', 'groups', index];
    if (!symbol.product) report(path, `the group ${group} needs symbol.product, which finds the product of a symbol`);
    for (const [number, product] of products.entries()) {
      const other = seen.get(product);
      if (other) report([...path, 'products', number], `${product} is already in the group ${other}`);
      seen.set(product, group);
    }
  }
  for (const [example, meant] of Object.entries(symbol.product?.examples ?? {})) {
    const got = new RegExp(symbol.product!.pattern, 'u').exec(example)?.[1];
    if (got !== meant) {
      const message = `${example} should be of the product ${meant}, but is of ${got ?? 'none'}`;
      report(['symbol', 'product', 'examples', example], message);
    }
  }
  return problems;
}

/** The calendars that the hours name exist and have the time zone of the market. */
export function checkCalendarsOf({ source, value }: Loaded<RawMarket>, calendars: readonly RawCalendar[]): Problem[] {
  const zone = value.hours.time_zone;
  return weeksOf(value.hours).flatMap(({ week: { calendar: name }, path }): Problem[] => {
    if (name === undefined) return [];
    const found = calendars.find(({ calendar }) => calendar === name);
    const at = source.at([...path, 'calendar']);
    if (!found) {
      const names = calendars.map(({ calendar }) => calendar).join(', ');
      return [{ at, message: `there is no calendar ${name}; the calendars are ${names}` }];
    }
    if (found.time_zone === zone) return [];
    return [{ at, message: `the calendar ${name} is of ${found.time_zone}, and the market of ${zone}` }];
  });
}

/** The hours with a session for each day. */
export function spreadHours(hours: RawHours): Hours {
  return {
    ...spreadWeek(hours),
    groups: (hours.groups ?? []).map(group => ({
      name: group.group,
      title: group.title,
      products: group.products,
      ...spreadWeek(group),
    })),
  };
}

function spreadWeek({ calendar, sessions, unconfirmed = [] }: RawWeek): Week {
  return {
    calendar,
    sessions: sessions.flatMap(spreadSession),
    unconfirmed: unconfirmed.map(({ name, from_date: since, confidence, about, sessions: some }) => ({
      name,
      since,
      confidence,
      about,
      sessions: some.flatMap(spreadSession),
    })),
  };
}
