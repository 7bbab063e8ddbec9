/** The properties of `npm test`, which runs a quarter of each, in whole. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { offline, run } from '../support/command.js';
import { repository } from '../support/project.js';
import { tries } from '../support/property.js';

test('every property holds as often as it is worth', { timeout: 300_000 }, async () => {
  const files = readdirSync(join(repository, 'test'), { recursive: true, encoding: 'utf8' })
    .map(name => join('test', name))
    .filter(name => name.endsWith('.test.ts') && !name.endsWith('.long.test.ts'))
    .filter(name => readFileSync(join(repository, name), 'utf8').includes('support/property.js'));
  const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
  const command = [process.execPath, vitest, 'run', '--config', 'test/vitest.config.ts', '--reporter=json', ...files];

  const { stdout } = await run(command, { cwd: repository, env: { ...offline(), FC_PART: '1' }, timeoutMs: 280_000 });

  expect(files.length).toBeGreaterThan(15);
  expect(JSON.parse(stdout.slice(stdout.indexOf('{')))).toMatchObject({
    success: true,
    numTotalTestSuites: expect.any(Number),
    testResults: { length: files.length },
  });
});

test('the long tests run properties in whole', () => {
  expect(tries(1_000).numRuns).toBe(Number(process.env.FC_RUNS) || 1_000);
});
