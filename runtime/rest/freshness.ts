/** For how long an answer is as good as a new one. */
import type { OperationFreshness } from '../contract/operation.js';
import { epochMs } from '../core/time.js';
import type { SentValue } from './arguments.js';
import { isDay } from './moments.js';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const momentMs = 5_000;

/** @param sent what was asked for; absent for a further page, whose range is unknown */
export function keptMs(freshness: OperationFreshness, sent: readonly SentValue[] | undefined, nowMs: number): number {
  switch (freshness) {
    case 'reference':
      return dayMs;
    case 'snapshot':
      return momentMs;
    case 'history':
      return sent && hasEnded(sent, nowMs) ? hourMs : momentMs;
    case 'never':
      return 0;
  }
}

/** Whether the range ended a day ago or earlier, so that nothing is corrected or added any more. */
function hasEnded(sent: readonly SentValue[], nowMs: number): boolean {
  const ends = sent.flatMap(({ argument: { parameter, operator, wire }, text }) => {
    if (parameter.type !== 'date' && parameter.type !== 'moment') return [];
    const isEnd = operator === undefined ? wire !== 'from' : operator === 'lt' || operator === 'lte';
    return isEnd ? (endOf(text) ?? []) : [];
  });
  return ends.length > 0 && Math.min(...ends) + dayMs < nowMs;
}

/** Wall clock ms of the end of a date or of a moment. */
function endOf(text: string): number | undefined {
  if (isDay(text)) return Date.parse(`${text}T00:00:00Z`) + dayMs;
  const ms = epochMs(text) ?? Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
