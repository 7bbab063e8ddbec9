/**
 * Checks the emitted tables of a market against the spec and the documentation, over real sockets. It knows the
 * protocol and the contract but not the formatter: it computes the expected value of each field again.
 */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Market } from '../../runtime/contract/market.js';
import type { Suite } from '../../runtime/contract/suite.js';
import type { Tool, Verb } from '../../runtime/contract/tool.js';
import type { Clock } from '../../runtime/core/clock.js';
import { type Answered, Bench, clockFrom } from './bench.js';

const documentedMs = Date.UTC(2025, 11, 1, 15);

/** Shows a time at which the contracts of the documentation had not expired. */
export function documentedClock(): Clock {
  return clockFrom(documentedMs);
}

export interface ExpectedField {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly epoch?: string;
  readonly optional: boolean;
  readonly role?: string;
}

export interface ExpectedChannel {
  readonly prefix: string;
  readonly title: string;
  readonly event: string;
  readonly subscribe: string;
  readonly fields: readonly ExpectedField[];
  readonly samples: readonly { readonly see: string; readonly json: string }[];
}

/** The content of an emitted test file. */
export interface Expectations {
  readonly tools: readonly { readonly name: string; readonly verb: Verb }[];
  readonly channels: readonly ExpectedChannel[];
  readonly symbols: readonly string[];
  readonly spellings: readonly { readonly say: string; readonly sent: string }[];
  readonly slips: readonly { readonly say: string; readonly meant: string }[];
  readonly tolerated: readonly string[];
  readonly wrongChannels: readonly string[];
  readonly wrongSymbols: readonly string[];
  readonly withoutWildcard: readonly string[];
  readonly caps: readonly { readonly prefixes: readonly string[]; readonly maxHeld: number }[];
}

/** One thing to check; returns the faults. */
export interface Check {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<string[]> | string[];
}

/** Registers a test for each check of a market. */
export function judge(suite: Suite, market: Market, expected: Expectations): void {
  describe(market.title, () => {
    for (const { name, run } of checksOf(market, expected)) {
      test(name, async () => {
        const bench = await Bench.open({ suite, markets: [market], clock: documentedClock() });
        try {
          expect(await run(bench)).toEqual([]);
        } finally {
          await bench.close();
        }
      });
    }
  });
}

/** Every check of a market, each with its own bench. */
export function checksOf(market: Market, expected: Expectations): Check[] {
  const named = (verb: Verb): string => expected.tools.find(tool => tool.verb === verb)?.name ?? `${verb} is missing`;
  const context: Context = { market, expected, named, channels: expected.channels.map(({ subscribe }) => subscribe) };
  return [
    ...expected.tools.map(({ name, verb }) => ({
      name: `${name} has a schema that fits its verb`,
      run: () => checkTool(market, name, verb),
    })),
    { name: `${named('start')} opens every channel`, run: bench => checkStart(bench, context) },
    ...expected.channels.map(channel => ({
      name: `${channel.prefix} messages read as documented`,
      run: (bench: Bench) => checkSamples(bench, context, channel),
    })),
    {
      name: `${named('start')} refuses channels that do not exist`,
      run: bench => checkWrong(bench, context, expected.wrongChannels),
    },
    {
      name: `${named('start')} refuses symbols in a wrong form`,
      run: bench => checkWrong(bench, context, expected.wrongSymbols),
    },
    {
      name: `${named('start')} accepts other spellings and says what it sends`,
      run: bench => checkSpellings(bench, context),
    },
    {
      name: `${named('start')} tells what was meant by a symbol in a wrong form`,
      run: bench => checkSlips(bench, context),
    },
    {
      name: `${named('start')} lets odd forms through and says that the feed decides`,
      run: bench => checkTolerated(bench, context),
    },
    { name: `${named('start')} knows which channels have a wildcard`, run: bench => checkWildcards(bench, context) },
    {
      name: `${named('start')} merges channels and refuses another endpoint`,
      run: bench => checkMerge(bench, context),
    },
    { name: `${named('start')} keeps within the caps`, run: bench => checkCaps(bench, context) },
    { name: `${named('stop')} ends the stream and leaves the buffer`, run: bench => checkStop(bench, context) },
    { name: `${named('status')} tells the truth before, during and after`, run: bench => checkStatus(bench, context) },
    {
      name: `${named('subscribe')} adds channels to a running stream only`,
      run: bench => checkSubscribe(bench, context),
    },
    {
      name: `${named('unsubscribe')} removes what is held and names what is not`,
      run: bench => checkUnsubscribe(bench, context),
    },
    { name: `${named('list')} groups the channels by title`, run: bench => checkList(bench, context) },
  ];
}

