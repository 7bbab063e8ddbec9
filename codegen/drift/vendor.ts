/**
 * Reads the vendor's machine-readable description of its WebSocket into facts. It is an OpenAPI 3 document with one
 * path for each channel, such as `/stocks/T`; the paths of channels for one kind of customer begin with that kind, such
 * as `/business/stocks/FMV`.
 */

import type { RawSuite } from '../model.js';
import { type Facts, feedOf, list, type Subject } from './facts.js';
import { DescriptionError, Part } from './part.js';

interface Route {
  /** Kind of customer; `general` for a path without one. */
  readonly plan: string;
  readonly market: string;
  readonly prefix: string;
  readonly operation: Part;
  readonly deprecated: boolean;
}

/** @throws DescriptionError if a part that every description has is missing or has the wrong type */
export function readVendor(description: unknown, feeds: RawSuite['feeds']): Facts {
  const root = new Part(description, description);
  const hosts = root
    .get('servers')
    .items()
    .map(server => hostOf(server.get('url')));
  const facts = new Map<string, Subject>();
  facts.set('feeds', { kind: 'feeds', says: { feeds: list(hosts.map(host => feedOf(host, feeds))) } });

  for (const [at, routes] of routesByChannel(root.get('paths'))) {
    facts.set(routes[0]!.market, { kind: 'market', says: { market: 'described' } });
    const route = routes.find(({ plan, deprecated }) => plan !== 'launchpad' && !deprecated);
    if (!route) {
      facts.set(at, { kind: 'channel', says: { channel: 'legacy' } });
      continue;
    }
    const schema = new EventSchema(route.operation);
    facts.set(at, channelSubject(route, routes, schema));
    for (const [key, field] of schema.fields) facts.set(`${at}.${key}`, field);
  }
  return facts;
}

function routesByChannel(paths: Part): ReadonlyMap<string, readonly Route[]> {
  const channels = new Map<string, Route[]>();
  for (const [path, part] of paths.entries()) {
    const route = readRoute(path, part);
    const at = `${route.market}.${route.prefix}`;
    channels.set(at, [...(channels.get(at) ?? []), route]);
  }
  return channels;
}

function hostOf(url: Part): string {
  const text = url.text();
  if (!URL.canParse(text)) throw new DescriptionError(`${url.path} should be a URL, but is ${JSON.stringify(text)}`);
  return new URL(text).host;
}

function readRoute(path: string, part: Part): Route {
  const [, plan = 'general', market, prefix] = /^(?:\/([a-z-]+))?\/([a-z]+)\/([A-Z][A-Z0-9]*)$/.exec(path) ?? [];
  if (!market || !prefix) {
    throw new DescriptionError(`${part.path} should name a market and a prefix, such as /stocks/T`);
  }
  const operation = part.get('get');
  return { plan, market, prefix, operation, deprecated: operation.has('x-massive-deprecation') };
}

function channelSubject({ operation }: Route, routes: readonly Route[], { event }: EventSchema): Subject {
  const timeframes = 'x-massive-entitlement-allowed-timeframes';
  const parameters = operation.has('parameters') ? operation.get('parameters').items() : [];
  return {
    kind: 'channel',
    says: {
      channel: 'current',
      ...(event === undefined ? {} : { prefix: event }),
      plans: list(routes.filter(({ deprecated }) => !deprecated).map(({ plan }) => plan)),
      ...(operation.has(timeframes)
        ? {
            recency: list(
              operation
                .get(timeframes)
                .items()
                .map(item => item.get('name').text()),
            ),
          }
        : {}),
      ...(parameters.length > 0
        ? { wildcard: parameters.some(parameter => /\*/.test(parameter.words())) ? 'yes' : 'no' }
        : {}),
    },
  };
}

/** The message of a channel: its fields, collected from all parts of its schema. */
class EventSchema {
  readonly fields = new Map<string, Subject>();
  /** The value of `ev`, if the schema gives it. */
  event: string | undefined;

  constructor(operation: Part) {
    const schema = operation.get('responses').get('200').get('content').get('application/json').get('schema');
    this.gather(schema);
    if (this.fields.size === 0) throw new DescriptionError(`${schema.path} should have properties, but has none`);
  }

  private gather(schema: Part): void {
    if (schema.has('allOf')) for (const part of schema.get('allOf').items()) this.gather(part);
    if (!schema.has('properties')) return;
    const required = schema.has('required')
      ? schema
          .get('required')
          .items()
          .map(item => item.text())
      : undefined;
    for (const [key, property] of schema.get('properties').entries()) {
      if (key !== 'ev') this.fields.set(key, fieldSubject(property, required && !required.includes(key)));
      else if (property.has('enum'))
        this.event = list(
          property
            .get('enum')
            .items()
            .map(item => item.text()),
        );
    }
  }
}

function fieldSubject(property: Part, optional: boolean | undefined): Subject {
  const words = property.words();
  const type = typeOf(property);
  return {
    kind: 'field',
    says: {
      field: 'described',
      ...(type === undefined ? {} : { type }),
      ...epochIn(words),
      ...unitIn(words),
      ...(optional === undefined ? {} : { optional: String(optional) }),
    },
    words,
  };
}

function typeOf(property: Part): string | undefined {
  if (!property.has('type')) return undefined;
  const type = property.get('type').text();
  if (type !== 'array') return type;
  const items = property.has('items') ? typeOf(property.get('items')) : undefined;
  return items === 'integer' ? 'integers' : `array of ${items ?? 'anything'}`;
}

const epochs: Readonly<Record<string, RegExp>> = {
  ns: /\bnanoseconds?\b|\bunix ns\b/i,
  us: /\bmicroseconds?\b|\bunix us\b/i,
  ms: /\bmilliseconds?\b|\bunix ms\b/i,
  s: /\bseconds\b|\bsecond timestamp\b|\bunix s(ec(ond)?)?\b/i,
};

/** Only the prose names units of time; if it names two, both together differ from the one of our spec. */
function epochIn(words: string): { readonly epoch?: string } {
  const named = Object.keys(epochs).filter(epoch => epochs[epoch]!.test(words));
  return named.length === 0 ? {} : { epoch: list(named) };
}

/** Takes plurals and currencies after `in` or `number of` for units, except units of time and words such as `this`. */
function unitIn(words: string): { readonly unit?: string } {
  const plurals = [...words.matchAll(/\b(?:in|number of) ((?:(?:round|odd) )?[a-z]+s|[A-Z]{3})\b/g)]
    .map(([, unit = '']) => unit)
    .filter(unit => !/^(.*seconds|this|its|his|terms|minutes|hours|days)$/.test(unit));
  const named = [...plurals, ...(/round lot/i.test(words) ? ['round lots'] : [])];
  return named.length === 0 ? {} : { unit: list(named) };
}
