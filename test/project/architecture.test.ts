import { Node, type SourceFile, SyntaxKind } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { breaches, type Edge, edgesOf, parse, sourcesIn } from '../support/imports.js';

const runtime = sourcesIn('runtime').flatMap(edgesOf);
const codegen = sourcesIn('codegen').flatMap(edgesOf);
const generated = sourcesIn('generated').flatMap(edgesOf);
const bundle = sourcesIn('bundle').flatMap(edgesOf);
const tests = sourcesIn('test').flatMap(edgesOf);
const all = [...runtime, ...codegen, ...generated, ...bundle, ...tests];

function allowsRuntime({ from, to, isType }: Edge): boolean {
  // The one way back: the types of what tools take and answer, of which nothing is left in what runs.
  if (to === 'generated/types.ts') return isType === true;
  if (/^@modelcontextprotocol\/server(\/|$)/.test(to)) return from.startsWith('runtime/mcp/');
  if (to === 'trading-signals') return from === 'runtime/market/indicators.ts';
  if (to === 'https-proxy-agent' || to === 'proxy-from-env') return from === 'runtime/feed/proxy.ts';
  return to.startsWith('runtime/') || to.startsWith('node:') || to === 'zod' || to === 'ws';
}

function allowsCodegen({ to }: Edge): boolean {
  return to.startsWith('codegen/') || to.startsWith('node:') || ['ajv', 'ts-morph', 'yaml'].includes(to);
}

function allowsBundle({ to }: Edge): boolean {
  return to.startsWith('bundle/') || to.startsWith('node:') || to === 'esbuild';
}

function allowsGenerated({ from, to }: Edge): boolean {
  if (from.endsWith('.test.ts')) return /^(generated(\/rest)?|test\/support)\/[a-z0-9-]+\.ts$/.test(to);
  const isOwn = /^generated\/(rest\/)?[a-z0-9-]+\.ts$/.test(to);
  return to === 'zod' || to === 'runtime/index.ts' || to === 'package.json' || isOwn;
}

describe('imports', () => {
  test('are found in every folder', () => {
    for (const edges of [runtime, codegen, generated, bundle, tests]) expect(edges.length).toBeGreaterThan(10);
  });

  test('every relative one leads to a file that exists in one of the folders', () => {
    const files = new Set(
      ['runtime', 'codegen', 'generated', 'bundle', 'test'].flatMap(folder =>
        sourcesIn(folder).map(file => file.getFilePath().slice(1)),
      ),
    );

    expect(
      breaches(all, ({ to }) => !/^(\.|runtime\/|codegen\/|generated\/|bundle\/|test\/)/.test(to) || files.has(to)),
    ).toEqual([]);
  });

  test('of runtime stay in runtime, or name node, zod, ws, the types of the tools, and in runtime/mcp the MCP package', () => {
    expect(breaches(runtime, allowsRuntime)).toEqual([]);
  });

  test('of codegen stay in codegen, or name node and its three tools', () => {
    expect(breaches(codegen, allowsCodegen)).toEqual([]);
  });

  test('of bundle stay in bundle, or name node and esbuild', () => {
    expect(breaches(bundle, allowsBundle)).toEqual([]);
  });

  test('of generated files go through the facade of runtime', () => {
    expect(breaches(generated, allowsGenerated)).toEqual([]);
  });

  test('of tests lead into test only from test itself and from generated tests', () => {
    const intoTest = all.filter(({ to }) => to.startsWith('test/'));

    expect(
      breaches(intoTest, ({ from }) => from.startsWith('test/') || /^generated\/(rest\/)?[^/]+\.test\.ts$/.test(from)),
    ).toEqual([]);
  });

  test('of the MCP server package stand in runtime/mcp alone', () => {
    const users = all.filter(({ to }) => to.startsWith('@modelcontextprotocol/server')).map(({ from }) => from);

    expect(users.filter(from => !from.startsWith('runtime/mcp/'))).toEqual([]);
    expect(users).toContain('runtime/mcp/server.ts');
  });

  test('of the MCP client packages stand in tests alone', () => {
    const users = all.filter(({ to }) => /^@modelcontextprotocol\/(sdk|client)/.test(to)).map(({ from }) => from);

    expect(users.filter(from => !from.startsWith('test/'))).toEqual([]);
  });

  test('there is no code in spec', () => {
    expect(sourcesIn('spec')).toEqual([]);
  });
});

