/** What a comparison can compare beside a field of the message itself. */
import type { Channel, Role } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import type { Interval } from '../../market/bar-interval.js';
import type { IndicatorRequest } from '../../market/indicator-names.js';
import { fieldKinds } from '../../symbols/field-kinds.js';
import { canBuild, sourcesOf } from '../bars/source.js';

export type Operand =
  | { readonly kind: 'field'; readonly field: string }
  /** In percent, from the value that held when the span began. */
  | { readonly kind: 'move_pct'; readonly field: string; readonly windowMs: number }
  /** As a summary has them. */
  | { readonly kind: 'window_change_pct' | 'window_volume' | 'window_volume_ratio'; readonly windowMs: number }
  | { readonly kind: 'spread_bps' | 'spread_pips' }
  | {
      readonly kind: 'indicator';
      readonly request: IndicatorRequest;
      /** Which of its values, where it has several. */
      readonly part: string | undefined;
      readonly interval: Interval;
    };

/** Names that stand where a field does, and whether they are of a span. */
export const namedOperands: Readonly<Record<NamedOperand, boolean>> = {
  spread_bps: false,
  spread_pips: false,
  window_change_pct: true,
  window_volume: true,
  window_volume_ratio: true,
};
export type NamedOperand = Exclude<Operand['kind'], 'field' | 'move_pct' | 'indicator'>;

/** The channels whose messages bring it, in the order in which they are preferred. */
export function channelsFor(operand: Operand, { channels, pips }: Pick<Market, 'channels' | 'pips'>): Channel[] {
  switch (operand.kind) {
    case 'field':
    case 'move_pct':
      return channels.filter(channel => fieldKinds(channel).get(operand.field)?.includes('number') ?? false);
    case 'spread_pips':
      return pips ? channels.filter(isTwoSided) : [];
    case 'spread_bps':
      return channels.filter(isTwoSided);
    case 'window_volume':
    case 'window_volume_ratio':
      return sourcesOf(channels).flatMap(({ from, channel }) => (from === 'values' ? [] : [channel]));
    case 'window_change_pct':
      // A price or a value is newer than the bar that has it.
      return [...sourcesOf(channels)]
        .sort((one, other) => Number(one.from === 'bars') - Number(other.from === 'bars'))
        .map(({ channel }) => channel);
    case 'indicator':
      return sourcesOf(channels).flatMap(source => (canBuild(source, operand.interval) ? [source.channel] : []));
  }
}

function isTwoSided({ fields }: Channel): boolean {
  const has = (wanted: Role): boolean => fields.some(({ role }) => role === wanted);
  return has('bid.price') && has('ask.price');
}

/** Whether several channels bring one value in common, so that only the first that is subscribed counts. */
export function hasOneSource({ kind }: Operand): boolean {
  return kind === 'indicator' || kind.startsWith('window_');
}

/** `move_pct of price in 60 s`, `rsi:14 of 1m bars` */
export function describeOperand(operand: Operand): string {
  switch (operand.kind) {
    case 'field':
      return operand.field;
    case 'move_pct':
      return `move_pct of ${operand.field} in ${operand.windowMs / 1_000} s`;
    case 'indicator':
      return `${operand.request.name}${operand.part === undefined ? '' : `.${operand.part}`} of ${operand.interval.name} bars`;
    case 'spread_bps':
    case 'spread_pips':
      return operand.kind;
    default:
      return `${operand.kind} in ${operand.windowMs / 1_000} s`;
  }
}

/** How far back the messages are that it is made of, ms; all that are held for an indicator. */
export function pastOf(operand: Operand): number {
  switch (operand.kind) {
    case 'indicator':
      return Number.POSITIVE_INFINITY;
    case 'window_volume_ratio':
      return 2 * operand.windowMs;
    default:
      return 'windowMs' in operand ? operand.windowMs : 0;
  }
}

/** Between which numbers it always is, the ends included. */
export function rangeOf(operand: Operand): readonly [number, number] {
  if (operand.kind === 'indicator' && operand.request.kind === 'rsi') return [0, 100];
  return operand.kind === 'window_volume' || operand.kind === 'window_volume_ratio'
    ? [0, Number.POSITIVE_INFINITY]
    : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
}
