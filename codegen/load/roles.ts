/** What the server looks for in messages: by the role of a field, since its name is the market's own. */
import type { RawChannel, RawEvent, RawRole } from './spec-types.js';

const bar: readonly RawRole[] = ['open', 'high', 'low', 'close'];

/** Roles without which a message of the kind says nothing; what else it has may have a role or none. */
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

/** @returns sentences on roles that no field of the channel has, or several */
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