interface Context {
  readonly market: Market;
  readonly expected: Expectations;
  readonly named: (verb: Verb) => string;
  /** One channel of each kind. */
  readonly channels: readonly string[];
}

/** Collects faults. */
class Faults {
  readonly list: string[] = [];

  same(what: string, actual: unknown, expected: unknown): void {
    if (!isDeepStrictEqual(actual, expected)) {
      this.list.push(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
    }
  }

  holds(what: string, truth: boolean): void {
    if (!truth) this.list.push(what);
  }
}

const hints: Readonly<
  Record<string, readonly [readOnly: boolean, destructive: boolean, idempotent: boolean, open: boolean]>
> = {
  start: [false, false, true, true],
  stop: [false, true, true, true],
  status: [true, false, true, false],
  subscribe: [false, false, true, true],
  unsubscribe: [false, true, true, true],
  list: [true, false, true, false],
};

const statusKeys = [
  'endpoint',
  'feed',
  'since',
  'subscriptions',
  'subscription_count',
  'messages_received',
  'messages_dropped',
  'malformed',
  'unknown',
  'last_message_at',
  'newest_age_ms',
  'rate_per_s',
  'reconnects',
  'outages',
  'last_error',
  'next_retry_at',
  'silence',
  'buffer',
];

const takesChannels: readonly Verb[] = ['start', 'subscribe', 'unsubscribe'];

function checkTool(market: Market, name: string, verb: Verb): string[] {
  const faults = new Faults();
  const tool = market.tools.find(other => other.name === name);
  if (!tool) return [`${name} does not exist`];
  const schema = tool.inputSchema as Record<string, unknown>;
  const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
  faults.same('verb', tool.verb, verb);
  // Some hosts send a key to tools that take none.
  faults.same('additionalProperties', schema.additionalProperties, argumentNames(verb).length > 0 ? false : undefined);
  faults.same('annotations', Object.values(tool.annotations), hints[verb]);
  faults.same('arguments', Object.keys(properties), argumentNames(verb));
  faults.same('required', schema.required, takesChannels.includes(verb) ? ['channels'] : undefined);
  if (takesChannels.includes(verb)) {
    const { description: _, ...channels } = properties.channels ?? {};
    faults.same('channels', channels, { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 5000 });
  }
  faults.holds('the title names the market', tool.title.includes(market.title));
  faults.holds('the description names the market', tool.description.includes(market.title));
  faults.holds('the tool cites nothing', tool.citations.length > 0);
  faults.same(
    'citations that are none',
    tool.citations.filter(({ see }) => !/^polygon-docs\/.+\.md:\d+(-\d+)?$/.test(see)),
    [],
  );
  judgeValidator(faults, tool, verb);
  return faults.list;
}

function argumentNames(verb: Verb): string[] {
  if (verb === 'start') return ['channels', 'api_key', 'endpoint'];
  return takesChannels.includes(verb) ? ['channels'] : [];
}

function judgeValidator(faults: Faults, { validator }: Tool, verb: Verb): void {
  const accepts = (args: unknown): boolean => validator.safeParse(args).success;
  const good = takesChannels.includes(verb) ? { channels: ['x'] } : {};
  faults.holds('good arguments are refused', accepts(good));
  faults.holds('an unknown argument is accepted', !accepts({ ...good, extra: 1 }));
  if (!takesChannels.includes(verb)) return;
  faults.holds('no channels are accepted', !accepts({ channels: [] }));
  faults.holds('5,000 channels are refused', accepts({ channels: Array(5000).fill('x') }));
  faults.holds('5,001 channels are accepted', !accepts({ channels: Array(5001).fill('x') }));
  faults.holds('a number is accepted as a channel', !accepts({ channels: [1] }));
  faults.holds('one text is accepted for a list', !accepts({ channels: 'x' }));
}

async function checkStart(bench: Bench, { named, channels, market, expected }: Context): Promise<string[]> {
  const faults = new Faults();
  const { structured, isError, text } = await bench.call(named('start'), { channels });
  faults.same('isError', isError, false);
  faults.same('state', structured.state, 'live');
  faults.same('market', structured.market, market.name);
  faults.same('simulated', structured.simulated, false);
  faults.same('accepted', structured.accepted, channels);
  faults.same('rejected', structured.rejected, []);
  faults.same('unconfirmed', structured.unconfirmed, []);
  faults.same('subscription_count', structured.subscription_count, channels.length);
  faults.holds('there is no cursor', typeof structured.cursor === 'string');
  faults.holds('the text says nothing', text.length > 20);
  faults.same('on the wire', sorted(bench.session(market.name).held), [...channels].sort());
  const more = await bench.call(named('subscribe'), { channels: expected.symbols });
  faults.same('rejected example symbols', more.structured.rejected, []);
  return faults.list;
}

async function checkSamples(bench: Bench, { named, market }: Context, channel: ExpectedChannel): Promise<string[]> {
  const faults = new Faults();
  const table = market.channels.find(({ prefix }) => prefix === channel.prefix);
  if (!table) return [`the channel ${channel.prefix} is missing`];
  const { structured } = await bench.call(named('start'), { channels: [channel.subscribe] });
  const { cursor } = structured;
  const frame = channel.samples.map(({ json }) => json).join(',');
  bench.session(market.name).send(`[${frame}]`);
  const count = channel.samples.length;
  await bench.call('wait_for_stream_message', { market: market.name, count, cursor, timeout_s: 5 });
  const read = await bench.call('read_stream_messages', { market: market.name, cursor, detail: 'full' });
  const messages = read.structured.messages as Record<string, unknown>[];
  faults.same('messages', messages.length, count);
  for (const [index, { see, json }] of channel.samples.entries()) {
    const raw = parseDigits(json);
    // What a trade updates follows from conditions that other tests key by hand.
    const { full_data: full, updates: _, day_updates: __, ...summary } = messages[index] ?? {};
    faults.same(`${see} in full`, full, raw);
    faults.same(`${see} in short`, summary, expectedMessage(channel, raw, market));
    faults.same(`${see} by the validator`, table.validator.safeParse(raw).success, true);
    judgeEventValidator(faults, see, table.validator, raw, channel.fields);
  }
  const { structured: after } = await bench.call(named('status'));
  faults.same('malformed', after.malformed, 0);
  faults.same('unknown', after.unknown, 0);
  return faults.list;
}

/** The validator must accept unknown keys and missing optional ones, and tolerate nothing else. */
function judgeEventValidator(
  faults: Faults,
  see: string,
  validator: Market['channels'][number]['validator'],
  raw: Readonly<Record<string, unknown>>,
  fields: readonly ExpectedField[],
): void {
  const accepts = (event: unknown): boolean => validator.safeParse(event).success;
  faults.holds(`${see} with an unknown key is refused`, accepts({ ...raw, brand_new: 1 }));
  for (const { key, optional } of fields) {
    const { [key]: _, ...without } = raw;
    faults.same(`${see} without ${key} is accepted`, accepts(without), optional);
    faults.holds(`${see} with an object as ${key} is accepted`, !accepts({ ...raw, [key]: { bad: true } }));
  }
}

/** The expected message of a documented event, from the fields of the spec. */
function expectedMessage(
  { event, fields }: ExpectedChannel,
  raw: Readonly<Record<string, unknown>>,
  market: Market,
): Record<string, unknown> {
  const message: Record<string, unknown> = { event };
  for (const { key, name, type, epoch, role } of fields) {
    if (!(key in raw)) continue;
    const value = epoch ? isoOf(raw[key]) : type === 'decimal' ? Number(raw[key]) : raw[key];
    if (role === 'symbol') message.symbol = canonicalOf(String(value), market);
    else {
      const [outer = '', inner] = name.split('.');
      if (inner) message[outer] = { ...(message[outer] as object), [inner]: value };
      else message[name] = value;
    }
    if (role === 'time') message.timestamp = value;
  }
  const { bid, ask } = message as { bid?: { price?: number }; ask?: { price?: number } };
  if (bid?.price !== undefined && ask?.price !== undefined) message.spread = Number((ask.price - bid.price).toFixed(8));
  return message;
}

function canonicalOf(symbol: string, { symbol: { spellings } }: Market): string {
  const other = spellings.find(({ pattern }) => new RegExp(pattern, 'u').test(symbol));
  return other ? symbol.replace(new RegExp(other.pattern, 'u'), other.canonical) : symbol;
}

/** Parses JSON, with integers that a double cannot hold as digits; the documented samples need no more than that. */
function parseDigits(json: string): Record<string, unknown> {
  return JSON.parse(
    json.replace(/:(\d{16,})(?=[,}])/g, (text, digits: string) =>
      Number(digits) > Number.MAX_SAFE_INTEGER ? `:"${digits}"` : text,
    ),
  );
}

