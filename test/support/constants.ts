/** Figures that code declares, for tests of what people are told of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Node, SyntaxKind } from 'ts-morph';
import { parse } from './imports.js';
import { repository } from './project.js';

/**
 * The number that a name stands for in a file: of a constant, or of a key of an object.
 *
 * @throws Error if the file has none of that name, or several
 */
export function figureIn(path: string, name: string): number {
  const file = parse(path, readFileSync(join(repository, path), 'utf8'));
  const found = file.getDescendants().flatMap(node => {
    const isNamed =
      (Node.isVariableDeclaration(node) || Node.isPropertyAssignment(node) || Node.isPropertyDeclaration(node)) &&
      node.getName() === name;
    const value = isNamed ? node.getInitializer() : undefined;
    return value === undefined ? [] : [value];
  });
  if (found.length !== 1) throw new Error(`${path} declares ${name} ${found.length} times`);
  return worth(found[0]!, path);
}

function worth(node: Node, path: string): number {
  if (Node.isNumericLiteral(node)) return node.getLiteralValue();
  if (Node.isIdentifier(node)) return figureIn(path, node.getText());
  if (Node.isBinaryExpression(node)) {
    const [left, right] = [worth(node.getLeft(), path), worth(node.getRight(), path)];
    if (node.getOperatorToken().getKind() === SyntaxKind.AsteriskToken) return left * right;
    if (node.getOperatorToken().getKind() === SyntaxKind.AsteriskAsteriskToken) return left ** right;
  }
  throw new Error(`${path}: ${node.getText()} is no figure`);
}
