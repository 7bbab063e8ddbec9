/** When contracts end, by their symbols: what has expired, and what is traded instead. */
import type { Calendar, Expiry, LastDay, Market, ProductExpiry } from '../contract/market.js';
import { businessDayBy, businessDaysBefore, dateOf, type Month, nthWeekday } from '../core/business-days.js';
import { addDays, wallTimeAt } from '../core/wall-time.js';

/** What is to be said of a contract that no longer trades, or may not. */
export interface Expired {
  /** Whether that is certain; else it is a doubt. */
  readonly certain: boolean;
  /** `ESZ5 expired in December 2025; the front month is ESZ6` */
  readonly text: string;
}

/** A contract by the parts of its symbol. */
interface Contract {
  readonly code: string;
  readonly product: ProductExpiry | undefined;
  readonly month: Month;
  /** `2026-12-18`; absent where the symbol names a month only. */
  readonly date: string | undefined;
  /** Whether the year has one digit, and may be that of ten years later. */
  readonly isDoubtful: boolean;
}

/** @returns undefined for what trades, or does not expire */
export function judgeExpiry(market: Market, symbol: string, nowMs: number): Expired | undefined {
  const { expiry } = market.symbol;
  const today = wallTimeAt(market.hours.timeZone, nowMs).date;
  const contract = expiry && readContract(expiry, symbol, today);
  if (!contract) return undefined;
  const { code, product, month, date, isDoubtful } = contract;
  if (date !== undefined) {
    if (date >= today) return undefined;
    const [next] = nextMonthlies(expiry, symbol, today, 1);
    const instead = next && `; of ${next.date} it would be written ${next.symbol}`;
    return { certain: true, text: `${symbol} expired on ${date}${instead ?? ''}` };
  }
  const front = product && frontMonth(market, code, nowMs);
  const instead = front === undefined ? '' : `; the front month is ${front}`;
  const overFrom = dateOf({ ...month, month: month.month + 1 + (product?.overAfterMonths ?? 0) }, 1);
  if (today >= overFrom) {
    if (isDoubtful) {
      const later = spellMonth({ ...month, year: month.year + 10 });
      return {
        certain: false,
        text: `${symbol} expired in ${spellMonth(month)}, unless it is that of ${later}${instead}`,
      };
    }
    if (product) return { certain: true, text: `${symbol} expired in ${spellMonth(month)}${instead}` };
    return {
      certain: false,
      text: `${symbol} has probably expired in ${spellMonth(month)}; the rules of its product are not known here`,
    };
  }
  const last = product && lastDayOf(product.lastDay, month, holidaysOf(expiry));
  if (last === undefined || today <= last) return undefined;
  return { certain: false, text: `${symbol} traded to ${last} by the usual rule${instead}` };
}

/** The end of a contract that has expired, or is about to. */
export interface Ending {
  /** Null where that is not certain. */
  readonly expired: boolean | null;
  /** Last day of trading, such as `2026-12-18`; absent where no rule is known. */
  readonly lastDay: string | undefined;
  readonly text: string;
}

/** @returns undefined for what trades longer, for what does not expire, and where the end is not known */
export function endingOf(market: Market, symbol: string, nowMs: number, daysAhead: number): Ending | undefined {
  const { expiry } = market.symbol;
  const today = wallTimeAt(market.hours.timeZone, nowMs).date;
  const contract = expiry && readContract(expiry, symbol, today);
  if (!contract) return undefined;
  const { product, month, date } = contract;
  const lastDay = date ?? (product && lastDayOf(product.lastDay, month, holidaysOf(expiry)));
  const judged = judgeExpiry(market, symbol, nowMs);
  if (judged) return { expired: judged.certain ? true : null, lastDay, text: judged.text };
  if (lastDay === undefined || lastDay > addDays(today, daysAhead)) return undefined;
  const text = date === undefined ? `${symbol} trades to ${lastDay} by the usual rule` : `${symbol} expires on ${date}`;
  return { expired: false, lastDay, text };
}

/** The symbol of the nearest month of a product that still trades, such as `ESZ6`; undefined for other products. */
export function frontMonth(market: Market, code: string, nowMs: number): string | undefined {
  return frontMonths(market, code, nowMs, 1)[0];
}

