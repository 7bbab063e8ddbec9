/** Summaries and bars of very many messages, against the same drawn message by message. */
import { markets, suite } from '../../generated/suite.js';
import type { MessageBuffer } from '../../runtime/buffer/message-buffer.js';
import { segmentRows } from '../../runtime/buffer/rows.js';
import { Window } from '../../runtime/market/totals/window.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { callOn, hubOn } from '../support/bench.js';
import { handFrame } from '../support/hand-feed.js';
import { marketOf } from '../support/markets.js';
import { Snapshots } from '../support/snapshots.js';
import { eventsOf, framesOf, symbolOf } from './load.js';
import type { Part } from './part.js';
import { compete } from './rounds.js';
import { atMost, type Row, rowOf } from './row.js';

const longMessages = 1_000_000;
const shortMessages = 100_000;
const symbols = 10_000;
const batch = 10;
/** Held by a stream that is full, and taken in at once. */
const lively = 100_000;
const bufferBytes = 256 * 2 ** 20;
const market = marketOf('stocks');

export const windows: Part = {
  name: 'windows',
  quick: true,
  async run({ rounds, short }) {
    const messages = short ? shortMessages : longMessages;
    const texts = eventsOf(market, symbols, 2 * symbols);
    const hub = filled(texts, messages);
    const { buffer } = hub.stream(market.name);
    const oneSymbol = eventsOf(market, 1, symbols);
    const single = filled(oneSymbol, messages);

    const summarize = async (of: Pick<Client, 'stream'> = hub, args: object = {}): Promise<void> => {
      await ask(of, 'summarize_stream', { market: market.name, top: 20, ...args });
    };
    const window = { window_s: 86_400 };
    const bars = (of: Client, count?: number): Promise<void> =>
      ask(of, 'read_bars', { market: market.name, symbols: [symbolOf(market, 0)], interval: '1m', count });
    await summarize();
    const [silent, asked] = [filled(texts, lively), filled(texts, lively)];
    await summarize(asked);
    const frames = framesOf(texts, batch).map(text => Buffer.from(text));
    const contestants = {
      first: async () => {
        forget(buffer);
        const window = sinceStart(buffer);
        const tookMs = await time(() => summarize(lookAt(hub, window)));
        window.release();
        return tookMs;
      },
      later: () => {
        handFrame(hub.stream(market.name), framesOf(texts.slice(0, batch), batch)[0]!);
        return time(() => summarize());
      },
      firstWindow: () => {
        forget(buffer);
        return time(() => summarize(hub, window));
      },
      again: () => time(() => summarize(hub, window)),
      change: () => time(() => summarize(hub, { ...window, sort: 'change' })),
      snapshots: () => time(() => new Snapshots(market, buffer, systemClock, buffer.oldestSeq).update()),
      bars: () => {
        forget(buffer);
        return time(() => bars(hub));
      },
      naiveBars: () => time(async () => drawBars(texts, messages, texts[0]!)),
      allBars: () => {
        forget(single.stream(market.name).buffer);
        return time(() => bars(single, 5_000));
      },
      takeIn: () => time(async () => takeIn(silent, frames)),
      takeInAsked: () => time(async () => takeIn(asked, frames)),
      parse: () => time(async () => parseAll(frames)),
      naiveAllBars: () => time(async () => drawBars(oneSymbol, messages, oneSymbol[0]!)),
    };
    // The first round is for the compiler.
    await compete(1, contestants);
    const tookMs = await compete(rounds, contestants);
    const snapshots = { name: 'snapshots of the same messages', values: tookMs.snapshots };
    const held = messages.toLocaleString('en');
    const of = `${held} held, ${symbols.toLocaleString('en')} symbols`;
    const row = (what: string, values: readonly number[], limit: number, against = snapshots): Row =>
      rowOf('windows', { what, unit: 'ms', values, against, goal: atMost(limit) });
    const taken = (what: string, values: readonly number[]): Row =>
      rowOf('windows', {
        what: `take in ${lively.toLocaleString('en')} messages, ${batch} a frame, ${what}`,
        unit: 'ms',
        values,
        against: { name: 'JSON.parse', values: tookMs.parse },
        goal: atMost(1),
      });
    const parsed = { name: 'JSON.parse of each, a Map, floating point' };
    return [
      row(`summarize since the start for the first time, ${of}`, tookMs.first, 0.25),
      row(`summarize it again, ${of}`, tookMs.later, 0.05),
      row(`summarize a window for the first time, ${of}`, tookMs.firstWindow, 0.25),
      row(`summarize it again, ${of}`, tookMs.again, 0.05),
      row(`summarize it by change, ${of}`, tookMs.change, 0.05),
      row(`bars of a symbol, ${of}`, tookMs.bars, 0.05, { ...parsed, values: tookMs.naiveBars }),
      row(`bars of the only symbol, ${held} held`, tookMs.allBars, 0.5, { ...parsed, values: tookMs.naiveAllBars }),
      taken('never summarized', tookMs.takeIn),
      taken('once summarized since the start', tookMs.takeInAsked),
    ];
  },
};

