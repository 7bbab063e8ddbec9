import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { fuzzers } from '../fuzz/table.js';
import { repository } from '../support/project.js';

const text = readFileSync(join(repository, '.github/SECURITY.md'), 'utf8');

/** The rows of the table whose first heading is given, cell by cell. */
function rowsOf(heading: string): string[][] {
  const lines = text.split('\n');
  const begin = lines.findIndex(line => line.startsWith(`| ${heading} |`));
  const end = lines.findIndex((line, index) => index > begin && !line.startsWith('|'));
  return lines.slice(begin + 2, end).map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  );
}

function namesOf(heading: string): string[] {
  return rowsOf(heading).map(([name]) => name!.replaceAll('`', ''));
}

describe('SECURITY.md', () => {
  test('names every file of the security suite, and none that is not there', () => {
    const files = readdirSync(join(repository, 'test/security')).filter(name => name.endsWith('.test.ts'));

    expect(namesOf('Suite').sort()).toEqual(files.map(name => `test/security/${name}`).sort());
  });

  test('says of each fuzzer what must hold, and counts its cases', () => {
    const rows = rowsOf('Fuzzer').map(([name, claim]) => [name, claim]);

    expect(rows).toEqual(fuzzers.map(({ name, claim }) => [`\`${name}\``, claim]));
    for (const [, , count] of rowsOf('Fuzzer')) expect(count).toMatch(/^\d{1,3}(?:,\d{3})*$/);
  });

  test('names every package that is in the program', () => {
    expect(namesOf('Package')).toEqual(manifest.bundled);
  });

  test('names files and scripts that there are', () => {
    const paths = [...text.matchAll(/`((?:test|\.github|\.ci|dist)\/[\w./-]+)`|\]\(\.\.\/([\w./-]+)\)/g)];
    const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);

    for (const [, quoted, linked] of paths)
      expect(existsSync(join(repository, (quoted ?? linked)!)), quoted ?? linked).toBe(true);
    for (const name of scripts) expect(Object.keys(manifest.scripts)).toContain(name);
    expect(paths.length).toBeGreaterThan(5);
    expect(scripts).toEqual(expect.arrayContaining(['security', 'fuzz', 'soak']));
  });

  test('has what a reporter looks for', () => {
    const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);

    expect(sections).toEqual([
      'Report a vulnerability',
      'Supported versions',
      'What is trusted, and what is not',
      'What is promised',
      'What is out of scope, and was not tried',
      'What was tried',
      'What is in the package, and who made it',
    ]);
    expect(text).not.toMatch(/[\w.]+@[\w-]+\.(?:com|io|org|net)/);
  });
});
