import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { assemble, readStages } from './support/image.js';
import { makeFolder, removeFolders, repository } from './support/project.js';
import { HostedServer } from './support/stdio.js';
import { toolNames } from './support/toolnames.js';

const stages = readStages();
const [build, image] = stages as [(typeof stages)[0], (typeof stages)[0]];
const context = build.copies.flatMap(({ sources }) => sources);

describe('the image', () => {
  afterAll(removeFolders);

  test('is made in two stages from one Node that the package supports', () => {
    expect(stages).toHaveLength(2);
    expect(build.name).toBe('build');
    expect(image.base).toBe(build.base);
    expect(Number(/^node:(\d+)-alpine$/.exec(image.base)?.[1])).toBeGreaterThanOrEqual(20);
  });

  test('is built from files that exist and that .dockerignore lets through', () => {
    const ignore = readFileSync(join(repository, '.dockerignore'), 'utf8').trim().split('\n');
    const letThrough = ignore.filter(line => line.startsWith('!')).map(line => line.slice(1));

    expect(ignore).toContain('*');
    expect(letThrough.sort()).toEqual(context.toSorted());
    for (const path of context) expect(existsSync(join(repository, path)), path).toBe(true);
  });

  test('is built by scripts that the package has', () => {
    const scripts = build.runs.map(line => /^npm run ([\w:]+)$/.exec(line)?.[1]).filter(name => name !== undefined);

    expect(build.runs).toEqual(['npm ci --ignore-scripts', 'npm run build']);
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts));
  });

  test('takes from the build only, and what the build knows', () => {
    for (const { from, sources } of image.copies) {
      expect(from).toBe('build');
      for (const source of sources) {
        const path = source.replace(`${build.workdir}/`, '');
        expect([...context, 'dist']).toContain(path);
        expect(existsSync(join(repository, path)), path).toBe(true);
      }
    }
  });

  test('runs as nobody special, and says which server it is', () => {
    expect(image.user).toBe('node');
    expect(image.labels).toEqual([`io.modelcontextprotocol.server.name="${manifest.mcpName}"`]);
  });

  test('serves its tools by its entry point', async () => {
    const root = makeFolder();
    const server = await HostedServer.launch({ command: assemble(stages, root), cwd: root });
    try {
      const { tools } = await server.client.listTools();
      expect(tools.map(({ name }) => name).sort()).toEqual(toolNames());
    } finally {
      await server.close();
    }
  });
});