/** In times of this age, the first ten digits count the seconds; the digits after them are the fraction. */
function isoOf(value: unknown): string {
  const digits = String(value);
  const seconds = new Date(Number(digits.slice(0, 10)) * 1_000).toISOString().slice(0, 19);
  return `${seconds}.${digits.slice(10)}Z`;
}

async function checkWrong(bench: Bench, { named, market }: Context, channels: readonly string[]): Promise<string[]> {
  const faults = new Faults();
  for (const channel of channels) {
    const { structured, isError } = await bench.call(named('start'), { channels: [channel] });
    faults.same(`${channel} is an error`, isError, true);
    faults.same(`${channel}: code`, codeOf(structured), 'CHANNELS_REJECTED');
    faults.same(`${channel}: rejected`, rejectedNames(structured).length, 1);
    faults.holds(`${channel}: no reason`, reasonOf(structured).length > 20);
  }
  faults.same('connections', bench.feed.sessions(market.name).length, 0);
  const { structured } = await bench.call(named('status'));
  faults.same('state', structured.state, 'idle');
  return faults.list;
}

async function checkSpellings(bench: Bench, { named, expected, market, channels }: Context): Promise<string[]> {
  const faults = new Faults();
  for (const { say, sent } of expected.spellings) {
    const { structured } = await bench.call(named('start'), { channels: [say] });
    faults.same(`${say} is accepted`, structured.accepted, [sent]);
    faults.holds(`${say}: no note says so`, (structured.notes as string[]).includes(`${say} is sent as ${sent}`));
    const held = bench.feed.sessions(market.name).flatMap(session => [...session.held]);
    faults.same(`${say} on the wire`, held, [sent]);
    await bench.call(named('stop'));
  }
  const { structured } = await bench.call(named('start'), { channels });
  faults.same('notes', structured.notes, []);
  return faults.list;
}

