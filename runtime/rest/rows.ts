/** Rows of an answer, flat: nested members are joined by `_`, and nothing is lost where two come to the same name. */
import type { Operation } from '../contract/operation.js';
import { oneLine } from '../core/quoting.js';
import { isObject, type ReadDocument, type ReplyDocument, type RowList } from './reply.js';

/** Members from the row down to a value. */
type Path = readonly string[];

/** A flat row: its values by the key of their path. */
export type FlatRow = ReadonlyMap<string, unknown>;

export interface Column {
  /** Under which a row has its value. */
  readonly key: string;
  readonly name: string;
}

/** Members around the rows, which are no values of a row. */
const envelope = ['status', 'request_id', 'next_url', 'count'];
const deepest = 8;
const mostColumns = 1_000;
const longestName = 100;
const longestText = 4_000;

/**
 * The rows as they came; nothing where the answer has no place for them.
 *
 * @param skip of rows that are not in a list; of those in a list that was done before
 */
export function rowsIn({ document, list }: ReadDocument, operation: Operation, skip: number): RowList | undefined {
  if (list) return list;
  const rows = loneRows(document, operation)?.slice(skip);
  return rows && { count: rows.length, rows: rows.map(row => ({ row, bytes: 0 })) };
}

function loneRows(document: ReplyDocument, { rows: { path, shape } }: Operation): readonly unknown[] | undefined {
  let value: unknown = document;
  for (const member of path) {
    if (!isObject(value) || !Object.hasOwn(value, member)) return undefined;
    value = value[member];
  }
  if (value === undefined || value === null) return [];
  if (path.length > 0) return shape === 'list' && isObject(value) && Object.keys(value).length === 0 ? [] : [value];
  return [value];
}

/** Collects the columns of rows while it flattens them. */
export class Flattener {
  private readonly paths = new Map<string, Path>();
  /** Members that are left out of a row: those around it, where it is the root. */
  private readonly around: ReadonlySet<string>;
  /** Columns that were one too many. */
  omitted = 0;

  constructor(private readonly operation: Operation) {
    const own = operation.columns.map(({ name }) => name);
    this.around = new Set(operation.rows.path.length > 0 ? [] : envelope.filter(name => !own.includes(name)));
  }

  flatten(row: unknown): FlatRow {
    const flat = new Map<string, unknown>();
    if (isObject(row)) this.add(flat, row, []);
    else this.set(flat, ['value'], row);
    return flat;
  }

  /** Those of the spec that any row has, in its order, then the others in the order in which they came. */
  columns(): Column[] {
    const named = this.names();
    const order = new Map(this.operation.columns.map(({ name }, index) => [name, index]));
    const rank = ({ name }: Column): number => order.get(name) ?? order.size;
    return named.toSorted((a, b) => rank(a) - rank(b));
  }

  /** The shortest of the paths that come to the same name keeps it, the others are counted. */
  private names(): Column[] {
    const all = [...this.paths].map(([key, path]) => ({ key, path }));
    const names = new Map<string, string>();
    const given = new Set<string>();
    const numbers = new Map<string, number>();
    for (const { key, path } of all.toSorted((a, b) => a.path.length - b.path.length)) {
      const name = oneLine(path.join('_'), longestName);
      let own = name;
      let number = numbers.get(name) ?? 2;
      for (; given.has(own); number++) own = `${name}_${number}`;
      numbers.set(name, number);
      given.add(own);
      names.set(key, own);
    }
    return all.map(({ key }) => ({ key, name: names.get(key)! }));
  }

  private add(flat: Map<string, unknown>, object: Readonly<Record<string, unknown>>, path: Path): void {
    for (const [member, value] of Object.entries(object)) {
      if (path.length === 0 && this.around.has(member)) continue;
      const inner = [...path, member];
      const isGroup = isObject(value) && Object.keys(value).length > 0 && inner.length < deepest;
      if (isGroup) this.add(flat, value, inner);
      else this.set(flat, inner, value);
    }
  }

  private set(flat: Map<string, unknown>, path: Path, value: unknown): void {
    const key = path.length === 1 ? path[0]! : JSON.stringify(path);
    if (!this.paths.has(key)) {
      if (this.paths.size >= mostColumns) {
        this.omitted++;
        return;
      }
      this.paths.set(key, path);
    }
    flat.set(key, value);
  }
}

/** A value as it is answered: texts in one line, without what a terminal or a model could take for more than text. */
export function showValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return showText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '…';
  if (Array.isArray(value)) return value.map(item => showValue(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [oneLine(name, longestName), showValue(item, depth + 1)]),
  );
}

function showText(text: string): string {
  // Blanks count once, but no more of the text is looked at than that.
  const head = text.slice(0, 2 * longestText);
  const line = head.replace(/[\t\n\r]+/g, ' ');
  return oneLine(head.length < text.length ? `${line}…` : line, longestText);
}
