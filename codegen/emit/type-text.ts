/** Writes a JSON Schema as the TypeScript type of what it accepts. */

/** The keywords that bear on a type. */
export interface Shape {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly oneOf?: readonly Shape[];
  readonly nullable?: boolean;
  readonly wide?: boolean;
  readonly json?: boolean;
  readonly unit?: string;
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Shape;
}

export interface TypeOptions {
  /** The name of the type that a `$ref` refers to. */
  readonly nameOf: (ref: string) => string;
  /** Suffix of the type of an optional property. */
  readonly missing?: string;
}

/** @param indent depth of the line on which the type starts, in steps of two blanks */
export function typeText(shape: Shape, options: TypeOptions, indent = 0): string {
  const text = bareText(shape, options, indent);
  return shape.nullable ? `${text} | null` : text;
}

function bareText(shape: Shape, options: TypeOptions, indent: number): string {
  // A list of other items has of the list that it refers to its bounds alone.
  if (shape.$ref !== undefined && shape.items) return `readonly ${itemText(shape.items, options, indent)}[]`;
  if (shape.$ref !== undefined) return options.nameOf(shape.$ref);
  if (shape.enum) return shape.enum.map(word => `'${word.replaceAll("'", "\\'")}'`).join(' | ');
  if (shape.oneOf) return shape.oneOf.map(one => typeText(one, options, indent)).join(' | ');
  switch (shape.type) {
    case 'integer':
    case 'number':
      return shape.wide ? 'number | string' : 'number';
    case 'array':
      return `readonly ${itemText(shape.items ?? {}, options, indent)}[]`;
    case 'object':
      return objectText(shape, options, indent);
    case 'string':
      return shape.json ? 'string | Readonly<Record<string, unknown>>' : 'string';
    default:
      return shape.type ?? 'unknown';
  }
}

function itemText(items: Shape, options: TypeOptions, indent: number): string {
  const text = typeText(items, options, indent);
  return /^[\w.]+$/.test(text) || text.startsWith('{') ? text : `(${text})`;
}

/** The members between braces, each with its meaning as a comment. */
export function objectText(shape: Shape, options: TypeOptions, indent: number): string {
  const { properties = {}, required = [], additionalProperties: further } = shape;
  const pad = '  '.repeat(indent + 1);
  const members = Object.entries(properties).map(([name, inner]) => {
    const isNeeded = required.includes(name);
    const type = typeText(inner, options, indent + 1);
    return `${docText(inner, pad)}${pad}readonly ${keyText(name)}${isNeeded ? '' : '?'}: ${type}${isNeeded ? '' : (options.missing ?? '')};\n`;
  });
  if (further === true || typeof further === 'object') {
    // TypeScript wants the type of each named member to fit the index signature.
    const isMixed = further === true || members.length > 0;
    const type = isMixed ? 'unknown' : typeText(further, options, indent + 1);
    members.push(`${pad}readonly [name: string]: ${type};\n`);
  }
  return members.length === 0 ? 'Readonly<Record<never, never>>' : `{\n${members.join('')}${'  '.repeat(indent)}}`;
}

/** The meaning and unit of a value, as a comment; leaves out examples that depend on the market. */
export function docText({ description = '', unit }: Shape, pad = ''): string {
  const meaning = /\{\w+\}/.test(description) ? '' : description;
  const text = [meaning, unit && `In ${unit}`].filter(Boolean).join('. ').replaceAll('*/', '* /');
  return text === '' ? '' : `${pad}/** ${text}${text.endsWith('.') ? '' : '.'} */\n`;
}

function keyText(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
}

/** One exported type; an interface where possible. */
export function declarationText(name: string, shape: Shape, options: TypeOptions): string {
  const { $ref, ...own } = shape;
  const joins = $ref !== undefined && own.properties !== undefined;
  const isPlain = own.type === 'object' && !own.nullable && ($ref === undefined || joins);
  const body = typeText(joins ? own : shape, options);
  const isInterface = isPlain && body.startsWith('{');
  const base = joins ? ` extends ${options.nameOf($ref)}` : '';
  return `${docText(shape)}export ${isInterface ? `interface ${name}${base} ${body}` : `type ${name} = ${body};`}\n`;
}

/** `last_error` becomes `LastError`. */
export function pascal(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
