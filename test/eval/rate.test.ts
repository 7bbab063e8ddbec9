/** What the finder was tuned on stays found, and the guide says what was measured. */
import { describe, expect, test } from 'vitest';
import { operationGroups } from '../../generated/rest/operations.js';
import { readArguments } from '../../runtime/rest/arguments.js';
import { readGuide } from '../support/guides.js';
import { argumentsOf, halves, measure, readQuestions } from './measure.js';

const operations = new Map(operationGroups.flatMap(group => group.operations.map(one => [one.name, one] as const)));

describe('find_rest_tool', () => {
  test('answers the questions to tune it on, with calls that are right and that the requests take', async () => {
    const { outcomes, first, three, meanBytes } = await measure('tuning');

    expect(first).toBeGreaterThan(0.93);
    expect(three).toBeGreaterThan(0.99);
    expect(meanBytes).toBeLessThan(4_000);
    expect(outcomes.filter(({ wrongArguments }) => wrongArguments.length > 0)).toEqual([]);
    for (const request of outcomes.flatMap(({ calls }) => calls)) {
      expect(() => readArguments(operations.get(request.name)!, argumentsOf(request)), request.name).not.toThrow();
    }
  });

  test.each(['tuning', 'held-out'] as const)('is measured as the guide says on the questions of %s', async half => {
    const { outcomes, first, three } = await measure(half);
    const percent = (part: number): string => `${(100 * part).toFixed(0)} %`;

    expect(readGuide('spec/guides/finding-a-rest-tool.md')).toContain(
      `| ${outcomes.length} questions ${halves[half]} | ${percent(first)} | ${percent(three)} |`,
    );
  });

  test.each(['tuning', 'held-out'] as const)('is asked for requests that there are in %s', half => {
    const named = readQuestions(half).flatMap(({ tools }) => tools);

    expect(named.filter(name => !operations.has(name))).toEqual([]);
  });
});
