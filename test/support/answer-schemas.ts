/** The answers that the spec describes, as plain JSON Schema, and a check of answers against it. */
import { Ajv, type ValidateFunction } from 'ajv';
import { readSpec } from '../../codegen/generate.js';
import type { Schema } from '../../codegen/load/schemas.js';
import { repository } from './project.js';

interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Closes every object, except those that the spec leaves open. */
function plain({ type, wide, nullable, enum: words, items, properties, required, ...schema }: Schema): JsonSchema {
  const { additionalProperties: further = false, minimum, maximum, maxItems } = schema;
  const types = [type, ...(wide ? ['string'] : []), ...(nullable ? ['null'] : [])];
  return {
    type: types.length === 1 ? type : types,
    ...(words ? { enum: [...words, ...(nullable ? [null] : [])] } : {}),
    ...(items ? { items: plain(items) } : {}),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(maxItems === undefined ? {} : { maxItems }),
    ...(type === 'object'
      ? {
          properties: Object.fromEntries(Object.entries(properties ?? {}).map(([name, inner]) => [name, plain(inner)])),
          required: required ?? [],
          additionalProperties: typeof further === 'object' ? plain(further) : further,
        }
      : {}),
  };
}

/** Checks the answer of every tool. */
export class AnswerSchemas {
  private readonly ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  private readonly ofTools: ReadonlyMap<string, ValidateFunction>;
  /** Answers about several markets. */
  private readonly ofSeveral: ReadonlyMap<string, ValidateFunction>;
  private readonly ofFailure: ValidateFunction;
  private readonly ofRequest: ValidateFunction;

  constructor() {
    const { model } = readSpec(repository);
    if (!model) throw new Error('the spec cannot be read');
    const tools = [...model.markets.flatMap(market => market.tools), ...model.tools];
    this.ofTools = new Map(tools.map(({ name, answer }) => [name, this.ajv.compile(plain(answer))]));
    this.ofSeveral = new Map(
      tools.flatMap(({ name, several }) => (several ? [[name, this.ajv.compile(plain(several))] as const] : [])),
    );
    this.ofFailure = this.ajv.compile(plain(model.failure));
    this.ofRequest = this.ajv.compile(plain(model.ofRequests.answer));
  }

  get tools(): readonly string[] {
    return [...this.ofTools.keys()];
  }

  /**
   * @param isOfSeveral whether it was asked for several markets
   * @returns what is wrong with an answer
   */
  faultsOf(tool: string, answer: unknown, isError: boolean, isOfSeveral = false): string[] {
    const validate = isError ? this.ofFailure : (isOfSeveral ? this.ofSeveral : this.ofTools).get(tool);
    return validate ? faultsBy(validate, answer) : [`there is no tool ${tool}`];
  }

  /** The same of a request of the REST API. */
  faultsOfRequest(answer: unknown, isError: boolean): string[] {
    return faultsBy(isError ? this.ofFailure : this.ofRequest, answer);
  }
}

function faultsBy(validate: ValidateFunction, answer: unknown): string[] {
  validate(answer);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
}
