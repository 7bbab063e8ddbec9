import { describe, expect, test } from 'vitest';
import { readOptions } from '../../codegen/options.js';

const options = { check: { type: 'boolean' }, docs: { type: 'boolean' }, root: { type: 'string' } } as const;

describe('the options of a command', () => {
  test('are read by name', () => {
    expect(readOptions(['--check', '--root', 'x'], options)).toEqual({
      values: { check: true, root: 'x' },
      faults: [],
    });
  });

  test.each([
    [['--chek'], ['there is no option --chek; did you mean --check?']],
    [['--rot', 'x'], ['there is no option --rot; did you mean --root?']],
    [['-c'], ['there is no option -c; the options are --check, --docs, --root']],
    [['check'], ['check is no option; did you mean --check?']],
    [['--check=1'], ['--check takes no value']],
    [['--root'], ['--root needs a value behind it']],
    [
      ['--chek', '--dosc'],
      ['there is no option --chek; did you mean --check?', 'there is no option --dosc; did you mean --docs?'],
    ],
  ])('%j are refused', (words, faults) => {
    expect(readOptions(words, options).faults).toEqual(faults);
  });
});
