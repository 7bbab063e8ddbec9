/** Whether the markets trade, and their holidays: by the calendars. The simulated feed itself never closes. */

import { addDays, minuteOfDay, momentOf, wallTimeAt } from '../../core/wall-time.js';
import { tradingTimeAt } from '../../market/hours.js';
import type { Catalogue } from './catalogue.js';
import type { Document } from './documents.js';
import type { Request } from './request.js';

const usualZone = 'America/New_York';
const minuteMs = 60_000;
const daysAhead = 365;
const exchanges = ['NYSE', 'NASDAQ'];
const usualOpen = '09:30';
const usualClose = '16:00';
const groups = [
  's_and_p',
  'societe_generale',
  'msci',
  'ftse_russell',
  'mstar',
  'mstarc',
  'cccy',
  'cgi',
  'nasdaq',
  'dow_jones',
];

/** `/v1/marketstatus/now` */
export function now({ nowMs }: Request, catalogue: Catalogue): Document {
  const session = (market: string): string | undefined => {
    const place = catalogue.place(market);
    return place && tradingTimeAt(place.market.hours, nowMs).session?.name;
  };
  const stocks = session('stocks');
  const exchange = stocks === undefined ? 'closed' : stocks === 'regular' ? 'open' : 'extended-hours';
  const indices = session('indices') === undefined ? 'closed' : 'open';
  return {
    afterHours: stocks === 'after hours',
    currencies: { crypto: session('crypto') ? 'open' : 'closed', fx: session('forex') ? 'open' : 'closed' },
    earlyHours: stocks === 'pre-market',
    exchanges: { nasdaq: exchange, nyse: exchange, otc: exchange },
    indicesGroups: Object.fromEntries(groups.map(group => [group, indices])),
    market: exchange,
    serverTime: localTime(nowMs),
  };
}

/** `2026-11-28T06:00:00-05:00` */
function localTime(atMs: number): string {
  const wall = wallTimeAt(usualZone, atMs);
  const shownMs = Date.parse(`${wall.date}T00:00:00Z`) + wall.minute * minuteMs + (atMs % minuteMs);
  const behind = Math.round((atMs - shownMs) / (60 * minuteMs));
  return `${new Date(shownMs).toISOString().slice(0, 19)}-${String(behind).padStart(2, '0')}:00`;
}

/** `/v1/marketstatus/upcoming` */
export function upcoming({ nowMs }: Request, catalogue: Catalogue): Document {
  const calendar = catalogue.place('stocks')?.market.hours.calendar;
  const { date: today } = wallTimeAt(usualZone, nowMs);
  const last = addDays(today, daysAhead);
  const isSoon = ({ date }: { readonly date: string }): boolean => today <= date && date <= last;
  const { holidays = [], earlyCloses = [], earlyTimes = [] } = calendar ?? {};
  const early = earlyTimes.find(({ usual }) => usual === usualClose)?.early ?? usualClose;
  const at = (date: string, time: string): string =>
    new Date(momentOf(usualZone, { date, minute: minuteOfDay(time) })).toISOString();
  const days = [
    ...holidays.filter(isSoon).map(({ date, name }) => ({ date, name, status: 'closed' })),
    ...earlyCloses.filter(isSoon).map(({ date, name }) => {
      return { date, name, status: 'early-close', open: at(date, usualOpen), close: at(date, early) };
    }),
  ];
  days.sort((one, other) => (one.date < other.date ? -1 : 1));
  return days.flatMap(day => exchanges.map(exchange => ({ exchange, ...day })));
}
