import { basename } from 'node:path';
import { Node, type SourceFile } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { parse, sourcesIn } from '../support/imports.js';

/** Words that mean something else in a market, and what to say instead. */
const ofTheMarket: Readonly<Record<string, string>> = {
  share: 'part, quota',
  shares: 'parts, quotas',
  holding: 'held',
  holdings: 'subscriptions, what is held',
  book: 'ledger, table, cells',
  books: 'ledgers, tables',
  exchange: 'call, request',
  exchanges: 'calls, requests',
  position: 'offset, seq, place',
  positions: 'offsets, seqs, places',
};

/** Metaphors of our own, and what to say instead; `watch` is the terminal view. */
const ofOurOwn: Readonly<Record<string, string>> = {
  sight: 'view',
  reach: 'limit, target',
  sieve: 'filter',
  reel: 'recording, playlist',
  teller: 'printer',
  foreign: 'untrusted',
  picture: 'snapshot',
  pictures: 'snapshots',
  turn: 'slot, call',
  turns: 'slots, calls',
  keeper: 'owner, store',
  keepers: 'owners, stores',
  watch: 'follow, track',
  watches: 'follows, updates',
  watched: 'followed',
  watching: 'following',
};

const banned: ReadonlyMap<string, string> = new Map(Object.entries({ ...ofTheMarket, ...ofOurOwn }));

/** Names in which such a word means just what it says, and why. */
const allowed: readonly (readonly [name: RegExp, why: string])[] = [
  [/^codegen\/(problem|load\/yaml)\.ts (Position|formatPosition|position)$/, 'a place in a file, as compilers call it'],
  [/^runtime\/.* (nextTurn|yieldTurn|advanceInTurns)$/, 'a turn of the event loop'],
  [/^(runtime\/contract\/codes|codegen\/load\/spec-types)\.ts exchanges$/, 'the places where trades are made'],
  [/^runtime\/cli\/watch\//, 'the terminal view'],
];

/** A name, and where it is. */
interface Named {
  readonly path: string;
  readonly name: string;
}

/** The name of a file, what it exports, and the members of its classes and interfaces. */
function namesIn(file: SourceFile): Named[] {
  const path = file.getFilePath().slice(1);
  const exported = [...file.getExportedDeclarations().values()]
    .flat()
    .filter(declaration => declaration.getSourceFile() === file);
  const members = [...file.getClasses(), ...file.getInterfaces()].flatMap(owner => [
    owner.getName() ?? '',
    ...owner.getMembers().flatMap(member => (Node.hasName(member) ? [member.getName() ?? ''] : [])),
    ...(Node.isClassDeclaration(owner)
      ? owner.getConstructors().flatMap(made =>
          made
            .getParameters()
            .filter(one => one.isParameterProperty())
            .map(one => one.getName()),
        )
      : []),
  ]);
  const names = [
    basename(path, '.ts'),
    ...exported.flatMap(declaration => (Node.hasName(declaration) ? [declaration.getName() ?? ''] : [])),
    ...members,
  ];
  return [...new Set(names)].map(name => ({ path, name }));
}

/** `nextOpenMs` as `next`, `open`, `ms`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z]+/)
    .map(word => word.toLowerCase());
}

function breachesIn(named: readonly Named[]): string[] {
  return named.flatMap(({ path, name }) => {
    if (allowed.some(([form]) => form.test(`${path} ${name}`))) return [];
    const word = wordsOf(name).find(one => banned.has(one));
    return word === undefined ? [] : [`${path} ${name}: not ${word}, but ${banned.get(word)}`];
  });
}

const names = ['runtime', 'codegen'].flatMap(sourcesIn).flatMap(namesIn);

describe('names', () => {
  test('use no word that means something else in a market, and no metaphor of our own', () => {
    expect(breachesIn(names)).toEqual([]);
  });

  test.each([
    ['const book = 1; export { book };', 'runtime/core/x.ts book: not book, but ledger, table, cells'],
    ['export class A { private readonly ownShare = 1; }', 'runtime/core/x.ts ownShare: not share, but part, quota'],
    [
      'export class A { constructor(private readonly keeper: B) {} }',
      'runtime/core/x.ts keeper: not keeper, but owner, store',
    ],
    ['export interface PositionOfA {}', 'runtime/core/x.ts PositionOfA: not position, but offset, seq, place'],
  ])('are found: %s', (text, breach) => {
    expect(breachesIn(namesIn(parse('runtime/core/x.ts', text)))).toEqual([breach]);
  });

  test('of files are found, and others are not', () => {
    expect(breachesIn(namesIn(parse('runtime/core/order-book.ts', '')))).toHaveLength(1);
    expect(breachesIn(namesIn(parse('runtime/core/x.ts', 'export const returnSize = 1, bookkeeping = 2;')))).toEqual(
      [],
    );
  });
});
