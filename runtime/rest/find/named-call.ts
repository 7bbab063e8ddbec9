/** An operation by its name, or by a path with its values, which become arguments. */
import type { Operation } from '../../contract/operation.js';
import { isKeyName, slotsOf } from '../address.js';
import { vendorHosts } from '../place.js';

export interface NamedCall {
  readonly operation: Operation;
  /** What the path says. */
  readonly arguments: Readonly<Record<string, string>>;
}

const longestText = 2_000;
const slot = /^\{(\w+)\}$/;

/** Whether a text is meant as a path, and not as a name. */
export function isPath(text: string): boolean {
  return text.includes('/');
}

/** Names are taken in capitals and with hyphens, too. */
export function operationOf(operations: readonly Operation[], text: string): Operation | undefined {
  const name = text.trim().toLowerCase().replaceAll('-', '_');
  return operations.find(operation => operation.name === name);
}

/**
 * @param text a path of an operation, with values or with its slots; the vendor's host before it and a query are taken
 * @returns nothing where it is the path of none, or its values are of none
 */
export function callOfPath(operations: readonly Operation[], text: string): NamedCall | undefined {
  const parts = partsOf(text.trim());
  if (!parts) return undefined;
  const matches = operations.flatMap(operation => {
    const call = match(operation, parts.segments);
    return call ? [{ ...call, operation }] : [];
  });
  // A word of the path goes before a slot that would take it.
  const [best] = matches.toSorted((a, b) => b.literal - a.literal || b.named - a.named || b.fitting - a.fitting);
  return best && { operation: best.operation, arguments: { ...parts.query, ...best.values } };
}

function partsOf(text: string): { segments: readonly string[]; query: Record<string, string> } | undefined {
  if (text.length > longestText) return undefined;
  const [, host, local = ''] = /^(?:https?:\/\/([^/?#]*))?([^#]*)/i.exec(text) ?? [];
  if (host !== undefined && !vendorHosts.includes(host.toLowerCase())) return undefined;
  const [path = '', query = ''] = split(local, '?');
  if (!path.startsWith('/')) return undefined;
  const segments = path.replace(/\/$/, '').slice(1).split('/').map(decode);
  if (
    segments.some(one => one === undefined || one === '' || one === '.' || one === '..' || /[\p{Cc}\p{Cs}]/u.test(one))
  )
    return undefined;
  // The server has its key; one that stands in a copied address is not taken along.
  const pairs = [...new URLSearchParams(query)].filter(([name]) => !isKeyName(name));
  return { segments: segments as string[], query: Object.fromEntries(pairs) };
}

interface Match {
  readonly values: Readonly<Record<string, string>>;
  /** Segments that are words of the path. */
  readonly literal: number;
  /** Slots that are written as the path has them. */
  readonly named: number;
  /** Values that are symbols of the operation's group. */
  readonly fitting: number;
}

function match(operation: Operation, segments: readonly string[]): Match | undefined {
  const wanted = operation.path.slice(1).split('/');
  if (wanted.length !== segments.length) return undefined;
  const byWire = new Map<string, string>();
  let literal = 0;
  let named = 0;
  for (const [index, want] of wanted.entries()) {
    const wire = slot.exec(want)?.[1];
    const came = segments[index]!;
    if (wire === undefined) {
      if (want !== came) return undefined;
      literal++;
    } else if (slot.test(came)) {
      if (came === want) named++;
    } else {
      byWire.set(wire, came);
    }
  }
  const values = valuesOf(operation, byWire);
  if (!values || !follows(operation, byWire, values)) return undefined;
  const fitting = Object.values(values).filter(value => groupOf(value) === operation.group).length;
  return { values, literal, named, fitting };
}

/** By argument; nothing where one of them cannot be. */
function valuesOf(
  { path, parameters }: Operation,
  byWire: ReadonlyMap<string, string>,
): Record<string, string> | undefined {
  const slots = slotsOf(path);
  const values: Record<string, string> = {};
  for (const { wire, argument, values: words } of parameters) {
    const value = wire !== null && slots.includes(wire) ? byWire.get(wire) : undefined;
    if (value === undefined) continue;
    if (words && !words.some(word => word.toLowerCase() === value.toLowerCase())) return undefined;
    values[argument] = value;
  }
  return values;
}

/** Whether what follows from another value is what does follow. */
function follows(
  { derived = [] }: Operation,
  byWire: ReadonlyMap<string, string>,
  values: Readonly<Record<string, string>>,
): boolean {
  return derived.every(({ wire, from, values: following }) => {
    const value = byWire.get(wire);
    const source = values[from];
    return value === undefined || source === undefined || following[source.toLowerCase()] === value;
  });
}

const groups: Readonly<Record<string, string>> = { 'O:': 'options', 'X:': 'crypto', 'C:': 'forex', 'I:': 'indices' };

function groupOf(value: string): string {
  return groups[value.slice(0, 2).toUpperCase()] ?? 'stocks';
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
