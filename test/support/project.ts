/** Copies of a small project in temporary folders, for tests to break. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelPlaces } from '../../codegen/emit/kernel.js';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

const made: string[] = [];

/** Makes an empty temporary folder. */
export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mcp-polygon-')));
  made.push(folder);
  return folder;
}

/** Removes all these folders; for `afterEach`. */
export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A copy of `test/fixtures/small` with the real schema. */
export class SmallProject {
  readonly root = makeFolder();

  constructor() {
    cpSync(join(repository, 'test/fixtures/small'), this.root, { recursive: true });
    const kernels = kernelPlaces.flatMap(({ source, emitted }) => [source, `generated/${emitted}`]);
    for (const path of ['spec/spec.schema.json', ...kernels]) {
      cpSync(join(repository, path), join(this.root, path));
    }
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  remove(path: string): void {
    rmSync(join(this.root, path));
  }

  /** Replaces texts, each of which must occur exactly once. */
  edit(path: string, ...replacements: readonly (readonly [from: string, to: string])[]): void {
    let text = this.read(path);
    for (const [from, to] of replacements) {
      if (text.split(from).length !== 2) throw new Error(`${path} does not hold exactly one ${from}`);
      text = text.replace(from, () => to);
    }
    this.write(path, text);
  }
}

/** Invented markets: one that has everything that a market can have, and one that has the least. */
const invented = { metals: 'seventh', treasuries: 'lean' } as const;

export type InventedMarket = keyof typeof invented;

/**
 * Adds an invented market and its pages to the `spec/` of a project, after the others.
 *
 * @param name under which the project has it, so that it can have it twice
 */
export function addInventedMarket(root: string, market: InventedMarket = 'metals', name: string = market): void {
  const source = join(repository, 'test/fixtures', invented[market]);
  const order = readdirSync(join(root, 'spec/markets')).filter(file => file.endsWith('.yaml')).length + 1;
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = join(root, relative(source, path).replaceAll(market, name));
    const text = readFileSync(path, 'utf8').replaceAll(market, name).replace('order: 7', `order: ${order}`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}
