import { header } from './file.js';
import { declarationText, pascal, type Shape } from './type-text.js';

/** Path of the types of the spec, from the root of the repository. */
export const specTypesPath = 'codegen/load/spec-types.ts';

/** What `spec.schema.json` holds. */
export interface SpecSchema {
  readonly definitions: Readonly<Record<string, Shape>>;
}

/** `codegen/load/spec-types.ts`: the types of a valid spec, so that schema and loader cannot disagree. */
export function emitSpecTypes({ definitions }: SpecSchema): string {
  const nameOf = (ref: string): string => rawName(ref.split('/').at(-1)!);
  const types = Object.entries(definitions).map(([name, shape]) => declarationText(rawName(name), shape, { nameOf }));
  const opening = header('spec/spec.schema.json').map(line => `// ${line}\n`);
  return `${opening.join('')}\n${types.join('\n')}`;
}

function rawName(name: string): string {
  return `Raw${pascal(name)}`;
}
