/** Whether a condition is about how things stand, so that it can hold before anything more comes. */
import type { Entry } from '../../buffer/message-buffer.js';
import type { Role } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import { type Condition, isEdge, isRich, type Leaf, leavesOf } from './condition.js';

/** What these say holds until the next message of their kind; a size or a code is of one message alone. */
const standing: ReadonlySet<Role> = new Set<Role>([
  'price',
  'bid.price',
  'ask.price',
  'value',
  'fair_value',
  'close',
  'high_limit',
  'low_limit',
]);

export function isAboutLevels({ channels }: Market, condition: Condition): boolean {
  const fields = channels.flatMap(channel => channel.fields);
  const stands = (name: string): boolean =>
    name === 'spread' ||
    fields.some(field => (field.name === name && field.role && standing.has(field.role)) || field.flag?.name === name);
  const isLevel = (leaf: Leaf): boolean => {
    if (isEdge[leaf.op]) return false;
    return isRich(leaf) && leaf.left.kind !== 'field' ? true : stands(leaf.field);
  };
  return leavesOf(condition).every(isLevel);
}

/** What a condition was with the newest messages, one after the other. */
export class Standing {
  private readonly held = new Map<string, Entry>();
  private last: Entry | undefined;
  private readonly areNamed: boolean;
  private readonly isMixed: boolean;

  constructor(condition: Condition) {
    const leaves = leavesOf(condition);
    this.areNamed = leaves.every(({ symbol }) => symbol !== undefined);
    this.isMixed = !this.areNamed && leaves.some(({ symbol }) => symbol !== undefined);
  }

  note(entry: Entry, holds: boolean): void {
    this.last = holds ? entry : undefined;
    const key = `${entry.ev} ${entry.symbol}`;
    this.held.delete(key);
    if (holds) this.held.set(key, entry);
  }

  /** The message with which it holds by now, if it is certain that it does. */
  get now(): Entry | undefined {
    if (this.isMixed) return undefined;
    return this.areNamed ? this.last : [...this.held.values()].at(-1);
  }
}
