/** The tools of the Python server and their arguments, as the fixture has them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './project.js';

export interface PythonTool {
  readonly group: string;
  readonly name: string;
  readonly arguments: readonly string[];
}

/** Every tool of the fixture, with its arguments one by one, `params` among them. */
export function readPythonTools(): PythonTool[] {
  const text = readFileSync(join(repository, 'test/fixtures/rest/python-arguments.txt'), 'utf8');
  let group = '';
  return text.split('\n').flatMap((line): PythonTool[] => {
    group = /^\[(\w+)\]$/.exec(line)?.[1] ?? group;
    const [, name, rest = ''] = /^(\w+):(.*)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const words = [...rest.matchAll(/(-?)(\w+)(?:\[([\w ]+)\])?/g)].flatMap(([, without, word, operators = '']) => [
      ...(without === '-' ? [] : [word!]),
      ...operators
        .split(' ')
        .filter(Boolean)
        .map(operator => `${word}_${operator}`),
    ]);
    return [{ group, name, arguments: [...words, 'params'] }];
  });
}
