import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Identifier, Node, type SourceFile, SyntaxKind } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { parse, sourcesIn } from '../support/imports.js';
import { repository } from '../support/project.js';

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
  [/^runtime\/rest\/simulated\/.* (?:\w*[eE]xchange\w*|book|sharesPerContract)$/, 'what the API calls so'],
  [/^runtime\/cli\/(?:watch\/|setup\.ts judgeWatched$)/, 'the terminal view'],
  [/^test\/cli\/watch[\w.-]*\.ts /, 'tests of the terminal view'],
  [/^runtime\/simulator\/(details|world\/habits)\.ts (exchanges?|offExchange)$/, 'where it is traded'],
];

/** A name, and where it is. */
interface Named {
  readonly path: string;
  readonly name: string;
}

/** The name of a file, and everything that it declares: values, types, members, parameters, locals. */
function namesIn(file: SourceFile): Named[] {
  const path = file.getFilePath().slice(1);
  const declared = file.getDescendantsOfKind(SyntaxKind.Identifier).filter(isDeclared);
  const names = [basename(path).replace(/\.[cm]?tsx?$/, ''), ...declared.map(identifier => identifier.getText())];
  return [...new Set(names)].map(name => ({ path, name }));
}

/** Whether an identifier is where a name is given, and the name is ours to give. */
function isDeclared(identifier: Identifier): boolean {
  const parent = identifier.getParent();
  // What is imported was named elsewhere, and what is only written down has the name that somebody else reads.
  if (Node.isImportSpecifier(parent)) return parent.getAliasNode() === identifier;
  if (Node.isBindingElement(parent))
    return parent.getNameNode() === identifier && parent.getPropertyNameNode() !== undefined;
  return (
    Node.hasName(parent) &&
    !Node.isPropertyAccessExpression(parent) &&
    !Node.isPropertyAssignment(parent) &&
    parent.getNameNode() === identifier
  );
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

const names = ['runtime', 'codegen', 'bundle'].flatMap(sourcesIn).flatMap(namesIn);
/** Of tests the names of files; what is in them may quote the words of others. */
const tests = readdirSync(join(repository, 'test'), { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map((path): Named => ({ path: `test/${path}`, name: basename(path, '.ts') }));

describe('names', () => {
  test('use no word that means something else in a market, and no metaphor of our own', () => {
    expect(breachesIn([...names, ...tests])).toEqual([]);
  });

  test.each([
    ['const book = 1; export { book };', 'runtime/core/x.ts book: not book, but ledger, table, cells'],
    ['export class A { private readonly ownShare = 1; }', 'runtime/core/x.ts ownShare: not share, but part, quota'],
    [
      'export class A { constructor(private readonly keeper: B) {} }',
      'runtime/core/x.ts keeper: not keeper, but owner, store',
    ],
    ['const share = 1;', 'runtime/core/x.ts share: not share, but part, quota'],
    ['function a(keeper: B) {}', 'runtime/core/x.ts keeper: not keeper, but owner, store'],
    ['const { a: reel } = b;', 'runtime/core/x.ts reel: not reel, but recording, playlist'],
    ['for (const sieve of a) b(sieve);', 'runtime/core/x.ts sieve: not sieve, but filter'],
    ['try { a(); } catch (foreign) { b(foreign); }', 'runtime/core/x.ts foreign: not foreign, but untrusted'],
    ["import { a as book } from './y.js';", 'runtime/core/x.ts book: not book, but ledger, table, cells'],
    ['export interface PositionOfA {}', 'runtime/core/x.ts PositionOfA: not position, but offset, seq, place'],
  ])('are found: %s', (text, breach) => {
    expect(breachesIn(namesIn(parse('runtime/core/x.ts', text)))).toEqual([breach]);
  });

  test('of files are found, and others are not', () => {
    expect(breachesIn(namesIn(parse('runtime/core/order-book.ts', '')))).toHaveLength(1);
    expect(breachesIn(namesIn(parse('runtime/core/x.ts', 'export const returnSize = 1, bookkeeping = 2;')))).toEqual(
      [],
    );
    expect(breachesIn(namesIn(parse('runtime/core/x.ts', 'a.share({ position: 1 });')))).toEqual([]);
  });
});
