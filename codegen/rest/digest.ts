/** The pinned digest of the vendor's document of its REST API: its facts, without its sentences. */

/** What the document says of one parameter. */
export interface DigestedParameter {
  readonly in: 'path' | 'query';
  readonly type: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: string | number | boolean;
  readonly required?: true;
  /** `gte` where the document has `timestamp.gte` beside or instead of `timestamp`. */
  readonly operators?: readonly string[];
  /** Those of its operators that have the enum too, though several values go out joined by commas. */
  readonly enumerated?: readonly string[];
}

/** What the document says of one path. */
export interface DigestedOperation {
  readonly deprecated?: true;
  readonly experimental?: true;
  /** Where its rows lie, such as `results[]`; absent where that cannot be told. */
  readonly rows?: string;
  readonly paged?: true;
  readonly parameters: Readonly<Record<string, DigestedParameter>>;
  /** Type and unit of time by flattened name: `exact ns`. */
  readonly columns: Readonly<Record<string, string>>;
}

/** `spec/rest/digest.json`. */
export interface Digest {
  readonly document: { readonly sha256: string; readonly version: string };
  readonly operations: Readonly<Record<string, DigestedOperation>>;
}

/** The file's text: a line for each parameter, so that a diff shows what changed. */
export function formatDigest({ document, operations }: Digest): string {
  const blocks = Object.entries(operations).map(([path, { parameters, columns, ...facts }]) => {
    const lines = [
      ...Object.entries(facts).map(([name, value]) => `      ${member(name, value)}`),
      `      "parameters": ${formatMembers(parameters, '      ')}`,
      `      "columns": ${formatMembers(columns, '      ')}`,
    ];
    return `    ${JSON.stringify(path)}: {\n${lines.join(',\n')}\n    }`;
  });
  return `{\n  ${member('document', document)},\n  "operations": {\n${blocks.join(',\n')}\n  }\n}\n`;
}

function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
}

function formatMembers(members: Readonly<Record<string, unknown>>, pad: string): string {
  const lines = Object.entries(members).map(([name, value]) => `${pad}  ${member(name, value)}`);
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${pad}}`;
}
