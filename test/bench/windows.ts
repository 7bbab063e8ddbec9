/** Summaries of windows of very many messages, against snapshots that are drawn message by message. */
import { markets, suite } from '../../generated/suite.js';
import type { MessageBuffer } from '../../runtime/buffer/message-buffer.js';
import { segmentRows } from '../../runtime/buffer/rows.js';
import { Snapshots } from '../../runtime/market/snapshots.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { callOn, hubOn } from '../support/bench.js';
import { handFrame } from '../support/hand-feed.js';
import { marketOf } from '../support/markets.js';
import { eventsOf, framesOf } from './load.js';
import type { Part } from './part.js';
import { compete } from './rounds.js';
import { atMost, type Row, rowOf } from './row.js';

const longMessages = 1_000_000;
const shortMessages = 100_000;
const symbols = 10_000;
const batch = 10;
const market = marketOf('stocks');

export const windows: Part = {
  name: 'windows',
  quick: true,
  async run({ rounds, short }) {
    const messages = short ? shortMessages : longMessages;
    const hub = hubOn(suite, markets, 'realtime', { bufferMessages: messages, bufferBytes: 256 * 2 ** 20 });
    const stream = hub.stream(market.name);
    const frames = framesOf(eventsOf(market, symbols, 2 * symbols), batch);
    for (let taken = 0; taken * batch < messages; taken++)
      handFrame(stream, Buffer.from(frames[taken % frames.length]!));
    const { buffer } = stream;
    if (buffer.size !== messages) throw new Error(`${buffer.size} messages are held instead of ${messages}`);

    const summarize = async (args: object = {}): Promise<void> => {
      await callOn(hub, 'summarize_stream', { market: market.name, window_s: 86_400, top: 20, ...args });
    };
    const contestants = {
      first: () => {
        forget(buffer);
        return time(() => summarize());
      },
      again: () => time(() => summarize()),
      change: () => time(() => summarize({ sort: 'change' })),
      snapshots: () => time(() => new Snapshots(market, buffer, systemClock, buffer.oldestSeq).update()),
    };
    // The first round is for the compiler.
    await compete(1, contestants);
    const tookMs = await compete(rounds, contestants);
    const against = { name: 'snapshots of the same messages', values: tookMs.snapshots };
    const of = `${messages.toLocaleString('en')} held, ${symbols.toLocaleString('en')} symbols`;
    const row = (what: string, values: readonly number[], limit: number): Row =>
      rowOf('windows', { what: `${what}, ${of}`, unit: 'ms', values, against, goal: atMost(limit) });
    return [
      row('summarize a window for the first time', tookMs.first, 0.25),
      row('summarize it again', tookMs.again, 0.05),
      row('summarize it by change', tookMs.change, 0.05),
    ];
  },
};

/** No number has been read. */
function forget({ rows, oldestSeq, nextSeq }: MessageBuffer): void {
  for (let seq = oldestSeq; seq < nextSeq; seq += segmentRows) rows.segmentOf(seq).numbers = undefined;
  rows.segmentOf(nextSeq - 1).numbers = undefined;
}

/** @returns ms */
async function time(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}
