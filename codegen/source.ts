import { type Document, isMap, isNode, isPair, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Position, Problem } from './problem.js';

export type YamlPath = readonly (string | number)[];

/** One YAML file: its value, and where in the file each part of the value stands. */
export class Source {
  readonly problems: readonly Problem[];
  readonly value: unknown;
  private readonly document: Document;
  private readonly lines = new LineCounter();

  /** @param path as it is shown in messages, relative to the project, such as `spec/markets/stocks.yaml` */
  constructor(
    readonly path: string,
    text: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: true });
    this.problems = this.document.errors.map(error => ({
      at: this.position(error.pos[0]),
      message: error.message.split('\n')[0] ?? error.code,
    }));
    this.value = this.problems.length === 0 ? this.document.toJS() : undefined;
  }

  /** Where the part at `path` stands: its key for a map entry, its value for a list item, else the nearest parent. */
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

  private position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { path: this.path, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

function start(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
