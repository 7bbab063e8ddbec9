/** Parts of the text of an answer. */
import type { Common, Message, Outage, Row } from '../../generated/types.js';
import { lineOf } from '../reading/text.js';

/** Joins the parts that are not empty. */
export function lines(...parts: readonly (string | null | undefined)[]): string {
  return parts.filter(part => part !== '' && part !== null && part !== undefined).join('\n');
}

/** Messages that were dropped unread, and outages. */
export function losses(dropped: number, outages: readonly Outage[]): string[] {
  const missed = dropped > 0 ? [`Dropped unread: ${dropped}.`] : [];
  const shown = outages.map(
    ({ from, to, cause, backfill }) =>
      `Outage from ${from} to ${to ?? 'now'}: ${cause}${backfill === undefined ? '' : ` To fill it, ${backfill}.`}`,
  );
  return [...missed, ...shown];
}

export function rows(list: readonly (Message | Row)[]): string {
  return list.map(row => lineOf({ ...row })).join('\n');
}

/** `(live, 15 minutes late)`. */
export function stateOf({ state, delayed_minutes: minutes }: Common): string {
  return `(${state}${minutes === null || minutes === 0 ? '' : `, ${minutes} minutes late`})`;
}

export interface Late {
  readonly delayed_minutes: number | null;
}

export function late({ delayed_minutes: minutes }: Late): string {
  return minutes === null || minutes === 0 ? '' : ` (${minutes} minutes late)`;
}
