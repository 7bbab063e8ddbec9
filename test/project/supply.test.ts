import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectLicences } from '../../bundle/licences.js';
import { folderOf, isAllowed, judgePackages, readBundledPackages } from '../../bundle/packages.js';
import { bundleProgram, type Metafile, programPath } from '../../bundle/program.js';
import { writeSbom } from '../../bundle/sbom.js';
import manifest from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };
import { makeFolder, removeFolders, repository } from '../support/project.js';

/** Where a bundler put a package into a file of another one. */
const inlined = /^ *\/\/#region \S*node_modules\/\.pnpm\/([^/\s_(]+)/gm;

const read = (path: string): string => readFileSync(join(repository, path), 'utf8');

afterAll(removeFolders);

describe('what goes into the program', () => {
  let metafile: Metafile;
  /** Name and version of each package of which a file goes in, found without the code that makes the papers. */
  const found = new Set<string>();
  const inside = new Set<string>();

  beforeAll(async () => {
    metafile = await bundleProgram(repository, manifest.version, false);
    for (const path of Object.keys(metafile.outputs[programPath]!.inputs)) {
      const parts = path.split('/');
      const at = parts.lastIndexOf('node_modules');
      if (at < 0) continue;
      const length = parts[at + 1]!.startsWith('@') ? 3 : 2;
      const { name, version } = JSON.parse(read(`${parts.slice(0, at + length).join('/')}/package.json`));
      found.add(`${name} ${version}`);
    }
    // Whole packages that another has in its own files; those of its validator do not go in.
    for (const path of Object.keys(metafile.outputs[programPath]!.inputs)) {
      if (!path.startsWith('node_modules/') || path.includes('/ajvProvider-')) continue;
      for (const [, one] of read(path).matchAll(inlined)) inside.add(one!.replace(/(?<=.)@/, ' '));
    }
    for (const one of inside) found.add(one);
  });

  test('is what package.json declares as bundled', () => {
    expect([...found].map(one => one.split(' ')[0]).sort()).toEqual(manifest.bundled);
  });

  test('is what the program itself says where its files begin', () => {
    const begun = read(programPath).matchAll(/^\/\/ (?:\S*\/)?node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//gm);

    const names = [...[...begun].map(([, name]) => name), ...[...inside].map(one => one.split(' ')[0])];
    expect([...new Set(names)].sort()).toEqual(manifest.bundled);
  });

  test('is no validator of JSON Schema, which nothing here would call', () => {
    expect(/uriResolver|strictTypes/.test(read(programPath))).toBe(false);
  });

  test('stands in LICENSES.txt with its licence', () => {
    const texts = read('dist/LICENSES.txt').split(/^(?=\S+ \d+\.\d+\.\d+ \([^)]+\)$)/m);

    expect(texts.map(text => text.split(' (', 1)[0])).toEqual([...found].sort());
    for (const text of texts) expect(text).toMatch(/Apache License|Permission is hereby granted/);
  });

  test('stands in the bill of materials with the digest of the lock file, and nothing else does', () => {
    const bill = JSON.parse(read('dist/sbom.cdx.json')) as {
      components: { name: string; version: string; purl: string; hashes: { alg: string; content: string }[] }[];
      metadata: { component: { name: string; version: string } };
    };

    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    expect(bill.metadata.component).toMatchObject({ name: 'mcp-polygon', version: manifest.version });
    expect(bill.components.map(({ name, version }) => `${name} ${version}`)).toEqual([...found].sort());
    for (const { name, version, purl, hashes } of bill.components) {
      const { integrity } = lock.packages[`node_modules/${name}` as keyof typeof lock.packages] as {
        integrity: string;
      };
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`);
      expect(`sha512-${Buffer.from(hashes[0]!.content, 'hex').toString('base64')}`).toBe(integrity);
    }
  });

  test('is pinned to one version where it is asked for by name', () => {
    const asked = Object.entries(manifest.devDependencies).filter(([name]) => manifest.bundled.includes(name));

    expect(asked.map(([name]) => name)).toEqual([
      '@modelcontextprotocol/server',
      'https-proxy-agent',
      'proxy-from-env',
      'trading-signals',
      'ws',
      'zod',
    ]);
    for (const [, version] of asked) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('is stated by npm itself in the same way', () => {
    const { dependencies, bundleDependencies } = JSON.parse(read('build/npm/package.json'));

    expect(bundleDependencies).toEqual(manifest.bundled);
    expect(Object.entries(dependencies).map(pair => pair.join(' '))).toEqual([...found].sort());
  });
});

describe('a package', () => {
  test.each([
    ['node_modules/ws/lib/sender.js', 'node_modules/ws'],
    ['node_modules/@scope/one/index.js', 'node_modules/@scope/one'],
    ['node_modules/one/node_modules/two/index.js', 'node_modules/one/node_modules/two'],
    ['node_modules/@scope/one/node_modules/@scope/two/a/b.js', 'node_modules/@scope/one/node_modules/@scope/two'],
    ['runtime/cli/main.ts', undefined],
    ['package.json', undefined],
  ])('owns the files in its folder, the innermost one: %s', (path, folder) => {
    expect(folderOf(path)).toBe(folder);
  });

  /** A tree of files, and a bundle of those that are programs. */
  function project(files: Record<string, string>): { root: string; metafile: Metafile } {
    const root = makeFolder();
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const paths = Object.keys(files).filter(path => path.endsWith('.js'));
    const lines = paths.map(path => [path, { bytes: 1, imports: [] }]);
    const outputs = { [programPath]: { inputs: Object.fromEntries(lines) } };
    return { root, metafile: { inputs: Object.fromEntries(lines), outputs } as unknown as Metafile };
  }

  const outer = 'node_modules/one';
  const inner = 'node_modules/one/node_modules/one';
  const files = {
    'package-lock.json': JSON.stringify({
      packages: { [outer]: { integrity: 'sha512-AAAA' }, [inner]: { integrity: 'sha512-BBBB' } },
    }),
    [`${outer}/package.json`]: '{"name":"one","version":"2.0.0","license":"MIT"}',
    [`${outer}/index.js`]: '',
    [`${outer}/LICENCE.md`]: 'the outer licence',
    [`${outer}/NOTICE`]: 'the outer notice',
    [`${inner}/package.json`]: '{"name":"one","version":"1.0.0","license":"ISC"}',
    [`${inner}/index.js`]: '',
    [`${inner}/COPYING`]: 'the inner licence',
  };

  test('that another one has in its own files is named by the version there', () => {
    const mark = '//#region ../node_modules/.pnpm/two@1.0.5/node_modules/two/index.js';
    const two = { 'node_modules/two/package.json': '{"name":"two","version":"1.0.5","license":"MIT"}' };
    const lockFile = {
      packages: { [outer]: { integrity: 'sha512-AAAA' }, 'node_modules/two': { integrity: 'sha512-CCCC' } },
    };
    const tree = {
      'package-lock.json': JSON.stringify(lockFile),
      [`${outer}/package.json`]: files[`${outer}/package.json`]!,
    };
    const inlining = project({ ...tree, [`${outer}/index.js`]: mark, ...two });
    expect(readBundledPackages(inlining.root, inlining.metafile)).toMatchObject([
      { name: 'one', imports: ['node_modules/two'] },
      { name: 'two', version: '1.0.5', integrity: 'sha512-CCCC' },
    ]);
    const other = project({ ...tree, [`${outer}/index.js`]: mark.replace('1.0.5', '1.0.6'), ...two });
    expect(() => readBundledPackages(other.root, other.metafile)).toThrow(
      /has two 1\.0\.6 in it; install that version/,
    );
  });

  test('that is there twice is named twice, with the licences and notices of both', () => {
    const { root, metafile } = project(files);
    const packages = readBundledPackages(root, metafile);
    const subject = { name: 'whole', version: '1.0.0', license: 'MIT', description: '' };
    const { components } = JSON.parse(writeSbom(subject, packages));

    expect(collectLicences(root, packages)).toBe(
      'one 2.0.0 (MIT)\n\nthe outer licence\n\nthe outer notice\n\none 1.0.0 (ISC)\n\nthe inner licence\n',
    );
    expect(components.map(({ purl }: { purl: string }) => purl)).toEqual(['pkg:npm/one@2.0.0', 'pkg:npm/one@1.0.0']);
  });

  test.each(['license', 'LICENSE.txt', 'licence.md', 'License-MIT', 'LICENSE.MIT', 'COPYING.txt', 'licenses.md'])(
    'may bring its licence as %s',
    name => {
      const { root, metafile } = project({
        ...files,
        [`${inner}/COPYING`]: 'x',
        [`${inner}/${name}`]: 'its own words',
      });

      expect(collectLicences(root, readBundledPackages(root, metafile))).toContain('its own words');
    },
  );

  test.each([
    ['none', {}],
    ['a notice alone', { [`${outer}/NOTICE.txt`]: 'x' }],
    ['a program of that name', { [`${outer}/license.js`]: '' }],
  ])('without a licence ends the build: %s', (_, more) => {
    const { [`${outer}/LICENCE.md`]: _licence, [`${outer}/NOTICE`]: _notice, ...rest } = files;
    const { root, metafile } = project({ ...rest, ...more });

    expect(() => collectLicences(root, readBundledPackages(root, metafile))).toThrow('one 2.0.0 goes into');
  });

  test.each([
    ['is not declared', [], 'one goes into the program; if that is meant, add it to "bundled"'],
    ['is declared and not there', ['one', 'two'], 'two does not go into the program'],
  ])('that %s ends the build', (_, declared, message) => {
    const { root, metafile } = project(files);

    expect(() => judgePackages(readBundledPackages(root, metafile), declared)).toThrow(message);
  });

  test('under another licence ends the build', () => {
    const manifestOf = (license: string): string => JSON.stringify({ name: 'one', version: '2.0.0', license });
    const { root, metafile } = project({ ...files, [`${outer}/package.json`]: manifestOf('GPL-3.0-only') });

    expect(() => judgePackages(readBundledPackages(root, metafile), ['one'])).toThrow('not allowed: GPL-3.0-only');
  });

  test.each([
    ['MIT', true],
    ['(MIT OR GPL-2.0)', true],
    ['MIT AND ISC', true],
    ['MIT AND GPL-2.0', false],
    ['GPL-2.0 OR LGPL-3.0', false],
    ['(MIT OR GPL-2.0) AND GPL-3.0', false],
    ['SEE LICENSE IN LICENSE', false],
    ['UNLICENSED', false],
    ['', false],
  ])('may go in under %j: %s', (license, allowed) => {
    expect(isAllowed(license)).toBe(allowed);
  });
});
