/** How old the newest message of each filter of a call is, in words. */
import { type Filter, spellFilter } from '../symbols/channels.js';

/** What a call looked for. */
export interface Aged {
  readonly filters: readonly Filter[] | undefined;
  /** How long ago the newest message of a filter came, ms; nothing where that is not known. */
  ageOf?(filter: Filter): number | undefined;
}

const namesShown = 5;

/**
 * `AAPL: last message 41 s ago; others came 0.2 s ago.`
 *
 * @param newestAgeMs of any message
 */
export function describeAges(aged: Aged | undefined, newestAgeMs: number | undefined): string[] {
  const known = agesOf(aged);
  if (known.length === 0) return [];
  const own = Math.min(...known.map(({ ageMs }) => ageMs));
  const ages = known.slice(0, namesShown).map(({ name, ageMs }) => `${name}: last message ${spellAge(ageMs)} ago`);
  const others = newestAgeMs !== undefined && newestAgeMs < own ? `; others came ${spellAge(newestAgeMs)} ago` : '';
  return [`${ages.join(', ')}${others}.`];
}

/** How old the newest message of each filter is, where that is known. */
export function agesOf(aged: Aged | undefined): { readonly name: string; readonly ageMs: number }[] {
  return (aged?.filters ?? []).flatMap(filter => {
    const ageMs = aged?.ageOf?.(filter);
    return ageMs === undefined ? [] : [{ name: spellFilter(filter), ageMs }];
  });
}

/** `0.2 s`, `41 s`, `12 min` */
export function spellAge(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 600 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
