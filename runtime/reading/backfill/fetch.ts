/** Asks the REST API for the messages of some channels, in the world of their stream, for as long as a call may take. */
import type { Channel } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import { type ErrorCode, StreamError } from '../../core/errors.js';
import type { RawEvent } from '../../decode/protocol.js';
import type { TimeSlice } from '../../pacing/time-slice.js';
import type { RestClient } from '../../rest/client.js';
import { operationIn } from '../../rest/operations.js';
import type { HubView } from '../../stream/view.js';
import { eventOf } from './event.js';
import type { Known } from './known.js';
import type { WantedChannel } from './plan.js';
import { type ChannelRequest, requestFor } from './request.js';

export interface Fetched {
  readonly of: WantedChannel;
  /** The oldest first. */
  readonly events: readonly FetchedEvent[];
  /** Time up to which everything is there; endless where nothing follows. */
  readonly untilMs: number;
}

export interface FetchedEvent {
  readonly raw: RawEvent;
  readonly atMs: number;
  /** Whether it came by the stream. */
  readonly isKnown: boolean;
}

export interface Failed {
  readonly channel: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** A stretch of event times, Unix ms, and how many messages of it are wanted of each channel. */
export interface Span {
  readonly fromMs: number;
  /** Before it; bars end no later than `barsToMs`. */
  readonly toMs: number;
  readonly barsToMs: number;
  /** Time of the first that is wanted; 0 for all. */
  readonly atMs: number;
  readonly wanted: number;
}

export interface FetchServices {
  readonly hub: HubView;
  readonly market: Market;
  readonly api: RestClient;
  readonly slice: TimeSlice;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  readonly known: Known;
}

const mostPages = 5;
/** Rows of a page: as many as are wanted, and some that came. */
const spareRows = 200;
const mostRows = 50_000;
const mostBytes = 16_000_000;
/** Taking a row takes as long as so many small steps. */
const rowSteps = 16;

/** One after the other, in the pace of the API; where the plan lacks a kind, the others of it are not asked for. */
export async function fetchAll(
  services: FetchServices,
  channels: readonly WantedChannel[],
  span: Span,
): Promise<{ readonly fetched: readonly Fetched[]; readonly failed: readonly Failed[] }> {
  const fetched: Fetched[] = [];
  const failed: Failed[] = [];
  const lacking = new Map<Channel, StreamError>();
  for (const wanted of channels) {
    try {
      const refusal = lacking.get(wanted.channel);
      if (refusal) throw refusal;
      fetched.push(await fetchChannel(services, wanted, span));
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      if (error.code === 'NOT_ENTITLED') lacking.set(wanted.channel, error);
      failed.push({ channel: wanted.name, ...reasonOf(error, wanted, services.signal) });
    }
  }
  return { fetched, failed };
}

function reasonOf(
  { code, message }: StreamError,
  { channel }: WantedChannel,
  signal: AbortSignal,
): Omit<Failed, 'channel'> {
  if (signal.aborted) return { code: 'UPSTREAM_ERROR', message: 'It was not answered in time; call again.' };
  if (code === 'NOT_ENTITLED') return { code, message: `The plan of this key has no history of ${channel.title}.` };
  return { code, message };
}

/** @throws StreamError */
async function fetchChannel(services: FetchServices, of: WantedChannel, span: Span): Promise<Fetched> {
  const { hub, market, api, slice, signal, known } = services;
  const request = requestFor(market, of.channel)!;
  const operation = await operationIn(hub.suite.rest, request.operation);
  if (!operation) return { of, events: [], untilMs: Number.POSITIVE_INFINITY };
  const events: FetchedEvent[] = [];
  let fresh = 0;
  let untilMs = 0;
  const { fromMs, toMs } = stretchOf(request, span);
  const rows = Math.min(mostRows, span.wanted + spareRows);
  let asked: object = request.argumentsFor({ symbol: of.symbol, fromMs, toMs, rows });
  for (let page = 0; page < mostPages && fresh <= span.wanted; page++) {
    const { rows: found, next } = await pageOf(api, operation, asked, { client: hub.process, signal });
    for (const row of found) {
      const event = eventOf(of.channel, request, row);
      if (event && event.atMs >= fromMs && event.atMs < toMs) {
        const isKnown = known.take(of.channel, of.symbol, event.raw, event.atMs);
        events.push({ ...event, isKnown });
        untilMs = Math.max(untilMs, event.atMs);
        if (!isKnown) fresh++;
      }
      if (slice.spent(rowSteps)) await slice.rest();
    }
    if (next === null) return { of, events, untilMs: Number.POSITIVE_INFINITY };
    asked = { page: next };
  }
  return { of, events, untilMs };
}

/** Bars are sent when they end, and asked for by when they begin. */
function stretchOf({ lengthMs }: ChannelRequest, span: Span): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = Math.max(span.fromMs - lengthMs, span.atMs);
  const toMs = lengthMs > 0 ? span.barsToMs - lengthMs + 1 : span.toMs;
  return { fromMs, toMs: Math.max(toMs, fromMs + 1) };
}

/** What the API does not know has nothing. */
async function pageOf(
  api: RestClient,
  operation: Parameters<RestClient['call']>[0],
  asked: object,
  { client, signal }: { readonly client: string; readonly signal: AbortSignal },
) {
  try {
    const answer = await api.call(operation, asked, { client, signal, format: 'json', maxBytes: mostBytes });
    return { rows: answer.rows ?? [], next: answer.next_page };
  } catch (error) {
    if (error instanceof StreamError && error.code === 'NOT_FOUND') return { rows: [], next: null };
    throw error;
  }
}
