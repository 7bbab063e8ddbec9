/** When the products of a stream trade, as answers show it. */
import type { SessionRow } from '../../generated/types.js';
import { simulatedFeed } from '../config/feed-names.js';
import { isoOrNull } from '../core/time.js';
import { hoursOf } from '../market/product-hours.js';
import { reportTrading, spellReport } from '../market/trading-hours.js';
import type { HubView, StreamView } from '../stream/view.js';

/** A row for each of the different hours of what is subscribed; none for a recording, which has no hours. */
export function sessionsOf({ hours, settings, clock }: HubView, stream: StreamView): SessionRow[] {
  const { market, target, subscriptions } = stream;
  if (target?.replay) return [];
  if (target?.endpoint.simulated ?? settings.feed === simulatedFeed) return [openAlways(market.title)];
  const symbols = subscriptions.names.map(name => name.slice(name.indexOf('.') + 1));
  return hoursOf(market, hours.of(market), symbols).map(named => {
    const report = reportTrading(named, clock.now());
    const { of, open, changesAtMs, time } = report;
    const session = time.session?.name ?? null;
    const calendar = named.hours.calendar?.title ?? null;
    return { of, open, session, changes_at: isoOrNull(changesAtMs), calendar, text: spellReport(report) };
  });
}

function openAlways(of: string): SessionRow {
  const text = 'open: the simulated feed never closes';
  return { of, open: true, session: simulatedFeed, changes_at: null, calendar: null, text };
}
