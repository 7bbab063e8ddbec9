/** Checks a field against the table row that it cites: type, unit, epoch and whether the key is optional. */
import type { RawField } from '../model.js';

/** One part in which a field and its row differ. */
export interface Disagreement {
  readonly part: 'type' | 'unit' | 'epoch' | 'optional';
  /** What the field says, and what the page says. */
  readonly message: string;
}

/** A row of a table of fields, by the titles of its columns. */
type Row = Readonly<Record<string, string>>;

const types: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  'array of integers': 'integers',
  decimal: 'decimal',
};
const head = '| Key | Type | Unit | Optional | Meaning |';
const needed = ['Type', 'Unit', 'Optional'];
const time = /^Unix (ms|us|ns)$/;

/**
 * @param field as written, before errata
 * @param line of the row, from 1
 */
export function judgeRow(field: RawField, lines: readonly string[], line: number): Disagreement[] {
  const row = rowAt(lines, line);
  // The check of the citation reports a line that is not the row of the field.
  if (row === undefined && lines[line - 1]?.startsWith(`| \`${field.key}\` |`))
    return [{ part: 'type', message: `the page's table has no head such as: ${head}` }];
  if (row?.Key !== `\`${field.key}\``) return [];
  const missing = needed.filter(title => row[title] === undefined);
  if (missing.length > 0)
    return [
      { part: 'type', message: `the page's table lacks the column ${missing.join(' and ')}; its head is: ${head}` },
    ];
  return [...judgeType(field, row), ...judgeUnit(field, row), ...judgeOptional(field, row)];
}

function judgeType({ type }: RawField, { Type: word = '' }: Row): Disagreement[] {
  const documented = types[word];
  if (documented === type) return [];
  const known = documented ? '' : `; a page says one of ${Object.keys(types).join(', ')}`;
  return [{ part: 'type', message: `type ${type} differs from the page, which says "${word}"${known}` }];
}

/** For a time, the unit column has the epoch. What stands in brackets after a unit explains it. */
function judgeUnit({ type, unit, epoch, role }: RawField, { Unit: word = '' }: Row): Disagreement[] {
  const [, counted] = time.exec(word) ?? [];
  if (role === 'time' && counted === undefined) {
    const says = word === '' ? 'has no unit' : `says "${word}"`;
    return [{ part: 'epoch', message: `a time counts Unix ms, us or ns, and the page ${says}` }];
  }
  if (counted !== epoch) {
    const says = word === '' ? 'has no unit' : `says "${word}"`;
    return [{ part: 'epoch', message: `epoch ${epoch ?? 'missing'} differs from the page, which ${says}` }];
  }
  if (counted !== undefined && type !== 'integer')
    return [{ part: 'epoch', message: `a time is an integer, and the type is ${type}` }];
  if (counted !== undefined)
    return unit === undefined ? [] : [{ part: 'unit', message: 'the epoch says what a time counts; delete unit' }];
  if (word === (unit ?? '') || word.replace(/ \(.*\)$/, '') === unit) return [];
  const says = word === '' ? 'has none' : `says "${word}"`;
  return [{ part: 'unit', message: `unit ${unit ?? 'missing'} differs from the page, which ${says}` }];
}

function judgeOptional({ optional = false }: RawField, { Optional: word = '' }: Row): Disagreement[] {
  if (word !== 'yes' && word !== 'no') {
    return [{ part: 'optional', message: `the page says neither yes nor no to optional, but "${word}"` }];
  }
  if ((word === 'yes') === optional) return [];
  return [{ part: 'optional', message: `optional ${optional} differs from the page, which says "${word}"` }];
}

function rowAt(lines: readonly string[], line: number): Row | undefined {
  let top = line - 1;
  while (top > 0 && lines[top - 1]?.startsWith('|')) top--;
  const titles = cellsOf(lines[top] ?? '');
  if (titles[0] !== 'Key') return undefined;
  const cells = cellsOf(lines[line - 1] ?? '');
  return Object.fromEntries(titles.map((title, index) => [title, cells[index] ?? '']));
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map(cell => cell.trim());
}
