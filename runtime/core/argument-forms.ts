/** Reads arguments in the forms in which hosts and models write them; their meaning is checked elsewhere. */
import type { JsonSchema } from '../contract/tool.js';

/** Arguments in the form of the schema, as far as they can be converted. */
export interface Shaped {
  readonly args: unknown;
  /** What was converted, in sentences that do not repeat the caller's text. */
  readonly notes: readonly string[];
}

/** The part of a JSON Schema that is used here. */
export interface PropertySchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: PropertySchema;
  readonly properties?: Readonly<Record<string, PropertySchema>>;
}

/** Arguments by name; none where the tool takes none. */
export function propertiesOf(schema: JsonSchema): Readonly<Record<string, PropertySchema>> {
  return (schema.properties ?? {}) as Readonly<Record<string, PropertySchema>>;
}

/**
 * Accepts beside the exact form: a list as JSON text, as text with commas or as one bare text; numbers and booleans as
 * text; whole numbers where a text is meant; an object as JSON text; a word of a list in other case; `null` and `""` for
 * what is left out.
 * What cannot be read stays as it is, for the validator to refuse.
 */
export function shapeArguments(schema: JsonSchema, given: unknown): Shaped {
  const properties = propertiesOf(schema);
  const notes: string[] = [];
  const whole = isLeftOut(given) ? {} : readObject(given);
  if (Object.keys(properties).length === 0) {
    const came = isObject(whole) ? Object.keys(whole).length > 0 : true;
    return { args: {}, notes: came ? ['This tool takes no arguments; those given are ignored.'] : [] };
  }
  if (!isObject(whole)) return { args: given, notes };
  if (whole !== given && !isLeftOut(given)) notes.push('The arguments came as text and are read as JSON.');
  const shaped = Object.entries(whole)
    .filter(([, value]) => !isLeftOut(value))
    .map(([name, value]): [string, unknown] => {
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return [name, known ? shapeValue(known, value, name, notes) : value];
    });
  return { args: Object.fromEntries(shaped), notes };
}

function shapeValue(schema: PropertySchema, value: unknown, name: string, notes: string[]): unknown {
  switch (schema.type) {
    case 'array':
      return shapeList(schema, value, name, notes);
    case 'object':
      return shapeObject(schema, value, name, notes);
    case 'integer':
    case 'number':
      return take(readNumber(value), value, notes, `${name} came as text and is read as a number.`);
    case 'boolean':
      return take(readBoolean(value), value, notes, `${name} came as text and is read as true or false.`);
    default:
      return schema.enum
        ? (readWord(value, schema.enum) ?? value)
        : take(readDigits(value), value, notes, `${name} came as a number and is read as its digits.`);
  }
}

/** One of the words, in capitals or with spaces around it. */
function readWord(value: unknown, words: readonly string[]): string | undefined {
  const plain = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  return words.find(word => word.toLowerCase() === plain);
}

function shapeList({ items }: PropertySchema, value: unknown, name: string, notes: string[]): unknown {
  const list = typeof value === 'string' ? readList(value, items?.type === 'string') : value;
  if (!Array.isArray(list)) return value;
  if (list !== value) notes.push(`${name} came as text and is read as a list of ${list.length}.`);
  if (items?.enum) return list.map(item => readWord(item, items.enum!) ?? item);
  // Texts in a list are checked one by one, by index; only parts of a condition have a form of their own.
  if (items?.type !== 'object') return list;
  return list.map((item, index) => shapeObject(items, item, `${name}[${index}]`, notes));
}

function shapeObject({ properties = {} }: PropertySchema, value: unknown, name: string, notes: string[]): unknown {
  const object = readObject(value);
  if (!isObject(object)) return value;
  if (object !== value) notes.push(`${name} came as text and is read as JSON.`);
  const shaped = Object.entries(object).map(([key, item]): [string, unknown] => {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    // Which type a value inside an object may have depends on the rest of the object.
    const nests = known?.type === 'array' || known?.type === 'object';
    return [key, known && nests ? shapeValue(known, item, `${name}.${key}`, notes) : item];
  });
  return Object.fromEntries(shaped);
}

function take(read: unknown, value: unknown, notes: string[], note: string): unknown {
  if (read === undefined) return value;
  notes.push(note);
  return read;
}

function readList(text: string, ofTexts: boolean): unknown[] | undefined {
  const trimmed = text.trim();
  if (/^[["]/.test(trimmed)) {
    const parsed = parseJson(trimmed);
    if (typeof parsed === 'string') return readList(parsed, ofTexts);
    return Array.isArray(parsed) ? parsed : undefined;
  }
  if (!ofTexts || trimmed.startsWith('{')) return undefined;
  return trimmed.split(',').flatMap(part => part.trim() || []);
}

/** An object that came as JSON text; anything else as it is. */
export function readObject(value: unknown): unknown {
  if (typeof value !== 'string' || !value.trim().startsWith('{')) return value;
  const parsed = parseJson(value);
  return isObject(parsed) ? parsed : value;
}

/** Parses a number; undefined for any other text. */
export function readNumber(value: unknown): number | undefined {
  return typeof value === 'string' && /^[+-]?\d{1,15}(?:\.\d{1,15})?$/.test(value.trim()) ? Number(value) : undefined;
}

/** Parses true or false; undefined for any other text. */
export function readBoolean(value: unknown): boolean | undefined {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  return word === 'true' || word === 'false' ? word === 'true' : undefined;
}

/** Beyond 2^53 the digits that were written are lost. */
function readDigits(value: unknown): string | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
}

function isLeftOut(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error's message quotes the text.
    return undefined;
  }
}
