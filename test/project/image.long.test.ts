import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { copiesOf, dockerfile, readContext, readStages, runsOf, type Stage } from '../support/dockerfile.js';
import { assemble, build } from '../support/image.js';
import { makeFolder, removeFolders, repository } from '../support/project.js';
import { bin, HostedServer } from '../support/stdio.js';
import { toolNames } from '../support/tool-names.js';

const stages = readStages();
const [maker, image] = stages as [Stage, Stage];
const context = copiesOf(maker).flatMap(({ sources }) => sources);

describe('the Dockerfile', () => {
  test('has nothing at which its linter stumbles', () => {
    expect(validate(dockerfile)).toEqual([]);
  });

  test.each([
    ['an unknown instruction', 'WORKDIR /app', 'WROKDIR /app', 'Unknown instruction: WROKDIR'],
    ['a relative folder', 'WORKDIR /app', 'WORKDIR app', 'WORKDIR paths should be absolute'],
    ['no user', 'USER node', 'USER', 'Instruction has no arguments'],
  ])('would be found to have %s', (_, from, to, message) => {
    expect(validate(dockerfile.replace(from, to)).map(found => found.message)).toContain(message);
  });

  test('makes the image in two stages from one Node that the package supports', () => {
    expect(stages).toHaveLength(2);
    expect(maker.name).toBe('build');
    expect(image.base).toBe(maker.base);
    expect(Number(/^node:(\d+)-alpine$/.exec(image.base)?.[1])).toBeGreaterThanOrEqual(20);
  });

  test('copies files that exist and that .dockerignore lets through', () => {
    expect(readContext().sort()).toEqual(context.toSorted());
    for (const path of context) expect(existsSync(join(repository, path)), path).toBe(true);
  });

  test('builds by scripts that the package has', () => {
    const runs = runsOf(maker);
    const scripts = runs.map(line => /^npm run ([\w:]+)$/.exec(line)?.[1]).filter(name => name !== undefined);

    expect(runs).toEqual(['npm ci --ignore-scripts', 'npm run build']);
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts));
  });

  test('takes into the image from the build only', () => {
    expect(copiesOf(image)).toEqual([{ from: 'build', sources: ['/build/build/npm'], to: '/app' }]);
    expect(runsOf(image)).toEqual([]);
  });

  test('has the image run as nobody special, and say which server it is', () => {
    expect(image.user).toBe('node');
    expect(image.labels).toEqual([`io.modelcontextprotocol.server.name="${manifest.mcpName}"`]);
  });
});

describe('the image, made by the steps of the Dockerfile,', () => {
  let built: string;

  beforeAll(async () => {
    built = await build(maker);
  }, 180_000);
  afterAll(removeFolders);

  test('holds the program that is built here', () => {
    const program = readFileSync(join(built, maker.workdir, 'dist/mcp-polygon.js'));

    expect(program.equals(readFileSync(bin))).toBe(true);
  });

  test('holds the package that is published, and nothing else', () => {
    const root = makeFolder();
    assemble(stages, root, built);

    expect(readdirSync(root)).toEqual(['app']);
    expect(readdirSync(join(root, 'app'), { recursive: true }).sort()).toEqual(
      readdirSync(join(repository, 'build/npm'), { recursive: true }).sort(),
    );
  });

  test('serves its tools by its entry point', async () => {
    const root = makeFolder();
    const server = await HostedServer.launch({ command: assemble(stages, root, built), cwd: root });
    try {
      const { tools } = await server.client.listTools();
      expect(tools.map(({ name }) => name).sort()).toEqual(toolNames());
    } finally {
      await server.close();
    }
  });
});
