/** The operations, and what finds them; made when somebody asks first. */
import type { Operation, RestOffer } from '../../contract/operation.js';
import { wallTimeAt } from '../../core/wall-time.js';
import type { OperationFinder } from '../../rest/find/finder.js';
import type { HubView } from '../../stream/view.js';

export interface Operations {
  readonly all: readonly Operation[];
  readonly finder: OperationFinder;
}

/** By what loads them, which is the same however the tools are narrowed. */
const loaded = new WeakMap<RestOffer['load'], Promise<Operations>>();

export async function loadOperations({ suite }: HubView): Promise<Operations> {
  const { load } = suite.rest!;
  let operations = loaded.get(load);
  if (!operations) {
    operations = make(load);
    loaded.set(load, operations);
  }
  return operations;
}

async function make(load: RestOffer['load']): Promise<Operations> {
  const [{ operationGroups: groups }, { OperationFinder: Finder }] = await Promise.all([
    load(),
    import('../../rest/find/finder.js'),
  ]);
  return { all: groups.flatMap(({ operations }) => operations), finder: new Finder(groups) };
}

/** The date where the exchanges of the first market are. */
export function todayIn({ markets, clock }: HubView): string {
  return wallTimeAt(markets[0]?.hours.timeZone ?? 'UTC', clock.now()).date;
}
