/** Reads the vendor's OpenAPI document of its REST API into a digest. */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { readBytes } from '../drift/description.js';
import { DescriptionError, Part } from '../drift/part.js';
import { columnsOf, rowsOf } from './answer-schema.js';
import type { Digest, DigestedOperation, DigestedParameter } from './digest.js';

/** @param from a file or an address of JSON, which may be packed with gzip */
export async function readDocument(from: string): Promise<Buffer> {
  const bytes = await readBytes(from);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch {
    throw new DescriptionError('it begins like gzip, but cannot be unpacked');
  }
}

/** @throws DescriptionError if a part that every such document has is missing or has the wrong type */
export function digestDocument(bytes: Buffer): Digest {
  const parsed = parse(bytes);
  const root = new Part(parsed, parsed);
  const operations = root
    .get('paths')
    .entries()
    .map(([path, part]) => [path, digestOperation(part.get('get'))] as const);
  const version = root.has('info') && root.get('info').has('version') ? root.get('info').get('version').text() : '';
  return {
    document: { sha256: createHash('sha256').update(bytes).digest('hex'), version },
    operations: Object.fromEntries(operations.sort(byName)),
  };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new DescriptionError('it should be JSON, but is not');
  }
}

function digestOperation(operation: Part): DigestedOperation {
  const rows = rowsOf(operation);
  return {
    ...(operation.has('x-polygon-deprecation') || operation.has('deprecated') ? { deprecated: true } : {}),
    ...(operation.has('x-polygon-experimental') ? { experimental: true } : {}),
    ...(rows.place === undefined ? {} : { rows: rows.place }),
    ...(rows.isPaged || operation.has('x-polygon-paginate') ? { paged: true } : {}),
    parameters: digestParameters(operation.has('parameters') ? operation.get('parameters').items() : []),
    columns: Object.fromEntries([...columnsOf(rows)].sort(byName)),
  };
}

/** `timestamp.gte` is an operator of `timestamp`. */
function digestParameters(parts: readonly Part[]): Record<string, DigestedParameter> {
  const named = new Map(parts.map(part => [part.get('name').text(), part]));
  const bases = [...new Set([...named.keys()].map(name => name.split('.')[0]!))].sort();
  return Object.fromEntries(
    bases.map(base => {
      const operators = [...named.keys()].filter(name => name.startsWith(`${base}.`)).sort();
      const part = named.get(base) ?? named.get(operators[0]!)!;
      const enumerated = operators.filter(name => /\.(any|all)_of$/.test(name) && hasEnum(named.get(name)!));
      const suffixes = (names: readonly string[]): string[] => names.map(name => name.slice(base.length + 1));
      return [
        base,
        {
          ...digestParameter(part),
          ...(operators.length === 0 ? {} : { operators: suffixes(operators) }),
          ...(enumerated.length === 0 ? {} : { enumerated: suffixes(enumerated) }),
        },
      ];
    }),
  );
}

function hasEnum(part: Part): boolean {
  return part.get('schema').has('enum');
}

function digestParameter(part: Part): DigestedParameter {
  const schema = part.get('schema');
  const place = part.get('in').text();
  if (place !== 'path' && place !== 'query') {
    throw new DescriptionError(`${part.path} should be of the path or the query, but is not`);
  }
  const facts = ['enum', 'minimum', 'maximum', 'default'].flatMap(name =>
    schema.has(name) ? [[name, schema.get(name).plain()] as const] : [],
  );
  return {
    in: place,
    type: schema.has('type') ? schema.get('type').text() : 'string',
    ...(schema.has('format') ? { format: schema.get('format').text() } : {}),
    ...Object.fromEntries(facts),
    ...(place === 'query' && part.has('required') && part.get('required').plain() === true ? { required: true } : {}),
  };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
