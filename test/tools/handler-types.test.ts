import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, removeFolders, repository } from '../support/project.js';

const common = "market: 'stocks', state: 'live', simulated: true, delayed_minutes: null, notes: []";

/** A table of handlers in which one is another. */
function table(handler: string): string {
  return [
    `import { marketHandlers, marketTable } from '${join(repository, 'runtime/tools/handlers.js')}';`,
    `export const table = marketTable({ ...marketHandlers, ${handler} });`,
  ].join('\n');
}

const right = {
  'gives what the spec says': `stop: () => ({ ${common}, messages_received: 1, duration_s: 2 })`,
  'gives it later': `stop: async () => ({ ${common}, messages_received: 1, duration_s: 2 })`,
  'takes what the spec says': `unsubscribe: (hub, market, { channels }) => ({ ${common}, removed: channels, not_held: [], subscription_count: 0 })`,
};

const wrong = {
  'gives a key that the spec does not have': `stop: () => ({ ${common}, messages_received: 1, duration_s: 2, price: 3 })`,
  'gives another type': `stop: () => ({ ${common}, messages_received: 1, duration_s: '2' })`,
  'leaves a key out': `stop: () => ({ ${common}, messages_received: 1 })`,
  'gives null where there is always a value': `stop: () => ({ ${common}, messages_received: 1, duration_s: null })`,
  'gives a word that is none': `stop: () => ({ ${common.replace("'live'", "'alive'")}, messages_received: 1, duration_s: 2 })`,
  'takes an argument that no caller gives': `stop: (hub: unknown, market: unknown, args: { soon: boolean }) => ({ ${common}, messages_received: Number(args.soon), duration_s: 2 })`,
  'takes an argument of another type': `unsubscribe: (hub: unknown, market: unknown, args: { channels: number }) => ({ ${common}, removed: [], not_held: [], subscription_count: args.channels })`,
  'does a verb that the spec does not have': `restart: () => ({ ${common} })`,
};

describe('a handler', () => {
  let output = '';

  beforeAll(() => {
    const folder = makeFolder();
    const cases = [...Object.entries(right), ...Object.entries(wrong)];
    for (const [name, handler] of cases) writeFileSync(join(folder, `${fileOf(name)}.ts`), table(handler));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(repository, 'tsconfig.json'),
        compilerOptions: { noUnusedParameters: false, typeRoots: [join(repository, 'node_modules/@types')] },
        include: ['*.ts'],
      }),
    );
    const compiler = join(repository, 'node_modules/typescript/bin/tsc');
    output = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    }).stdout;
  }, 120_000);

  afterAll(removeFolders);

  test.each(Object.keys(right))('that %s compiles', name => {
    expect(errorsIn(output, name)).toEqual([]);
  });

  test.each(Object.keys(wrong))('that %s does not compile', name => {
    expect(errorsIn(output, name)).not.toEqual([]);
  });

  test('is the only thing that does not', () => {
    const files = [...output.matchAll(/^(\S+)\(\d+,\d+\): error/gm)].map(([, file]) => file);

    expect(new Set(files)).toEqual(new Set(Object.keys(wrong).map(name => `${fileOf(name)}.ts`)));
  });
});

function fileOf(name: string): string {
  return name.replaceAll(' ', '-');
}

function errorsIn(output: string, name: string): string[] {
  return output.split('\n').filter(line => line.startsWith(`${fileOf(name)}.ts(`));
}