function frontMonths(market: Market, code: string, nowMs: number, count: number): string[] {
  const { expiry } = market.symbol;
  const product = expiry?.products.find(({ codes }) => codes.includes(code));
  if (!expiry?.monthCodes || !product) return [];
  const today = wallTimeAt(market.hours.timeZone, nowMs).date;
  const closed = holidaysOf(expiry);
  const found: string[] = [];
  // A rule may end a contract months before its own, or after it.
  for (let ahead = -6; ahead <= 24 && found.length < count; ahead++) {
    const month = monthOf(today, ahead);
    const letter = expiry.monthCodes[month.month]!;
    if (!product.months.includes(letter) || lastDayOf(product.lastDay, month, closed) < today) continue;
    found.push(`${code}${letter}${month.year % 10}`);
  }
  return found;
}

/**
 * Contracts that trade, the nearest to expire first: of the product of a symbol, such as `ESZ6` and `ESH7` for `ESZ7`;
 * where the date is said, the same contract with the next usual dates.
 */
export function nearestContracts(market: Market, symbol: string, nowMs: number, count: number): string[] {
  const { expiry } = market.symbol;
  const groups = expiry && regex(expiry.pattern).exec(symbol)?.groups;
  if (!groups) return [];
  if (groups.day === undefined) return frontMonths(market, groups.product ?? '', nowMs, count);
  const today = wallTimeAt(market.hours.timeZone, nowMs).date;
  return nextMonthlies(expiry, symbol, today, count).map(next => next.symbol);
}

/** The product of a contract of any month, such as `ES`; undefined where symbols name no product. */
export function productOf({ symbol: { product } }: Market, symbol: string): string | undefined {
  return product === undefined ? undefined : regex(product).exec(symbol)?.[1];
}

/** The product of a text that names no month, such as `ES`, `NQ!` or `/ES`; undefined if it is not known. */
export function productWithoutMonth({ symbol: { expiry } }: Market, text: string): string | undefined {
  if (expiry?.withoutMonth === undefined || text.length > 8) return undefined;
  const code = regex(expiry.withoutMonth).exec(text.toUpperCase())?.groups?.product;
  return expiry.products.find(({ codes }) => code !== undefined && codes.includes(code)) && code;
}

const doubtsShown = 5;

/** Sentences on contracts among the subscribed ones that no longer trade, or may not. */
export function suspectExpired(market: Market, symbols: Iterable<string>, nowMs: number): string[] {
  if (!market.symbol.expiry) return [];
  const judged = [...new Set(symbols)].flatMap(symbol => judgeExpiry(market, symbol, nowMs) ?? []);
  return judged.slice(0, doubtsShown).map(({ text }) => `${text}.`);
}

function readContract(expiry: Expiry, symbol: string, today: string): Contract | undefined {
  const parts = regex(expiry.pattern).exec(symbol)?.groups;
  if (!parts) return undefined;
  const { product: code = '', year = '', month = '', day } = parts;
  const product = expiry.products.find(({ codes }) => codes.includes(code));
  const inYear = expiry.monthCodes === undefined ? Number(month) - 1 : expiry.monthCodes.indexOf(month);
  if (year.length === 1) {
    const nearest = yearOf(expiry, Number(year), inYear, today);
    return { code, product, month: nearest, date: undefined, isDoubtful: product?.farListed ?? false };
  }
  const found = { year: 2000 + Number(year), month: inYear };
  const date = day === undefined ? undefined : dateOf(found, Number(day));
  return { code, product, month: found, date, isDoubtful: false };
}

/** The year that ends with a digit: the next one within which contracts are listed, else the last one. */
function yearOf({ listedYears = 10 }: Expiry, digit: number, month: number, today: string): Month {
  const now = monthOf(today, 0);
  const next = now.year + ((((digit - now.year) % 10) + 10) % 10);
  const ahead = (next - now.year) * 12 + month - now.month;
  return { year: ahead > listedYears * 12 ? next - 10 : next, month };
}

