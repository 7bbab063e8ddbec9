/** Hosts drop tools, or all of them, whose schemas go beyond a small part of JSON Schema: what that part is. */

export interface PortableSchema {
  readonly [keyword: string]: unknown;
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, PortableSchema>>;
  readonly items?: PortableSchema;
}

const allowed = [
  'type',
  'description',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
];

/** What is wrong with a schema and with all in it. */
export function faultsIn(schema: PortableSchema, place: string): string[] {
  const { type, properties, items } = schema;
  return [
    ...(typeof type === 'string' ? [] : [`${place} has no type of its own`]),
    ...Object.keys(schema).flatMap(keyword => (allowed.includes(keyword) ? [] : [`${place} has ${keyword}`])),
    ...(type === 'object' && !properties ? [`${place} lists no properties`] : []),
    ...(type === 'array' && !items ? [`${place} says nothing of its items`] : []),
    ...Object.entries(properties ?? {}).flatMap(([name, inner]) => faultsIn(inner, `${place}.${name}`)),
    ...(items ? faultsIn(items, `${place}[]`) : []),
  ];
}
