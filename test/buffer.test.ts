import { describe, expect, test } from 'vitest';
import { MessageBuffer } from '../runtime/buffer.js';

function filled(count: number, maxMessages: number, maxBytes: number, bytes = 10): MessageBuffer {
  const buffer = new MessageBuffer(maxMessages, maxBytes);
  for (let number = 0; number < count; number++) append(buffer, number, bytes);
  return buffer;
}

function append(buffer: MessageBuffer, number: number, bytes: number): void {
  buffer.append({ atMs: number, ev: 'T', symbol: 'AAPL', raw: { ev: 'T', number }, bytes });
}

function shape({ oldestSeq, nextSeq, size, bytes }: MessageBuffer): readonly number[] {
  return [oldestSeq, nextSeq, size, bytes];
}

describe('a buffer', () => {
  test('is empty at first', () => {
    const buffer = new MessageBuffer(10, 1_000);
    expect(shape(buffer)).toEqual([0, 0, 0, 0]);
    expect(buffer.at(0)).toBeUndefined();
  });

  test('numbers messages in the order of their arrival', () => {
    const buffer = filled(3, 10, 1_000);
    expect(shape(buffer)).toEqual([0, 3, 3, 30]);
    expect([0, 1, 2].map(seq => buffer.at(seq)!.raw.number)).toEqual([0, 1, 2]);
    expect(buffer.at(2)!.seq).toBe(2);
  });

  test('drops the oldest when there are too many', () => {
    const buffer = filled(25, 10, 1_000);
    expect(shape(buffer)).toEqual([15, 25, 10, 100]);
    expect(buffer.at(15)!.raw.number).toBe(15);
    expect(buffer.at(24)!.raw.number).toBe(24);
  });

  test('drops the oldest when they are too large', () => {
    const buffer = filled(10, 100, 55);
    expect(shape(buffer)).toEqual([5, 10, 5, 50]);
  });

  test('may be full to the last byte', () => {
    expect(shape(filled(5, 100, 50))).toEqual([0, 5, 5, 50]);
  });

  test('drops several for a large one', () => {
    const buffer = filled(5, 100, 55);
    append(buffer, 5, 40);
    expect(shape(buffer)).toEqual([4, 6, 2, 50]);
  });

  test('keeps a message that is too large as the only one', () => {
    const buffer = filled(5, 100, 55);
    append(buffer, 5, 1_000);
    expect(shape(buffer)).toEqual([5, 6, 1, 1_000]);
    append(buffer, 6, 10);
    expect(shape(buffer)).toEqual([6, 7, 1, 10]);
  });

  test('knows nothing of what left it or is still to come', () => {
    const buffer = filled(25, 10, 1_000);
    expect([-1, 0, 14, 25, 26, 1_000_000].map(seq => buffer.at(seq))).toEqual(Array(6).fill(undefined));
  });

  test('goes on numbering after it was cleared', () => {
    const buffer = filled(3, 10, 1_000);
    buffer.clear();
    expect(shape(buffer)).toEqual([3, 3, 0, 0]);
    expect(buffer.at(2)).toBeUndefined();
    append(buffer, 3, 10);
    expect(shape(buffer)).toEqual([3, 4, 1, 10]);
    expect(buffer.at(3)!.raw.number).toBe(3);
  });

  test('holds what comes after it overflowed and was cleared', () => {
    const buffer = filled(25, 10, 1_000);
    buffer.clear();
    expect(shape(buffer)).toEqual([25, 25, 0, 0]);
    append(buffer, 25, 10);
    expect(shape(buffer)).toEqual([25, 26, 1, 10]);
    expect(buffer.at(25)!.raw.number).toBe(25);
  });

  test('stays in order over a hundred thousand messages', () => {
    const buffer = filled(100_000, 700, 1_000_000);
    expect(shape(buffer)).toEqual([99_300, 100_000, 700, 7_000]);
    for (let seq = 99_300; seq < 100_000; seq++) {
      expect(buffer.at(seq)!.seq).toBe(seq);
      expect(buffer.at(seq)!.raw.number).toBe(seq);
    }
    expect(buffer.at(99_299)).toBeUndefined();
  });
});