/** The same contract with the next usual dates. */
function nextMonthlies(expiry: Expiry, symbol: string, today: string, count: number) {
  const match = regex(expiry.pattern).exec(symbol);
  const { year, day } = match?.indices?.groups ?? {};
  const { monthly } = expiry;
  if (monthly === undefined || !year || !day) return [];
  const closed = holidaysOf(expiry);
  const dates = Array.from({ length: count + 1 }, (_, ahead) => lastDayOf(monthly, monthOf(today, ahead), closed));
  return dates
    .filter(date => date >= today)
    .slice(0, count)
    .map(date => {
      const digits = date.slice(2).replaceAll('-', '');
      return { date, symbol: `${symbol.slice(0, year[0])}${digits}${symbol.slice(day[1])}` };
    });
}

const shortestLifeDays = 180;
const longestYears = 200;

/** The contract itself while it has half a year to live, else the same one of the first later year that has a year. */
export function laterContract(market: Market, symbol: string, nowMs: number): string {
  const { expiry } = market.symbol;
  // The year of a contract of the spec is meant as of when it was written: one digit is counted on from the last one.
  const match = expiry && regex(expiry.pattern).exec(symbol);
  const { product = '', year = '', month = '', day } = match?.groups ?? {};
  const places = match?.indices?.groups;
  if (!expiry || !places) return symbol;
  const today = wallTimeAt(market.hours.timeZone, nowMs).date;
  const inYear = expiry.monthCodes === undefined ? Number(month) - 1 : expiry.monthCodes.indexOf(month);
  const rule = expiry.products.find(({ codes }) => codes.includes(product))?.lastDay ?? expiry.monthly;
  if (!rule) return symbol;
  const closed = holidaysOf(expiry);
  const dayIn = (one: number): string => lastDayOf(rule, { year: one, month: inYear }, closed);
  const written = year.length === 1 ? writtenDecade + Number(year) : 2000 + Number(year);
  if (dayIn(written) >= addDays(today, shortestLifeDays)) return symbol;
  const from = Number(today.slice(0, 4));
  const later = Array.from({ length: longestYears }, (_, ahead) => from + ahead).find(
    one => dayIn(one) >= addDays(today, 365),
  )!;
  const digits = String(later).slice(-year.length);
  const [head, tail] = [symbol.slice(0, places.year![0]), symbol.slice(places.year![1])];
  if (day === undefined) return `${head}${digits}${tail}`;
  return `${head}${dayIn(later).slice(2).replaceAll('-', '')}${symbol.slice(places.day![1])}`;
}

/** That of the contracts in the spec whose year has one digit. */
const writtenDecade = 2020;

function lastDayOf(rule: LastDay, { year, month }: Month, closed: ReadonlySet<string>): string {
  const { day, weekday, nth = 1, back = 0, fromBusinessDay = false } = rule;
  const of = { year, month: month + (rule.month ?? 0) };
  const anchor = weekday === undefined ? dateOf(of, day ?? 1) : nthWeekday(of, weekday, nth);
  const from = fromBusinessDay || back === 0 ? businessDayBy(anchor, closed) : anchor;
  return businessDaysBefore(from, back, closed);
}

const holidays = new WeakMap<Calendar, ReadonlySet<string>>();

function holidaysOf({ calendar }: Expiry): ReadonlySet<string> {
  let dates = holidays.get(calendar);
  if (!dates) {
    dates = new Set(calendar.holidays.map(({ date }) => date));
    holidays.set(calendar, dates);
  }
  return dates;
}

const compiled = new Map<string, RegExp>();

/** A request may name thousands of contracts, so that no pattern is compiled twice. */
function regex(pattern: string): RegExp {
  let expression = compiled.get(pattern);
  if (!expression) {
    expression = new RegExp(pattern, 'du');
    compiled.set(pattern, expression);
  }
  return expression;
}

/** The month of a date, or one so many months later. */
function monthOf(date: string, ahead: number): Month {
  const moved = new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1 + ahead, 1));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() };
}

function spellMonth({ year, month }: Month): string {
  return new Date(Date.UTC(year, month, 1)).toLocaleString('en-US', {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
}
