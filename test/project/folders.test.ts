import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { anchorsIn, linksIn } from '../support/guides.js';
import { repository } from '../support/project.js';

const mostLines = 40;
/** Pages of more than a screen: the map of the runtime, and how a program in another language is written. */
const longer = ['runtime/README.md', 'runtime/decode/scanner/kernel/README.md'];

/** A folder and all folders in it, from the root of the repository. */
function foldersIn(folder: string): string[] {
  const inner = readdirSync(join(repository, folder), { withFileTypes: true }).filter(entry => entry.isDirectory());
  return [folder, ...inner.flatMap(({ name }) => foldersIn(`${folder}/${name}`))];
}

const folders = [...foldersIn('runtime'), ...foldersIn('codegen'), 'bundle', 'spec', 'test'];
const sources = ['runtime', 'codegen', 'bundle']
  .flatMap(foldersIn)
  .flatMap(folder => readdirSync(join(repository, folder)).map(name => join(repository, folder, name)))
  .filter(path => path.endsWith('.ts') || path.endsWith('.as'))
  .map(path => readFileSync(path, 'utf8'))
  .join('\n');
const words = new Set(sources.match(/\w+/g));

/** What a page names in backticks that does not exist: files, folders, npm scripts, names in the code. */
function missingIn(folder: string, text: string): string[] {
  const spans = [...text.replace(/^```.*?^```$/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
  return spans.filter(span => !exists(folder, span));
}

function exists(folder: string, span: string): boolean {
  const script = /^npm run ([\w:]+)/.exec(span)?.[1];
  if (script !== undefined) return script in manifest.scripts;
  // A file or folder, seen from the page, from a folder beside it, or from the root.
  if (/^[\w./-]+(?:\.(?:ts|as|md|ya?ml|json|txt)|\/)$/.test(span)) {
    const places = [folder, dirname(folder), '.', 'runtime', 'spec', 'test'];
    return (
      made.some(place => span.startsWith(place)) || places.some(place => existsSync(join(repository, place, span)))
    );
  }
  if (/^[A-Za-z]*[a-z][A-Z]\w*$|^[A-Z][a-z]\w*$/.test(span)) return words.has(span);
  return true;
}

/** What the build makes. */
const made = ['dist/', 'build/'];

describe.each(folders)('the page of %s', folder => {
  const path = join(repository, folder, 'README.md');

  test('is there, and fits a screen', () => {
    expect(existsSync(path)).toBe(true);
    if (longer.includes(`${folder}/README.md`)) return;
    expect(readFileSync(path, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(mostLines);
  });

  test('names only what exists', () => {
    expect(missingIn(folder, readFileSync(path, 'utf8'))).toEqual([]);
  });

  test('leads only to pages that exist', () => {
    const broken = linksIn(readFileSync(path, 'utf8')).filter(link => {
      const [file = '', anchor] = link.split('#');
      const target = join(repository, folder, file);
      return !existsSync(target) || (anchor !== undefined && !anchorsIn(readFileSync(target, 'utf8')).includes(anchor));
    });

    expect(broken).toEqual([]);
  });
});

test('the map of the runtime lists its folders in the order of the layers', () => {
  const map = readFileSync(join(repository, 'runtime/README.md'), 'utf8');
  const listed = [...map.matchAll(/^\| \[(\w+)\]\(\1\/README\.md\)/gm)].map(([, name]) => name);
  const rule = readFileSync(join(repository, 'test/project/layers.test.ts'), 'utf8');
  const layers = [.../const layers = \[([^\]]+)\]/.exec(rule)![1]!.matchAll(/'(\w+)'/g)].map(([, name]) => name);

  expect(listed).toEqual(layers);
});

test.each([
  ['a file that is gone', 'See `gone.ts`.', ['gone.ts']],
  ['a folder that is gone', 'See `feed/gone/`.', ['feed/gone/']],
  ['a script that is none', '`npm run nothing` does it.', ['npm run nothing']],
  ['a name that is not in the code', '`NoSuchClass` and `noSuchName`', ['NoSuchClass', 'noSuchName']],
  ['nothing wrong', '`endpoint.ts`, `stream/`, `npm run drift`, `ClientStream`, `T.*`', []],
])('a page that names %s is found', (_, text, missing) => {
  expect(missingIn('runtime/feed', text)).toEqual(missing);
});
