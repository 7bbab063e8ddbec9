import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.js';
import { describeProblem } from '../../codegen/problem.js';
import { generatedHere } from '../support/codegen.js';
import { addInventedMarket, makeFolder, removeFolders, repository } from '../support/project.js';
import { marketFiles, marketNames } from '../support/spec.js';

afterAll(removeFolders);

describe.each([
  ['rich', 'metals'],
  ['lean', 'treasuries'],
] as const)('one market more, in short, a %s one', (_, market) => {
  const root = makeFolder();
  for (const path of ['spec', 'README.md', 'generated/kernel.ts', 'generated/number-kernel.ts']) {
    cpSync(join(repository, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(repository, 'runtime'), join(root, 'runtime'), 'dir');
  addInventedMarket(root, market);
  const { files, problems } = generate(root);
  const before = generatedHere().files;

  test('has no problems', () => {
    expect(problems.map(describeProblem)).toEqual([]);
  });

  test('brings its two files, and changes those alone that are for all markets', () => {
    const changed = [...files.keys()].filter(path => files.get(path) !== before.get(path));
    const own = [`${market}.test.ts`, `${market}.ts`];

    expect(changed.sort()).toEqual([...own, 'TOOLS.md', 'asyncapi.yaml', 'citations.json', 'suite.ts'].sort());
  });

  test('is told of in the feeds that it lacks', () => {
    const others = marketFiles.filter(({ feeds }) => !feeds.some(({ feed }) => feed === 'delayed'));
    const names = [...others.map(other => other.market), ...(market === 'treasuries' ? [market] : [])];
    const lacking = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
    expect(files.get('suite.ts')).toContain(`about: 'Delayed data; not for ${lacking}',`);
    expect(files.get('TOOLS.md')).toContain(`| Delayed data; not for ${lacking} |`);
    expect(files.get('asyncapi.yaml')).toContain(`description: Delayed data; not for ${lacking}\n`);
    expect(files.get('suite.ts')).toContain("about: 'Real-time data',");
  });

  test('stands behind the others', () => {
    expect(files.get('suite.ts')).toContain(
      `export const markets: readonly Market[] = [${marketNames.join(', ')}, ${market}];`,
    );
  });
});
