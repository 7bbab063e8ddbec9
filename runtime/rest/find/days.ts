/** The days of which a question speaks: one day, or a span of them. What can be meant in two ways is left out. */
import { businessDayBy, dateOf } from '../../core/business-days.js';
import { addDays, weekdayOf } from '../../core/wall-time.js';
import { isDay } from '../moments.js';

export interface AskedDays {
  /** Days that are named, in their order. */
  readonly days: readonly string[];
  /** Whether the day is named only by its distance from today. */
  readonly isRelative: boolean;
  readonly span?: { readonly from: string; readonly to: string };
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const month =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\b\\.?';
const written = new RegExp(
  [
    '(?<iso>\\d{4}-\\d\\d-\\d\\d)',
    `\\b(?<month>${month})\\s+(?<day>\\d{1,2})(?:st|nd|rd|th)?\\b(?:,?\\s+(?<year>20\\d\\d|19\\d\\d))?`,
    `\\b(?<day2>\\d{1,2})(?:st|nd|rd|th)?\\s+(?:of\\s+)?(?<month2>${month})(?:\\s+(?<year2>20\\d\\d|19\\d\\d))?`,
    `\\b(?<month3>${month})\\s+(?<year3>20\\d\\d|19\\d\\d)\\b`,
  ].join('|'),
  'gi',
);
const back = /\b(?:last|past|previous|trailing)\s+(?:(\d{1,3}|few|couple of)\s+)?(day|week|month|quarter|year)s?\b/i;
/** On a holiday the answer says so. */
const noHolidays: ReadonlySet<string> = new Set();
const daysIn: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, quarter: 91, year: 365 };

/** @param today where the exchanges are */
export function readDays(text: string, today: string): AskedDays {
  const isAhead = ahead.test(text);
  const named = [...text.matchAll(written)].flatMap(({ groups = {} }) => dayOf(groups, today, isAhead) ?? []);
  const wholeMonth = [...text.matchAll(written)].find(({ groups }) => groups?.month3 !== undefined)?.groups;
  const [first, second] = named;
  if (first !== undefined && second !== undefined && first < second)
    return { days: named, isRelative: false, span: { from: first, to: second } };
  if (first !== undefined) {
    const since = /\bsince\b/i.test(text) && first < today ? { span: { from: first, to: today } } : {};
    return { days: named, isRelative: false, ...since };
  }
  if (wholeMonth) {
    const at = { year: Number(wholeMonth.year3), month: months.indexOf(wholeMonth.month3!.slice(0, 3).toLowerCase()) };
    return {
      days: [],
      isRelative: false,
      span: { from: dateOf(at, 1), to: dateOf({ ...at, month: at.month + 1 }, 0) },
    };
  }
  return readDistance(text, today);
}

/** The text without the days that it names; `yesterday` and `today` stay, since they tell what is asked for. */
export function withoutDays(text: string): string {
  return text.replace(written, ' ').replace(back, ' ');
}

function readDistance(text: string, today: string): AskedDays {
  const none: AskedDays = { days: [], isRelative: true };
  const [, count, unit] = back.exec(text) ?? [];
  // The last day, week or quarter alone is one that is over, and which one depends on who says it.
  if (unit !== undefined && !(count === undefined && unit.toLowerCase() === 'day')) {
    const times = Number(count ?? 1) || 3;
    const from = addDays(today, -times * daysIn[unit.toLowerCase()]!);
    return { days: [], isRelative: false, span: { from, to: today } };
  }
  const year = /\b(?:in|during|for|of)\s+(20\d\d)\b/i.exec(text)?.[1];
  if (year !== undefined) return { days: [], isRelative: false, span: { from: `${year}-01-01`, to: `${year}-12-31` } };
  if (/\b(?:this year|ytd|year to date|so far this year)\b/i.test(text))
    return { days: [], isRelative: false, span: { from: `${today.slice(0, 4)}-01-01`, to: today } };
  if (/\byesterday\b/i.test(text)) return { days: [businessDayBy(addDays(today, -1), noHolidays)], isRelative: true };
  if (/\b(?:today|tonight|this morning)\b/i.test(text)) return { days: [today], isRelative: true };
  const weekday = new RegExp(`\\b(?:last|on|this past)\\s+(${weekdays.join('|')})\\b`, 'i').exec(text)?.[1];
  if (weekday === undefined) return none;
  const ago = (weekdayOf(today) - weekdays.indexOf(weekday.toLowerCase()) + 7) % 7 || 7;
  return { days: [addDays(today, -ago)], isRelative: true };
}

const ahead = /\b(?:expir\w*|upcoming|next)\b/i;

/** Without a year it is the newest such day, or the next one. */
function dayOf(
  groups: Readonly<Record<string, string | undefined>>,
  today: string,
  isAhead: boolean,
): string | undefined {
  const { iso, month: before, day, year, month2, day2, year2 } = groups;
  if (iso !== undefined) return isDay(iso) ? iso : undefined;
  const name = before ?? month2;
  if (name === undefined) return undefined;
  const at = months.indexOf(name.slice(0, 3).toLowerCase()) + 1;
  const said = year ?? year2;
  const spell = (of: string | number): string =>
    `${of}-${String(at).padStart(2, '0')}-${String(day ?? day2).padStart(2, '0')}`;
  const thisYear = Number(today.slice(0, 4));
  const found = spell(said ?? thisYear);
  const other = isAhead ? found < today && thisYear + 1 : found > today && thisYear - 1;
  const meant = said === undefined && other ? spell(other) : found;
  return isDay(meant) ? meant : undefined;
}
