/** Judges whether the keywords of a schema fit to its type and to each other. */
import { suggest } from '../nearest.js';
import type { RawSchema } from './spec-types.js';

type Type = NonNullable<RawSchema['type']>;

/** What a keyword bounds, as a sentence says it, and the types that have it. */
interface Use {
  readonly what: string;
  readonly types: readonly [Type, ...Type[]];
}

const number: Use = { what: 'a number', types: ['integer', 'number'] };
const list: Use = { what: 'a list', types: ['array'] };
const map: Use = { what: 'an object', types: ['object'] };
const text: Use = { what: 'a text', types: ['string'] };

const uses = {
  minimum: number,
  maximum: number,
  unit: number,
  wide: number,
  minItems: list,
  maxItems: list,
  items: list,
  properties: map,
  required: map,
  additionalProperties: map,
  enum: text,
  json: text,
} satisfies Partial<Record<keyof RawSchema, Use>>;

const keywords = Object.keys(uses) as (keyof typeof uses)[];

/** What the default of a type is, and an example. */
const defaults: Partial<Readonly<Record<Type, readonly [what: string, example: string]>>> = {
  string: ['a text', 'summary'],
  integer: ['a whole number', '50'],
  number: ['a number', '25'],
  boolean: ['true or false', 'true'],
};

/** A fault, and the keyword at which it stands. */
export interface KeywordFault {
  readonly keyword: keyof RawSchema;
  readonly message: string;
}

/**
 * @param own what stands in the schema itself: only that is blamed
 * @param whole the same with what its reference has
 */
export function judgeKeywords(own: RawSchema, whole: RawSchema): KeywordFault[] {
  const { type } = whole;
  if (type === undefined) return [];
  return [...judgeUses(own, type), ...judgeRanges(own, whole), ...judgeDefault(own, whole, type)];
}

function judgeUses(own: RawSchema, type: Type): KeywordFault[] {
  return keywords.flatMap(keyword => {
    const { what, types } = uses[keyword];
    if (own[keyword] === undefined || types.includes(type)) return [];
    const message = `${keyword} bounds ${what}, and the type is ${type}; delete it, or write type: ${types[0]}`;
    return [{ keyword, message }];
  });
}

const ranges = [
  ['minimum', 'maximum'],
  ['minItems', 'maxItems'],
] as const;

function judgeRanges(own: RawSchema, whole: RawSchema): KeywordFault[] {
  return ranges.flatMap(([least, most]) => {
    const [low, high] = [whole[least], whole[most]];
    if (low === undefined || high === undefined || low <= high) return [];
    const keyword = [least, most].find(name => own[name] !== undefined);
    return keyword ? [{ keyword, message: `${least} ${low} is more than the ${most} ${high}; ${wayOut}` }] : [];
  });
}

const wayOut = 'change one of the two';

function judgeDefault(own: RawSchema, whole: RawSchema, type: Type): KeywordFault[] {
  const { default: usual, minimum = -Infinity, maximum = Infinity, enum: words } = whole;
  const isOwn = [own.default, own.minimum, own.maximum, own.enum].some(part => part !== undefined);
  if (usual === undefined || !isOwn) return [];
  const keyword =
    own.default === undefined ? (own.enum ? 'enum' : own.minimum === undefined ? 'maximum' : 'minimum') : 'default';
  const bad = (message: string): KeywordFault[] => [{ keyword, message }];
  const known = defaults[type];
  if (!known) return bad(`default stands beside the type ${type}, which has none; delete it`);
  const [what, example] = known;
  if (!fits(type, usual))
    return bad(
      `default must be ${what}, as the type ${type} says, and ${nameOf(usual)} came; such as: default: ${example}`,
    );
  if (typeof usual === 'number' && usual > maximum)
    return bad(`default ${usual} is more than the maximum ${maximum}; ${wayOut}`);
  if (typeof usual === 'number' && usual < minimum)
    return bad(`default ${usual} is less than the minimum ${minimum}; ${wayOut}`);
  // A slot stands for words that are only known with the markets.
  if (typeof usual !== 'string' || !words || words.includes(usual) || words.some(word => word.startsWith('{')))
    return [];
  return bad(
    `default is not one of ${words.join(', ')}${suggest(usual, words, 'words')}`.replace(/; the words are .*$/, ''),
  );
}

function fits(type: Type, value: string | number | boolean): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

function nameOf(value: string | number | boolean): string {
  return typeof value === 'number' ? `the number ${value}` : typeof value === 'string' ? 'a text' : String(value);
}
