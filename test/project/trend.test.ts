import { describe, expect, test } from 'vitest';
import { judgeTrend, type Point, theilSenSlope } from '../soak/trend.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A value for each minute of a day. */
function aDay(valueAt: (minute: number) => number): Point[] {
  return Array.from({ length: 24 * 60 }, (_, minute) => ({ atMs: minute * minuteMs, value: valueAt(minute) }));
}

/** Between -1 and 1, without a pattern. */
function noise(minute: number): number {
  const sine = Math.sin(minute * 12.9898) * 43_758.5453;
  return (sine - Math.floor(sine)) * 2 - 1;
}

describe('the slope of a series', () => {
  test('is that of a line', () => {
    expect(theilSenSlope([3, 5, 7, 9].map((value, index) => ({ atMs: index * 10, value })))).toBeCloseTo(0.2, 12);
  });

  test('is the middle one where a point lies far off', () => {
    expect(theilSenSlope([1, 2, 3, 1_000, 5, 6].map((value, atMs) => ({ atMs, value })))).toBe(1);
  });

  test.each([[[]], [[7]]])('of %j is none', values => {
    expect(theilSenSlope(values.map((value, atMs) => ({ atMs, value })))).toBe(0);
  });
});

describe('a day of memory', () => {
  const most = 8;

  test('that stays where it is, whatever the noise, did not grow', () => {
    const { grew, growth } = judgeTrend(
      aDay(minute => 60 + 5 * noise(minute)),
      most,
    );

    expect(grew).toBe(false);
    expect(Math.abs(growth)).toBeLessThan(1);
  });

  test('that leaks a megabyte an hour under noise five times as large grew, by as much as it did', () => {
    const { grew, growth, perHour } = judgeTrend(
      aDay(minute => 60 + minute / 60 + 5 * noise(minute)),
      most,
    );

    expect(grew).toBe(true);
    expect(perHour).toBeGreaterThan(0.95);
    expect(perHour).toBeLessThan(1.05);
    expect(Math.abs(growth - 16)).toBeLessThan(1);
  });

  test('that fills its buffers in the first hours and rests then did not grow', () => {
    expect(
      judgeTrend(
        aDay(minute => Math.min(400, minute)),
        most,
      ).grew,
    ).toBe(false);
  });

  test('that rises and falls as garbage comes and goes did not grow', () => {
    expect(
      judgeTrend(
        aDay(minute => 60 + (minute % 90)),
        most,
      ).grew,
    ).toBe(false);
  });

  test('that rises and falls from a floor that rises grew', () => {
    expect(
      judgeTrend(
        aDay(minute => 60 + (minute % 90) + minute / 60),
        most,
      ).grew,
    ).toBe(true);
  });

  test('that has a peak for an hour, even at the end, did not grow', () => {
    expect(
      judgeTrend(
        aDay(minute => (minute > 1_380 ? 900 : 60)),
        most,
      ).grew,
    ).toBe(false);
  });

  test('that becomes less did not grow', () => {
    expect(
      judgeTrend(
        aDay(minute => 2_000 - minute),
        most,
      ),
    ).toMatchObject({ grew: false, perHour: -60 });
  });

  test('that a step raises for good in the middle of what is judged grew', () => {
    expect(
      judgeTrend(
        aDay(minute => (minute > 960 ? 100 : 60)),
        most,
      ).grew,
    ).toBe(true);
  });
});

test('a leak of one socket an hour shows within a day, since six markets may be on their way back', () => {
  const sockets = aDay(minute => 7 + Math.floor(minute / 60) + Math.round(3 * noise(minute)));

  expect(judgeTrend(sockets, 6).grew).toBe(true);
  expect(
    judgeTrend(
      sockets.filter(({ atMs }) => atMs < hourMs),
      6,
    ).grew,
  ).toBe(false);
});
