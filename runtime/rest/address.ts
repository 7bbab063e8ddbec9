/** Paths and queries of operations. Every part is encoded, so that no value leads to another path. */

/** What is asked for at a host: its path from the root, and its query without the question mark. */
export interface Address {
  readonly path: string;
  readonly query: string;
}

const slot = /^\{(.+)\}$/;
/** Parameters that would carry a key. It goes into a header, and into nothing else. */
const keyName =
  /^(?:x[-_]?)?(?:(?:api|access|auth|secret|polygon|massive)[-_]?)?(?:key|token|secret|password)$|^(?:api|access|secret)key(?:id)?$|^authorization$/i;

/** Whether a parameter of this name would carry a key. */
export function isKeyName(name: string): boolean {
  return keyName.test(name);
}

/** Wire names of the slots of a path. */
export function slotsOf(template: string): string[] {
  return template.split('/').flatMap(part => slot.exec(part)?.[1] ?? []);
}

/** A value as one segment of a path; nothing for one that would lead elsewhere. */
export function encodeSegment(value: string): string | undefined {
  if (value === '' || value === '.' || value === '..' || /[\p{Cc}\p{Cs}]/u.test(value)) return undefined;
  // A colon stands in symbols, and may stand in a path.
  return encodeStrictly(value).replaceAll('%3A', ':');
}

/** @returns nothing where a slot has no value, or one that would lead elsewhere */
export function fillPath(template: string, values: ReadonlyMap<string, string>): string | undefined {
  const parts = template.split('/').map(part => {
    const name = slot.exec(part)?.[1];
    return name === undefined ? part : encodeSegment(values.get(name) ?? '');
  });
  return parts.includes(undefined) ? undefined : parts.join('/');
}

/** Names and values as a query, in the order in which they come. */
export function writeQuery(pairs: Iterable<readonly [string, string]>): string {
  return [...pairs].map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`).join('&');
}

/**
 * The address to which a URL leads, whatever host it names; nothing where it is not one of the operation.
 *
 * @param template path of the operation
 * @param base stands before every path of the place
 */
export function reduceUrl(template: string, text: string, base: string): Address | undefined {
  // The host does not matter, but a text without one must be read, too.
  const somewhere = 'https://place.invalid';
  if (!URL.canParse(text, somewhere)) return undefined;
  const { pathname, searchParams } = new URL(text, somewhere);
  const own = base !== '' && pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname;
  const path = matchPath(template, own);
  if (path === undefined) return undefined;
  const pairs = [...searchParams].filter(([name]) => /^[\w.-]{1,64}$/.test(name) && !isKeyName(name));
  if (pairs.some(([, value]) => /[\p{Cc}\p{Cs}]/u.test(value))) return undefined;
  return { path, query: writeQuery(pairs) };
}

/** The same path, written anew; nothing where it has another form. */
function matchPath(template: string, path: string): string | undefined {
  const parts = path.split('/');
  const wanted = template.split('/');
  if (parts.length !== wanted.length) return undefined;
  const own = wanted.map((part, index) => {
    if (!slot.test(part)) return part === parts[index] ? part : undefined;
    const value = decode(parts[index]!);
    return value === undefined ? undefined : encodeSegment(value);
  });
  return own.includes(undefined) ? undefined : own.join('/');
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
