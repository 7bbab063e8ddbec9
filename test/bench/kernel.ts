/** The kernel of the scanner alone: no socket, no buffer. */
import { suite } from '../../generated/suite.js';
import { Scanner } from '../../runtime/decode/scanner/scanner.js';
import { marketOf } from '../support/markets.js';
import { eventsOf, framesOf } from './load.js';
import type { Part } from './part.js';
import { PlainScanner } from './plain-scanner.js';
import { compete } from './rounds.js';
import { atMost, type Row, rowOf } from './row.js';

const events = 200_000;

export const kernel: Part = {
  name: 'kernel',
  quick: true,
  async run({ rounds }) {
    const market = marketOf('stocks');
    const scanner = new Scanner(market.channels, suite.kernel);
    const plain = new PlainScanner(market.channels);
    const rows: Row[] = [];
    for (const size of [1, 10, 100]) {
      const frames = framesOf(eventsOf(market, 500, 1_000), size).map(text => Buffer.from(text));
      const tookNs = await compete(rounds, {
        kernel: async () => time(frames, size, frame => scanner.scan(frame) && scanner.count),
        plain: async () => time(frames, size, frame => plain.scan(frame)),
        parse: async () => time(frames, size, frame => JSON.parse(frame.toString()).length),
      });
      const what = `scanning alone, ${size} a frame`;
      const measured = { what, unit: 'ns/event', values: tookNs.kernel, goal: atMost(1) };
      rows.push(
        rowOf('kernel', { ...measured, against: { name: 'plain JavaScript', values: tookNs.plain } }),
        rowOf('kernel', { ...measured, against: { name: 'JSON.parse', values: tookNs.parse }, goal: atMost(0.25) }),
      );
    }
    return rows;
  },
};

/** @returns ns for each event */
function time(frames: readonly Buffer[], size: number, read: (frame: Buffer) => number | false): number {
  const beganMs = performance.now();
  let count = 0;
  while (count < events) {
    for (const frame of frames) {
      if (read(frame) !== size) throw new Error('a contestant did not find every event');
      count += size;
    }
  }
  return ((performance.now() - beganMs) * 1e6) / count;
}
