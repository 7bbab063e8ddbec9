import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { repository } from '../support/project.js';

const read = (path: string): string => readFileSync(join(repository, path), 'utf8');

/** The scripts of the package that a text runs. */
function scriptsIn(text: string): string[] {
  const names = [...text.matchAll(/\bnpm (?:run ([\w:]+)|(test|ci)\b)/g)].map(([, script, own]) => script ?? own!);
  return [...new Set(names)].filter(name => name !== 'ci').sort();
}

describe('continuous integration', () => {
  const script = read('.ci/run').replace(/^#.*/gm, '');
  const { jobs } = parse(read('.github/workflows/ci.yml')) as { jobs: Record<string, { steps: { run?: string }[] }> };
  const lines = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  const table = read('README.md')
    .split('\n')
    .filter(line => /^\| `(npm|bash) /.test(line))
    .map(line => line.split('|')[1]!);

  test('runs scripts that the package has', () => {
    for (const name of scriptsIn([script, ...lines].join('\n'))) expect(Object.keys(manifest.scripts)).toContain(name);
  });

  test('runs .ci/run, and beside it what needs Docker', () => {
    expect(lines.toSorted()).toEqual(['bash .ci/run', 'npm ci', 'npm run image:check']);
  });

  test('does in .ci/run what README lists to work on it, the benchmark and the demo', () => {
    const listed = new Set([...scriptsIn(table.join('\n')), 'bench', 'demo']);

    expect(listed.delete('image:check')).toBe(true);
    expect(scriptsIn(script)).toEqual([...listed].sort());
  });
});
