import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { pace } from '../runtime/pace.js';

function unreadPipe(): { stdout: Writable; readOne: () => void } {
  let written: (() => void) | undefined;
  const stdout = new Writable({
    highWaterMark: 4,
    write(_chunk, _encoding, done) {
      written = done;
    },
  });
  return { stdout, readOne: () => written?.() };
}

test('requests wait while the answers are not read, and none is lost', async () => {
  const stdin = new PassThrough();
  const { stdout, readOne } = unreadPipe();
  const seen: string[] = [];
  const paced = pace(stdin, stdout);
  paced.on('data', line => {
    seen.push(String(line));
    stdout.write('a long answer');
  });
  stdin.write('one\ntwo\nthr');
  stdin.end('ee\n');

  for (const expected of ['one\n', 'one\ntwo\n', 'one\ntwo\nthree\n']) {
    while (seen.join('') !== expected) await new Promise(resolve => setImmediate(resolve));
    for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
    expect(seen.join('')).toBe(expected);
    expect(stdout.writableNeedDrain).toBe(true);
    const drained = once(stdout, 'drain');
    readOne();
    await drained;
  }
});
