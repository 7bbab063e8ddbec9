import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMachineTime } from '../coverage/machine-time.js';
import { complaintOf, soloSeconds } from '../coverage/pace.js';
import { run } from '../support/command.js';
import { repository } from '../support/project.js';

function filesIn(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts'))
    .map(name => join(folder, name))
    .filter(name => !name.includes('fixtures'));
}

/** What vitest itself finds. */
async function filesOf(config: string): Promise<string[]> {
  const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
  const list = [process.execPath, vitest, 'list', '--filesOnly', '--json', '--config', `test/${config}`];
  const { stdout } = await run(list, { cwd: repository });
  const found: readonly { readonly file: string }[] = JSON.parse(stdout);
  return found.map(({ file }) => file.slice(repository.length));
}

describe('the test files', () => {
  const all = [...filesIn('test'), ...filesIn('generated')];

  test('are each run once, by npm test or by npm run test:long', async () => {
    const [usual, long] = await Promise.all([filesOf('vitest.config.ts'), filesOf('vitest.long.config.ts')]);

    expect([...usual, ...long].sort()).toEqual(all.sort());
    expect(long.filter(name => !name.endsWith('.long.test.ts'))).toEqual([]);
    expect(usual.filter(name => name.endsWith('.long.test.ts'))).toEqual([]);
    expect(Math.min(usual.length, long.length)).toBeGreaterThan(5);
  });
});

test('no test file is so long that nobody reads it', () => {
  const long = [...filesIn('test'), ...filesIn('generated')].filter(
    name => readFileSync(join(repository, name), 'utf8').split('\n').length > 600,
  );

  expect(long).toEqual([]);
});

describe('npm test, whose time is judged,', () => {
  const files = [
    { file: 'test/a.test.ts', tookS: 1 },
    { file: 'test/b.test.ts', tookS: 99.94 },
  ];

  test('may take 150 s, and half as much more for coverage and what machines differ in', () => {
    expect(complaintOf({ wallS: 300, cores: 2 }, files)).toBeUndefined();
    expect(complaintOf({ wallS: 301, cores: 2 }, files)).toBe(
      [
        'npm test took 301 s of two cores, and should take 150. Make these quicker, or name a file that is long by nature *.long.test.ts:',
        '   99.9 s  test/b.test.ts',
        '    1.0 s  test/a.test.ts',
      ].join('\n'),
    );
  });

  test('is not blamed for what others do on the machine', () => {
    expect(soloSeconds({ wallS: 600, processor: { ownS: 240, othersS: 900 }, cores: 2 })).toBe(150);
  });

  test('is blamed for its own work however many cores there are, and for waiting', () => {
    expect(soloSeconds({ wallS: 100, processor: { ownS: 400, othersS: 0 }, cores: 8 })).toBe(200);
    expect(soloSeconds({ wallS: 300, processor: { ownS: 60, othersS: 20 }, cores: 2 })).toBe(290);
  });

  test('is measured with what it started and what has ended', () => {
    const self = '4711 (a (b) c) S 1 1 1 0 -1 4194304 1 2 3 4 100 200 300 400 20 0';
    const machine = 'cpu  1000 200 300 9000 50 10 20 0 0 0\ncpu0 1 1 1 1 1 1 1 0 0 0\n';

    expect(readMachineTime(self, machine)).toEqual({ own: 10, all: 15.3 });
  });
});
