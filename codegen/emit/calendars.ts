import type { Model, RawCalendar } from '../model.js';
import { emitFile } from './file.js';

/** `generated/calendars.ts`: holidays and early closes. */
export function emitCalendars({ calendars }: Model): string {
  return emitFile({
    from: 'spec/calendars/',
    imports: [{ moduleSpecifier: '../runtime/index.js', isTypeOnly: true, namedImports: ['Calendar'] }],
    declarations: calendars.map(calendar => ({
      name: calendarName(calendar.calendar),
      type: 'Calendar',
      exported: true,
      docs: [`Holidays and early closes of the ${calendar.title}.`],
      value: {
        name: calendar.calendar,
        title: calendar.title,
        knownFrom: calendar.known.from,
        knownTo: calendar.known.to,
        holidays: (calendar.holidays ?? []).map(special),
        earlyCloses: (calendar.early_closes ?? []).map(special),
        earlyTimes: (calendar.early_times ?? []).map(({ usual, early }) => ({ usual, early })),
        interruptions: (calendar.interruptions ?? []).map(({ date, name, stops, starts }) => ({
          date,
          name,
          stops,
          starts,
        })),
      },
    })),
  });
}

/** `us-equities` is `usEquities`. */
export function calendarName(calendar: string): string {
  return calendar.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function special({ date, name }: NonNullable<RawCalendar['holidays']>[number]) {
  return { date, name };
}
