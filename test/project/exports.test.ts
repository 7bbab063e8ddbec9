import { type Node, type SourceFile, SyntaxKind } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { edgesOf, parse, sourcesIn } from '../support/imports.js';

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
  const targets = new Map(edgesOf(file).map(({ to }) => [to.split('/').at(-1), to] as const));
  const targetOf = (specifier: string | undefined): string =>
    targets.get(specifier?.split('/').at(-1)?.replace(/\.js$/, '.ts')) ?? '';
  const named = [
    ...file.getImportDeclarations().flatMap(declaration => {
      const to = targetOf(declaration.getModuleSpecifierValue());
      const names = declaration.getNamedImports().map(one => one.getName());
      return declaration.getNamespaceImport() ? [{ from, to, name: '*' }] : names.map(name => ({ from, to, name }));
    }),
    ...file.getExportDeclarations().flatMap(declaration => {
      const to = targetOf(declaration.getModuleSpecifierValue());
      const names = declaration.getNamedExports().map(one => one.getName());
      return names.length === 0 ? [{ from, to, name: '*' }] : names.map(name => ({ from, to, name }));
    }),
  ];
  // What is loaded when it is needed is taken apart by whoever loads it.
  const loaded = file
    .getDescendantsOfKind(SyntaxKind.CallExpression)
    .filter(call => call.getExpression().getKind() === SyntaxKind.ImportKeyword)
    .map(call => ({ from, to: targetOf(call.getArguments()[0]?.getText().slice(1, -1)), name: '*' }));
  const types = file
    .getDescendantsOfKind(SyntaxKind.ImportType)
    .map(type => ({ from, to: targetOf(type.getArgument().getText().slice(1, -1)), name: '*' }));
  return [...named, ...loaded, ...types];
}

/** Whether a name is used in its own file beside where it is declared. */
function isUsedAtHome(name: string, declarations: readonly Node[], file: SourceFile): boolean {
  const uses = file.getDescendantsOfKind(SyntaxKind.Identifier).filter(identifier => identifier.getText() === name);
  return uses.some(use => !declarations.some(declared => use.getStart() >= declared.getStart() && use.getEnd() <= declared.getEnd()));
}

/** Exports of product code that nothing but tests takes, and that product code has no other use for. */
function forTestsAlone(product: readonly SourceFile[], tests: readonly SourceFile[]): string[] {
  const byProduct = new Set(product.flatMap(takingsOf).map(({ to, name }) => `${to} ${name}`));
  const byTests = new Set(tests.flatMap(takingsOf).map(({ to, name }) => `${to} ${name}`));
  return product.flatMap(file => {
    const path = pathOf(file);
    if (entries.includes(path) || byProduct.has(`${path} *`)) return [];
    return [...file.getExportedDeclarations()].flatMap(([name, declarations]) => {
      if (byProduct.has(`${path} ${name}`) || !byTests.has(`${path} ${name}`)) return [];
      return isUsedAtHome(name, declarations, file) ? [] : [`${path} ${name}`];
    });
  });
}

const product = ['runtime', 'codegen', 'generated', 'bundle'].flatMap(sourcesIn).filter(isProduct);

function isProduct(file: SourceFile): boolean {
  return !pathOf(file).endsWith('.test.ts');
}

describe('product code', () => {
  test('exports nothing that only tests use', () => {
    const found = forTestsAlone(
      product.filter(file => /^(runtime|codegen)\//.test(pathOf(file))),
      sourcesIn('test'),
    );

    expect(found.filter(one => allowed[one] === undefined)).toEqual([]);
  });
});

describe('the rule bites', () => {
  const test_ = [parse('test/x.test.ts', "import { a, type A, b } from '../runtime/core/x.js';")];
});
