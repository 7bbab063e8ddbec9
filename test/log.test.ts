import { expect, test } from 'vitest';
import { Redactor } from '../runtime/foreign.js';
import { Log } from '../runtime/log.js';
import { TestClock } from './support/clock.js';

function start(): { log: Log; lines: string[]; clock: TestClock; redactor: Redactor } {
  const clock = new TestClock(Date.UTC(2026, 8, 9, 14, 30));
  const lines: string[] = [];
  const redactor = new Redactor();
  return { log: new Log(clock, redactor, line => lines.push(line)), lines, clock, redactor };
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

test('a key is never written, neither whole nor in part', () => {
  const { log, lines, redactor } = start();
  redactor.add('Qx7rT2mZ9kLpW4vB');
  log.say('a', 'key Qx7rT2mZ9kLpW4vB, beginning Qx7rT2mZ9k');
  expect(lines).toEqual(['2026-09-09T14:30:00.000Z key [redacted], beginning [redacted]\n']);
});
