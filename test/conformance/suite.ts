/** The MCP conformance suite, scenario by scenario. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../support/command.js';
import { makeFolder } from '../support/project.js';
import { both, leftOut, type Scenario, scenarios } from './scenarios.js';

/** What a scenario came to. */
export interface Verdict {
  readonly what: string;
  readonly passed: number;
  readonly warnings: number;
  /** What is wrong, in words; nothing if all is well. */
  readonly trouble: readonly string[];
}

interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'INFO' | 'SKIPPED';
}

export class Suite {
  /** @param command runs the suite */
  constructor(
    private readonly command: readonly string[],
    private readonly url: string,
  ) {}

  /** Scenarios, or versions of them, that nobody has decided on, and decisions on scenarios that do not exist. */
  async undecided(): Promise<string[]> {
    const { stdout } = await run([...this.command, 'list', '--server'], { cwd: makeFolder() });
    const known = new Map(
      [...stdout.matchAll(/^ +- (\S+) \[(\S+)\]$/gm)].map(([, name, of]) => [name!, of!.split(',')]),
    );
    const decided = [...scenarios.map(({ name }) => name), ...leftOut.flatMap(({ names }) => names)];
    return [
      ...[...known.keys()].filter(name => !decided.includes(name)).map(name => `${name} is new`),
      ...decided.filter(name => !known.has(name)).map(name => `${name} is no longer there`),
      ...scenarios.flatMap(({ name, versions }) =>
        both
          .filter(version => known.get(name)?.includes(version) && !versions.includes(version))
          .map(version => `${name} is not run under ${version}`),
      ),
    ];
  }

  async judge({ name, unless = {} }: Scenario, version: string): Promise<Verdict> {
    const checks = await this.checksOf(name, version);
    const having = (status: Check['status']): string[] =>
      checks.filter(check => check.status === status).map(({ id }) => id);
    const [passed, warnings, failed] = [having('SUCCESS'), having('WARNING'), having('FAILURE')];
    const trouble = [
      ...failed.filter(id => !(id in unless)).map(id => `${id} failed`),
      ...Object.keys(unless)
        .filter(id => !failed.includes(id))
        .map(id => `${id} passes by now`),
      ...(passed.length === 0 ? ['nothing was checked'] : []),
    ];
    return { what: `${version} ${name}`, passed: passed.length, warnings: warnings.length, trouble };
  }

  private async checksOf(name: string, version: string): Promise<Check[]> {
    const folder = makeFolder();
    const options = ['--url', this.url, '--spec-version', version, '--scenario', name, '-o', folder];
    // It ends with an error when a check fails; which one says the file.
    await run([...this.command, 'server', ...options], { cwd: folder }).catch(() => {});
    const [results] = readdirSync(folder);
    return results === undefined ? [] : JSON.parse(readFileSync(join(folder, results, 'checks.json'), 'utf8'));
  }
}
