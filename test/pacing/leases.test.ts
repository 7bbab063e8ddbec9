import { beforeEach, expect, test } from 'vitest';
import { Leases } from '../../runtime/pacing/leases.js';
import { TestClock } from '../support/clock.js';

let clock: TestClock;
let ended: string[];
let leases: Leases<string>;

beforeEach(() => {
  clock = new TestClock();
  ended = [];
  leases = new Leases(clock, 2, 1_000, value => ended.push(value));
});

test('what nobody uses is kept for its time and not longer', () => {
  expect(leases.take('a', () => 'A')).toBe('A');
  clock.advance(999);
  expect(leases.get('a')).toBe('A');
  clock.advance(1);
  expect([leases.get('a'), ended, clock.waiting]).toEqual([undefined, ['A'], 0]);
});

test('what is used is kept until its last user is gone, and its time after that', () => {
  leases.take('a', () => 'A');
  const [first, second] = [leases.use('a'), leases.use('a')];
  clock.advance(10_000);
  first();
  first();
  clock.advance(10_000);
  expect(leases.get('a')).toBe('A');
  second();
  clock.advance(999);
  expect(leases.get('a')).toBe('A');
  clock.advance(1);
  expect(ended).toEqual(['A']);
});

test('what is kept is not made again', () => {
  leases.take('a', () => 'A');
  expect(leases.take('a', () => 'another')).toBe('A');
});

test('no more than so many are kept, until one is gone', () => {
  leases.take('a', () => 'A');
  leases.take('b', () => 'B');
  expect(leases.take('c', () => 'C')).toBeUndefined();
  expect(leases.take('b', () => 'another')).toBe('B');
  leases.end('a');
  expect(leases.take('c', () => 'C')).toBe('C');
  expect(ended).toEqual(['A']);
});

test('the one that was used the longest time ago gives way, and none that is used', () => {
  leases.take('a', () => 'A');
  leases.take('b', () => 'B');
  leases.use('a')();
  expect(leases.count(value => value !== 'B')).toBe(1);
  const done = leases.use('b');
  expect([leases.endIdle(value => value === 'B'), ended]).toEqual([false, []]);
  done();
  expect([leases.endIdle(() => true), ended]).toEqual([true, ['A']]);
  expect([leases.endIdle(() => true), ended]).toEqual([true, ['A', 'B']]);
  expect(leases.endIdle(() => true)).toBe(false);
});

test('a user of something that was ended, and is kept anew, does not end the new one', () => {
  leases.take('a', () => 'old');
  const done = leases.use('a');
  leases.end('a');
  leases.take('a', () => 'new');
  const busy = leases.use('a');
  done();
  clock.advance(5_000);
  expect([leases.get('a'), ended]).toEqual(['new', ['old']]);
  busy();
});

test('in the end all are ended, once, and no timer is left', () => {
  leases.take('a', () => 'A');
  leases.take('b', () => 'B');
  const done = leases.use('b');
  leases.close();
  done();
  leases.end('a');
  expect([ended, clock.waiting]).toEqual([['A', 'B'], 0]);
});
