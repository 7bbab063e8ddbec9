import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { impureGlobals } from '../support/globals.js';
import { type Edge, edgesOf, parse, sourcesIn } from '../support/imports.js';
import { repository } from '../support/project.js';

/** The folders of runtime/, from the ground up: each imports only those before it. */
const layers = [
  'contract',
  'core',
  'pacing',
  'config',
  'symbols',
  'decode',
  'feed',
  'buffer',
  'recording',
  'market',
  'simulator',
  'rest',
  'stream',
  'reading',
  'tools',
  'mcp',
  'cli',
];

/** Their files take what they are given and answer: they read, write and wait for nothing. */
const pure = ['contract', 'core', 'symbols', 'decode', 'buffer', 'market'];
/** Types alone, of what the spec has the tools take and answer. */
const specTypes = 'generated/types.ts';
/** What computes only. */
const computing = ['node:buffer', 'node:crypto', 'node:os', 'node:util', 'trading-signals', 'zod'];
const mostFiles = 25;

const sources = sourcesIn('runtime');
const edges = sources.flatMap(edgesOf);

/** The folder of runtime/ that a path is in; the facade, which stands beside them, has none. */
function layerOf(path: string): string | undefined {
  return /^runtime\/([^/]+)\//.exec(path)?.[1];
}

/** Why an import goes the wrong way, and where what it wants could live. */
function wrongWays(of: readonly Edge[]): string[] {
  return of.flatMap(({ from, to }) => {
    const [above, below] = [layerOf(from), layerOf(to)];
    if (above === undefined || !to.startsWith('runtime/')) return [];
    if (below === undefined) return [`${from} imports ${to}: what is in runtime/ itself is for generated code alone`];
    if (layers.indexOf(below) <= layers.indexOf(above)) return [];
    return [
      `${from} imports ${to}: ${below} comes after ${above}. What both need belongs into ${above} or a folder before it; what needs both belongs into ${below} or after it.`,
    ];
  });
}

/** Circles of files, each told by the files in it. */
function circlesIn(of: readonly Edge[]): string[][] {
  const next = new Map<string, Edge[]>();
  for (const edge of of) next.set(edge.from, [...(next.get(edge.from) ?? []), edge]);
  const reached = (from: string): Set<string> => {
    const seen = new Set<string>();
    const open = [from];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      for (const { to } of next.get(path) ?? []) {
        if (seen.has(to)) continue;
        seen.add(to);
        open.push(to);
      }
    }
    return seen;
  };
  const all = new Map([...next.keys()].map(path => [path, reached(path)] as const));
  const circles = [...all]
    .filter(([path, seen]) => seen.has(path))
    .map(([path, seen]) => [...seen].filter(other => all.get(other)?.has(path)).sort());
  return [...new Map(circles.map(circle => [circle.join(), circle])).values()];
}

/** What a file of a pure folder does that it must not. */
function deedsIn(path: string, text: string): string[] {
  const file = parse(path, text);
  const imported = edgesOf(file).filter(
    ({ to, isType }) => !to.startsWith('runtime/') && !computing.includes(to) && !(isType && to === specTypes),
  );
  return [
    ...imported.map(({ to }) => `${path} imports ${to}`),
    ...impureGlobals(path, text).map(name => `${path} uses ${name}`),
  ];
}

describe('the layers of runtime', () => {
  test('are the folders that there are', () => {
    const folders = readdirSync(join(repository, 'runtime'), { withFileTypes: true }).filter(entry =>
      entry.isDirectory(),
    );

    expect(folders.map(({ name }) => name).sort()).toEqual([...layers].sort());
  });

  test('import only what is before them', () => {
    expect(wrongWays(edges)).toEqual([]);
  });

  test('have no circle of files, those of types included', () => {
    expect(circlesIn(edges)).toEqual([]);
  });

  test.each(pure)('%s reads, writes and waits for nothing', layer => {
    const files = sources.filter(file => layerOf(file.getFilePath().slice(1)) === layer);

    expect(files.flatMap(file => deedsIn(file.getFilePath().slice(1), file.getFullText()))).toEqual([]);
  });

  test.each(layers)(`%s has at most ${mostFiles} files in a folder`, layer => {
    const folders = new Map<string, number>();
    for (const file of sources.filter(one => layerOf(one.getFilePath().slice(1)) === layer)) {
      folders.set(file.getDirectoryPath(), (folders.get(file.getDirectoryPath()) ?? 0) + 1);
    }

    expect([...folders].filter(([, files]) => files > mostFiles)).toEqual([]);
  });
});

