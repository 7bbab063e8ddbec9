/** `doctor --events`: compares what each channel sends with the spec; the report has no data and no key. */

import type { Channel } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import { count } from '../../core/count.js';
import type { HubView } from '../../stream/view.js';
import type { Facts, Finding } from './finding.js';
import type { Difference, DifferenceKind, Inspector } from './inspector.js';
import { type Heard, listenTo } from './listener.js';

/** @param asked results of subscribing to each channel of the market */
export async function judgeEvents(hub: HubView, market: Market, asked: Finding, seconds: number): Promise<Finding> {
  const common = { check: 'events', name: market.name } as const;
  const channels = allowedIn(market, asked);
  if (channels.length === 0) {
    return { ...common, result: 'skip', message: 'not listened to: no channel is known to be allowed' };
  }
  const { clock, suite, settings } = hub;
  const target = await hub.target(market, undefined, undefined);
  const services = { clock, options: settings.options, decoding: suite };
  const heard = await listenTo(market, target, channels, seconds, services);
  return { ...common, ...describeHeard(heard, channels) };
}

/** The channels that the feed acknowledged when doctor asked for one symbol of each. */
function allowedIn(market: Market, { facts }: Finding): Channel[] {
  const outcomes = (facts?.channels ?? []) as readonly { readonly channel: string; readonly result: string }[];
  const allowed = outcomes.filter(({ result }) => result === 'allowed').map(({ channel }) => channel.split('.')[0]);
  return market.channels.filter(({ prefix }) => allowed.includes(prefix));
}

function describeHeard(heard: Heard, channels: readonly Channel[]): Omit<Finding, 'check' | 'name'> {
  const { inspector, trouble, passedOver, refused, unanswered, asked, listenedMs } = heard;
  const { differences, events, further } = inspector;
  const silent = channels.filter(({ prefix }) => !events.has(prefix)).map(({ prefix }) => prefix);
  const total = [...events.values()].reduce((sum, some) => sum + some, 0);
  const seconds = Math.round(listenedMs / 100) / 10;
  const verdict =
    differences.length > 0
      ? `${count(differences.length + further, 'difference')} from the spec`
      : total > 0
        ? 'all as the spec says'
        : 'nothing came, which is normal while the market is closed or quiet';
  return {
    result: differences.length > 0 || trouble !== undefined || total === 0 ? 'note' : 'ok',
    message: `${count(total, 'event')} in ${seconds} s: ${verdict}`,
    ...(differences.length > 0 ? { toDo: 'Report the differences as they are; they contain no key and no data.' } : {}),
    details: [
      ...named(
        'heard',
        [...events].map(([prefix, some]) => `${prefix} ${some}`),
      ),
      ...named('not heard', silent),
      ...named('refused', refused),
      ...named('unanswered', unanswered),
      ...(passedOver > 0 ? [`${count(passedOver, 'frame')} passed over, since more came than could be looked at`] : []),
      ...(trouble === undefined ? [] : [`ended early: ${trouble}`]),
      ...differences.map(difference => describeDifference(difference, inspector)),
      ...(further > 0 ? [`${further} more that differ in further ways`] : []),
    ],
    facts: {
      listened_s: seconds,
      asked,
      refused,
      unanswered,
      heard: Object.fromEntries(events),
      not_heard: silent,
      passed_over: passedOver,
      ended_early: trouble ?? null,
      time_units: showUnits(inspector),
      differences,
      further_differences: further,
    },
  };
}

function named(label: string, names: readonly string[]): string[] {
  return names.length > 0 ? [`${label}: ${names.join(', ')}`] : [];
}

function showUnits({ units }: Inspector): Facts {
  return Object.fromEntries([...units].map(([place, counts]) => [place, Object.fromEntries(counts)]));
}

const says: Readonly<Record<DifferenceKind, (difference: Difference) => string>> = {
  unknown_event: ({ key, example }) => `event ${key} is not in the spec (${example})`,
  unknown_key: ({ channel, key, example }) => `${channel}: key ${key} is not in the spec (${example})`,
  unknown_status: ({ key, example }) => `status ${key} is not in the spec (${example})`,
  missing_key: ({ channel, key, example }) => `${channel}.${key} is missing, though the spec requires it (${example})`,
  mistyped: ({ channel, key, expected, example }) => `${channel}.${key} is a ${example}, the spec says ${expected}`,
  other_unit: ({ channel, key, expected, example }) => `${channel}.${key} is in ${example}, the spec says ${expected}`,
  implausible_time: ({ channel, key, expected, example }) =>
    `${channel}.${key} is no time in any unit, but a ${example}; expected ${expected}`,
  symbol_form: ({ channel, key, expected, example }) =>
    `${channel}.${key} is written like ${example}, which is no symbol of the market: ${expected}`,
  symbol_spelling: ({ channel, key, expected, example }) =>
    `${channel}.${key} is written like ${example}, the spec says like ${expected}`,
  ack_spelling: ({ expected, example }) => `${expected} was acknowledged in another spelling, like ${example}`,
  ack_unasked: ({ example }) => `a channel was acknowledged that was not asked for, written like ${example}`,
  no_event: ({ example }) => `an item of a frame is not an event (${example})`,
};

function describeDifference(difference: Difference, { events }: Inspector): string {
  const { kind, channel, count: times } = difference;
  const all = channel === undefined || kind === 'ack_spelling' ? undefined : events.get(channel);
  return `${says[kind](difference)}; ${all === undefined ? count(times, 'time') : `${times} of ${all}`}`;
}
