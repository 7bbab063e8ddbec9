import { formatSee, type Model, type RawPrompt, type RawSuite } from '../model.js';
import { aboutFeed } from './feeds.js';
import { emitFile } from './file.js';
import { Code, Documented, type Literal } from './literal.js';
import { emitTool } from './market.js';
import { emitArguments, emitInputSchema } from './schema.js';

/** `generated/suite.ts`: what all markets share, and the list of the markets. */
export function emitSuite(model: Model): string {
  const { suite, markets } = model;
  const names = markets.map(({ raw }) => raw.market);
  const listed = new Set(markets.flatMap(({ raw }) => raw.feeds.map(({ feed }) => feed)));
  const seen = new Map(model.citations.map(citation => [citation.what, `@see ${formatSee(citation)}`]));
  return emitFile({
    from: 'spec/suite.yaml',
    imports: [
      { moduleSpecifier: 'zod', namedImports: ['z'] },
      {
        moduleSpecifier: '../runtime/index.js',
        isTypeOnly: true,
        namedImports: ['Market', 'Suite'],
      },
      { moduleSpecifier: './kernel.js', namedImports: ['kernel'] },
      { moduleSpecifier: './number-kernel.js', namedImports: ['numberKernel'] },
      ...(model.rest ? [{ moduleSpecifier: './rest/tools.js', namedImports: ['restTools'] }] : []),
      ...names.map(name => ({ moduleSpecifier: `./${name}.js`, namedImports: [name] })),
    ],
    declarations: [
      {
        name: 'markets',
        type: 'readonly Market[]',
        exported: true,
        docs: ['Every market, in the order of tools/list.'],
        value: names.map(name => new Code(name)),
      },
      {
        name: 'suite',
        type: 'Suite',
        exported: true,
        docs: ['What all markets share.'],
        value: {
          name: suite.name,
          title: suite.title,
          instructions: suite.instructions.trim(),
          feeds: suite.feeds.map(
            feed =>
              new Documented(
                { name: feed.name, hosts: feed.hosts, listed: listed.has(feed.name), about: aboutFeed(feed, markets) },
                seen.get(`feed ${feed.name}`)!,
              ),
          ),
          statuses: suite.statuses.map(
            ({ status, message, means }) =>
              new Documented({ status, message, means }, seen.get(`status ${status} "${message}"`)!),
          ),
          kernel: new Code('kernel'),
          numberKernel: new Code('numberKernel'),
          tools: model.tools.map(tool => emitTool(tool)),
          toolsets: [
            ...model.toolsets.map(({ name, about, standard }) => ({ name, about, standard })),
            ...(model.rest?.toolsets ?? []).map(({ name, about, default: standard }) => ({ name, about, standard })),
          ],
          rest: model.rest && emitRestOffer(model),
          prompts: (suite.prompts ?? []).map(emitPrompt),
          limits: emitLimits(suite.definitions),
          rowKeys: Object.keys(suite.definitions.row?.properties ?? {}),
        },
      },
    ],
  });
}

/** The operations themselves are loaded when one is called. */
function emitRestOffer({ ofRequests }: Model): Literal {
  return {
    tools: new Code('restTools'),
    load: new Code("() => import('./rest/operations.js')"),
    inputSchema: emitInputSchema(ofRequests),
    validator: emitArguments(ofRequests),
  };
}

/** Limits on conditions, and on the size of answers, for tools without such an argument, too. */
function emitLimits({ listed, comparisons, max_bytes: bytes }: RawSuite['definitions']): Literal {
  return {
    listed: listed?.maxItems,
    comparisons: comparisons?.maxItems,
    usualBytes: Number(bytes?.default),
    mostBytes: bytes?.maximum,
  };
}

function emitPrompt({ name, title, description, arguments: given, events, text }: RawPrompt): Literal {
  const listed = Object.entries(given).map(([argument, meaning]) => ({ name: argument, description: meaning }));
  return { name, title, description, arguments: listed, events, text: text.trim() };
}

/** `generated/main.ts`: the composition root and the package's bin. */
export function emitMain(): string {
  return emitFile({
    from: 'spec/suite.yaml',
    hashbang: '#!/usr/bin/env node',
    imports: [
      "import manifest from '../package.json' with { type: 'json' };",
      { moduleSpecifier: '../runtime/index.js', namedImports: ['main'] },
      { moduleSpecifier: './suite.js', namedImports: ['markets', 'suite'] },
    ],
    call: "main({ suite, markets, version: manifest.version, pages: new URL('./polygon-docs/', import.meta.url) });",
  });
}
