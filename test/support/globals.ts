/** The globals that a file uses: what it names without declaring or importing it. */
import { type Identifier, Node, Project, type SourceFile, SyntaxKind, ts } from 'ts-morph';

/** What computes only. */
const computing = new Set(
  `undefined NaN Infinity Object Array String Number Boolean BigInt Symbol Function JSON RegExp Error TypeError RangeError
  SyntaxError AggregateError Map Set WeakMap WeakSet WeakRef Promise Proxy Reflect Intl Buffer ArrayBuffer DataView
  Uint8Array Uint16Array Uint32Array Int8Array Int16Array Int32Array Float32Array Float64Array BigInt64Array
  BigUint64Array TextDecoder TextEncoder URL URLSearchParams WebAssembly isNaN parseInt parseFloat structuredClone atob
  btoa encodeURIComponent decodeURIComponent encodeURI decodeURI`.split(/\s+/),
);

/** Globals of which some members compute only. */
const members: Readonly<Record<string, (name: string) => boolean>> = {
  Math: name => name !== 'random',
  Date: name => name === 'UTC' || name === 'parse',
};

/**
 * Uses of what a file of a pure folder must not touch: whatever is neither its own nor known to compute only. A global
 * of which only some members do must stand before one of them, so that no alias takes the others along.
 */
export function impureGlobals(path: string, text: string): string[] {
  // Without a library nothing has a symbol but what the file declares or imports.
  const project = new Project({
    useInMemoryFileSystem: true,
    compilerOptions: { noLib: true, target: ts.ScriptTarget.ES2023 },
  });
  const file = project.createSourceFile(path, text);
  return globalsOf(file).flatMap(identifier => {
    const name = identifier.getText();
    if (computing.has(name)) return [];
    const isPure = members[name];
    if (!isPure) return [name];
    const member = memberOf(identifier);
    if (member !== undefined) return isPure(member) ? [] : [`${name}.${member}`];
    return name === 'Date' && isFixed(identifier) ? [] : [name];
  });
}

function globalsOf(file: SourceFile): Identifier[] {
  return file.getDescendantsOfKind(SyntaxKind.Identifier).filter(identifier => {
    // What is asked first is told soonest: most identifiers name a part, or what the file declares.
    const parent = identifier.getParent();
    if (isName(identifier, parent)) return false;
    const symbol = Node.isShorthandPropertyAssignment(parent) ? parent.getValueSymbol() : identifier.getSymbol();
    if (symbol !== undefined && symbol.getDeclarations().length > 0) return false;
    const isText = identifier.getFirstAncestor(node => Node.isJSDoc(node)) !== undefined;
    return !isText && !isType(identifier);
  });
}

/** Whether it stands for a type; what a class extends is a value. */
function isType(identifier: Identifier): boolean {
  const type = identifier.getFirstAncestor(node => Node.isTypeNode(node));
  if (type === undefined) return false;
  const clause = type.getParentIfKind(SyntaxKind.HeritageClause);
  return !(
    clause?.getToken() === SyntaxKind.ExtendsKeyword && Node.isClassLikeDeclarationBase(clause.getParentOrThrow())
  );
}

/** Whether it only names a part of something else. */
function isName(identifier: Identifier, parent: Node | undefined): boolean {
  if (Node.isPropertyAccessExpression(parent)) return parent.getNameNode() === identifier;
  if (Node.isBindingElement(parent)) return parent.getPropertyNameNode() === identifier;
  if (Node.isImportSpecifier(parent) || Node.isExportSpecifier(parent) || Node.isMetaProperty(parent)) return true;
  return Node.isPropertyAssignment(parent) && parent.getNameNode() === identifier;
}

/** The member that is taken of it, by a dot or by a text. */
function memberOf(identifier: Identifier): string | undefined {
  const parent = identifier.getParent();
  if (Node.isPropertyAccessExpression(parent)) return parent.getName();
  if (!Node.isElementAccessExpression(parent)) return undefined;
  const key = parent.getArgumentExpression();
  return Node.isStringLiteral(key) || Node.isNoSubstitutionTemplateLiteral(key) ? key.getLiteralText() : undefined;
}

/** Whether a date is made of a time that is given, or a value is asked whether it is one. */
function isFixed(identifier: Identifier): boolean {
  const parent = identifier.getParent();
  if (Node.isNewExpression(parent)) return parent.getExpression() === identifier && parent.getArguments().length > 0;
  return Node.isBinaryExpression(parent) && parent.getOperatorToken().getKind() === SyntaxKind.InstanceOfKeyword;
}
