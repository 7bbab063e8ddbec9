/** Describes answers in short text, for people and for hosts that show only text. */

import type {
  Answers,
  Common,
  LastError,
  OperationAnswer,
  OverviewLine,
  RecordingRow,
  Rejection,
  StatusAnswer,
  SymbolBars,
} from '../../generated/types.js';
import type { Verb } from '../contract/tool.js';
import { count } from '../core/count.js';
import type { StreamError } from '../core/errors.js';
import { asSentence } from '../core/quoting.js';
import { lineOf } from '../reading/text.js';
import { describeRequest } from './describe-request.js';
import { describeRead, describeSummary, describeWait } from './describe-several.js';
import { describeFound } from './finding/describe-found.js';
import { type Late, late, lines, losses, rows, stateOf } from './text-parts.js';

const namesShown = 10;
const sessionsShown = 3;
const expiriesShown = 5;

export function describeAnswer<V extends Verb>(verb: V, answer: Answers[V]): string {
  return lines(describers[verb](answer), ...describeNotes(answer.notes));
}

/** The same for a request of the REST API. */
export function describeOperation(answer: OperationAnswer): string {
  return lines(describeRequest(answer), ...describeNotes(answer.notes));
}

/** What a failure says besides what happened. */
interface Advice {
  readonly hint: string;
  /** URI of a documentation resource, if there is one. */
  readonly docs: string | undefined;
  /** How the arguments were interpreted. */
  readonly notes: readonly string[];
}

/** `CODE: what happened`, what to do, where it is documented, the cursor and the notes. */
export function describeFailure(error: StreamError, { hint, docs, notes: read }: Advice): string {
  const { details } = error;
  return lines(
    describeTrouble(error, hint),
    docs === undefined ? '' : `See ${docs}`,
    details.cursor === undefined ? '' : `Cursor: ${details.cursor}`,
    ...describeNotes([...read, ...(details.notes ?? [])]),
  );
}

/** `CODE: what happened`, and what to do; without links to documentation, for a terminal or a log. */
export function describeTrouble({ code, message, details }: StreamError, wayOut: string): string {
  return lines(`${code}: ${message}`, rejections(details.rejected), wayOut);
}

