import { spawnSync } from 'node:child_process';
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

interface Job {
  readonly name?: string;
  readonly needs?: string;
  readonly strategy?: { readonly matrix: { readonly node: readonly number[] } };
  readonly steps: readonly { readonly run?: string }[];
}

describe('continuous integration', () => {
  const script = read('.ci/run').replace(/^#.*/gm, '');
  const { jobs }: { readonly jobs: Readonly<Record<string, Job>> } = parse(read('.github/workflows/ci.yml'));
  const lines = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  const table = read('.github/CONTRIBUTING.md')
    .split('\n')
    .filter(line => /^\| `(npm|bash) /.test(line))
    .map(line => line.split('|')[1]!);

  test('runs scripts that the package has', () => {
    for (const name of scriptsIn([script, ...lines].join('\n'))) expect(Object.keys(manifest.scripts)).toContain(name);
  });

  test('runs each part of .ci/run in a job of its own, and beside them what needs Docker', () => {
    const [, parts = ''] = /^parts=\((.*)\)$/m.exec(script)!;

    expect(parts.split(' ').length).toBeGreaterThan(5);
    expect(lines).toEqual([...parts.split(' ').map(part => `bash .ci/run ${part}`), 'npm ci', 'npm run image:check']);
  });

  test('has no part of .ci/run that nothing runs', () => {
    const [, parts = ''] = /^parts=\((.*)\)$/m.exec(script)!;
    const functions = [...script.matchAll(/^(\w+)\(\) \{$/gm)].map(([, name]) => name);

    expect(functions).toEqual(parts.split(' '));
  });

  test('has names for its jobs, which wait for nobody, and runs the tests under every Node that is promised', () => {
    expect(Object.values(jobs).filter(({ name, needs }) => name === undefined || needs !== undefined)).toEqual([]);
    expect(jobs.tests!.strategy!.matrix.node).toEqual([20, 22, 24]);
  });

  test('refuses a part that there is not, before it does anything', () => {
    const { status, stdout, stderr } = spawnSync('bash', [join(repository, '.ci/run'), 'lint', 'tets'], {
      encoding: 'utf8',
    });

    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toBe('There is no part tets; there are lint fresh tests endurance package conformance.\n');
  });

  test('does in .ci/run what CONTRIBUTING lists to work on it, the benchmark and the demo', () => {
    const listed = new Set([...scriptsIn(table.join('\n')), 'bench', 'demo']);

    expect(listed.delete('image:check')).toBe(true);
    expect(scriptsIn(script)).toEqual([...listed].sort());
  });
});