async function checkSlips(bench: Bench, { named, expected, channels }: Context): Promise<string[]> {
  const faults = new Faults();
  for (const { say, meant } of expected.slips) {
    const { structured } = await bench.call(named('start'), { channels: [say] });
    const told = [...(structured.notes as string[]), reasonOf(structured)].join();
    faults.holds(`${say}: ${meant} is not suggested`, told.includes(`it would be written ${meant}`));
    await bench.call(named('stop'));
  }
  const { structured } = await bench.call(named('start'), { channels });
  faults.same('notes', structured.notes, []);
  return faults.list;
}

async function checkTolerated(bench: Bench, { named, expected, market }: Context): Promise<string[]> {
  const faults = new Faults();
  for (const odd of expected.tolerated) {
    const { structured } = await bench.call(named('start'), { channels: [odd] });
    faults.same(`${odd} is accepted`, structured.accepted, [odd]);
    const note = `${odd} is of a form that is not documented for subscriptions: the feed decides`;
    faults.holds(`${odd}: no note says so`, (structured.notes as string[]).includes(note));
    faults.same(`${odd} on the wire`, [...bench.session(market.name).held], [odd]);
    await bench.call(named('stop'));
  }
  return faults.list;
}

async function checkWildcards(bench: Bench, { named, expected, market, channels }: Context): Promise<string[]> {
  const faults = new Faults();
  const first = channels.slice(0, 1);
  const stars = expected.channels.map(({ prefix }) => `${prefix}.*`);
  const served = stars.filter(star => !expected.withoutWildcard.includes(star));
  // A market may have no wildcard at all, and a start of nothing opens no connection.
  await bench.call(named('start'), { channels: first });
  const { structured } = await bench.call(named('start'), { channels: stars });
  faults.same('accepted', structured.accepted, served);
  faults.same('rejected', rejectedNames(structured), expected.withoutWildcard);
  const partial = expected.channels.map(({ subscribe }) => `${subscribe.slice(0, -1)}*`);
  const answer = await bench.call(named('subscribe'), { channels: partial });
  const places = partial.map((_, index) => `channels[${index}]`);
  faults.same('partial wildcards', rejectedNames(answer.structured), places);
  faults.same('on the wire', sorted(bench.session(market.name).held), [...first, ...served].sort());
  return faults.list;
}

