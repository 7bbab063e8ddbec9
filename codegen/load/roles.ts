/** Checks roles: the server finds fields by role, since each market names them in its own way. */
import type { RawChannel, RawEvent, RawRole } from './spec-types.js';

const bar: readonly RawRole[] = ['open', 'high', 'low', 'close'];

/** Roles that each kind of event must have; its other fields may have a role or none. */
const needed: Readonly<Record<RawEvent, readonly RawRole[]>> = {
  TRADE: ['price'],
  QUOTE: ['bid.price', 'ask.price'],
  AGGREGATE_MINUTE: bar,
  AGGREGATE_SECOND: bar,
  INDEX_VALUE: ['value'],
  LULD: ['high_limit', 'low_limit', 'indicators'],
  FAIR_MARKET_VALUE: ['fair_value'],
  IMBALANCE: ['unmatched_size'],
};

/** @returns a sentence for each needed role that no field or several fields of the channel have */
export function roleFaults({ prefix, event, fields }: RawChannel): string[] {
  const given = fields.flatMap(({ role }) => role ?? []);
  return [...new Set<RawRole>(['symbol', 'time', ...needed[event], ...given])].flatMap(role => {
    const count = given.filter(other => other === role).length;
    if (count === 1) return [];
    return [
      `channel ${prefix} has ${count} fields with the role ${role} instead of one; give it to one field, such as: role: ${role}`,
    ];
  });
}
