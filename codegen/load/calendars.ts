/** Cites holidays day by day, and checks what the schema cannot say about a calendar. */
import type { Citation, RawCalendar } from '../model.js';
import type { Problem } from '../problem.js';
import { Citing } from './citing.js';
import type { Loaded } from './file.js';
import type { YamlPath } from './yaml.js';

/** Adds the claims of a calendar to the citations. */
export function citeCalendar({ source, value }: Loaded<RawCalendar>, citations: Citation[]): void {
  const citing = new Citing(source, value.pages, citations);
  const cite = (see: RawCalendar['known']['see'], path: YamlPath, what: string, ...mentions: string[]): void => {
    citing.cite(see, path, { what: `${value.calendar} ${what}`, kind: 'fact', mentions });
  };
  const { known } = value;
  cite(known.see, ['known', 'see'], 'known', known.from, known.to);
  for (const [index, { usual, early, see }] of (value.early_times ?? []).entries()) {
    cite(see, ['early_times', index, 'see'], `early ${usual}`, usual, early);
  }
  for (const kind of ['holidays', 'early_closes'] as const) {
    for (const [index, { date, name, see }] of (value[kind] ?? []).entries()) {
      cite(see, [kind, index, 'see'], `${kind} ${date}`, date, name);
    }
  }
  for (const [index, { date, name, stops, starts, see }] of (value.interruptions ?? []).entries()) {
    const times = [stops, starts].filter(time => time !== undefined);
    const closed = times.length === 0 ? ['closed'] : [];
    cite(see, ['interruptions', index, 'see'], `interruption ${date}`, date, name, ...times, ...closed);
  }
}

/**
 * Every date exists and stands once, in order, and between the known dates; holidays are on working days. Interruptions
 * may stand after the known dates, where they were announced early.
 */
export function checkCalendar({ source, value }: Loaded<RawCalendar>): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const kind of ['holidays', 'early_closes', 'interruptions'] as const) {
    let before = '';
    for (const [index, { date }] of (value[kind] ?? []).entries()) {
      const report = (message: string): void => {
        problems.push({ at: source.at([kind, index, 'date']), message: `${date} ${message}` });
      };
      const day = new Date(`${date}T00:00:00Z`);
      if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) report('is no date');
      else if (kind !== 'interruptions' && day.getUTCDay() % 6 === 0) report('is on a weekend');
      if (date < value.known.from || (kind !== 'interruptions' && date > value.known.to)) {
        report('is not within what is known');
      }
      if (seen.has(date)) report('stands twice');
      else if (date < before) report(`stands after ${before}`);
      seen.add(date);
      before = date;
    }
  }
  return problems;
}