async function checkMerge(bench: Bench, { named, channels, market }: Context): Promise<string[]> {
  const faults = new Faults();
  const [first = '', ...rest] = channels;
  await bench.call(named('start'), { channels: [first] });
  const again = await bench.call(named('start'), { channels: [first, ...rest] });
  faults.same('accepted', again.structured.accepted, channels);
  faults.same('subscription_count', again.structured.subscription_count, channels.length);
  const other = await bench.call(named('start'), { channels: [first], endpoint: 'simulated' });
  faults.same('other endpoint', codeOf(other.structured), 'ALREADY_STARTED');
  const key = await bench.call(named('start'), { channels: [first], api_key: 'another-key-987654321' });
  faults.same('other key', codeOf(key.structured), 'ALREADY_STARTED');
  faults.same('connections', bench.feed.sessions(market.name).length, 1);
  return faults.list;
}

async function checkCaps(bench: Bench, { named, expected, market, channels }: Context): Promise<string[]> {
  const faults = new Faults();
  for (const { prefixes, maxHeld } of expected.caps) {
    const symbol = channels[0]!.slice(channels[0]!.indexOf('.') + 1);
    const names = Array.from({ length: maxHeld + 1 }, (_, index) => {
      const digits = /\d+$/.exec(symbol)?.[0] ?? '';
      const number = String(index).padStart(digits.length, '0');
      return `${prefixes[index % prefixes.length]}.${symbol.slice(0, symbol.length - digits.length)}${number}`;
    });
    const { structured } = await bench.call(named('start'), { channels: names });
    faults.same('subscription_count', structured.subscription_count, maxHeld);
    faults.same('on the wire', bench.session(market.name).held.size, maxHeld);
    faults.same('rejected', rejectedNames(structured), [names.at(-1)]);
    faults.same('code', (structured.rejected as { code: string }[])[0]?.code, 'LIMIT_EXCEEDED');
    await bench.call(named('unsubscribe'), { channels: names.slice(0, 1) });
    const again = await bench.call(named('subscribe'), { channels: names.slice(-1) });
    faults.same('after one left', again.structured.accepted, names.slice(-1));
  }
  faults.same(
    'caps in the table',
    market.caps.map(({ maxHeld }) => maxHeld),
    expected.caps.map(({ maxHeld }) => maxHeld),
  );
  return faults.list;
}

async function checkStop(bench: Bench, { named, expected, market, channels }: Context): Promise<string[]> {
  const faults = new Faults();
  const before = await bench.call(named('stop'));
  faults.same('stop before start', [before.isError, before.structured.messages_received], [false, 0]);
  const { structured: started } = await bench.call(named('start'), { channels });
  bench.session(market.name).send(`[${expected.channels[0]!.samples[0]!.json}]`);
  await bench.call('wait_for_stream_message', { market: market.name, cursor: started.cursor, timeout_s: 5 });
  const { structured } = await bench.call(named('stop'));
  faults.same('state', structured.state, 'stopped');
  faults.same('messages_received', structured.messages_received, 1);
  const { structured: read } = await bench.call('read_stream_messages', {
    market: market.name,
    cursor: started.cursor,
  });
  faults.same('messages after stop', read.count, 1);
  const { structured: list } = await bench.call(named('list'));
  faults.same('channels after stop', list.subscription_count, 0);
  faults.same('second stop', (await bench.call(named('stop'))).isError, false);
  const { structured: next } = await bench.call(named('start'), { channels: channels.slice(0, 1) });
  faults.same('channels of the next start', next.subscription_count, 1);
  const { structured: old } = await bench.call('read_stream_messages', { market: market.name, cursor: started.cursor });
  faults.same('what the next start cleared', [old.count, old.dropped], [0, 1]);
  return faults.list;
}

