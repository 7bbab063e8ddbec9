import { expect, test } from 'vitest';
import { type Outage, OutageLedger } from '../../runtime/stream/outages.js';

function outage(seq: number, extra: Partial<Outage> = {}): Outage {
  return { fromMs: seq * 1_000, seq, cause: 'It broke.', channels: ['T.AAPL'], ...extra };
}

test('an outage lasts until it is ended', () => {
  const ledger = new OutageLedger(elapsedMs => elapsedMs);
  ledger.begin(outage(5));
  expect(ledger.current).toEqual(outage(5));
  ledger.end(9_000);
  expect(ledger.current).toBeUndefined();
  expect(ledger.all).toEqual([{ ...outage(5), toMs: 9_000 }]);
});

test('an outage that lasts swallows those that begin in it', () => {
  const ledger = new OutageLedger(elapsedMs => elapsedMs);
  ledger.begin(outage(5));
  ledger.begin(outage(6, { cause: 'It broke again.' }));
  expect(ledger.all).toEqual([outage(5)]);
});

test('an end without a beginning is none, and an end stays as it is', () => {
  const ledger = new OutageLedger(elapsedMs => elapsedMs);
  ledger.end(1_000);
  expect(ledger.all).toEqual([]);
  ledger.begin(outage(5));
  ledger.end(9_000);
  ledger.end(10_000);
  expect(ledger.all[0]!.toMs).toBe(9_000);
});

test('a reader is told of the outages that lie behind its position', () => {
  const ledger = new OutageLedger(elapsedMs => elapsedMs);
  for (const seq of [5, 8]) {
    ledger.begin(outage(seq));
    ledger.end(seq * 1_000 + 500);
  }
  const told = (seq: number): number[] => ledger.since(seq).map(other => other.seq);
  expect([told(0), told(5), told(6), told(8), told(9)]).toEqual([[5, 8], [5, 8], [8], [8], []]);
});

test('the ledger keeps the newest twenty with all their channels, and counts those before', () => {
  const ledger = new OutageLedger(elapsedMs => elapsedMs);
  const channels = Array.from({ length: 30 }, (_, index) => `T.S${index}`);
  for (let seq = 1; seq <= 25; seq++) {
    ledger.begin(outage(seq, { channels }));
    ledger.end(seq);
  }
  expect(ledger.all.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, index) => index + 6));
  expect(ledger.all[0]!.channels).toEqual(channels);
  expect(ledger.forgotten).toBe(5);
  ledger.clear();
  expect(ledger.forgotten).toBe(0);
});

test('a cleared ledger is empty and can begin again', () => {
  const ledger = new OutageLedger(elapsedMs => elapsedMs);
  ledger.begin(outage(5));
  ledger.clear();
  expect([ledger.all, ledger.current]).toEqual([[], undefined]);
  ledger.begin(outage(7));
  expect(ledger.current?.seq).toBe(7);
});

test('the times of an outage are kept by the monotonic clock, and shown by that of the wall as it goes now', () => {
  let offsetMs = 1_000_000;
  const ledger = new OutageLedger(elapsedMs => elapsedMs + offsetMs);
  ledger.begin(outage(5));
  expect(ledger.all).toEqual([outage(5, { fromMs: 1_005_000 })]);
  offsetMs = 0;
  ledger.end(9_000);
  expect(ledger.since(5)).toEqual([outage(5, { fromMs: 5_000, toMs: 9_000 })]);
  expect(ledger.all).toEqual(ledger.since(0));
});
