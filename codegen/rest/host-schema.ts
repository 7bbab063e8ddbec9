/** What hosts are shown of an operation's arguments: the small part of JSON Schema that all of them take. */
import type { Literal } from '../emit/literal.js';
import type { RestOperation, RestParameter } from './model.js';

/**
 * Operators and other words for an argument are accepted, and only named in its description. What all requests take, such
 * as the format, is not repeated in each: `params` lets a host write it that holds models to the schema.
 */
export function hostSchema({ parameters, isPaged }: RestOperation): {
  readonly [keyword: string]: Literal | undefined;
} {
  const shown = parameters.filter(({ isShown }) => isShown);
  const required = shown.filter(({ isRequired }) => isRequired).map(({ argument }) => argument);
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(shown.map(parameter => [parameter.argument, property(parameter)])),
      page: isPaged ? { type: 'string', description: 'next_page' } : undefined,
      params: { type: 'string', description: 'More arguments as JSON' },
    },
    required: required.length === 0 ? undefined : required,
    additionalProperties: false,
  };
}

function property(parameter: RestParameter): Literal {
  const { type, values, isList, least, most } = parameter;
  const isNumber = type === 'integer' || type === 'number';
  return {
    type: isNumber || type === 'boolean' ? type : 'string',
    enum: isList ? undefined : values,
    minimum: least,
    maximum: most,
    description: describeParameter(parameter),
  };
}

/** `Day or time; also _gt _gte _lt _lte`, with the default. */
export function describeParameter({ about, usual, operators }: RestParameter): string {
  return [
    about,
    operators.length === 0 ? '' : `also ${operators.map(operator => `_${operator}`).join(' ')}`,
    usual === undefined ? '' : `default ${usual}`,
  ]
    .filter(Boolean)
    .join('; ');
}
