import { expect, test } from 'vitest';
import { RateMeter } from '../../runtime/buffer/rate.js';

test('a meter that saw nothing shows zero', () => {
  expect(new RateMeter().rate(5_000)).toBe(0);
});

test('a burst counts over one second at least', () => {
  const meter = new RateMeter();
  meter.add(7, 100_200);
  expect(meter.rate(100_300)).toBe(7);
});

test('the first seconds count over the time since the first message', () => {
  const meter = new RateMeter();
  meter.add(10, 1_000);
  meter.add(20, 3_000);
  expect(meter.rate(5_000)).toBe(7.5);
});

test('a steady stream shows its rate', () => {
  const meter = new RateMeter();
  for (let second = 0; second < 60; second++) meter.add(25, second * 1_000);
  expect(meter.rate(59_999)).toBe(25);
});

test('what is older than ten seconds no longer counts', () => {
  const meter = new RateMeter();
  meter.add(1_000, 0);
  meter.add(50, 5_000);
  expect(meter.rate(12_000)).toBe(5);
  expect(meter.rate(20_000)).toBe(0);
});

test('a pause of hours leaves nothing behind', () => {
  const meter = new RateMeter();
  for (let second = 0; second < 10; second++) meter.add(100, second * 1_000);
  meter.add(30, 36_000_000);
  expect(meter.rate(36_000_000)).toBe(3);
});

test('a look at an earlier time takes nothing away', () => {
  const meter = new RateMeter();
  meter.add(30, 5_000);
  meter.add(10, 4_000);
  expect(meter.rate(5_000)).toBe(40);
});

test('a rate has one digit after the point', () => {
  const meter = new RateMeter();
  meter.add(1, 0);
  expect(meter.rate(3_000)).toBe(0.3);
});
