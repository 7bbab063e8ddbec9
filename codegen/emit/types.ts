import { type Definitions, definitionName, frameOf } from '../load/schemas.js';
import type { RawSchema } from '../load/spec-types.js';
import type { Model, RawTool } from '../model.js';
import { header } from './file.js';
import { declarationText, pascal, type TypeOptions, typeText } from './type-text.js';

/** `generated/types.ts`: the valid arguments and the answer of every tool. */
export function emitTypes({ suite }: Model): string {
  const { common, failure, operation_arguments: ofRequests, ...pieces } = suite.definitions;
  const tools = [...suite.market_tools, ...suite.tools];
  const options: TypeOptions = { nameOf: nameIn(suite.definitions) };
  const whole = { common: common ?? {}, ...pieces, failure: failure ?? {} };
  const shared = Object.entries(whole).filter(([, raw]) => isNamed(raw));
  const types = [
    ...shared.map(([name, raw]) => declarationText(pascal(name), raw, options)),
    ...tools.flatMap(tool => [emitArguments(tool, suite.definitions), ...emitAnswers(tool, options)]),
    ...(ofRequests ? [emitArguments({ verb: 'operation', arguments: ofRequests }, suite.definitions)] : []),
    emitTable('Arguments', 'The arguments of each verb.', tools),
    emitTable('Answers', 'The answer of each verb when it succeeds.', tools),
    emitVerbs('MarketVerb', 'Verb of a tool of one market.', suite.market_tools),
    emitVerbs('SharedVerb', 'Verb of a tool across markets.', suite.tools),
    '/** Verb of any tool. */\nexport type Verb = MarketVerb | SharedVerb;\n',
  ];
  const opening = header('spec/suite.yaml').map(line => `// ${line}\n`);
  return `${opening.join('')}\n${types.join('\n')}`;
}

/** Whether a definition gets a type of its own: an object or an enum does. */
function isNamed({ type, enum: words = [] }: RawSchema): boolean {
  return type === 'object' || words.some(word => !word.startsWith('{'));
}

function nameIn(definitions: Definitions): TypeOptions['nameOf'] {
  const nameOf = (ref: string): string => {
    const name = definitionName(ref);
    const raw = definitions[name] ?? {};
    if (isNamed(raw)) return pascal(name);
    // Which markets are served is only known at run time.
    const text = typeText(raw.enum ? { type: 'string' } : raw, { nameOf });
    return text.includes(' | ') ? `(${text})` : text;
  };
  return nameOf;
}

/** What takes arguments. */
interface Taking {
  readonly verb: string;
  readonly arguments: Pick<RawSchema, 'properties' | 'required'>;
}

/** Arguments with a default are always present after validation; the handler checks open objects later. */
function emitArguments({ verb, arguments: taken }: Taking, definitions: Definitions): string {
  const named = nameIn(definitions);
  const isOpen = (ref: string): boolean => definitions[definitionName(ref)]?.additionalProperties === true;
  const usual = ({ $ref, default: own }: RawSchema): unknown =>
    own ?? ($ref === undefined ? undefined : definitions[definitionName($ref)]?.default);
  const settled = Object.entries(taken.properties ?? {}).filter(([, raw]) => usual(raw) !== undefined);
  return declarationText(
    `${pascal(verb)}Arguments`,
    { ...taken, required: [...(taken.required ?? []), ...settled.map(([name]) => name)] },
    {
      nameOf: ref => (isOpen(ref) ? 'Readonly<Record<string, unknown>>' : named(ref)),
      missing: ' | undefined',
    },
  );
}

function emitAnswers(tool: RawTool, options: TypeOptions): string[] {
  const { verb, answer, several } = tool;
  const emit = (name: string, schema: RawSchema, frame: string): string =>
    declarationText(`${pascal(verb)}${name}`, schema, options).replace(' {', ` extends ${pascal(frame)} {`);
  return [emit('Answer', answer, frameOf(tool)), ...(several ? [emit(severalAnswer, several, 'general')] : [])];
}

/** What the type of an answer about several markets ends with. */
const severalAnswer = 'SeveralAnswer';

function emitTable(name: string, about: string, tools: readonly RawTool[]): string {
  const kind = name.replace(/rs$/, 'r');
  const members = tools.map(({ verb, several }) => {
    const other = several && kind === 'Answer' ? ` | ${pascal(verb)}${severalAnswer}` : '';
    return `  readonly ${verb}: ${pascal(verb)}${kind}${other};\n`;
  });
  return `/** ${about} */\nexport interface ${name} {\n${members.join('')}}\n`;
}

function emitVerbs(name: string, about: string, tools: readonly RawTool[]): string {
  return `/** ${about} */\nexport type ${name} = ${tools.map(({ verb }) => `'${verb}'`).join(' | ')};\n`;
}
