import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { decodeCursor } from '../../runtime/buffer/cursor.js';
import { fieldValue, formatMessage, type Message } from '../../runtime/market/format.js';
import { symbolsOf } from '../../runtime/reading/conditions/condition.js';
import { parseCondition } from '../../runtime/reading/conditions/condition-parser.js';
import { ConditionTracker } from '../../runtime/reading/conditions/condition-tracker.js';
import type { Client } from '../../runtime/stream/client.js';
import { callOn, hubOn } from '../support/bench.js';
import { handFrame } from '../support/hand-feed.js';
import { Held } from '../support/held.js';
import { marketOf } from '../support/markets.js';
import { tries } from '../support/property.js';

const stocks = marketOf('stocks');

const symbols = ['AAPL', 'MSFT', 'BRK.B'] as const;

describe('a condition', () => {
  interface Seen {
    readonly ev: 'T' | 'Q';
    readonly symbol: string;
    readonly value?: number;
  }

  interface Leaf {
    readonly field: 'price' | 'bid.price' | 'event';
    readonly op: string;
    readonly value?: unknown;
    readonly symbol?: string;
  }

  type Tree = Leaf | { readonly all: readonly Tree[] } | { readonly any: readonly Tree[] };

  const level = fc.integer({ min: 1, max: 5 });
  const named = fc.option(fc.constantFrom(...symbols), { nil: undefined });
  const numeric = fc.constantFrom('>', '>=', '<', '<=', '==', '!=', 'crosses_above', 'crosses_below');
  const bare = fc.oneof(
    fc.record({ field: fc.constantFrom('price', 'bid.price'), op: numeric, value: level, symbol: named }),
    fc.record({ field: fc.constantFrom('price', 'bid.price'), op: fc.constant('changes'), symbol: named }),
    fc.record({ field: fc.constant('event'), op: fc.constantFrom('==', '!='), value: fc.constant('TRADE') }),
  ) as fc.Arbitrary<Leaf>;
  const leaf = bare.map(given => JSON.parse(JSON.stringify(given)) as Leaf);
  const group = (part: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> => {
    const parts = fc.array(part, { minLength: 1, maxLength: 2 });
    return fc.oneof(
      parts.map(all => ({ all })),
      parts.map(any => ({ any })),
    );
  };
  const tree: fc.Arbitrary<Tree> = fc.oneof(leaf, group(leaf), group(fc.oneof(leaf, group(leaf))));
  const seen: fc.Arbitrary<Seen> = fc
    .record({ ev: fc.constantFrom('T', 'Q'), symbol: fc.constantFrom(...symbols), value: fc.option(level) })
    .map(({ ev, symbol, value }) => ({ ev, symbol, ...(value === null ? {} : { value }) }) as Seen);

  function valueIn({ ev, value }: Seen, field: Leaf['field']): unknown {
    if (field === 'event') return ev === 'T' ? 'TRADE' : 'QUOTE';
    return (field === 'price') === (ev === 'T') ? value : undefined;
  }

  function holds({ op, value }: Leaf, now: unknown, before: unknown): boolean {
    const [left, level, earlier] = [Number(now), Number(value), before === undefined ? Number.NaN : Number(before)];
    const truths: Record<string, boolean> = {
      '>': left > level,
      '>=': left >= level,
      '<': left < level,
      '<=': left <= level,
      '==': now === value,
      '!=': now !== value,
      crosses_above: earlier <= level && left > level,
      crosses_below: earlier >= level && left < level,
      changes: before !== undefined && before !== now,
    };
    return truths[op]!;
  }

  function judgeLeaf(judged: Leaf, past: readonly Seen[], watchedFrom: number): boolean {
    const isEdge = ['crosses_above', 'crosses_below', 'changes'].includes(judged.op);
    const now = past.at(-1)!;
    const about = (other: Seen): boolean =>
      valueIn(other, judged.field) !== undefined && (judged.symbol === undefined || other.symbol === judged.symbol);
    const truthAt = (index: number): boolean => {
      const { ev, symbol } = past[index]!;
      const before = past.slice(0, index).findLast(other => other.ev === ev && other.symbol === symbol && about(other));
      return holds(judged, valueIn(past[index]!, judged.field), before && valueIn(before, judged.field));
    };
    if (about(now)) return truthAt(past.length - 1);
    if (isEdge || judged.symbol === undefined) return false;
    const last = past.findLastIndex((other, index) => index >= watchedFrom && about(other));
    return last >= 0 && truthAt(last);
  }

  function judge(condition: Tree, past: readonly Seen[], watchedFrom: number): boolean {
    if ('all' in condition) return condition.all.every(part => judge(part, past, watchedFrom));
    if ('any' in condition) return condition.any.some(part => judge(part, past, watchedFrom));
    return judgeLeaf(condition, past, watchedFrom);
  }

  /** @param all whether messages that cannot decide are looked at as well */
  function run(condition: Tree, messages: readonly Seen[], watchedFrom: number, all = true): boolean[] {
    const held = new Held(stocks);
    const { buffer } = held;
    const parsed = parseCondition({ market: stocks, channels: stocks.channels }, condition, suite.limits.comparisons);
    const watch = new ConditionTracker(stocks, parsed, buffer);
    const deciding = symbolsOf(parsed);
    for (const { ev, symbol, value } of messages) {
      held.add(ev, symbol, value === undefined ? {} : { [ev === 'T' ? 'p' : 'bp']: value });
    }
    return messages.slice(watchedFrom).map((_, index) => {
      const entry = buffer.at(watchedFrom + index)!;
      if (!all && deciding && !deciding.has(entry.symbol!)) return false;
      const message = formatMessage(stocks, entry, 'summary');
      // A rest after every step.
      while (!watch.looksBack(entry, message, { spent: () => true }));
      return watch.sees(entry, message);
    });
  }

  test('holds where a naive look at the whole past says so', () => {
    fc.assert(
      fc.property(
        tree,
        fc.array(seen, { maxLength: 25, size: 'max' }),
        fc.nat({ max: 10 }),
        (condition, messages, from) => {
          const watchedFrom = Math.min(from, messages.length);
          const expected = messages
            .slice(watchedFrom)
            .map((_, index) => judge(condition, messages.slice(0, watchedFrom + index + 1), watchedFrom));
          expect(run(condition, messages, watchedFrom)).toEqual(expected);
          // A wait ends with the first message that makes it true, and may pass over what cannot.
          expect(run(condition, messages, watchedFrom, false).indexOf(true)).toBe(expected.indexOf(true));
        },
      ),
      tries(1_000),
    );
  });
});

describe('reading', () => {
  interface Sent {
    readonly ev: string;
    readonly symbol: string;
    readonly text: string;
  }

  type Step = { readonly send: readonly Sent[] } | { readonly read: Reading };

  interface Reading {
    readonly limit: number;
    readonly max_bytes: number;
    readonly channels?: readonly string[];
    readonly detail: 'summary' | 'full';
  }

  const sent: fc.Arbitrary<Sent> = fc.record({
    ev: fc.constantFrom('T', 'Q', 'AM', 'ZZ'),
    symbol: fc.constantFrom(...symbols),
    text: fc.oneof(
      { weight: 8, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
      { weight: 1, arbitrary: fc.integer({ min: 100, max: 2_000 }).map(length => '€'.repeat(length)) },
    ),
  });
  const filter = fc.constantFrom('AAPL', 'T.*', 'T.AAPL', 'Q.BRK.B', 'AM.MSFT', 'Q.*', 'BRK.B', '*');
  const reading: fc.Arbitrary<Reading> = fc
    .record({
      limit: fc.integer({ min: 1, max: 40 }),
      max_bytes: fc.integer({ min: 1_000, max: 6_000 }),
      channels: fc.option(fc.array(filter, { minLength: 1, maxLength: 3 }), { nil: undefined }),
      detail: fc.constantFrom('summary', 'full'),
    })
    .map(given => JSON.parse(JSON.stringify(given)));
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.array(sent, { minLength: 1, maxLength: 30 }).map(send => ({ send })),
    reading.map(read => ({ read })),
  );

  function selects(channels: readonly string[] | undefined, { ev, symbol }: Sent): boolean {
    if (!channels || channels.includes('*')) return true;
    const known = ev === 'ZZ' ? [] : [symbol, `${ev}.${symbol}`, `${ev}.*`];
    return channels.some(text => known.includes(text));
  }

  function ingest(hub: Client, messages: readonly Sent[], from: number): void {
    const events = messages.map(({ ev, symbol, text }, index) => ({
      ev,
      sym: symbol,
      i: text,
      q: from + index,
      z: from + index,
    }));
    handFrame(hub.stream('stocks'), Buffer.from(JSON.stringify(events)));
  }

  test('page by page finds every message once, in order, but for what it counts as dropped', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(step, { minLength: 1, maxLength: 20, size: 'max' }),
        async (bufferMessages, steps) => {
          const hub = hubOn(suite, markets, 'ws://127.0.0.1:1', { bufferMessages });
          const all: Sent[] = [];
          const seqOf = (cursor: unknown): number =>
            decodeCursor(String(cursor), { process: hub.process, market: 'stocks', seq: all.length });
          let cursor = (await callOn(hub, 'read_stream_messages', { market: 'stocks' })).structured.cursor;
          for (const taken of steps) {
            if ('send' in taken) {
              ingest(hub, taken.send, all.length);
              all.push(...taken.send);
              continue;
            }
            const since = seqOf(cursor);
            const { structured, isError } = await callOn(hub, 'read_stream_messages', {
              market: 'stocks',
              cursor,
              ...taken.read,
            });
            expect(isError).toBe(false);
            const {
              messages,
              dropped,
              has_more: more,
              notes,
            } = structured as {
              messages: Message[];
              dropped: number;
              has_more: boolean;
              notes: string[];
            };
            const next = seqOf(structured.cursor);
            const oldest = Math.max(since, all.length - bufferMessages, 0);
            const matching = (from: number, to: number): number[] =>
              all.flatMap((one, seq) => (seq >= from && seq < to && selects(taken.read.channels, one) ? [seq] : []));
            expect(dropped).toBe(oldest - since);
            expect(messages.map(message => sequenceOf(message))).toEqual(matching(oldest, next));
            expect(more).toBe(matching(next, all.length).length > 0);
            expect(Buffer.byteLength(JSON.stringify(structured))).toBeLessThanOrEqual(taken.read.max_bytes);
            expect(messages.length).toBeLessThanOrEqual(taken.read.limit);
            if (messages.length === 0 && more) expect(notes.join()).toContain('raise max_bytes');
            cursor = structured.cursor;
          }
        },
      ),
      tries(150),
    );
  });

  test('wait by wait finds every message once, in order, but for what it counts as dropped', async () => {
    const counts = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      channels: reading.map(({ channels }) => channels),
    });
    const waiting: fc.Arbitrary<{ send: readonly Sent[] } | { wait: { count: number; channels?: readonly string[] } }> =
      fc.oneof(
        fc.array(sent, { minLength: 1, maxLength: 30 }).map(send => ({ send })),
        counts.map(wait => ({ wait: JSON.parse(JSON.stringify(wait)) })),
      );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(waiting, { minLength: 1, maxLength: 20, size: 'max' }),
        async (bufferMessages, steps) => {
          const hub = hubOn(suite, markets, 'ws://127.0.0.1:1', { bufferMessages });
          const all: Sent[] = [];
          let since = 0;
          let { cursor } = (await callOn(hub, 'read_stream_messages', { market: 'stocks' })).structured;
          for (const taken of steps) {
            if ('send' in taken) {
              ingest(hub, taken.send, all.length);
              all.push(...taken.send);
              continue;
            }
            const { count, channels } = taken.wait;
            const args = { market: 'stocks', cursor, ...taken.wait };
            // A caller that gives up at once gets what there is.
            const { structured, isError } = await callOn(hub, 'wait_for_stream_message', args, AbortSignal.abort());
            expect(isError).toBe(since === all.length);
            if (isError) continue;
            const next = decodeCursor(String(structured.cursor), {
              process: hub.process,
              market: 'stocks',
              seq: all.length,
            });
            const oldest = Math.max(since, all.length - bufferMessages, 0);
            const matching = (from: number, to: number): number[] =>
              all.flatMap((one, seq) => (seq >= from && seq < to && selects(channels, one) ? [seq] : []));
            const messages = structured.messages as Message[];
            expect(messages.map(sequenceOf)).toEqual(matching(oldest, next));
            expect(structured).toMatchObject({
              dropped: oldest - since,
              matched: messages.length === count,
              has_more: matching(next, all.length).length > 0,
            });
            expect(Buffer.byteLength(JSON.stringify(messages))).toBeLessThanOrEqual(20_000);
            [since, cursor] = [next, structured.cursor];
          }
        },
      ),
      tries(100),
    );
  });

  function sequenceOf(message: Message): unknown {
    if (message.event === 'UNKNOWN') return fieldValue(message, 'full_data.q');
    return message.event === 'AGGREGATE_MINUTE' ? message.average_size : message.sequence;
  }

  test('without a cursor gives the newest messages that fit, oldest first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(sent, { maxLength: 80, size: 'max' }),
        fc.integer({ min: 1, max: 60 }),
        reading,
        async (messages, bufferMessages, args) => {
          const hub = hubOn(suite, markets, 'ws://127.0.0.1:1', { bufferMessages });
          ingest(hub, messages, 0);
          const { structured } = await callOn(hub, 'read_stream_messages', { market: 'stocks', ...args });
          const read = structured.messages as Message[];
          const held = messages.map((one, q) => ({ one, q })).slice(-bufferMessages);
          const matching = held.filter(({ one }) => selects(args.channels, one)).map(({ q }) => q);
          const shown = read.map(sequenceOf);
          expect(shown).toEqual(shown.length === 0 ? [] : matching.slice(-shown.length));
          expect(shown.length).toBeLessThanOrEqual(args.limit);
          expect(Buffer.byteLength(JSON.stringify(structured))).toBeLessThanOrEqual(args.max_bytes);
        },
      ),
      tries(100),
    );
  });

  test('as CSV keeps to the same number of bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { maxLength: 80, size: 'max' }), reading, async (messages, args) => {
        const hub = hubOn(suite, markets, 'ws://127.0.0.1:1');
        ingest(hub, messages, 0);
        const { structured } = await callOn(hub, 'read_stream_messages', { market: 'stocks', ...args, format: 'csv' });
        expect(Buffer.byteLength(JSON.stringify(structured))).toBeLessThanOrEqual(args.max_bytes);
      }),
      tries(100),
    );
  });
});
