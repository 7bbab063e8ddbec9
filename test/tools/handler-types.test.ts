import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Node, type SourceFile, SyntaxKind } from 'ts-morph';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { marketHandlers, sharedHandlers } from '../../runtime/tools/handlers.js';
import { parse } from '../support/imports.js';
import { makeFolder, removeFolders, repository } from '../support/project.js';

/** Handlers elsewhere than in a file of the verb's name among the verbs. */
const files: Readonly<Record<string, string>> = {
  read: 'reading/read',
  wait: 'reading/wait',
  summarize: 'reading/summary',
  bars: 'reading/bars',
  backfill: 'reading/backfill',
  stop_all: 'tools/verbs/stop-all',
  find_rest: 'tools/finding/find',
  call_rest: 'tools/finding/call',
};
const answerType = /^(?:Promise<)?\w*Answer\b/;

const common = "market: 'stocks', state: 'live', simulated: true, delayed_minutes: null, notes: []";

/** A table of handlers in which one is another. */
function table(handler: string): string {
  return [
    `import type { Common, StatusAnswer, StopAnswer } from '${join(repository, 'generated/types.js')}';`,
    `import type { Market } from '${join(repository, 'runtime/contract/market.js')}';`,
    `import type { HubView } from '${join(repository, 'runtime/stream/view.js')}';`,
    `import { marketHandlers, marketTable, requestHandlerOf } from '${join(repository, 'runtime/tools/handlers.js')}';`,
    `import { callOperation } from '${join(repository, 'runtime/tools/requests.js')}';`,
    `declare const common: Common;`,
    `declare const marketVerbs: { status(hub: HubView, market: Market): StatusAnswer };`,
    `export const table = marketTable({ ...marketHandlers, ${handler} });`,
  ].join('\n');
}

const channels = "accepted: [], unconfirmed: [], already: [], subscription_count: 0, cursor: ''";
const rejection = "channel: 'T.A', code: 'INVALID_CHANNEL', message: ''";

const right = {
  'gives what the spec says': `stop: () => ({ ${common}, messages_received: 1, duration_s: 2 })`,
  'gives it later': `stop: async () => ({ ${common}, messages_received: 1, duration_s: 2 })`,
  'takes what the spec says': `unsubscribe: (hub, market, { channels }) => ({ ${common}, removed: channels, not_held: [], subscription_count: 0 })`,
  'gives rows as the spec says': `subscribe: () => ({ ${common}, ${channels}, rejected: [{ ${rejection} }] })`,
  'gives a key at times': `start: () => ({ ${common}, ...Object.assign({}, { ${channels.replace(' already: [],', '')} }), rejected: [], endpoint: null, feed: null, next: '', ...(Date.now() > 5 ? {} : { next_retry_at: null }) })`,
  'takes its answer together from parts': `stop: () => { const part = { ${common} } as const; return { ...part, ...{ messages_received: 1, duration_s: 2 } }; }`,
};

const wrong = {
  'gives a key that the spec does not have': `stop: () => ({ ${common}, messages_received: 1, duration_s: 2, price: 3 })`,
  'gives a key that a row does not have': `subscribe: () => ({ ${common}, ${channels}, rejected: [{ ${rejection}, price: 3 }] })`,
  'gives a key that a part does not have': `status: (hub: HubView, market: Market) => { const answer = marketVerbs.status(hub, market); return { ...answer, buffer: { ...answer.buffer, price: 3 } }; }`,
  'gives a key that another row has': `status: (hub: HubView, market: Market) => ({ ...marketVerbs.status(hub, market), last_error: { code: '', message: '', hint: '', at: null, cause: '' } })`,
  'gives such a key at times': `start: () => ({ ${common}, ${channels.replace(' already: [],', '')}, rejected: [], endpoint: null, feed: null, next: '', ...(Date.now() > 5 ? {} : { price: 3 }) })`,
  'gives it later in a row': `subscribe: async () => ({ ${common}, ${channels}, rejected: [{ ${rejection}, price: 3 }] })`,
  'gives it by a spread': `stop: () => ({ ...common, ...{ price: 3 }, messages_received: 1, duration_s: 2 })`,
  'gives it by a spread and says that it satisfies the spec': `stop: () => ({ ...common, ...{ price: 3 }, messages_received: 1, duration_s: 2 }) satisfies StopAnswer`,
  'gives another type': `stop: () => ({ ${common}, messages_received: 1, duration_s: '2' })`,
  'leaves a key out': `stop: () => ({ ${common}, messages_received: 1 })`,
  'gives null where there is always a value': `stop: () => ({ ${common}, messages_received: 1, duration_s: null })`,
  'gives a word that is none': `stop: () => ({ ${common.replace("'live'", "'alive'")}, messages_received: 1, duration_s: 2 })`,
  'takes an argument that no caller gives': `stop: (hub: unknown, market: unknown, args: { soon: boolean }) => ({ ${common}, messages_received: Number(args.soon), duration_s: 2 })`,
  'takes an argument of another type': `unsubscribe: (hub: unknown, market: unknown, args: { channels: number }) => ({ ${common}, removed: [], not_held: [], subscription_count: args.channels })`,
  'does a verb that the spec does not have': `restart: () => ({ ${common} })`,
};

