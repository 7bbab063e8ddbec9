/** The feed of the benchmark, in a process of its own: the usual handshake, then frames that were built before. */

import { marketOf } from '../support/markets.js';
import { polite, RawFeed } from '../support/raw-feed.js';
import { answerCalls } from './call.js';
import { cutAtSequence, Line } from './line.js';
import { eventsOf, framesOf } from './load.js';
import { wireFrame } from './wire.js';

const symbols = 500;
const events = 2_000;

const lines: Line[] = [];
const feed = await RawFeed.open({
  ...polite,
  upgrade(request, socket) {
    lines.push(new Line(request.url!, socket));
    socket.on('close', () =>
      lines.splice(
        lines.findIndex(line => line.path === request.url),
        1,
      ),
    );
    return false;
  },
});

const chunks = new Map<string, Buffer>();

function chunkOf(market: string, batch: number): Buffer {
  const key = `${market} ${batch}`;
  const frames =
    chunks.get(key) ?? Buffer.concat(framesOf(eventsOf(marketOf(market), symbols, events), batch).map(wireFrame));
  chunks.set(key, frames);
  return frames;
}

/** The lines of a client: markets by path, such as `/parse/stocks`. */
function linesOf(client: string, markets: readonly string[]): { market: string; line: Line }[] {
  return markets.map(market => {
    const line = lines.find(({ path }) => path === `/${client}/${market}`);
    if (!line) throw new Error(`${client} is not connected to ${market}`);
    return { market, line };
  });
}

const calls = {
  url: () => feed.url,
  /** @param batch events in a frame */
  blast(client: string, markets: readonly string[], batch: number): void {
    for (const { market, line } of linesOf(client, markets)) line.blast(chunkOf(market, batch));
  },
  pace(client: string, market: string, perSecond: number): void {
    const cuts = eventsOf(marketOf(market), symbols, events).map(cutAtSequence);
    for (const { line } of linesOf(client, [market])) line.pace(cuts, perSecond);
  },
  async halt(): Promise<void> {
    await Promise.all(lines.map(line => line.halt()));
  },
};

export type SenderCalls = typeof calls;

answerCalls(calls);