describe('the rules bite', () => {
  const edges = (path: string, text: string): Edge[] => edgesOf(parse(path, text));

  test.each([
    ["import { a } from '../generated/suite.js';", 'runtime/x.ts -> generated/suite.ts'],
    ["import type { A } from '../generated/suite.js';", 'runtime/x.ts -> generated/suite.ts'],
    ["import { type Row } from '../generated/types.js';", 'runtime/x.ts -> generated/types.ts'],
    ["import * as types from '../generated/types.js';", 'runtime/x.ts -> generated/types.ts'],
    ["export type { Row } from '../generated/types.js';", 'runtime/x.ts -> generated/types.ts'],
    ["type A = import('../generated/types.js').Row;", 'runtime/x.ts -> generated/types.ts'],
    ["import type { A } from '../codegen/model.js';", 'runtime/x.ts -> codegen/model.ts'],
    ["export { a } from '../test/support/judge.js';", 'runtime/x.ts -> test/support/judge.ts'],
    ["export * from '../generated/main.js';", 'runtime/x.ts -> generated/main.ts'],
    ["const a = await import('../generated/suite.js');", 'runtime/x.ts -> generated/suite.ts'],
    ["type A = import('../codegen/model.js').Model;", 'runtime/x.ts -> codegen/model.ts'],
    ["import '../spec/x.js';", 'runtime/x.ts -> spec/x.ts'],
    ["import { Server } from '@modelcontextprotocol/server';", 'runtime/x.ts -> @modelcontextprotocol/server'],
    ["import yaml from 'yaml';", 'runtime/x.ts -> yaml'],
    ["const fs = require('fs');", 'runtime/x.ts -> fs'],
    ["import fs = require('fs');", 'runtime/x.ts -> fs'],
  ])('on runtime with %s', (text, breach) => {
    expect(breaches(edges('runtime/x.ts', text), allowsRuntime)).toEqual([breach]);
  });

  test('and let the types of the tools in', () => {
    const file = edges('runtime/x.ts', "import type { Row } from '../generated/types.js';");

    expect(file).toHaveLength(1);
    expect(breaches(file, allowsRuntime)).toEqual([]);
  });

  test.each([
    ["import type { Market } from '../runtime/contract/market.js';", 'codegen/x.ts -> runtime/contract/market.ts'],
    ["import { suite } from '../generated/suite.js';", 'codegen/x.ts -> generated/suite.ts'],
    ["import { z } from 'zod';", 'codegen/x.ts -> zod'],
  ])('on codegen with %s', (text, breach) => {
    expect(breaches(edges('codegen/x.ts', text), allowsCodegen)).toEqual([breach]);
  });

  test.each([
    ['generated/x.ts', "import { wire } from '../runtime/decode/wire.js';", 'generated/x.ts -> runtime/decode/wire.ts'],
    ['generated/x.ts', "import { judge } from '../test/support/judge.js';", 'generated/x.ts -> test/support/judge.ts'],
    ['generated/x.ts', "import { readFileSync } from 'node:fs';", 'generated/x.ts -> node:fs'],
    ['generated/x.test.ts', "import { main } from '../runtime/index.js';", 'generated/x.test.ts -> runtime/index.ts'],
    ['generated/x.test.ts', "import { x } from '../test/y.test.js';", 'generated/x.test.ts -> test/y.test.ts'],
  ])('on %s with %s', (path, text, breach) => {
    expect(breaches(edges(path, text), allowsGenerated)).toEqual([breach]);
  });
});