async function checkStatus(bench: Bench, { named, channels, market }: Context): Promise<string[]> {
  const faults = new Faults();
  const { structured: idle } = await bench.call(named('status'));
  faults.same('idle', [idle.state, idle.subscription_count, idle.messages_received], ['idle', 0, 0]);
  faults.holds('silence does not name the start tool', String(idle.silence).includes(named('start')));
  await bench.call(named('start'), { channels });
  const { structured: live } = await bench.call(named('status'));
  for (const key of statusKeys) faults.holds(`the answer lacks ${key}`, key in live);
  faults.same('live', [live.state, live.subscriptions, live.reconnects], ['live', channels, 0]);
  faults.same('delay', live.delayed_minutes, null);
  await bench.call(named('stop'));
  const { structured: stopped } = await bench.call(named('status'));
  faults.same('stopped', [stopped.state, stopped.subscription_count], ['stopped', 0]);
  faults.same('market', stopped.market, market.name);
  return faults.list;
}

async function checkSubscribe(bench: Bench, { named, channels, expected, market }: Context): Promise<string[]> {
  const faults = new Faults();
  const [first = '', ...rest] = channels;
  const early = await bench.call(named('subscribe'), { channels });
  faults.same('before start', [early.isError, codeOf(early.structured)], [true, 'NOT_STARTED']);
  await bench.call(named('start'), { channels: [first] });
  const { structured } = await bench.call(named('subscribe'), { channels });
  faults.same('accepted', structured.accepted, rest);
  faults.same('already', structured.already, [first]);
  faults.same('on the wire', sorted(bench.session(market.name).held), [...channels].sort());
  const wrong = [...expected.wrongChannels, ...expected.wrongSymbols];
  const mixed = await bench.call(named('subscribe'), { channels: [...wrong, first] });
  faults.same('wrong ones', [mixed.isError, rejectedNames(mixed.structured).length], [false, wrong.length]);
  return faults.list;
}

async function checkUnsubscribe(bench: Bench, { named, channels, expected, market }: Context): Promise<string[]> {
  const faults = new Faults();
  const [first = '', ...rest] = channels;
  const early = await bench.call(named('unsubscribe'), { channels });
  faults.same('before start', [early.isError, codeOf(early.structured)], [true, 'NOT_STARTED']);
  await bench.call(named('start'), { channels });
  const { structured } = await bench.call(named('unsubscribe'), { channels: [first, ...expected.wrongChannels] });
  faults.same('removed', structured.removed, [first]);
  const places = expected.wrongChannels.map((_, index) => `channels[${index + 1}]`);
  faults.same('not_held', structured.not_held, places);
  faults.same('subscription_count', structured.subscription_count, rest.length);
  const again = await bench.call(named('unsubscribe'), { channels: [first] });
  faults.same(
    'a second time',
    [again.isError, again.structured.removed, again.structured.not_held],
    [false, [], [first]],
  );
  // The answer to this call proves that the feed has read the previous frame.
  await bench.call(named('subscribe'), { channels: expected.symbols.slice(1, 2) });
  const held = sorted(bench.session(market.name).held).filter(name => name !== expected.symbols[1]);
  faults.same('on the wire', held, [...rest].sort());
  return faults.list;
}

async function checkList(bench: Bench, { named, channels, expected }: Context): Promise<string[]> {
  const faults = new Faults();
  const empty = await bench.call(named('list'));
  faults.same('before start', [empty.isError, empty.structured.subscriptions], [false, {}]);
  await bench.call(named('start'), { channels });
  const { structured } = await bench.call(named('list'));
  const groups = Object.fromEntries(expected.channels.map(({ title, subscribe }) => [title, [subscribe]]));
  faults.same('subscriptions', structured.subscriptions, groups);
  faults.same('subscription_count', structured.subscription_count, channels.length);
  return faults.list;
}

type Structured = Answered;

function codeOf({ error }: Structured): unknown {
  return (error as { code?: string } | undefined)?.code;
}

function rejectedNames({ rejected }: Structured): string[] {
  return ((rejected ?? []) as { channel: string }[]).map(({ channel }) => channel);
}

function reasonOf({ rejected }: Structured): string {
  return ((rejected ?? []) as { message: string }[])[0]?.message ?? '';
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}
