/** Conditions over formatted messages. */

import type { Operator } from '../../generated/types.js';
import { decimalOf, decimalValue } from '../core/decimal.js';

/** Every operator, and whether it holds for a moment only, when a value becomes another. */
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
  readonly field: string;
  readonly op: Operator;
  readonly value?: Scalar;
  readonly symbol?: string;
}

/** A leaf, or several of which all or any must hold. */
export type Condition = Leaf | { readonly all: readonly Condition[] } | { readonly any: readonly Condition[] };

/**
 * The symbols whose messages alone can make a condition true: none where the state alone can, nothing where any message
 * can.
 * Levels that were reached are remembered, and would have been enough when they were.
 */
export function symbolsOf(condition: Condition): ReadonlySet<string> | undefined {
  const leaves = leavesOf(condition);
  if (leaves.every(({ field }) => field === 'state')) return new Set();
  const symbols = new Set(leaves.flatMap(({ symbol }) => symbol ?? []));
  return leaves.every(({ symbol, field }) => symbol !== undefined && field !== 'state') ? symbols : undefined;
}

/** Whether the state of the stream has a say, with or without messages. */
export function dependsOnState(condition: Condition): boolean {
  return leavesOf(condition).some(({ field }) => field === 'state');
}

/** The fields that it asks for in messages. */
export function fieldsOf(condition: Condition): string[] {
  return [...new Set(leavesOf(condition).map(({ field }) => field))].filter(field => field !== 'state');
}

function leavesOf(condition: Condition): Leaf[] {
  if ('all' in condition) return condition.all.flatMap(leavesOf);
  return 'any' in condition ? condition.any.flatMap(leavesOf) : [condition];
}

/** Whether it is a number of which a double would lose digits, so that it is shown as its digits. */
export function isWide(value: unknown): value is string {
  return typeof value === 'string' && decimalOf(value) !== undefined && typeof decimalValue(value) === 'string';
}