const describers: { readonly [V in Verb]: (answer: Answers[V]) => string } = {
  start: answer =>
    lines(
      `${stream(answer)}${on(answer)}: ${count(answer.subscription_count, 'channel')}.`,
      named('Accepted', answer.accepted),
      named('Unconfirmed', answer.unconfirmed),
      rejections(answer.rejected),
      ...trouble(answer.last_error, answer.next_retry_at),
      `Cursor: ${answer.cursor}`,
      `Next: ${answer.next}`,
    ),
  subscribe: answer =>
    lines(
      `${stream(answer)}${late(answer)}: ${count(answer.subscription_count, 'channel')}.`,
      named('Accepted', answer.accepted),
      named('Already there', answer.already),
      named('Unconfirmed', answer.unconfirmed),
      rejections(answer.rejected),
      `Cursor: ${answer.cursor}`,
    ),
  stop: answer => `${stream(answer)} after ${answer.duration_s} s and ${count(answer.messages_received, 'message')}.`,
  status: answer =>
    lines(
      `${stream(answer)}${on(answer)}: ${count(answer.subscription_count, 'channel')}, ${count(answer.messages_received, 'message')}, ${answer.rate_per_s}/s.`,
      answer.silence ?? `The newest is ${answer.newest_age_ms} ms old.`,
      ...hours(answer),
      ...channels(answer),
      named('Unconfirmed', answer.unconfirmed),
      rejections(answer.rejected),
      ...trouble(answer.last_error, answer.next_retry_at),
      ...losses(answer.messages_dropped, answer.outages),
      ...oddities(answer),
    ),
  unsubscribe: answer =>
    lines(
      `${stream(answer)}: ${count(answer.subscription_count, 'channel')} left.`,
      named('Removed', answer.removed),
      named('Not held', answer.not_held),
    ),
  list: answer =>
    lines(
      `${stream(answer)}: ${count(answer.subscription_count, 'channel')}.`,
      ...Object.entries(answer.subscriptions).map(([title, names]) => named(title, names, names.length)),
    ),
  read: answer => {
    if ('streams' in answer) return describeRead(answer);
    return lines(
      `${count(answer.count, 'message')} of ${source(answer)}${answer.has_more ? ', more to read' : ''}.`,
      ...losses(answer.dropped, answer.outages),
      answer.silence,
      answer.csv ?? rows(answer.messages ?? []),
      `Cursor: ${answer.cursor}`,
    );
  },
  wait: answer => {
    if ('streams' in answer) return describeWait(answer);
    return lines(
      `${answer.matched ? 'It happened' : 'It did not happen'} within ${answer.waited_ms} ms: ${count(answer.count, 'message')} of ${source(answer)}${answer.has_more ? ', more to read' : ''}.`,
      ...losses(answer.dropped, answer.outages),
      answer.silence,
      rows(answer.messages),
      `Cursor: ${answer.cursor}`,
    );
  },
  summarize: answer => {
    if ('streams' in answer) return describeSummary(answer);
    return lines(
      `${count(answer.symbols.length, 'symbol')} of ${source(answer)}${answer.omitted > 0 ? `, ${answer.omitted} more left out` : ''}, since ${answer.window.from ?? 'its start'}.`,
      answer.incomplete,
      ...losses(0, answer.outages),
      answer.silence,
      rows(answer.symbols),
    );
  },
  bars: answer =>
    lines(
      `Bars of ${answer.interval} of ${source(answer)}${answer.omitted > 0 ? `, ${answer.omitted} left out` : ''}.`,
      ...losses(0, answer.outages),
      ...answer.symbols.map(barsOf),
      answer.csv,
    ),
  backfill: answer =>
    lines(
      answer.outage === null
        ? `Nothing of ${source(answer)} is filled.`
        : `${count(answer.count, 'message')} by REST of what the outage of ${source(answer)} from ${answer.outage.from} to ${answer.outage.to} lacks${answer.next_page === null ? '' : ', and there is more'}.`,
      answer.duplicates > 0 ? `Left out, since they had come: ${answer.duplicates}.` : '',
      ...answer.failed.map(({ channel, code, message }) => `${channel} failed, ${code}: ${message}`),
      named('Without history', answer.unavailable),
      answer.csv ?? rows(answer.messages ?? []),
    ),
  overview: answer =>
    lines(
      `${count(answer.running, 'stream')} of ${answer.streams.length} running.`,
      ...answer.streams.map(streamLine),
      ...answer.recordings.map(recordingLine),
      answer.more_recordings ? `${count(answer.more_recordings, 'older recording')} more.` : '',
    ),
  find_rest: describeFound,
  call_rest: describeRequest,
  stop_all: ({ stopped }) =>
    lines(
      `${count(stopped.length, 'stream')} stopped.`,
      ...stopped.map(
        ({ market, messages_received: received, duration_s: seconds }) =>
          `${market}: after ${seconds} s and ${count(received, 'message')}.`,
      ),
    ),
};

/** What the bars of a symbol are built of, and a line for each. */
function barsOf({ symbol, from, channel, count: number, bars = [], silence }: SymbolBars): string {
  const own = from === null ? '' : ` from ${from} (${channel})`;
  const made = number === 0 && from === null ? `${symbol}: no bars.` : `${symbol}: ${count(number, 'bar')}${own}.`;
  const listed = bars.map(({ start_time, ...bar }) => `${start_time} ${lineOf({ ...bar })}`);
  return lines(silence === null ? made : `${made} ${silence}`, ...listed);
}

/** `stocks: live on realtime, 3 channels, 120 messages, 12/s, the newest 40 ms old. US stocks (by ...): open ...` */
function streamLine(line: OverviewLine): string {
  return [inShort(line), ...tradingOf(line), ...expiriesOf(line)].map(asSentence).join(' ');
}

function recordingLine({ market, endpoint, being_written: goesOn }: RecordingRow): string {
  return `Recorded of ${market}: ${endpoint}${goesOn ? ', and it goes on' : ''}.`;
}

/** Whether the products trade, and by which calendar. */
function tradingOf({ sessions }: OverviewLine): string[] {
  const sentences = sessions
    .slice(0, sessionsShown)
    .map(({ of, calendar, text }) => `${of}${calendar === null ? '' : ` (by the calendar of ${calendar})`}: ${text}`);
  const more = sessions.length - sessionsShown;
  return more > 0 ? [...sentences, `${count(more, 'group')} more in "sessions"`] : sentences;
}