describe('generated files hold declarations only', () => {
  const allowed = new Set<SyntaxKind>([
    SyntaxKind.ImportDeclaration,
    SyntaxKind.ImportClause,
    SyntaxKind.NamedImports,
    SyntaxKind.ImportSpecifier,
    SyntaxKind.ImportAttributes,
    SyntaxKind.ImportAttribute,
    SyntaxKind.VariableStatement,
    SyntaxKind.ExportKeyword,
    SyntaxKind.VariableDeclarationList,
    SyntaxKind.VariableDeclaration,
    SyntaxKind.TypeReference,
    SyntaxKind.TypeOperator,
    SyntaxKind.ArrayType,
    SyntaxKind.Identifier,
    SyntaxKind.StringLiteral,
    SyntaxKind.NumericLiteral,
    SyntaxKind.TrueKeyword,
    SyntaxKind.FalseKeyword,
    SyntaxKind.NullKeyword,
    SyntaxKind.PrefixUnaryExpression,
    SyntaxKind.ObjectLiteralExpression,
    SyntaxKind.PropertyAssignment,
    SyntaxKind.ShorthandPropertyAssignment,
    SyntaxKind.ArrayLiteralExpression,
    SyntaxKind.PropertyAccessExpression,
    SyntaxKind.CallExpression,
    SyntaxKind.NewExpression,
    SyntaxKind.MetaProperty,
    SyntaxKind.ExpressionStatement,
    SyntaxKind.JSDoc,
    SyntaxKind.JSDocSeeTag,
    SyntaxKind.JSDocNameReference,
    SyntaxKind.JSDocText,
    SyntaxKind.EndOfFileToken,
  ]);

  /** Beside them, what a file of types consists of. */
  const allowedInTypes = new Set<SyntaxKind>([
    SyntaxKind.InterfaceDeclaration,
    SyntaxKind.HeritageClause,
    SyntaxKind.ExpressionWithTypeArguments,
    SyntaxKind.TypeAliasDeclaration,
    SyntaxKind.PropertySignature,
    SyntaxKind.IndexSignature,
    SyntaxKind.Parameter,
    SyntaxKind.TypeLiteral,
    SyntaxKind.UnionType,
    SyntaxKind.ParenthesizedType,
    SyntaxKind.LiteralType,
    SyntaxKind.NullKeyword,
    SyntaxKind.UndefinedKeyword,
    SyntaxKind.StringKeyword,
    SyntaxKind.NumberKeyword,
    SyntaxKind.BooleanKeyword,
    SyntaxKind.UnknownKeyword,
    SyntaxKind.NeverKeyword,
    SyntaxKind.ReadonlyKeyword,
    SyntaxKind.QuestionToken,
    SyntaxKind.ExportKeyword,
    SyntaxKind.TypeReference,
    SyntaxKind.TypeOperator,
    SyntaxKind.ArrayType,
    SyntaxKind.Identifier,
    SyntaxKind.StringLiteral,
    SyntaxKind.JSDoc,
    SyntaxKind.JSDocText,
    SyntaxKind.EndOfFileToken,
  ]);

  /** What is large and seldom needed is loaded by whoever needs it. */
  const loading = /^\(\) => import\('\.\/[\w/-]+\.js'\)$/;

  function isLoading(node: Node): boolean {
    const arrow = Node.isArrowFunction(node) ? node : node.getFirstAncestorByKind(SyntaxKind.ArrowFunction);
    return arrow !== undefined && loading.test(arrow.getText());
  }

  /** Why a node does more than declare, or nothing. */
  function deedOf(node: Node): string | undefined {
    if (isLoading(node)) return undefined;
    if (!allowed.has(node.getKind())) return node.getKindName();
    if (Node.isVariableStatement(node) && node.getDeclarationKind() !== 'const') return 'not const';
    if (Node.isNewExpression(node) && node.getExpression().getText() !== 'URL') return 'makes an object';
    if (Node.isPrefixUnaryExpression(node) && node.getOperatorToken() !== SyntaxKind.MinusToken) return 'computes';
    if (Node.isCallExpression(node)) {
      const callee = node.getExpression().getText();
      return /^((z|main|judge|judgeOperations)\b|wire\.\w+\.nullish$)/.test(callee) ? undefined : `calls ${callee}`;
    }
    if (!Node.isExpressionStatement(node)) return undefined;
    if (!/^(main|judge|judgeOperations)\(/.test(node.getText())) return 'does something';
    return node === node.getSourceFile().getStatements().at(-1) ? undefined : 'calls before the end';
  }

  function deedInTypes(node: Node): string | undefined {
    return allowedInTypes.has(node.getKind()) ? undefined : node.getKindName();
  }

  /** What a file does beyond declaring. */
  function deeds(file: SourceFile): string[] {
    const found: string[] = [];
    file.forEachDescendant(node => {
      const deed = (file.getBaseName() === 'types.ts' ? deedInTypes : deedOf)(node);
      if (deed !== undefined) found.push(`${file.getBaseName()}:${node.getStartLineNumber()} ${deed}`);
    });
    return found;
  }

  test.each(sourcesIn('generated').map(file => [file.getFilePath().slice(1), file] as const))('%s', (_, file) => {
    expect(deeds(file)).toEqual([]);
  });

  test.each([
    ['if', 'if (true) main();', 'IfStatement'],
    ['for', 'for (;;) main();', 'ForStatement'],
    ['for of', 'for (const a of b) main();', 'ForOfStatement'],
    ['for in', 'for (const a in b) main();', 'ForInStatement'],
    ['while', 'while (true) main();', 'WhileStatement'],
    ['do', 'do main(); while (true);', 'DoStatement'],
    ['switch', 'switch (a) { default: main(); }', 'SwitchStatement'],
    ['try', 'try { main(); } catch {}', 'TryStatement'],
    ['throw', 'throw a;', 'ThrowStatement'],
    ['a block', '{ main(); }', 'Block'],
    ['a conditional', 'const a = b ? 1 : 2;', 'ConditionalExpression'],
    ['an operator', 'const a = b ?? 1;', 'BinaryExpression'],
    ['a sum', 'const a = 1 + 2;', 'BinaryExpression'],
    ['await', 'const a = await b;', 'AwaitExpression'],
    ['an arrow', 'const a = () => 1;', 'ArrowFunction'],
    ['a function', 'function a() {}', 'FunctionDeclaration'],
    ['a function expression', 'const a = function () {};', 'FunctionExpression'],
    ['a method', 'const a = { b() {} };', 'MethodDeclaration'],
    ['a getter', 'const a = { get b() { return 1; } };', 'GetAccessor'],
    ['a class', 'class A {}', 'ClassDeclaration'],
    ['a class expression', 'const a = class {};', 'ClassExpression'],
    ['as', 'const a = b as string;', 'AsExpression'],
    ['as const', "const a = ['b'] as const;", 'AsExpression'],
    ['an angle cast', 'const a = <string>b;', 'TypeAssertionExpression'],
    ['satisfies', 'const a = { b: 1 } satisfies C;', 'SatisfiesExpression'],
    ['a non-null assertion', 'const a = b!;', 'NonNullExpression'],
    ['a template', 'const a = `b$' + '{c}`;', 'TemplateExpression'],
    ['a regular expression', 'const a = /b/;', 'RegularExpressionLiteral'],
    ['a spread', 'const a = [...b];', 'SpreadElement'],
    ['a spread of an object', 'const a = { ...b };', 'SpreadAssignment'],
    ['destructuring', 'const { a } = b;', 'ObjectBindingPattern'],
    ['delete', 'delete a.b;', 'DeleteExpression'],
    ['an index', "const a = b['c'];", 'ElementAccessExpression'],
    ['any', 'const a: any = 1;', 'AnyKeyword'],
    ['an interface', 'interface A {}', 'InterfaceDeclaration'],
    ['an enum', 'enum A { b }', 'EnumDeclaration'],
    ['a namespace', 'namespace A {}', 'ModuleDeclaration'],
    ['let', 'let a = 1;', 'not const'],
    ['not', 'const a = !b;', 'computes'],
    ['a step', 'const a = ++b;', 'computes'],
    ['new', 'const a = new Map();', 'makes an object'],
    ['a foreign call', 'const a = setTimeout(b);', 'calls setTimeout'],
    ['a call of a part', 'const a = wire.string.parse(b);', 'calls wire.string.parse'],
    ['a bare expression', 'a.b;', 'does something'],
    ['a validator that is not kept', 'z.string();', 'does something'],
    ['a call in the middle', 'main();\nconst a = 1;', 'calls before the end'],
  ])('the detector bites on %s', (_, text, what) => {
    expect(deeds(parse('generated/x.ts', text)).map(deed => deed.replace(/^x\.ts:1 /, ''))).toContain(what);
  });

  test.each([
    ["import type { A } from './suite.js';", 'ImportDeclaration'],
    ['export const a = 1;', 'VariableStatement'],
    ['export type A = any;', 'AnyKeyword'],
    ['export enum A { b }', 'EnumDeclaration'],
    ['export declare function a(): void;', 'FunctionDeclaration'],
  ])('and in the file of types on %s', (text, what) => {
    expect(deeds(parse('generated/types.ts', text)).map(deed => deed.replace(/^types\.ts:1 /, ''))).toContain(what);
  });

  test('the detector lets declarations pass', () => {
    const text = [
      "import { z } from 'zod';",
      "import manifest from '../../package.json' with { type: 'json' };",
      '/**',
      ' * Doc of a.',
      ' * @see page.md:1',
      ' */',
      'export const a: readonly A[] = [{ b: -1, c: true, d: [x.y], e: z.array(z.string()).min(1) }];',
      "main({ a, pages: new URL('../b/', import.meta.url) });",
    ].join('\n');

    expect(deeds(parse('generated/x.ts', text))).toEqual([]);
  });
});
