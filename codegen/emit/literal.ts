/** Writes values as TypeScript source. */

/** Source text to be written unchanged. */
export class Code {
  constructor(readonly text: string) {}
}

/** A value with a doc comment in front of it. */
export class Documented {
  constructor(
    readonly value: Literal,
    readonly doc: string,
  ) {}
}

export type Literal =
  | string
  | number
  | boolean
  | Code
  | Documented
  | readonly Literal[]
  | { readonly [key: string]: Literal | undefined };

const lineWidth = 120;

/** @param indent depth of the line on which the literal starts, in steps of two blanks */
export function literal(value: Literal, indent = 0): string {
  if (value instanceof Code) return value.text;
  if (value instanceof Documented) return literal(value.value, indent);
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object') return String(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const items = entries(value);
  if (items.length === 0) return `${open}${close}`;
  const flat = oneLine(value, lineWidth - 20 - indent * 2);
  if (flat !== undefined) return flat;
  const pad = '  '.repeat(indent + 1);
  const lines = items.map(({ key, value: item }) => {
    const doc = item instanceof Documented ? `${pad}/** ${item.doc} */\n` : '';
    return `${doc}${pad}${key}${literal(item, indent + 1)},\n`;
  });
  return `${open}\n${lines.join('')}${'  '.repeat(indent)}${close}`;
}

function entries(value: readonly Literal[] | { readonly [key: string]: Literal | undefined }): Item[] {
  if (Array.isArray(value)) return value.map(item => ({ key: '', value: item }));
  return Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : [{ key: `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key)}: `, value: item }],
  );
}

interface Item {
  readonly key: string;
  readonly value: Literal;
}

/** The value on one line, unless that is longer than `room`; stops as soon as it is, since values can be large. */
function oneLine(value: Literal, room: number): string | undefined {
  if (value instanceof Documented) return undefined;
  if (value instanceof Code || typeof value !== 'object') {
    const text = literal(value);
    return text.includes('\n') || text.length > room ? undefined : text;
  }
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{ ', ' }'];
  const items = entries(value);
  if (items.length === 0) return literal(value);
  let line = open;
  for (const [index, { key, value: item }] of items.entries()) {
    line += `${index === 0 ? '' : ', '}${key}`;
    const part = oneLine(item, room - line.length - close.length);
    if (part === undefined) return undefined;
    line += part;
  }
  return `${line}${close}`;
}

function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped}'`;
}
