import { afterAll, describe, expect, test } from 'vitest';
import { leftOut, scenarios } from '../conformance/scenarios.js';
import { Suite } from '../conformance/suite.js';
import { offline, run } from '../support/command.js';
import { makeFolder, removeFolders, repository } from '../support/project.js';

afterAll(removeFolders);

describe('the scenarios of the suite', () => {
  const decided = [
    ...scenarios.map(({ name, versions }) => `  - ${name} [${versions.join(',')}]`),
    ...leftOut.flatMap(({ names }) => names.map(name => `  - ${name} [2025-06-18,2025-11-25]`)),
  ];

  /** What is undecided when the suite lists these lines. */
  function undecided(lines: readonly string[]): Promise<string[]> {
    const listing = ['Server scenarios (test against a server):', ...lines].join('\n');
    return new Suite([process.execPath, '-e', `console.log(${JSON.stringify(listing)})`], 'http://none').undecided();
  }

  test('are each run, or left out by name and with a reason', async () => {
    expect(await undecided(decided)).toEqual([]);
    expect(new Set(decided.map(line => line.split(' ')[3])).size).toBe(decided.length);
    for (const { why } of leftOut) expect(why).not.toBe('');
  });

  test.each(['tools-call-twice', 'tasks-', 'input-required-result-late'])(
    'that are new are told by name, though others begin so: %s',
    async name => {
      expect(await undecided([...decided, `  - ${name} [2026-07-28]`])).toEqual([`${name} is new`]);
    },
  );

  test.each(['ping', 'tools-call-image'])('that are gone are told by name, whether run or left out: %s', async name => {
    const others = decided.filter(line => !line.startsWith(`  - ${name} `));

    expect(await undecided(others)).toEqual([`${name} is no longer there`]);
  });

  test('are run under each of the two versions that they belong to', async () => {
    const lines = decided.map(line => line.replace(/- ping .*/, '- ping [2025-11-25,2026-07-28]'));

    expect(await undecided(lines)).toEqual(['ping is not run under 2026-07-28']);
  });

  test('are all missing where the suite lists none', async () => {
    const names = [...scenarios.map(({ name }) => name), ...leftOut.flatMap(({ names }) => names)];

    expect(await undecided([])).toEqual(names.map(name => `${name} is no longer there`));
  });
});

describe('npm run conformance, where npm brings nothing,', { timeout: 60_000 }, () => {
  /** Runs it on a registry that nobody serves. */
  async function conformance(CI: string): Promise<{ code: number; stdout: string }> {
    const npm = {
      npm_config_offline: 'false',
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_cache: makeFolder(),
      npm_config_fetch_retries: '0',
    };
    const command = [process.execPath, '--import', 'tsx', 'test/conformance/main.ts'];
    try {
      const { stdout } = await run(command, { cwd: repository, env: { ...offline(), ...npm, CI } });
      return { code: 0, stdout };
    } catch (error) {
      return error as { code: number; stdout: string };
    }
  }

  test('fails in continuous integration, and says why', async () => {
    const { code, stdout } = await conformance('true');

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^Failed: nothing was judged, because npm has not brought node@.*\. Continuous integration needs them\.$/m,
    );
    expect(stdout).toContain('ECONNREFUSED');
  });

  test('is skipped elsewhere, and says so', async () => {
    const { code, stdout } = await conformance('');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Skipped: nothing was judged, because npm has not brought node@.*\.$/m);
  });
});
