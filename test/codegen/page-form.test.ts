import { afterEach, describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.js';
import { describeProblem } from '../../codegen/problem.js';
import { removeFolders, SmallProject } from '../support/project.js';

const page = 'spec/polygon-docs/websockets/crypto/trades.md';
const form =
  'a page of a channel has, in this order: ## Channel, ## Fields, ## Example, ## Example without the optional fields or ## Second example, ## Disputed and unknown';
const rows = 'the rows are Title, Prefix, Event, Symbol, Wildcard, Plans, Delay, Limits, Alias';

afterEach(removeFolders);

function faults(...edits: readonly (readonly [from: string, to: string])[]): string[] {
  const project = new SmallProject();
  project.edit(page, ...edits);
  return generate(project.root).problems.map(describeProblem);
}

describe('the page of a channel has its form', () => {
  test.each([
    [
      'no row of the delay',
      '| Delay | real time |\n',
      '| Alias | `XTR` is never sent |\n',
      '2:1 the table of ## Channel lacks the row Delay; add it, such as: | Delay | real time; 20 minutes on the delayed feed |',
    ],
    ['a row that is misspelt', '| Limits |', '| Limit |', '12:1 no page has a row Limit; did you mean Limits?'],
    [
      'a section under another name',
      '## Disputed and unknown',
      '## Open questions',
      `30:1 ## Open questions stands where ## Disputed and unknown is expected; ${form}`,
    ],
    [
      'a section less',
      '## Disputed and unknown\n\n- Nothing is.\n',
      '',
      `29:1 the page ends where ## Disputed and unknown is expected; ${form}`,
    ],
    [
      'a section more',
      '- Nothing is.\n',
      '- Nothing is.\n\n## Notes\n',
      `34:1 ## Notes stands where the end of the page is expected; ${form}`,
    ],
    [
      'a section before its time',
      '## Example\n',
      '## Second example\n',
      `21:1 ## Second example stands where ## Example is expected; ${form}`,
    ],
    [
      'nothing under its last heading',
      '- Nothing is.\n',
      'Nothing is.\n',
      '30:1 ## Disputed and unknown has no bullet; add one, such as: - Nothing was captured.',
    ],
    [
      'a bullet that does not end',
      '- Nothing is.\n',
      '- Nothing is\n',
      '32:1 the bullet has no full stop; end it with one',
    ],
  ])('%s is told in one line', (_, from, to, problem) => {
    expect(faults([from, to])).toEqual([`${page}:${problem}`]);
  });

  test('a row under a name that is near to none is told beside the one that is missing', () => {
    expect(faults(['| Limits |', '| Caps |'])).toEqual([
      `${page}:2:1 the table of ## Channel lacks the row Limits; add it, such as: | Limits | no cap on symbols |`,
      `${page}:12:1 no page has a row Caps; ${rows}`,
    ]);
  });

  test('an alias, and an example without the optional fields, belong to it', () => {
    expect(
      faults(
        ['| Limits |', '| Alias | `XTR` is never sent |\n| Limits |'],
        ['## Second example', '## Example without the optional fields'],
      ).filter(fault => fault.startsWith(page)),
    ).toEqual([]);
  });

  test('headings within an example are none', () => {
    const found = faults(['- Nothing is.\n', '- Nothing is.\n\n```\n## Notes\n```\n']);
    expect(found).toEqual([]);
  });
});
