import { describe, expect, test } from 'vitest';
import { LineCutter, tooLong } from '../../runtime/core/lines.js';
import { usedMb } from '../support/memory.js';

/** The lines of chunks, and `…` for one that was too long. */
function cut(mostBytes: number, ...chunks: readonly (string | Buffer)[]): string[] {
  const cutter = new LineCutter(mostBytes);
  return chunks.flatMap(chunk =>
    Array.from(cutter.cut(Buffer.from(chunk)), line => (line === tooLong ? '…' : String(line))),
  );
}

describe('lines', () => {
  test.each<[string, string[], string[]]>([
    ['several of one chunk', ['a\nb\n\nc\n'], ['a\n', 'b\n', '\n', 'c\n']],
    ['one of several chunks', ['a', 'b', '', 'c\nd', '\n'], ['abc\n', 'd\n']],
    ['one that has not ended is none', ['a\nb'], ['a\n']],
    ['one as long as it may be', ['123456789\n', '12345', '6789\n'], ['123456789\n', '123456789\n']],
    ['one that is too long is skipped', ['1234567890\nb\n'], ['…', 'b\n']],
    ['one that gets too long is skipped to its end', ['123456', '7890', '1', '2\nb\n'], ['…', 'b\n']],
    ['each that is too long is told once', ['1234567890', '1234567890\n12345678901\nb\n'], ['…', '…', 'b\n']],
    ['a byte order mark before the first is left out', ['\ufeffa\n\ufeffb\n'], ['a\n', '\ufeffb\n']],
    ['carriage returns stay', ['a\r\nb\r\n'], ['a\r\n', 'b\r\n']],
  ])('%s', (_what, chunks, lines) => {
    expect(cut(10, ...chunks)).toEqual(lines);
  });

  test('are the same wherever the chunks end', () => {
    const text = Buffer.from('\ufeffé\n123456789\n1234567890\n\n€uro\n');
    const whole = cut(10, text);
    for (let size = 1; size < text.length; size++) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
        text.subarray(n * size, (n + 1) * size),
      );
      expect(cut(10, ...chunks)).toEqual(whole);
    }
  });

  test('that come byte by byte hold no more than twice their size, and none that is skipped holds anything', async () => {
    const cutter = new LineCutter(4 * 2 ** 20);
    const byte = Buffer.from('x');
    const before = await usedMb();
    for (let count = 0; count < 3 * 2 ** 20; count++) for (const line of cutter.cut(byte)) expect(line).toBeUndefined();
    expect((await usedMb()) - before).toBeLessThan(7);
    expect([...cutter.cut(Buffer.alloc(2 ** 21, 'x'))]).toEqual([tooLong]);
    for (let count = 0; count < 100; count++) expect([...cutter.cut(Buffer.alloc(2 ** 20, 'x'))]).toEqual([]);
    expect((await usedMb()) - before).toBeLessThan(2);
  });
});
