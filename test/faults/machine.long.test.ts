/** What a machine that is busy or short of memory can do. Every row is played on a process of its own. */
import { once } from 'node:events';
import { describe, expect } from 'vitest';
import { frame, opcodes, type Peer, trade } from '../support/fault-feed.js';
import { declare, type ProcessRow, playOnProcess } from '../support/fault-host.js';
import { expectNoRejections } from '../support/fault-run.js';
import { bin } from '../support/stdio.js';

async function drained(peer: Peer): Promise<void> {
  if (peer.socket.writableNeedDrain) await new Promise(resolve => peer.socket.once('drain', resolve));
}

/** Work for the processor that is measured, so that nothing else may run. */
const lonelyRows: ProcessRow[] = [
  {
    name: 'stdin-eof: ends the process within a second although its answers are not read and requests still wait',
    async play(host) {
      const { child } = host.server;
      await host.start();
      const peer = await host.subscribed();
      peer.raw(frame(`[${Array.from({ length: 2_000 }, () => trade(1).slice(1, -1)).join(',')}]`));
      await host.call('wait_for_stream_message', { market: 'stocks', timeout_s: 1 });
      child.stdout!.pause();
      for (let count = 0; count < 60; count++) {
        void host.call('read_stream_messages', { market: 'stocks', limit: 1_000, max_bytes: 200_000 });
      }
      const begunMs = performance.now();
      const exited = once(child, 'exit');
      child.stdin!.end();
      expect((await exited)[0]).toBe(0);
      expect(performance.now() - begunMs).toBeLessThan(1_000);
      child.stdout!.resume();
      await host.expectEnd(peer);
    },
  },
];

/** What the scanner cannot do without. */
function without(what: string, outcome: string, flags: readonly string[]): ProcessRow {
  return {
    name: `no-${what}: ${outcome}`,
    command: [process.execPath, ...flags, bin],
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      peer.raw(frame(`[${[1, 2, 3].map(price => trade(price).slice(1, -1)).join(',')}]`));
      const { messages } = await host.call('wait_for_stream_message', {
        market: 'stocks',
        timeout_s: 10,
        condition: { field: 'price', op: '==', value: 3 },
      });
      expect(messages).toMatchObject([{ price: 3 }]);
      expect(await host.status()).toMatchObject({ state: 'live', messages_received: 3, malformed: 0 });
    },
  };
}

const heavyRows: ProcessRow[] = [
  without('compiler', 'reads every message where Node may compile nothing', ['--jitless']),
  without('memory', 'reads every message where WebAssembly gets no memory', ['--wasm-max-mem-pages=1']),
  {
    name: 'small-heap: takes a burst of five million events with a heap of 128 MiB',
    env: { NODE_OPTIONS: '--max-old-space-size=128' },
    async play(host) {
      await host.start();
      const peer = await host.subscribed();
      const frames = Array.from({ length: 10 }, (_, part) => {
        const events = Array.from({ length: 1_000 }, (__, index) =>
          trade(100 + index / 8, `S${part * 1_000 + index}`, {
            i: `${part}${index}`,
            c: [37, 41],
            pt: 1_790_000_000_001 + index,
            q: index,
            trfi: 4,
            trft: 1_790_000_000_000 + index,
          }).slice(1, -1),
        );
        return frame(`[${events.join(',')}]`);
      });
      for (let count = 0; count < 5_000; count++) {
        peer.raw(frames[count % frames.length]!);
        await drained(peer);
      }
      const { pongs } = peer;
      peer.raw(frame('?', { opcode: opcodes.ping }));
      expect(await host.feed.until(() => peer.pongs > pongs, 15_000)).toBe(true);
      expect(await host.status()).toMatchObject({ state: 'live', messages_received: 5_000_000, reconnects: 0 });
      expect(await host.call('summarize_stream', { market: 'stocks' })).toMatchObject({ market: 'stocks' });
    },
  },
];

expectNoRejections();

describe('a host that reads nothing', () => declare(lonelyRows, playOnProcess));

describe('a machine with little memory', () => declare(heavyRows, playOnProcess));
