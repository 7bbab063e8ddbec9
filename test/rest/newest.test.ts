/** What is asked for without an order begins with the newest, as the text of the tool says. */
import { expect, test } from 'vitest';
import { operationGroups } from '../../generated/rest/operations.js';
import { readArguments } from '../../runtime/rest/arguments.js';

const operations = operationGroups.flatMap(group => group.operations);

// By default the API has the oldest first, or any order: yields of 1962, and the first dividends of a company.
test.each([
  ['list_treasury_yields', {}, 'date.desc'],
  ['list_inflation', {}, 'date.desc'],
  ['list_inflation_expectations', {}, 'date.desc'],
  ['list_labor_market', {}, 'date.desc'],
  ['list_dividends', { ticker: 'AAPL' }, 'ex_dividend_date.desc'],
  ['list_short_interest', { ticker: 'AAPL' }, 'settlement_date.desc'],
  ['list_short_volume', { ticker: 'AAPL' }, 'date.desc'],
])('%s begins with the newest', (name, args, sort) => {
  const operation = operations.find(one => one.name === name)!;
  const asked = readArguments(operation, args);
  expect('address' in asked && new URLSearchParams(asked.address.query).get('sort')).toBe(sort);
  expect(operation.description).toMatch(/, the newest first\.$/);
});
