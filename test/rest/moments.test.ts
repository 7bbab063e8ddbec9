import { describe, expect, test } from 'vitest';
import { operationGroups } from '../../generated/rest/operations.js';
import { readArguments } from '../../runtime/rest/arguments.js';
import { momentText } from '../../runtime/rest/moments.js';
import { tickers, trades } from '../support/rest-host.js';

// 2026-01-05T14:30:00Z is the Unix time 1767623400, by `date -d`.
describe('a moment goes out in the form that the API takes', () => {
  test.each<[string, string, 'ms' | 'ns' | undefined, string]>([
    ['a day as it is', '2026-01-05', 'ms', '2026-01-05'],
    ['an ISO time in ms', '2026-01-05T14:30:00Z', 'ms', '1767623400000'],
    ['an ISO time in ns', '2026-01-05T14:30:00.123456789Z', 'ns', '1767623400123456789'],
    ['an ISO time whose digits have no room, cut', '2026-01-05T14:30:00.1239Z', 'ms', '1767623400123'],
    ['an ISO time of another zone', '2026-01-05T09:30:00-05:00', 'ms', '1767623400000'],
    ['an ISO time of another zone without a colon', '2026-01-05T09:30-0500', 'ms', '1767623400000'],
    ['an ISO time without a zone, which is UTC', '2026-01-05T14:30', 'ns', '1767623400000000000'],
    ['an ISO time in small letters', '2026-01-05t14:30:00z', 'ms', '1767623400000'],
    ['an ISO time as it is where the API takes these', '2026-01-05T14:30:00Z', undefined, '2026-01-05T14:30:00Z'],
    ['an ISO time with its zone where the API takes these', '2026-01-05T14:30:00', undefined, '2026-01-05T14:30:00Z'],
    ['Unix seconds in ms', '1767623400', 'ms', '1767623400000'],
    ['Unix seconds in ns', '1767623400', 'ns', '1767623400000000000'],
    ['Unix ms in ns', '1767623400123', 'ns', '1767623400123000000'],
    ['Unix ms as they are', '1767623400123', 'ms', '1767623400123'],
    ['Unix us in ms', '1767623400123456', 'ms', '1767623400123'],
    ['Unix ns as they are, every digit', '1767623400123456789', 'ns', '1767623400123456789'],
    ['Unix ns in ms', '1767623400123456789', 'ms', '1767623400123'],
    ['Unix seconds in ISO', '1767623400', undefined, '2026-01-05T14:30:00.000Z'],
    ['Unix ns in ISO', '1767623400123456789', undefined, '2026-01-05T14:30:00.123456789Z'],
    ['the begin of all time as it is', '0', 'ms', '0'],
    ['an ISO time before it as it, since the API has nothing older', '1960-01-01T00:00:00.5Z', 'ns', '0'],
  ])('%s', (_, text, unit, sent) => {
    expect(momentText(text, unit)).toBe(sent);
  });

  test.each([
    ['a day without its hyphens', '20260105'],
    ['a year', '2026'],
    ['a Unix time after 2099', '9999999999999'],
    ['a day that no calendar has', '2026-02-29'],
    ['a word', 'yesterday'],
    ['nothing', ''],
  ])('%s is none', (_, text) => {
    expect(momentText(text, 'ms')).toBeUndefined();
    expect(momentText(text, undefined)).toBeUndefined();
  });
});

// "Either a date with the format YYYY-MM-DD or a millisecond timestamp", "... or a nanosecond timestamp": the vendor.
test.each([
  ['get_aggs', 'to', 'ms', '/1767623400000?'],
  ['get_sma', 'timestamp_gte', 'ms', 'timestamp.gte=1767623400000&'],
  ['get_crypto_rsi', 'timestamp_lt', 'ms', 'timestamp.lt=1767623400000&'],
  ['list_trades', 'timestamp_gte', 'ns', 'timestamp.gte=1767623400000000000&'],
  ['list_quotes', 'timestamp_gte', 'ns', 'timestamp.gte=1767623400000000000&'],
  ['list_futures_trades', 'timestamp_gte', 'ns', 'timestamp.gte=1767623400000000000&'],
  ['list_futures_aggregates', 'window_start_gte', 'ns', 'window_start.gte=1767623400000000000&'],
])('%s takes an ISO time and a Unix time of any unit for %s, and sends %s', (name, argument, _, sent) => {
  const operation = operationGroups.flatMap(({ operations }) => operations).find(one => one.name === name)!;
  for (const time of ['2026-01-05T14:30:00Z', 1_767_623_400, '1767623400000']) {
    const asked = readArguments(operation, { ...operation.example, [argument]: time });
    expect('address' in asked && `${asked.address.path}?${asked.address.query}`).toContain(sent);
  }
});

test.each([
  ['a time', trades, { ticker: 'A', timestamp_lt: 'yesterday' }, 'timestamp_lt'],
  ['a day', tickers, { date: '01/05/2026' }, 'date'],
])('a refusal of %s says which day it is, by the clock of the exchanges', (_, operation, args, name) => {
  // 22:30 of the day before in New York.
  const nowMs = Date.UTC(2026, 10, 28, 3, 30);
  expect(() => readArguments(operation, args, nowMs)).toThrow(/ came\. Today is 2026-11-27 in New York\.$/);
  const hint = `Call ${operation.name} with {"${name}": "2026-11-27"}`;
  expect(() => readArguments(operation, args, nowMs)).toThrow(
    expect.objectContaining({ hint: expect.stringContaining(hint) }),
  );
  expect(() => readArguments(trades, { limit: 0 }, nowMs)).not.toThrow(/Today/);
});
