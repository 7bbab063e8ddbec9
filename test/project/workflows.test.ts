import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { repository } from '../support/project.js';

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly needs?: string;
  readonly steps: readonly {
    readonly uses?: string;
    readonly with?: Readonly<Record<string, unknown>>;
    readonly run?: string;
  }[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = join(repository, '.github/workflows');
const names = readdirSync(folder).sort();
const texts = new Map(names.map(name => [name, readFileSync(join(folder, name), 'utf8')]));
const pinned = /^\s*(?:- )?uses: ([\w.-]+\/[\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$/;

/** The lines that use an action, and whether they pin it to a commit and say which version that is. */
function looseActions(text: string): string[] {
  return text.split('\n').filter(line => /\buses:/.test(line) && !pinned.test(line));
}

function workflow(name: string): Workflow {
  return parse(texts.get(name)!);
}

describe('every workflow', () => {
  test('is looked at', () => {
    expect(names).toEqual(['ci.yml', 'drift.yml', 'release.yml']);
  });

  test.each(names)('%s pins each action to a commit and names its version', name => {
    expect(looseActions(texts.get(name)!)).toEqual([]);
    expect(texts.get(name)).toMatch(/uses: actions\/checkout@/);
  });

  test.each([
    '      - uses: actions/checkout@v4',
    '      - uses: actions/checkout@main',
    '      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd',
    '      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6',
    '      - uses: actions/checkout@de0fac2 # v6.0.2',
    '      - uses: docker://alpine:3',
    '      - uses: ./.github/actions/own',
  ])('would be found to use an action that moves: %s', line => {
    expect(looseActions(line)).toEqual([line]);
  });

  test('uses one commit of an action everywhere', () => {
    const uses = [...texts.values()].flatMap(text =>
      text.split('\n').flatMap(line => pinned.exec(line)?.[0].trim() ?? []),
    );
    const actions = uses.map(line => line.replace(/^- /, ''));

    expect([...new Set(actions)].sort()).toEqual([
      'uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2',
      'uses: actions/setup-node@53b83947a5a98c8d113130e565377fae1a50d02f # v6.3.0',
    ]);
  });

  test.each(names)('%s gives nothing by default, names what each job needs, and ends', name => {
    const { permissions, jobs } = workflow(name);

    expect(permissions).toEqual({});
    for (const job of Object.values(jobs)) {
      expect(job.permissions).toBeDefined();
      expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
    }
  });

  test.each(names)('%s leaves no credentials behind, and is given no secret', name => {
    const steps = Object.values(workflow(name).jobs).flatMap(job => job.steps);

    for (const { uses, with: given } of steps) {
      if (uses?.startsWith('actions/checkout@')) expect(given).toMatchObject({ 'persist-credentials': false });
    }
    expect(texts.get(name)).not.toMatch(/\bsecrets\.|NPM_TOKEN|NODE_AUTH_TOKEN|pull_request_target|workflow_run/);
  });

  test.each(names)('%s puts nothing that others write into a shell line', name => {
    const steps = Object.values(workflow(name).jobs).flatMap(job => job.steps);

    for (const { run = '' } of steps) expect(run).not.toContain('${{');
  });
});

describe('a release', () => {
  const { on, jobs } = workflow('release.yml');
  const lines = (job: string): string[] => jobs[job]!.steps.flatMap(({ run }) => run ?? []);

  test('is begun by the tag of a version', () => {
    expect(on).toEqual({ push: { tags: ['v[0-9]+.[0-9]+.[0-9]+'] } });
  });

  test('is checked before it is published, and published before it is announced', () => {
    expect(Object.entries(jobs).map(([name, { needs }]) => [name, needs])).toEqual([
      ['check', undefined],
      ['publish', 'check'],
      ['release', 'publish'],
    ]);
    expect(lines('check')).toContain('bash .ci/run');
  });

  test('may do in each job what that job is for', () => {
    expect(Object.entries(jobs).map(([name, { permissions }]) => [name, permissions])).toEqual([
      ['check', { contents: 'read' }],
      ['publish', { contents: 'read', 'id-token': 'write' }],
      ['release', { contents: 'write' }],
    ]);
  });

  test('publishes what is built, with provenance, and runs no script of a package beside its identity', () => {
    const published = lines('publish');

    expect(published).toContain('npm ci --ignore-scripts');
    expect(published.at(-1)).toBe('npm publish ./build/npm --provenance --access public --ignore-scripts');
    expect(
      published.filter(line => /\bnpm (?:ci|publish)\b/.test(line)).every(line => /--ignore-scripts/.test(line)),
    ).toBe(true);
  });

  test('carries the bill of materials of the program, and that of its tools', () => {
    const announced = lines('release').join('\n');

    expect(announced).toContain('cp dist/sbom.cdx.json mcp-polygon.cdx.json');
    expect(announced).toContain('npm sbom --package-lock-only --sbom-format cyclonedx > mcp-polygon-build.cdx.json');
    expect(lines('release').at(-1)).toMatch(
      /^gh release create .* mcp-polygon\.cdx\.json mcp-polygon-build\.cdx\.json /,
    );
  });
});

test('updates of packages, of actions and of the base image are proposed', () => {
  const { updates } = parse(readFileSync(join(repository, '.github/dependabot.yml'), 'utf8'));

  expect(updates.map((update: Record<string, unknown>) => update['package-ecosystem'])).toEqual([
    'npm',
    'github-actions',
    'docker',
  ]);
  const tools = new Set(Object.keys(manifest.devDependencies));
  const [{ groups }] = updates;
  expect(groups.tools['exclude-patterns'], 'what goes into the program is looked at by itself').toEqual(
    manifest.bundled.filter(name => tools.has(name)),
  );
});

test('no package that this one is made with reports its installation to anybody', () => {
  expect(manifest.scarfSettings).toEqual({ enabled: false });
});
