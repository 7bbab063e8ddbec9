/** Conditions over formatted messages. */

import type { Operator } from '../../../generated/types.js';
import { decimalOf, decimalValue } from '../../core/decimal.js';
import type { Operand } from './operand.js';

/** Every operator, and whether it holds only at the moment when a value changes. */
export const isEdge: Readonly<Record<Operator, boolean>> = {
  '>': false,
  '>=': false,
  '<': false,
  '<=': false,
  '==': false,
  '!=': false,
  crosses_above: true,
  crosses_below: true,
  changes: true,
};
export const operators = Object.keys(isEdge);

export type Scalar = string | number | boolean | null;

export interface Leaf {
  /** A field of messages, or in words what is compared instead of one. */
  readonly field: string;
  readonly op: Operator;
  readonly value?: Scalar;
  readonly symbol?: string;
  /** What is compared, where that is more than a field of a message with a constant. */
  readonly left?: Operand;
  /** With what, where that is no constant. */
  readonly right?: Operand;
}

/** One of the leaves that have more than a field and a constant. */
export interface Rich {
  readonly left: Operand;
  readonly right?: Operand;
}

export function isRich(leaf: Leaf): leaf is Leaf & Rich {
  return leaf.left !== undefined;
}

/** A leaf, or conditions of which all or any must hold. */
export type Condition = Leaf | { readonly all: readonly Condition[] } | { readonly any: readonly Condition[] };

/**
 * The only symbols whose messages can make a condition true. Empty if only the state can; undefined if any message can.
 * Messages of other symbols can be skipped: the tracker remembers levels, and a level was judged when it was reached.
 */
export function symbolsOf(condition: Condition): ReadonlySet<string> | undefined {
  const leaves = leavesOf(condition);
  if (leaves.every(({ field }) => field === 'state')) return new Set();
  const symbols = new Set(leaves.flatMap(({ symbol }) => symbol ?? []));
  return leaves.every(({ symbol, field }) => symbol !== undefined && field !== 'state') ? symbols : undefined;
}

/** Whether the condition looks at the state of the stream. */
export function dependsOnState(condition: Condition): boolean {
  return leavesOf(condition).some(({ field }) => field === 'state');
}

/** Its comparisons of a field with a constant that hold only at the moment when the field changes. */
export function edgesOf(condition: Condition): Leaf[] {
  return leavesOf(condition).filter(leaf => isEdge[leaf.op] && leaf.field !== 'state' && !isRich(leaf));
}

/** The fields of messages that the condition compares with constants. */
export function fieldsOf(condition: Condition): string[] {
  const plain = leavesOf(condition).filter(leaf => !isRich(leaf) && leaf.field !== 'state');
  return [...new Set(plain.map(({ field }) => field))];
}

export function leavesOf(condition: Condition): Leaf[] {
  if ('all' in condition) return condition.all.flatMap(leavesOf);
  return 'any' in condition ? condition.any.flatMap(leavesOf) : [condition];
}

/** Whether it is a number that messages show as text, because a double would lose digits. */
export function isWide(value: unknown): value is string {
  return typeof value === 'string' && decimalOf(value) !== undefined && typeof decimalValue(value) === 'string';
}
