/** Rows are found in bytes; here they are held against a parser of the whole text. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StreamError } from '../../runtime/core/errors.js';
import { isObject, readReply } from '../../runtime/rest/reply.js';
import { TestClock } from '../support/clock.js';
import { tries } from '../support/property.js';

const paths = [[], ['results'], ['results', 'values'], ['a"b']];

interface Read {
  readonly document: unknown;
  readonly rows: readonly unknown[];
}

/** @returns nothing where the text is no JSON, and no list where none is at the path */
async function readBy(text: string, path: readonly string[], skip = 0, most = 1_000_000): Promise<Read | undefined> {
  try {
    const reply = { status: 200, body: Buffer.from(text) };
    const { document, list } = await readReply(reply, [], { path, skip, most }, new TestClock());
    return { document, rows: list ? [...list.rows].map(({ row }) => row) : [] };
  } catch (error) {
    expect(error).toMatchObject({ code: 'UPSTREAM_ERROR' });
    expect(error).toBeInstanceOf(StreamError);
    return undefined;
  }
}

function naively(text: string, path: readonly string[]): Read | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof document !== 'object' || document === null) return undefined;
  if (path.length === 0)
    return Array.isArray(document) ? { document: [], rows: clean(document) } : { document, rows: [] };
  let around: unknown = document;
  for (const member of path.slice(0, -1)) around = isObject(around) ? around[member] : undefined;
  const last = path.at(-1)!;
  const list = isObject(around) && Object.hasOwn(around, last) ? around[last] : undefined;
  if (!Array.isArray(list)) return { document, rows: [] };
  (around as Record<string, unknown>)[last] = [];
  return { document, rows: clean(list) };
}

const clean = (rows: readonly unknown[]): unknown[] => rows.filter(row => row !== null);

/** JSON as a host may write it: members that come twice, blanks, escapes. */
const blank = fc.constantFrom('', '', '', ' ', '\n\t', ' '.repeat(16_384));
const key = fc.constantFrom('"results"', '"values"', '"a\\"b"', '"re\\u0073ults"', '"x"', '"status"', '""');
const leaf = fc.constantFrom(
  '1',
  '-2.5e3',
  'null',
  'true',
  '"é\\\\"',
  '"]}[{,:"',
  '""',
  '"results"',
  '{}',
  '[]',
  '[ ]',
);
const { json } = fc.letrec<{ json: string; object: string; list: string }>(tie => ({
  json: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('object'), tie('list')),
  object: fc
    .array(fc.tuple(blank, key, tie('json'), blank), { maxLength: 4 })
    .map(members => `{${members.map(([a, name, value, b]) => `${a}${name}${b}:${a}${value}${b}`).join()}}`),
  list: fc
    .array(fc.tuple(blank, tie('json'), blank), { maxLength: 4 })
    .map(items => `[${items.map(parts => parts.join('')).join()}]`),
}));
const document = fc.oneof(
  json,
  fc.tuple(json, json, json).map(([a, b, c]) => `{"results":${a},"a\\"b":${b} , "results":{"values":${c}}}`),
  fc.tuple(json, json).map(([a, b]) => `{"x":${a},"results": [${b}, null ,${a}]}`),
);

describe('the rows of an answer', () => {
  test('and what is around them are what a parser of the whole finds', async () => {
    await fc.assert(
      fc.asyncProperty(document, fc.constantFrom(...paths), async (text, path) => {
        expect(await readBy(text, path)).toEqual(naively(text, path));
      }),
      tries(400),
    );
  });

  test('are refused where a parser of the whole refuses them', async () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.nat({ max: 2 }),
      fc.constantFrom('', ',', ']', '}', '[', '{', '"', ':', '1', ' '),
    );
    await fc.assert(
      fc.asyncProperty(document, damage, fc.constantFrom(...paths), async (whole, [place, cut, put], path) => {
        const at = place % (whole.length + 1);
        const text = whole.slice(0, at) + put + whole.slice(at + cut);
        expect(await readBy(text, path)).toEqual(naively(text, path));
      }),
      tries(600),
    );
  });

  test('are those that are wanted, and all of them are counted', async () => {
    const body = Buffer.from('{"results":[1,null,2,3,{"a":4},5]}');
    const { list } = await readReply(
      { status: 200, body },
      [],
      { path: ['results'], skip: 1, most: 2 },
      new TestClock(),
    );
    expect(list!.count).toBe(4);
    expect([...list!.rows]).toEqual([
      { row: 2, bytes: 1 },
      { row: 3, bytes: 1 },
    ]);
  });
});
