/** The operations of the spec by their names. */
import type { Operation, RestOffer } from '../contract/operation.js';

const tables = new WeakMap<RestOffer, Promise<ReadonlyMap<string, Operation>>>();

/** The operation of this name, with a tool or without; nothing where there is none. */
export async function operationIn(rest: RestOffer | undefined, name: string): Promise<Operation | undefined> {
  if (!rest) return undefined;
  let table = tables.get(rest);
  if (!table) {
    table = rest
      .load()
      .then(
        ({ operationGroups }) =>
          new Map(operationGroups.flatMap(({ operations }) => operations.map(one => [one.name, one] as const))),
      );
    tables.set(rest, table);
  }
  return (await table).get(name);
}
