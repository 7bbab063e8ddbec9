/** Remarks below the table: what a user should know besides the numbers. */

import type { SessionRow } from '../../../generated/types.js';
import { count } from '../../core/count.js';
import type { Outage } from '../../stream/outages.js';
import type { StreamFault } from '../../stream/upstream-user.js';
import type { Rejection } from '../../symbols/channels.js';
import { timeOfDay } from './text.js';

export interface Circumstances {
  readonly silence: string | null;
  readonly outages: readonly Outage[];
  readonly fault: StreamFault | undefined;
  readonly rejected: readonly Rejection[];
  readonly notes: readonly string[];
  /** Why the numbers are incomplete. */
  readonly incomplete: string | undefined;
}

export function listRemarks(circumstances: Circumstances): string[] {
  const { silence, outages, fault, rejected, notes, incomplete } = circumstances;
  return [
    ...(silence === null ? [] : [silence]),
    ...describeOutages(outages),
    ...(fault && !silence?.includes(fault.message) ? [describeFault(fault)] : []),
    ...rejected.map(({ channel, code, message }) => `Rejected ${channel}: ${code}: ${message}`),
    ...(incomplete === undefined ? [] : [incomplete]),
    ...notes,
  ];
}

/** Products that do not trade, unless the silence says it. */
export function listAsides(sessions: readonly SessionRow[], silence: string | null): string[] {
  return sessions
    .filter(({ of, open }) => !open && !silence?.includes(`${of}: closed`))
    .map(({ of, text }) => `${of}: ${text}.`);
}

function describeOutages(outages: readonly Outage[]): string[] {
  const last = outages.at(-1);
  if (!last) return [];
  const { fromMs, toMs } = last;
  const stretch =
    toMs === undefined
      ? `since ${timeOfDay(fromMs)} UTC`
      : `${timeOfDay(fromMs)} to ${timeOfDay(toMs)} UTC, ${Math.round((toMs - fromMs) / 1_000)} s`;
  return [
    `${count(outages.length, 'outage')}${outages.length > 1 ? '; the last' : ''}: ${stretch}. What came then is lost.`,
  ];
}

function describeFault({ code, message, atMs }: StreamFault): string {
  return `Last error, ${timeOfDay(atMs)} UTC: ${code}: ${message}`;
}