/** A handler of requests that changes an answer, in place of a table. */
const asking = (change: string): string =>
  `stop: marketHandlers.stop });
export const request = requestHandlerOf(async (...args: Parameters<typeof callOperation>) => ({ ...(await callOperation(...args)), ${change} }));
void ({`;
Object.assign(right, { 'answers a request as the spec says': asking('count: 5') });
Object.assign(wrong, { 'answers a request with a key that the spec does not have': asking('price: 5') });

describe('a handler', () => {
  let output = '';

  beforeAll(() => {
    const folder = makeFolder();
    const cases = [...Object.entries(right), ...Object.entries(wrong)];
    for (const [name, handler] of cases) writeFileSync(join(folder, `${fileOf(name)}.ts`), table(handler));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(repository, 'tsconfig.json'),
        compilerOptions: {
          noUnusedParameters: false,
          noUnusedLocals: false,
          typeRoots: [join(repository, 'node_modules/@types')],
        },
        include: ['*.ts'],
      }),
    );
    const compiler = join(repository, 'node_modules/typescript/bin/tsc');
    output = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    }).stdout;
  }, 120_000);

  afterAll(removeFolders);

  test.each(Object.keys(right))('that %s compiles', name => {
    expect(errorsIn(output, name)).toEqual([]);
  });

  test.each(Object.keys(wrong))('that %s does not compile', name => {
    expect(errorsIn(output, name)).not.toEqual([]);
  });

  test.each(Object.keys(marketHandlers).concat(Object.keys(sharedHandlers)))(
    'of %s declares no type of its answer, which would hide a key that is spread into it',
    verb => {
      expect(declaredAnswers(handlerOf(verb))).toEqual([]);
    },
  );

  test.each([
    ['function stop(): StopAnswer { return { ...common, ...{ price: 3 } }; }', ['stop: StopAnswer']],
    ['async function stop(): Promise<StopAnswer> { return answer; }', ['stop: Promise<StopAnswer>']],
    ['const build = (): Promise<ReadAnswer> => answer;', ['build: Promise<ReadAnswer>']],
    ['function stop() { const answer: StopAnswer = { ...common }; return answer; }', ['answer: StopAnswer']],
    ['function stop() { return { ...common } as StopAnswer; }', ['as StopAnswer']],
    ['function stop() { return { ...common } satisfies StopAnswer; }', []],
    ['function show(answer: StopAnswer): string { return answer.market; }', []],
  ])('is found to declare one: %s', (text, found) => {
    expect(declaredAnswers(parse('runtime/tools/verbs/x.ts', text))).toEqual(found);
  });

  test('is the only thing that does not', () => {
    const files = [...output.matchAll(/^(\S+)\(\d+,\d+\): error/gm)].map(([, file]) => file);

    expect(new Set(files)).toEqual(new Set(Object.keys(wrong).map(name => `${fileOf(name)}.ts`)));
  });
});

/** The file that a verb's handler is in. */
function handlerOf(verb: string): SourceFile {
  const path = `runtime/${files[verb] ?? `tools/verbs/${verb}`}.ts`;
  return parse(path, readFileSync(join(repository, path), 'utf8'));
}

/** Where an answer is declared to be of its type, so that the compiler knows no more of it than that. */
function declaredAnswers(file: SourceFile): string[] {
  return file.getDescendants().flatMap(node => {
    if (Node.isAsExpression(node) && answerType.test(node.getTypeNodeOrThrow().getText()))
      return [`as ${node.getTypeNodeOrThrow().getText()}`];
    if (Node.isVariableDeclaration(node) && answerType.test(node.getTypeNode()?.getText() ?? ''))
      return [`${node.getName()}: ${node.getTypeNodeOrThrow().getText()}`];
    if (!Node.isReturnTyped(node) || !answerType.test(node.getReturnTypeNode()?.getText() ?? '')) return [];
    const name = Node.hasName(node) ? node.getName() : node.getParentIfKind(SyntaxKind.VariableDeclaration)?.getName();
    return [`${name}: ${node.getReturnTypeNodeOrThrow().getText()}`];
  });
}

function fileOf(name: string): string {
  return name.replaceAll(' ', '-');
}

function errorsIn(output: string, name: string): string[] {
  return output.split('\n').filter(line => line.startsWith(`${fileOf(name)}.ts(`));
}
