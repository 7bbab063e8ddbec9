import { type Definitions, definitionName } from '../load/schemas.js';
import type { RawSchema } from '../load/spec-types.js';
import type { Model, RawTool } from '../model.js';
import { header } from './file.js';
import { declarationText, pascal, type TypeOptions, typeText } from './type-text.js';

/** `generated/types.ts`: what every tool takes, once its validator has judged it, and what it answers. */
export function emitTypes({ suite }: Model): string {
  const { common, failure, ...pieces } = suite.definitions;
  const tools = [...suite.market_tools, ...suite.tools];
  const options: TypeOptions = { nameOf: nameIn(suite.definitions) };
  const whole = { common: common ?? {}, ...pieces, failure: failure ?? {} };
  const shared = Object.entries(whole).filter(([, raw]) => isNamed(raw));
  const types = [
    ...shared.map(([name, raw]) => declarationText(pascal(name), raw, options)),
    ...tools.flatMap(tool => [emitArguments(tool, suite.definitions), emitAnswer(tool, options)]),
    emitTable('Arguments', 'What each verb takes.', tools),
    emitTable('Answers', 'What each verb answers where nothing fails.', tools),
    emitVerbs('MarketVerb', 'What a tool of one market does.', suite.market_tools),
    emitVerbs('SharedVerb', 'What a tool does that is told the market.', suite.tools),
    '/** What a tool does. */\nexport type Verb = MarketVerb | SharedVerb;\n',
  ];
  const opening = header('spec/suite.yaml').map(line => `// ${line}\n`);
  return `${opening.join('')}\n${types.join('\n')}`;
}

/** Whether a definition is worth a name among the types: what has parts or words of its own. */
function isNamed({ type, enum: words = [] }: RawSchema): boolean {
  return type === 'object' || words.some(word => !word.startsWith('{'));
}

function nameIn(definitions: Definitions): TypeOptions['nameOf'] {
  const nameOf = (ref: string): string => {
    const name = definitionName(ref);
    const raw = definitions[name] ?? {};
    if (isNamed(raw)) return pascal(name);
    // Which markets are served is known when the server runs.
    const text = typeText(raw.enum ? { type: 'string' } : raw, { nameOf });
    return text.includes(' | ') ? `(${text})` : text;
  };
  return nameOf;
}

/** What has a default is there once the arguments are judged, and what an open object holds is judged later. */
function emitArguments({ verb, arguments: taken }: RawTool, definitions: Definitions): string {
  const named = nameIn(definitions);
  const isOpen = (ref: string): boolean => definitions[definitionName(ref)]?.additionalProperties === true;
  const usual = ({ $ref, default: own }: RawSchema): unknown =>
    own ?? ($ref === undefined ? undefined : definitions[definitionName($ref)]?.default);
  const settled = Object.entries(taken.properties).filter(([, raw]) => usual(raw) !== undefined);
  return declarationText(
    `${pascal(verb)}Arguments`,
    { ...taken, required: [...(taken.required ?? []), ...settled.map(([name]) => name)] },
    {
      nameOf: ref => (isOpen(ref) ? 'Readonly<Record<string, unknown>>' : named(ref)),
      missing: ' | undefined',
    },
  );
}

function emitAnswer({ verb, answer }: RawTool, options: TypeOptions): string {
  return declarationText(`${pascal(verb)}Answer`, answer, options).replace(' {', ' extends Common {');
}

function emitTable(name: string, about: string, tools: readonly RawTool[]): string {
  const kind = name.replace(/rs$/, 'r');
  const members = tools.map(({ verb }) => `  readonly ${verb}: ${pascal(verb)}${kind};\n`);
  return `/** ${about} */\nexport interface ${name} {\n${members.join('')}}\n`;
}

function emitVerbs(name: string, about: string, tools: readonly RawTool[]): string {
  return `/** ${about} */\nexport type ${name} = ${tools.map(({ verb }) => `'${verb}'`).join(' | ')};\n`;
}
