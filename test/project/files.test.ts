import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Node, type SourceFile } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { parse, sourcesIn } from '../support/imports.js';
import { repository } from '../support/project.js';

const mostLines = 300;

/** Files of more lines whose first comment does not say why. */
function tooLong(files: readonly (readonly [path: string, text: string])[]): string[] {
  return files
    .filter(([, text]) => text.trimEnd().split('\n').length > mostLines)
    .filter(([, text]) => !/^\/\*\*(?:(?!\*\/).)*more than 300 lines, since/s.test(text.replace(/\n \* /g, ' ')))
    .map(([path]) => path);
}

describe('a file of the program', () => {
  const files = ['runtime', 'codegen', 'bundle'].flatMap(folder =>
    readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => /\.(?:ts|as)$/.test(name) && name !== join('load', 'spec-types.ts'))
      .map(name => [`${folder}/${name}`, readFileSync(join(repository, folder, name), 'utf8')] as const),
  );

  test('has at most 300 lines, or says at its head why it has more', () => {
    expect(tooLong(files)).toEqual([]);
  });

  test.each([
    ['x\n'.repeat(300), []],
    ['x\n'.repeat(301), ['a.ts']],
    [`/** Sums.\n * It has more than\n * 300 lines, since sums are long. */\n${'x\n'.repeat(301)}`, []],
    [`/** Sums. */\n// more than 300 lines, since sums are long\n${'x\n'.repeat(301)}`, ['a.ts']],
  ])('is found if it does not: %#', (text, found) => {
    expect(tooLong([['a.ts', text]])).toEqual(found);
  });
});

/** What a test reads of the private parts of a package, which it marks by an underscore. */
function peeksIn(file: SourceFile): string[] {
  // To look at every node of a file takes long, and few files hold such a name.
  if (!/(?<!\w)_(?!meta\b)[a-z]/.test(file.getFullText())) return [];
  return file.getDescendants().flatMap(node => {
    const name = Node.isPropertyAccessExpression(node)
      ? node.getName()
      : Node.isBindingElement(node)
        ? (
            node.getPropertyNameNode() ??
            (Node.isObjectBindingPattern(node.getParent()) ? node.getNameNode() : undefined)
          )?.getText()
        : Node.isElementAccessExpression(node)
          ? node
              .getArgumentExpression()
              ?.getText()
              .replace(/^['"`]/, '')
          : undefined;
    return name !== undefined && /^_[a-z]/.test(name) && name !== '_meta' ? [`${file.getFilePath()} ${name}`] : [];
  });
}

describe('a test', () => {
  test('reads no private part of a package', () => {
    expect(sourcesIn('test').flatMap(peeksIn)).toEqual([]);
  });

  test.each(['a._socket.end();', 'const { _socket: tcp } = a;', 'const { _socket } = a;', "a['_socket'].end();"])(
    'is found if it does: %s',
    text => {
      expect(peeksIn(parse('test/x.ts', text))).toHaveLength(1);
    },
  );

  test('may read what the protocol spells so', () => {
    expect(peeksIn(parse('test/x.ts', 'a._meta.b; const [_first] = c; (_d: E) => f;'))).toEqual([]);
  });
});
