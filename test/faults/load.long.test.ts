/** What a feed can send to keep a stream busy. Every row is played over real sockets. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { frame, opcodes, trade } from '../support/fault-feed.js';
import { cut, data, play, type Row } from '../support/fault-rows.js';
import { expectNoRejections } from '../support/fault-run.js';
import { outsideMb, usedMb } from '../support/memory.js';

/** These keep the machine busy, so they come one after the other. */
const heavy: Row[] = [
  {
    name: 'giant-declared: takes nothing near the gibibyte that a header declares',
    takenMb: 16,
    ...cut(peer => peer.raw(frame('[', { declared: 2n ** 30n })), 'Max payload'),
  },
  {
    name: 'giant: takes one frame of eight mebibytes, and gives the memory back with the stream',
    leftMb: 4,
    holdMs: 2_000,
    ...data(peer => {
      const one = trade(1).slice(1, -1);
      peer.text(`[${Array.from({ length: Math.ceil((8 * 2 ** 20) / one.length) }, () => one).join(',')}]`);
    }),
    status: { malformed: 0 },
    check: ({ stocks }) => expect(stocks.totals.received).toBeGreaterThan(80_000),
  },
  {
    name: 'burst: counts 200,000 events at once, and keeps the newest',
    options: { bufferMessages: 10_000 },
    ...data(peer => {
      const one = trade(1).slice(1, -1);
      const bytes = frame(`[${Array.from({ length: 100 }, () => one).join(',')}]`);
      for (let count = 0; count < 2_000; count++) peer.raw(bytes);
    }),
    status: { malformed: 0, messages_received: 200_001, messages_dropped: 190_001, buffer: { messages: 10_000 } },
  },
  {
    name: 'ping-flood: answers or leaves out 10,000 pings, and stays',
    ...data(peer => {
      const one = frame('?', { opcode: opcodes.ping });
      for (let count = 0; count < 10_000; count++) peer.raw(one);
    }),
  },
  {
    name: 'ping-flood: stays when the pings come in one piece and nobody reads the pongs',
    ...data(peer => {
      const one = frame('?'.repeat(125), { opcode: opcodes.ping });
      peer.raw(Buffer.concat(Array.from({ length: 10_000 }, () => one)));
    }),
  },
  {
    name: 'status-flood: says little about 50,000 notices',
    ...data(peer => {
      const notes = Array.from({ length: 1_000 }, (_, index) => ({ ev: 'status', status: `n${index}`, message: 'x' }));
      const bytes = frame(JSON.stringify(notes));
      for (let count = 0; count < 50; count++) peer.raw(bytes);
    }),
    status: { malformed: 0, messages_received: 1 },
    check: run => expect(run.log.length).toBeLessThan(5),
  },
  {
    name: 'deep-nest: counts 200,000 arrays in arrays, and shows no more than is fit',
    holdMs: 2_000,
    ...data(peer => {
      const nest = (depth: number, inner = ''): string => '['.repeat(depth) + inner + ']'.repeat(depth);
      peer.text(nest(200_000));
      peer.text(nest(200_000, '12345678901234567890'));
      peer.text(`[{"ev":"T","sym":"AAPL","p":${nest(200_000)}}]`);
      peer.text(`[{"ev":"ZZZ","a":${nest(200_000)}}]`);
      peer.text(`[{"ev":"ZZZ","a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}]`);
      peer.text(`[{"ev":"ZZZ","a":${nest(200_000)}`);
    }),
    status: { malformed: 6, messages_received: 1 },
    async check(run) {
      for (const format of ['json', 'csv']) {
        const { isError, text } = await run.call('read_stream_messages', { market: 'stocks', detail: 'full', format });
        expect(isError).toBe(false);
        expect(text.length).toBeLessThan(2_000);
      }
      expect((await run.call('summarize_stream', { market: 'stocks' })).isError).toBe(false);
    },
  },
  {
    name: 'many-escapes: takes a text of a million escapes',
    ...data(peer =>
      peer.text(`[{"ev":"T","sym":"AAPL","p":1,"n":12345678901234567890,"i":"${'\\n'.repeat(1_000_000)}"}]`),
    ),
    status: { malformed: 0, messages_received: 2 },
  },
  {
    name: 'many-syms: tells 100,000 of 200,000 symbols apart, and says that the rest share one entry',
    ...data(peer => {
      for (let from = 0; from < 200_000; from += 1_000) {
        const events = Array.from({ length: 1_000 }, (_, index) => ({ ev: 'T', sym: `S${from + index}`, p: 1 }));
        peer.text(JSON.stringify(events));
      }
    }),
    status: {
      malformed: 0,
      messages_received: 200_001,
      notes: ['100000 symbols have an entry of their own; all later ones share one, with 100001 messages so far.'],
    },
  },
];

expectNoRejections();

/** Others may wait so long for their turn, on a busy machine and with the feed in the same process. */
const longestHoldMs = 500;

describe('a stream under load', () => {
  test.each(heavy)('$name', async row => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const before = { outside: outsideMb(), used: await usedMb() };
    delay.enable();
    const outside = await play(row);
    delay.disable();
    expect(delay.max / 1e6, 'longest hold of the event loop, ms').toBeLessThan(row.holdMs ?? longestHoldMs);
    if (row.takenMb !== undefined) expect(outside - before.outside, 'taken, MiB').toBeLessThan(row.takenMb);
    if (row.leftMb !== undefined) expect((await usedMb()) - before.used, 'left, MiB').toBeLessThan(row.leftMb);
  });
});
