/** Answers in a few words, for people and for hosts that show only text. */

import type { Answer } from '../contract/answer.js';
import type { Verb } from '../contract/contract.js';
import { count } from '../core/count.js';
import type { StreamError } from '../core/errors.js';
import { lineOf } from '../reading/text.js';

const namesShown = 10;

export function describeAnswer(verb: Verb, answer: Answer): string {
  return lines(describe(verb, answer), ...notes(answer));
}

/** What stands in a refusal beside what happened. */
interface Advice {
  readonly hint: string;
  /** URI of a resource, if there is one. */
  readonly docs: string | undefined;
  /** What was read into the arguments. */
  readonly notes: readonly string[];
}

/** `CODE: what happened`, what to do, where it is documented, and what else the answer says. */
export function describeFailure(error: StreamError, { hint, docs, notes: read }: Advice): string {
  const { details } = error;
  return lines(
    describeTrouble(error, hint),
    docs === undefined ? '' : `See ${docs}`,
    details.cursor === undefined ? '' : `Cursor: ${details.cursor}`,
    ...notes({ notes: [...read, ...((details.notes ?? []) as readonly string[])] }),
  );
}

/** `CODE: what happened`, and what to do, for somebody who has no documentation at hand. */
export function describeTrouble({ code, message, details }: StreamError, wayOut: string): string {
  return lines(`${code}: ${message}`, rejections(details.rejected), wayOut);
}

function describe(verb: Verb, answer: Answer): string {
  switch (verb) {
    case 'start':
    case 'subscribe':
      return lines(
        `${stream(answer)}${on(answer)}: ${count(answer.subscription_count, 'channel')}.`,
        named('Accepted', answer.accepted),
        named('Already there', answer.already),
        named('Unconfirmed', answer.unconfirmed),
        rejections(answer.rejected),
        ...trouble(answer),
        `Cursor: ${answer.cursor}`,
        answer.next ? `Next: ${answer.next}` : '',
      );
    case 'stop':
      return `${stream(answer)} after ${answer.duration_s} s and ${count(answer.messages_received, 'message')}.`;
    case 'status':
      return lines(
        `${stream(answer)}${on(answer)}: ${count(answer.subscription_count, 'channel')}, ${count(answer.messages_received, 'message')}, ${answer.rate_per_s}/s.`,
        `${answer.silence ?? `The newest is ${answer.newest_age_ms} ms old.`}`,
        named('Channels', answer.subscriptions),
        named('Unconfirmed', answer.unconfirmed),
        rejections(answer.rejected),
        ...trouble(answer),
        ...losses({ dropped: answer.messages_dropped, outages: answer.outages }),
        ...oddities(answer),
      );
    case 'unsubscribe':
      return lines(
        `${stream(answer)}: ${count(answer.subscription_count, 'channel')} left.`,
        named('Removed', answer.removed),
        named('Not held', answer.not_held),
      );
    case 'list':
      return lines(
        `${stream(answer)}: ${count(answer.subscription_count, 'channel')}.`,
        ...Object.entries(answer.subscriptions as Record<string, string[]>).map(([title, names]) =>
          named(title, names, names.length),
        ),
      );
    case 'read':
      return lines(
        `${count(answer.count, 'message')} of ${source(answer)}${answer.has_more ? ', more to read' : ''}.`,
        ...losses(answer),
        answer.silence,
        answer.csv ?? rows(answer.messages),
        `Cursor: ${answer.cursor}`,
      );
    case 'wait':
      return lines(
        `${answer.matched ? 'It happened' : 'It did not happen'} within ${answer.waited_ms} ms: ${count(answer.count, 'message')} of ${source(answer)}${answer.has_more ? ', more to read' : ''}.`,
        ...losses(answer),
        answer.silence,
        rows(answer.messages),
        `Cursor: ${answer.cursor}`,
      );
    case 'summarize':
      return lines(
        `${count((answer.symbols as unknown[]).length, 'symbol')} of ${source(answer)}${Number(answer.omitted) > 0 ? `, ${answer.omitted} more left out` : ''}, since ${value(answer.window, 'from') || 'its start'}.`,
        answer.incomplete,
        ...losses(answer),
        answer.silence,
        rows(answer.symbols),
      );
  }
}

/** Drops what says nothing. */
function lines(...parts: readonly unknown[]): string {
  return parts.filter(part => part !== '' && part !== null && part !== undefined).join('\n');
}

/** `the stocks stream (live, 15 minutes late)`. */
function source({ market, state, delayed_minutes: late }: Answer): string {
  return `the ${market} stream (${state}${Number(late) > 0 ? `, ${late} minutes late` : ''})`;
}

/** What did not reach the reader. */
function losses({ dropped, outages }: Answer): string[] {
  const missed = Number(dropped) > 0 ? [`Dropped unread: ${dropped}.`] : [];
  const gaps = (outages as readonly Answer[]).map(
    ({ from, to, cause }) => `Outage from ${from} to ${to ?? 'now'}: ${cause}`,
  );
  return [...missed, ...gaps];
}

function stream({ market, state }: Answer): string {
  return `The ${market} stream is ${state}`;
}

/** Where the data come from, and how late they are. */
function on({ feed, delayed_minutes: late }: Answer): string {
  return `${feed ? ` on ${feed}` : ''}${Number(late) > 0 ? ` (${late} minutes late)` : ''}`;
}

/** What keeps a stream down, and what can be done about it. */
function trouble({ last_error: error, next_retry_at: retryAt }: Answer): string[] {
  if (!error) return [];
  const { code, message, hint } = error as Answer;
  return [`Last error ${code}: ${message} ${hint}`, ...(retryAt ? [`Next attempt at ${retryAt}.`] : [])];
}

/** Counts that are 0 where all is well. */
function oddities(answer: Answer): string[] {
  const counts = ['malformed', 'unknown', 'mistyped', 'reconnects'].filter(name => Number(answer[name]) > 0);
  return counts.length > 0 ? [`${counts.map(name => `${name} ${answer[name]}`).join(', ')}.`] : [];
}

function notes({ notes: texts }: Answer): string[] {
  if (!Array.isArray(texts) || texts.length === 0) return [];
  return [`Note: ${texts.map(text => (/[.!?]$/.test(text) ? text : `${text}.`)).join(' ')}`];
}

function named(label: string, names: unknown, most = namesShown): string {
  if (!Array.isArray(names) || names.length === 0) return '';
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${label}: ${names.slice(0, most).join(', ')}${more}`;
}

/** The first with their reasons, the others by name, since no other answer tells them. */
function rejections(rejected: unknown): string {
  if (!Array.isArray(rejected) || rejected.length === 0) return '';
  const rest = rejected.slice(namesShown).map(({ channel }) => channel);
  return lines(
    ...rejected.slice(0, namesShown).map(({ channel, message }) => `Rejected ${channel}: ${message}`),
    rest.length > 0 ? `Rejected also: ${rest.join(', ')}` : '',
  );
}

function rows(list: unknown): string {
  return Array.isArray(list) ? list.map(lineOf).join('\n') : '';
}

function value(holder: unknown, key: string): string {
  return typeof holder === 'object' && holder !== null ? String((holder as Answer)[key] ?? '') : '';
}
