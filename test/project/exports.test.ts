import { posix } from 'node:path';
import { Node, type SourceFile, type Statement, SyntaxKind } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { parse, sourcesIn } from '../support/imports.js';

/** What a file takes from another one: names, or `*` where it may take any. */
interface Taking {
  readonly from: string;
  readonly to: string;
  readonly name: string;
}

/** Where product code begins: what stands there is used from outside. */
const entries = ['runtime/index.ts'];

/** Exports that nothing but tests imports, and why they stay. */
const allowed: Readonly<Record<string, string>> = {};

function pathOf(file: SourceFile): string {
  return file.getFilePath().slice(1);
}

function takingsOf(file: SourceFile): Taking[] {
  const from = pathOf(file);
  const taken = (specifier: string, names: readonly string[]): Taking[] => {
    const to = posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
    return names.map(name => ({ from, to, name }));
  };
  const imports = file.getImportDeclarations().flatMap(declaration => {
    const names = declaration.getNamedImports().map(one => one.getName());
    return taken(declaration.getModuleSpecifierValue(), declaration.getNamespaceImport() ? ['*'] : names);
  });
  const passed = file.getExportDeclarations().flatMap(declaration => {
    const names = declaration.getNamedExports().map(one => one.getName());
    return taken(declaration.getModuleSpecifierValue() ?? '', names.length === 0 ? ['*'] : names);
  });
  // What is loaded when it is needed, or named in a type, is taken apart by whoever does so.
  const loaded = [...file.getFullText().matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)].flatMap(([, to]) =>
    taken(to!, ['*']),
  );
  return [...imports, ...passed, ...loaded];
}

/** What a file declares and exports, by name. */
function exportsOf(file: SourceFile): [name: string, declared: Statement][] {
  // Whether a statement without the word is exported elsewhere a compiler would tell, after reading everything.
  if (/^export (?:\{[^}]*\};|default )/m.test(file.getFullText())) throw new Error(`${pathOf(file)} exports apart`);
  return file.getStatements().flatMap(statement => {
    if (!Node.isExportable(statement) || !statement.hasExportKeyword()) return [];
    const names = Node.isVariableStatement(statement)
      ? statement.getDeclarations().map(declared => declared.getName())
      : [Node.hasName(statement) ? statement.getName() : ''];
    return names.map((name): [string, Statement] => [name, statement]);
  });
}

/** Whether a name is used in its own file beside where it is declared. */
function isUsedAtHome(name: string, declared: Statement, file: SourceFile): boolean {
  const uses = file.getDescendantsOfKind(SyntaxKind.Identifier).filter(identifier => identifier.getText() === name);
  return uses.some(use => use.getStart() < declared.getStart() || use.getEnd() > declared.getEnd());
}

/** Exports of runtime and codegen that nothing but tests takes, and that their own file has no other use for. */
function forTestsAlone(product: readonly SourceFile[], tests: readonly SourceFile[]): string[] {
  const named = (files: readonly SourceFile[]): ReadonlySet<string> =>
    new Set(files.flatMap(takingsOf).map(({ to, name }) => `${to} ${name}`));
  const byProduct = named(product);
  const byTests = named(tests);
  return product.flatMap(file => {
    const path = pathOf(file);
    if (!/^(runtime|codegen)\//.test(path) || entries.includes(path) || byProduct.has(`${path} *`)) return [];
    return exportsOf(file).flatMap(([name, declared]) => {
      if (byProduct.has(`${path} ${name}`) || !byTests.has(`${path} ${name}`)) return [];
      return isUsedAtHome(name, declared, file) ? [] : [`${path} ${name}`];
    });
  });
}

describe('product code', () => {
  test('exports nothing that tests alone use', { timeout: 120_000 }, () => {
    const product = ['runtime', 'codegen', 'generated', 'bundle']
      .flatMap(sourcesIn)
      .filter(file => !pathOf(file).endsWith('.test.ts'));

    const found = forTestsAlone(product, sourcesIn('test'));

    expect(found.filter(one => allowed[one] === undefined)).toEqual([]);
    expect(Object.keys(allowed).filter(one => !found.includes(one))).toEqual([]);
  });
});

describe('the rule bites', () => {
  const tests = [parse('test/x.test.ts', "import { a, type A, b } from '../runtime/core/x.js';")];

  test.each([
    ['a function that only a test calls', 'export function a(): void {}', '', ['runtime/core/x.ts a']],
    ['a type that only a test names', 'export interface A {}', '', ['runtime/core/x.ts A']],
    ['one that calls itself', 'export function a(): void { a(); }', '', ['runtime/core/x.ts a']],
    ['none that nobody takes', 'export const c = 1;', '', []],
    ['none that product code takes', 'export const a = 1;', "import { a } from './x.js';", []],
    ['none that product code passes on', 'export const a = 1;', "export { a } from './x.js';", []],
    ['none that product code loads', 'export const a = 1;', "const { a } = await import('./x.js');", []],
    ['none that its own file uses', 'export const a = 1; const c = a + 1;', '', []],
  ])('on %s', (_, text, other, found) => {
    const product = [parse('runtime/core/x.ts', text), parse('runtime/core/y.ts', other)];

    expect(forTestsAlone(product, tests)).toEqual(found);
  });
});