describe('the rules of the layers bite', () => {
  test('on an import of what comes later, of which they say where it belongs', () => {
    const file = parse('runtime/decode/x.ts', "import type { Hub } from '../stream/hub.js';");

    expect(wrongWays(edgesOf(file))).toEqual([
      'runtime/decode/x.ts imports runtime/stream/hub.ts: stream comes after decode. What both need belongs into decode or a folder before it; what needs both belongs into stream or after it.',
    ]);
  });

  test('on an import of the facade', () => {
    const file = parse('runtime/cli/x.ts', "export { main } from '../index.js';");

    expect(wrongWays(edgesOf(file))).toEqual([
      'runtime/cli/x.ts imports runtime/index.ts: what is in runtime/ itself is for generated code alone',
    ]);
  });

  test('on a circle of types', () => {
    const one = parse('runtime/core/a.ts', "import type { B } from './b.js';");
    const other = parse('runtime/core/b.ts', "import type { A } from './a.js';");
    const third = parse('runtime/core/c.ts', "import type { A } from './a.js';");

    expect(circlesIn([one, other, third].flatMap(edgesOf))).toEqual([['runtime/core/a.ts', 'runtime/core/b.ts']]);
  });

  test.each([
    ["import { readFileSync } from 'node:fs';", 'runtime/core/x.ts imports node:fs'],
    ["import { WebSocket } from 'ws';", 'runtime/core/x.ts imports ws'],
    ["import { markets } from '../../generated/suite.js';", 'runtime/core/x.ts imports generated/suite.ts'],
    ["import { type Row } from '../../generated/types.js';", 'runtime/core/x.ts imports generated/types.ts'],
    ['setTimeout(() => {}, 5);', 'runtime/core/x.ts uses setTimeout'],
    ['const atMs = Date.now();', 'runtime/core/x.ts uses Date.now'],
    ["const atMs = Date['now']();", 'runtime/core/x.ts uses Date.now'],
    ['const { now } = Date;', 'runtime/core/x.ts uses Date'],
    ['const D = Date; D.now();', 'runtime/core/x.ts uses Date'],
    ['const text = Date();', 'runtime/core/x.ts uses Date'],
    ['const now = new Date();', 'runtime/core/x.ts uses Date'],
    ['const home = process.env.HOME;', 'runtime/core/x.ts uses process'],
    ['const { env } = process;', 'runtime/core/x.ts uses process'],
    ['const a = (process: object) => process; process.exit();', 'runtime/core/x.ts uses process'],
    ['export const all = { process };', 'runtime/core/x.ts uses process'],
    ['globalThis.setTimeout(() => {}, 5);', 'runtime/core/x.ts uses globalThis'],
    ['const chance = Math.random();', 'runtime/core/x.ts uses Math.random'],
    ['const { random } = Math;', 'runtime/core/x.ts uses Math'],
    ["new WebSocket('wss://market.example');", 'runtime/core/x.ts uses WebSocket'],
    ['class A extends EventSource {}', 'runtime/core/x.ts uses EventSource'],
    ["console.log('x');", 'runtime/core/x.ts uses console'],
    ['crypto.randomUUID();', 'runtime/core/x.ts uses crypto'],
  ])('on a pure file with %s', (text, deed) => {
    expect(deedsIn('runtime/core/x.ts', text)).toContain(deed);
  });

  test.each([
    'export const a = new Date(5).getTime() + Date.UTC(2000) + Math.floor(2.5);',
    'export function a({ process }: { process: string }) { return { process, fetch: 1 }; }',
    'export interface A { setTimeout: number; at: Date } export const b = (a: A) => a.setTimeout;',
    "export const a = (at: unknown) => at instanceof Date && 'process';",
  ])('on no pure file with %s', text => {
    expect(deedsIn('runtime/core/x.ts', text)).toEqual([]);
  });
});
