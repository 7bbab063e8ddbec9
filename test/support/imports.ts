/** The edges of the module graph. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { Node, Project, type SourceFile, ts } from 'ts-morph';
import { repository } from './project.js';

export interface Edge {
  readonly from: string;
  /** Path from the root of the repository, or the name of a package. */
  readonly to: string;
  /** Whether it is an `import type`, which is gone at run time. */
  readonly isType?: true;
}

const project = new Project({ useInMemoryFileSystem: true, compilerOptions: { target: ts.ScriptTarget.ES2023 } });

export function parse(path: string, text: string): SourceFile {
  return project.createSourceFile(path, text, { overwrite: true });
}

/** Other test files of this process may have parsed it. */
function parsedOnce(path: string, text: string): SourceFile {
  const known = project.getSourceFile(`/${path}`);
  return known?.getFullText() === text ? known : parse(path, text);
}

export function sourcesIn(folder: string): SourceFile[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .map(name => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter(path => /\.[cm]?[jt]sx?$/.test(path))
    .sort()
    .map(path => parsedOnce(path, readFileSync(join(repository, path), 'utf8')));
}

/** Every module that a file refers to: imports, exports, types and calls of `import`. */
export function edgesOf(file: SourceFile): Edge[] {
  const from = file.getFilePath().slice(1);
  const named: string[] = [];
  const types: string[] = [];
  const look = (node: Node): void => {
    if (Node.isImportDeclaration(node)) (node.isTypeOnly() ? types : named).push(node.getModuleSpecifierValue());
    else if (Node.isExportDeclaration(node)) named.push(node.getModuleSpecifierValue() ?? '');
    else if (Node.isImportTypeNode(node)) named.push(unquote(node.getArgument().getText()));
    else if (Node.isExternalModuleReference(node)) named.push(unquote(node.getExpression()?.getText() ?? '?'));
    else if (Node.isCallExpression(node) && /^(import|require)$/.test(node.getExpression().getText())) {
      named.push(unquote(node.getArguments()[0]?.getText() ?? '?'));
    }
  };
  // To look at every node of a file takes long, and few files name a module below their statements.
  if (/\b(?:import|require)\s*\(/.test(file.getFullText())) file.forEachDescendant(look);
  else file.getStatements().forEach(look);
  const edgeTo = (name: string): Edge => ({
    from,
    to: name.startsWith('.') ? posix.join(dirname(from), name).replace(/\.js$/, '.ts') : name,
  });
  return [
    ...named.filter(name => name !== '').map(edgeTo),
    ...types.map((name): Edge => ({ ...edgeTo(name), isType: true })),
  ];
}

function unquote(text: string): string {
  return text.replace(/^['"`](.*)['"`]$/, '$1');
}

/** The edges that break the rule, as `from -> to`. */
export function breaches(edges: readonly Edge[], allows: (edge: Edge) => boolean): string[] {
  return edges.filter(edge => !allows(edge)).map(({ from, to }) => `${from} -> ${to}`);
}
