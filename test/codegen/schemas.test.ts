/** Schemas in suite.yaml that are malformed, or whose keywords do not fit together. */
import { afterEach, describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.js';
import { describeProblem } from '../../codegen/problem.js';
import { removeFolders, SmallProject } from '../support/project.js';

const suite = 'spec/suite.yaml';

afterEach(removeFolders);

function answer(change: (project: SmallProject) => void): string[] {
  const project = new SmallProject();
  change(project);
  return generate(project.root).problems.map(describeProblem);
}

describe('a schema of suite.yaml', () => {
  const keys =
    '$ref, type, description, unit, enum, default, nullable, wide, json, minimum, maximum, minItems, maxItems, items, properties, required, additionalProperties';

  test.each([
    [
      'neither a type nor a reference',
      '{ description: x }',
      '3 definitions.market lacks the key type or $ref; add one of them, such as: type: string',
    ],
    [
      'a keyword that is not ours',
      '{ oneOf: [], description: x }',
      `13 definitions.market has the unknown key oneOf; the keys are ${keys}`,
    ],
    [
      'a keyword that is misspelled',
      '{ tipe: string }',
      '13 definitions.market has the unknown key tipe; did you mean type?',
    ],
    [
      'choices without a type',
      '{ enum: [a] }',
      '3 definitions.market has the key enum, which needs type beside it; add it, such as: type: string',
    ],
    [
      'items without a type',
      '{ type: array, items: { description: x } }',
      '26 definitions.market.items lacks the key type or $ref; add one of them, such as: type: string',
    ],
    [
      'further keys without a type',
      '{ type: object, additionalProperties: { description: x } }',
      '27 definitions.market.additionalProperties lacks the key type or $ref; add one of them, such as: type: string',
    ],
    [
      'further keys that are neither open nor a schema',
      '{ type: object, additionalProperties: open }',
      '27 definitions.market.additionalProperties must be true, false or a schema, and a text came; such as: additionalProperties: true',
    ],
    [
      'a default that is a list',
      '{ type: string, default: [] }',
      '27 definitions.market.default must be a text, a number, true or false, and a list came; such as: default: 50',
    ],
  ])('%s is told in one line', (_, written, problem) => {
    const found = answer(project =>
      project.edit('spec/suite.yaml', ['market: { type: string, enum: ["{markets}"] }', `market: ${written}`]),
    );
    expect(found).toEqual([`spec/suite.yaml:45:${problem}`]);
  });

  test.each([
    [
      'a default above the maximum',
      '{ type: integer, maximum: 1000, default: 5000 }',
      '42 default 5000 is more than the maximum 1000; change one of the two',
    ],
    [
      'a default below the minimum',
      '{ type: number, minimum: 2, default: 1.5 }',
      '38 default 1.5 is less than the minimum 2; change one of the two',
    ],
    [
      'a text as the default of a number',
      '{ type: integer, default: fifty }',
      '27 default must be a whole number, as the type integer says, and a text came; such as: default: 50',
    ],
    [
      'a fraction as the default of a whole number',
      '{ type: integer, default: 0.5 }',
      '27 default must be a whole number, as the type integer says, and the number 0.5 came; such as: default: 50',
    ],
    [
      'a number as the default of a text',
      '{ type: string, default: 50 }',
      '26 default must be a text, as the type string says, and the number 50 came; such as: default: summary',
    ],
    [
      'a default of a list',
      '{ type: array, items: { type: string }, default: all }',
      '50 default stands beside the type array, which has none; delete it',
    ],
    [
      'a default that is none of the choices',
      '{ type: string, enum: [summary, full], default: sumary }',
      '49 default is not one of summary, full; did you mean summary?',
    ],
    [
      'a minimum above the maximum',
      '{ type: integer, minimum: 1000, maximum: 1 }',
      '27 minimum 1000 is more than the maximum 1; change one of the two',
    ],
    [
      'a list that would have to be longer than it may be',
      '{ type: array, items: { type: string }, minItems: 3, maxItems: 2 }',
      '50 minItems 3 is more than the maxItems 2; change one of the two',
    ],
    [
      'a minimum of a text',
      '{ type: string, minimum: 3 }',
      '26 minimum bounds a number, and the type is string; delete it, or write type: integer',
    ],
    [
      'a unit of a text',
      '{ type: string, unit: bytes }',
      '26 unit bounds a number, and the type is string; delete it, or write type: integer',
    ],
    [
      'a length of a number',
      '{ type: integer, maxItems: 3 }',
      '27 maxItems bounds a list, and the type is integer; delete it, or write type: array',
    ],
    [
      'choices of a number',
      '{ type: integer, enum: [one] }',
      '27 enum bounds a text, and the type is integer; delete it, or write type: string',
    ],
    [
      'what would join a reference inside of a definition',
      '{ type: array, items: { $ref: "#/definitions/common", properties: { a: { type: string } } } }',
      '64 properties join a reference in a definition of its own alone; make it one, and refer to that',
    ],
    [
      'what does not fit to what is referred to',
      '{ $ref: "#/definitions/max_bytes", default: 9999 }',
      '45 default 9999 is more than the maximum 9000; change one of the two',
    ],
  ])('%s is refused', (_, written, problem) => {
    const line = '  market: { type: string, enum: ["{markets}"] }\n';
    const found = answer(project => project.edit('spec/suite.yaml', [line, `${line}  extra: ${written}\n`]));
    expect(found).toEqual([`spec/suite.yaml:46:${problem}`]);
  });

  test('a fault of a definition is told there, and not where it is used', () => {
    const found = answer(project => project.edit('spec/suite.yaml', ['maximum: 9000', 'maximum: 900']));
    expect(found).toEqual([
      'spec/suite.yaml:47:44 minimum 1000 is more than the maximum 900; change one of the two',
      'spec/suite.yaml:47:73 default 2000 is more than the maximum 900; change one of the two',
    ]);
  });
});

describe('what comes out of definitions', () => {
  function emitted(path: string, file: string, ...edits: readonly (readonly [from: string, to: string])[]): string {
    const project = new SmallProject();
    project.edit(path, ...edits);
    const { files, problems } = generate(project.root);
    expect(problems.map(describeProblem)).toEqual([]);
    return files.get(file)!;
  }

  test('the limits of lists and conditions come from their definitions', () => {
    expect(
      emitted(suite, 'suite.ts', ['maxItems: 10 }', 'maxItems: 11 }'], ['maxItems: 4 }', 'maxItems: 5 }']),
    ).toContain('limits: { listed: 11, comparisons: 5, usualBytes: 2000, mostBytes: 9000 },');
  });

  test('the text of an answer says how long its list can be', () => {
    const said = (file: string): string =>
      emitted(suite, file, [
        'accepted: { $ref: "#/definitions/listed" }',
        'accepted: { $ref: "#/definitions/listed", description: "The first {listed}" }',
      ]);
    expect(said('types.ts')).toContain('  /** The first 10. */\n  readonly accepted?: readonly string[];\n');
    expect(said('TOOLS.md')).toContain('| `accepted` | list of strings (at most 10) |  | The first 10 |\n');
  });

  test('an answer about several markets has a type and a section of its own, and is checked like the other', () => {
    const line = '    answer: { type: object, properties: { messages: { $ref: "#/definitions/listed" } } }\n';
    const several =
      '    several: { type: object, properties: { streams: { $ref: "#/definitions/listed" } }, required: [streams] }\n';
    const types = emitted(suite, 'types.ts', [line, line + several]);
    expect(types).toContain(
      'export interface ReadSeveralAnswer extends General {\n  readonly streams: readonly string[];\n}\n',
    );
    expect(types).toContain('  readonly read: ReadAnswer | ReadSeveralAnswer;\n');
    expect(emitted(suite, 'TOOLS.md', [line, line + several])).toContain(
      '### Answer of read, several markets\n\n| Key | Type | Required | Meaning |\n|---|---|---|---|\n| `streams` | list of strings (at most 10) | yes |  |\n',
    );
    const wrong = several.replace('definitions/listed', 'definitions/lost');
    expect(answer(project => project.edit(suite, [line, line + wrong]))).toEqual([
      expect.stringMatching(/^spec\/suite\.yaml:\d+:\d+ there is no definition lost/),
    ]);
  });

  test('what is required of what is referred to is required of what joins it', () => {
    const text = emitted(
      suite,
      'TOOLS.md',
      [
        '  common:\n',
        '  pair: { type: object, properties: { a: { type: string } }, required: [a] }\n  more: { $ref: "#/definitions/pair", type: object, properties: { b: { type: string } }, required: [b] }\n  common:\n',
      ],
      [
        'answer: { type: object, properties: { messages: { $ref: "#/definitions/listed" } } }',
        'answer: { type: object, properties: { more: { $ref: "#/definitions/more" } } }',
      ],
    );
    expect(text).toContain('| `more.a` | string | yes |  |\n| `more.b` | string | yes |  |\n');
  });

  test('what stands beside a reference joins it: properties, and other items of a list', () => {
    const project = new SmallProject();
    project.edit(
      suite,
      [
        '  common:\n',
        '  pair: { type: object, properties: { a: { type: string } } }\n  more: { $ref: "#/definitions/pair", type: object, properties: { b: { type: string } } }\n  pairs: { $ref: "#/definitions/listed", items: { $ref: "#/definitions/pair" } }\n  common:\n',
      ],
      [
        'answer: { type: object, properties: { messages: { $ref: "#/definitions/listed" } } }',
        'answer: { type: object, properties: { more: { $ref: "#/definitions/more" }, pairs: { $ref: "#/definitions/pairs" } } }',
      ],
    );
    const { files, problems } = generate(project.root);

    expect(problems).toEqual([]);
    expect(files.get('types.ts')).toContain('export interface More extends Pair {\n  readonly b?: string;\n}\n');
    expect(files.get('types.ts')).toContain('  readonly more?: More;\n  readonly pairs?: readonly Pair[];\n');
    expect(files.get('TOOLS.md')).toContain('| `more.a` | string |  |  |\n| `more.b` | string |  |  |\n');
    expect(files.get('TOOLS.md')).toContain('| `pairs` | list of objects (at most 10) |  |  |\n');
  });
});