/** A hub whose stream holds so many messages. */
function filled(texts: readonly string[], messages: number): Client {
  const hub = hubOn(suite, markets, 'realtime', { bufferMessages: messages, bufferBytes });
  const stream = hub.stream(market.name);
  const frames = framesOf(texts, batch);
  for (let taken = 0; taken * batch < messages; taken++) handFrame(stream, Buffer.from(frames[taken % frames.length]!));
  if (stream.buffer.size !== messages)
    throw new Error(`${stream.buffer.size} messages are held instead of ${messages}`);
  return hub;
}

function takeIn(hub: Client, frames: readonly Buffer[]): void {
  const stream = hub.stream(market.name);
  for (let taken = 0; taken * batch < lively; taken++) handFrame(stream, frames[taken % frames.length]!);
}

function parseAll(frames: readonly Buffer[]): void {
  for (let taken = 0; taken * batch < lively; taken++) JSON.parse(frames[taken % frames.length]!.toString());
}

/** What nobody has asked for yet. */
function sinceStart(buffer: MessageBuffer): Window {
  const { oldestSeq: from } = buffer;
  return new Window(market, buffer, { kernel: suite.numberKernel, clock: systemClock, from, isKept: true });
}

/** A look at a hub with other totals since the start. */
function lookAt(hub: Client, window: Window): Client {
  const stream = Object.create(hub.stream(market.name), { sinceStart: { value: window } });
  return Object.create(hub, { stream: { value: () => stream } });
}

/** No number has been read. */
function forget({ rows, oldestSeq, nextSeq }: MessageBuffer): void {
  for (let seq = oldestSeq; seq < nextSeq; seq += segmentRows) rows.segmentOf(seq).numbers = undefined;
  rows.segmentOf(nextSeq - 1).numbers = undefined;
}

async function ask(hub: Pick<Client, 'stream'>, tool: string, args: object): Promise<void> {
  const { isError, text } = await callOn(hub as Client, tool, args);
  if (isError) throw new Error(text);
}

interface NaiveBar {
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  turnover: number;
}

/** What the shortest program does: floats, whose sums are not exact, and no codes. */
function drawBars(texts: readonly string[], messages: number, like: string): void {
  const { sym } = JSON.parse(like);
  const bars = new Map<number, NaiveBar>();
  for (let index = 0; index < messages; index++) {
    const message = JSON.parse(texts[index % texts.length]!);
    if (message.ev !== 'T' || message.sym !== sym) continue;
    const { p, s, t } = message;
    const minute = Math.floor(t / 60_000);
    const bar = bars.get(minute);
    if (!bar) {
      bars.set(minute, { open: p, high: p, low: p, close: p, volume: s, turnover: s * p });
      continue;
    }
    bar.high = Math.max(bar.high, p);
    bar.low = Math.min(bar.low, p);
    bar.close = p;
    bar.volume += s;
    bar.turnover += s * p;
  }
}

/** @returns ms */
async function time(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}
