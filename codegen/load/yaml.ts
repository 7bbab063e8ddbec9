import { type Document, isMap, isNode, isPair, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Position, Problem } from '../problem.js';
import { explainSyntax } from './syntax.js';

export type YamlPath = readonly (string | number)[];

/** One YAML file: its value, and the place of each part of the value. */
export class Source {
  readonly problems: readonly Problem[];
  readonly value: unknown;
  private readonly document: Document;
  private readonly lines = new LineCounter();

  /** @param path for messages, relative to the project, such as `spec/markets/stocks.yaml` */
  constructor(
    readonly path: string,
    text: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: true, prettyErrors: false });
    const faults = explainSyntax([...this.document.errors, ...this.document.warnings]);
    const errors = faults.map(({ offset, message }) => ({ at: this.position(offset), message }));
    this.problems = errors.length > 0 ? errors : this.danglingAliases();
    this.value = this.problems.length === 0 ? this.document.toJS() : undefined;
  }

  /** The place of the part at `path`: the key of a map entry, the value of a list item, or else the nearest parent. */
  at(path: YamlPath): Position {
    let node: unknown = this.document.contents;
    let offset = 0;
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find(item => isPair(item) && String(item.key) === String(step));
        if (!pair) break;
        offset = start(pair.key) ?? offset;
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        offset = start(node) ?? offset;
      } else break;
    }
    return this.position(offset);
  }

  /** Aliases without an anchor, which the YAML parser accepts. */
  private danglingAliases(): Problem[] {
    const problems: Problem[] = [];
    visit(this.document, {
      Alias: (_, alias) => {
        if (!alias.resolve(this.document)) {
          problems.push({
            at: this.position(start(alias) ?? 0),
            message: `the alias ${alias.source} has no anchor; put a text that begins with * into quotes`,
          });
        }
      },
    });
    return problems;
  }

  private position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { path: this.path, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

function start(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