function expiriesOf({ expiries, more_expiries: others = 0 }: OverviewLine): string[] {
  const more = expiries.length - expiriesShown + others;
  const sentences = expiries.slice(0, expiriesShown).map(({ text }) => text);
  return more > 0 ? [...sentences, `${count(more, 'contract')} more that expired or soon will`] : sentences;
}

/** `live on realtime (15 minutes late), 3 channels, 120 messages, 12/s, the newest 40 ms old` */
function inShort(line: OverviewLine): string {
  const { market, state, messages_received: received, newest_age_ms: ageMs, trouble: fault } = line;
  if (line.feed === null) return `${market}: ${state}`;
  const news = ageMs === null ? 'nothing yet' : `the newest ${ageMs} ms old`;
  const counts = `${count(line.subscription_count, 'channel')}, ${count(received, 'message')}, ${line.rate_per_s}/s, ${news}`;
  return `${market}: ${state}${on(line)}, ${counts}${fault === undefined ? '' : `. ${fault}`}`;
}

/** `the stocks stream (live, 15 minutes late)`. */
function source(answer: Common): string {
  return `the ${answer.market} stream ${stateOf(answer)}`;
}

function stream({ market, state }: Common): string {
  return `The ${market} stream is ${state}`;
}

/** The feed, and how late its data are. */
function on(answer: Late & { readonly feed: string | null }): string {
  return `${answer.feed ? ` on ${answer.feed}` : ''}${late(answer)}`;
}

/** The last error, what to do about it, and when the stream tries again. */
function trouble(error: LastError | null | undefined, retryAt: string | null | undefined): string[] {
  if (!error) return [];
  const { code, message, hint } = error;
  return [`Last error ${code}: ${message} ${hint}`, ...(retryAt ? [`Next attempt at ${retryAt}.`] : [])];
}

/** When the products trade, unless the silence says it. */
function hours({ sessions, silence }: StatusAnswer): string[] {
  return sessions.filter(({ of }) => !silence?.includes(`${of}: closed`)).map(({ of, text }) => `${of}: ${text}.`);
}

/** The messages of each channel, which are silent while others come, and when bars are due. */
function channels({ channels: all, more_channels: more = 0, silent_count: silent }: StatusAnswer): string[] {
  const counts = all.map(({ channel, messages }) => `${channel} (${messages ?? 'not counted'})`);
  const quiet = all.flatMap(({ channel, silent_since: since }) => (since ? [`${channel} since ${since}`] : []));
  const due = all.flatMap(({ channel, next_bar_at: at }) => (at ? [`${channel} at ${at}`] : []));
  return [
    named('Channels and their messages', counts, counts.length, more),
    named('Silent while others come', quiet, quiet.length, silent - quiet.length),
    named('Next bar due', due, due.length),
  ];
}

/** Counts that are 0 while all is well; shows only the others. */
function oddities({ malformed, unknown, mistyped, reconnects }: StatusAnswer): string[] {
  const counts = Object.entries({ malformed, unknown, mistyped, reconnects }).filter(
    ([, number]) => Number(number) > 0,
  );
  return counts.length > 0 ? [`${counts.map(([name, number]) => `${name} ${number}`).join(', ')}.`] : [];
}

function describeNotes(notes: readonly string[]): string[] {
  if (notes.length === 0) return [];
  return [`Note: ${notes.map(asSentence).join(' ')}`];
}

/** @param others how many there are besides */
function named(label: string, names: readonly string[], most = namesShown, others = 0): string {
  if (names.length === 0) return '';
  const hidden = Math.max(names.length - most, 0) + others;
  return `${label}: ${names.slice(0, most).join(', ')}${hidden > 0 ? ` and ${hidden} more` : ''}`;
}

/** Shows the first with their reasons, and names the others, since no other answer lists them. */
function rejections(rejected: readonly Rejection[] = []): string {
  if (rejected.length === 0) return '';
  const rest = rejected.slice(namesShown).map(({ channel }) => channel);
  return lines(
    ...rejected.slice(0, namesShown).map(({ channel, message }) => `Rejected ${channel}: ${message}`),
    rest.length > 0 ? `Rejected also: ${rest.join(', ')}` : '',
  );
}
