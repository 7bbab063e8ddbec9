import { expect, test } from 'vitest';
import { Log } from '../../runtime/core/log.js';
import { TestClock } from '../support/clock.js';

function start(): { log: Log; lines: string[]; clock: TestClock } {
  const clock = new TestClock(Date.UTC(2026, 8, 9, 14, 30));
  const lines: string[] = [];
  return { log: new Log(clock, line => lines.push(line)), lines, clock };
}

test('a line shows when it was written', () => {
  const { log, lines, clock } = start();
  clock.advance(1_234);
  log.say('a', 'something happened');
  expect(lines).toEqual(['2026-09-09T14:30:01.234Z something happened\n']);
});

test('a kind is written at most once a minute, and then says how many were left out', () => {
  const { log, lines, clock } = start();
  log.say('a', 'one');
  log.say('a', 'two');
  clock.advance(59_999);
  log.say('a', 'three');
  expect(lines).toHaveLength(1);
  clock.advance(1);
  log.say('a', 'four');
  expect(lines.slice(1)).toEqual(['2026-09-09T14:31:00.000Z four (and 2 more like it)\n']);
});

test('the count of what was left out starts over with each line', () => {
  const { log, lines, clock } = start();
  log.say('a', 'one');
  log.say('a', 'two');
  clock.advance(60_000);
  log.say('a', 'three');
  clock.advance(60_000);
  log.say('a', 'four');
  expect(lines.at(-1)).toBe('2026-09-09T14:32:00.000Z four\n');
});

test('a wall clock that jumps an hour ahead does not let a line through', () => {
  const { log, lines, clock } = start();
  log.say('a', 'one');
  clock.now = () => Date.UTC(2026, 8, 9, 15, 30);
  log.say('a', 'two');
  expect(lines).toEqual(['2026-09-09T14:30:00.000Z one\n']);
});

test('kinds do not silence each other', () => {
  const { log, lines } = start();
  log.say('a', 'one');
  log.say('b', 'two');
  expect(lines).toHaveLength(2);
});

test('a flood of a thousand lines is one line', () => {
  const { log, lines, clock } = start();
  for (let line = 0; line < 1_000; line++) {
    log.say('a', `line ${line}`);
    clock.advance(10);
  }
  expect(lines).toEqual(['2026-09-09T14:30:00.000Z line 0\n']);
});

test('a line has 1,000 characters at most, and no control characters, whoever sent them', () => {
  const { log, lines, clock } = start();
  log.say('a', `one\ntwo\u001b[2J\u202e${'x'.repeat(5_000)}`);
  clock.advance(60_000);
  log.say('a', '\u0000'.repeat(2_000));
  log.say('a', 'more');
  clock.advance(60_000);
  log.say('a', '😀'.repeat(2_000));
  expect(lines[0]).toMatch(/^2026-09-09T14:30:00.000Z one\\u000atwo\\u001b\[2J\\u202exxx.*x…\n$/);
  for (const line of lines) {
    expect(line.length).toBeLessThanOrEqual(1_001);
    expect(Buffer.from(line).toString()).toBe(line);
    expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  }
  expect(lines.at(-1)).toMatch(/… \(and 1 more like it\)\n$/);
});
