import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { pace } from '../../runtime/mcp/pace.js';
import { whenAllAreIn } from '../../runtime/pacing/arrivals.js';

const mostLineBytes = 2 ** 20;

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

/** When nothing more is going to happen. */
function soon(): AbortSignal {
  return AbortSignal.timeout(100);
}

test('requests wait while the answers are not read, and none is lost', async () => {
  const stdin = new PassThrough();
  const { stdout, readOne } = unreadPipe();
  const seen: string[] = [];
  const paced = pace(stdin, stdout, { mostLineBytes });
  paced.on('data', line => {
    seen.push(String(line));
    stdout.write('a long answer');
  });
  stdin.write('one\ntwo\nthr');
  stdin.end('ee\n');

  for (const expected of ['one\n', 'one\ntwo\n', 'one\ntwo\nthree\n']) {
    while (seen.join('') !== expected) await new Promise(resolve => setImmediate(resolve));
    for (let loopBudget = 0; loopBudget < 5; loopBudget++) await new Promise(resolve => setImmediate(resolve));
    expect(seen.join('')).toBe(expected);
    expect(stdout.writableNeedDrain).toBe(true);
    const drained = once(stdout, 'drain');
    readOne();
    await drained;
  }
});

test('requests end with a host that hangs up and leaves its answers unread, although some still wait', async () => {
  const stdin = new PassThrough();
  const { stdout } = unreadPipe();
  const seen: string[] = [];
  const paced = pace(stdin, stdout, { mostLineBytes, patienceMs: 1 });
  paced.on('data', line => {
    seen.push(String(line));
    stdout.write('a long answer');
  });
  stdin.end('one\ntwo\nthree\n');
  await once(paced, 'end');
  expect(seen).toEqual(['one\n']);
});

test('requests are read ahead, but not without end', async () => {
  const stdin = new PassThrough();
  const { stdout } = unreadPipe();
  const paced = pace(stdin, stdout, { mostLineBytes });
  paced.on('data', () => stdout.write('a long answer'));
  let taken = 0;
  while (stdin.write(`${'x'.repeat(1_023)}\n`) || (await once(stdin, 'drain', { signal: soon() }).catch(() => false))) {
    taken++;
    expect(taken).toBeLessThan(2_048);
  }
  expect(taken).toBeGreaterThan(256);
  paced.destroy();
});

test('an error of stdin is passed on', async () => {
  const stdin = new PassThrough();
  const paced = pace(stdin, unreadPipe().stdout, { mostLineBytes });
  paced.resume();
  const failed = once(paced, 'error');
  stdin.destroy(new Error('stdin broke'));
  expect(await failed).toEqual([new Error('stdin broke')]);
});

test('a line that is too long is answered with an error at once, and the next one is let in', async () => {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const seen: string[] = [];
  const paced = pace(stdin, stdout, { mostLineBytes: 10 });
  paced.on('data', line => seen.push(String(line)));
  stdin.write('123456789\n12345678901');
  const answer = JSON.parse(String((await once(stdout, 'data'))[0]));
  expect(answer).toEqual({
    jsonrpc: '2.0',
    id: null,
    error: {
      code: -32_700,
      message: 'A message is one line of at most 10 bytes; this one is longer and was skipped.',
    },
  });
  stdin.end('1'.repeat(100_000).concat('\nnext\n'));
  await once(paced, 'end');
  expect(seen).toEqual(['123456789\n', 'next\n']);
  expect(stdout.read()).toBeNull();
});

test('requests that came together are all let in before long work has its next turn', async () => {
  const stdin = new PassThrough();
  let seen = 0;
  pace(stdin, new PassThrough(), { mostLineBytes }).on('data', () => seen++);
  stdin.write('{}\n'.repeat(50));
  while (seen === 0) await new Promise(resolve => setImmediate(resolve));
  let turnsOfWork = 0;
  for (; seen < 50; turnsOfWork++) await whenAllAreIn();
  expect(turnsOfWork).toBeLessThanOrEqual(1);
});
