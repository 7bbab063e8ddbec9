/** Compares the numbers that the kernel reads with those of `JSON.parse`: random messages, sound and odd. */
import { suite } from '../../generated/suite.js';
import type { Market } from '../../runtime/contract/market.js';
import { absent, longNumber, longText } from '../../runtime/decode/numbers/cell.js';
import { codesKeyOf, numberFieldsOf } from '../../runtime/decode/numbers/fields.js';
import { mostMessages, NumberReader, spanWords } from '../../runtime/decode/numbers/number-reader.js';
import type { Random } from '../../runtime/simulator/random.js';
import { symbolKeyOf } from '../../runtime/symbols/forms.js';

/** What is read of a message: each number with its decimals, and the effects of its codes. */
export interface NumbersRead {
  readonly numbers: readonly (readonly [number: string, decimals: number])[];
  readonly effects: number;
}

/** A message that two readers read differently. */
export interface NumberDisagreement {
  readonly message: string;
  readonly ours: NumbersRead;
  readonly theirs: NumbersRead;
}

interface Message {
  readonly text: string;
  readonly channel: number;
}

/** A table in which codes up to 20 are known: some allow all, some volume alone, some nothing. */
export const effectsByCode = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code > 20) return 0b0010_0100;
  return 0b1000_0000 | [0b111111, 0b111111, 0b100100, 0b000000, 0b110110, 0b111100][code % 6]!;
});

export class NumberDifferential {
  /** Messages that were compared; what `JSON.parse` refuses is not. */
  compared = 0;
  private readonly reader: NumberReader;

  constructor(
    private readonly market: Market,
    private readonly random: Random,
    isPlain = false,
  ) {
    this.reader = new NumberReader(market.channels, isPlain ? undefined : suite.numberKernel, effectsByCode);
  }

  /** Tries up to so many messages together. */
  try(most = mostMessages): NumberDisagreement | undefined {
    return this.judge(Array.from({ length: this.random.integer(1, most) }, () => this.message()));
  }

  /** @param texts of messages of a channel */
  judgeTexts(prefix: string, ...texts: readonly string[]): NumberDisagreement | undefined {
    const channel = this.market.channels.findIndex(other => other.prefix === prefix);
    return this.judge(texts.map(text => ({ text, channel })));
  }

  /** Reads a broken message, as no buffer holds one. @returns whether it came to an end, and in no other way than JSON.parse */
  endsOverBroken(): boolean {
    const { text, channel } = this.message();
    const cut = this.random.integer(0, text.length);
    const piece = Buffer.from(this.mutated(text.slice(0, cut)));
    this.reader.spans.set([0, piece.length, channel]);
    const into = { numbers: new Float64Array(99), decimals: new Uint8Array(99), effects: new Uint8Array(1) };
    try {
      this.reader.read(piece, 1, into, 0, 0);
      return true;
    } catch (error) {
      return error instanceof SyntaxError;
    }
  }

  private judge(tried: readonly Message[]): NumberDisagreement | undefined {
    const messages = tried.filter(({ text }) => isObject(text));
    if (messages.length === 0) return undefined;
    const ours = this.readOurs(messages);
    for (const [index, { text, channel }] of messages.entries()) {
      const theirs = this.readTheirs(text, channel);
      const own = ours[index]!;
      if (isSame(own, theirs)) continue;
      return { message: text, ours: own, theirs };
    }
    this.compared += messages.length;
    return undefined;
  }

  private readOurs(messages: readonly Message[]): NumbersRead[] {
    const { reader } = this;
    const piece = Buffer.from(messages.map(({ text }) => text).join(','));
    let start = 0;
    for (const [index, { text, channel }] of messages.entries()) {
      const end = start + Buffer.byteLength(text);
      reader.spans.set([start, end, channel], index * spanWords);
      start = end + 1;
    }
    const widths = messages.map(({ channel }) => reader.widths[channel]!);
    const cells = widths.reduce((sum, width) => sum + width, 0);
    const into = {
      numbers: new Float64Array(cells + 2).fill(7),
      decimals: new Uint8Array(cells + 2).fill(7),
      effects: new Uint8Array(messages.length + 2).fill(7),
    };
    reader.read(piece, messages.length, into, 1, 1);
    const around = [into.numbers, into.decimals, into.effects].flatMap(one => [one[0], one.at(-1)]);
    if (around.some(value => value !== 7)) throw new Error('it wrote beyond what it was to write');
    let first = 1;
    return widths.map((width, index) => {
      const numbers = Array.from({ length: width }, (_, slot) => {
        const at = first + slot;
        return [spelled(into.numbers[at]!), into.decimals[at]!] as const;
      });
      first += width;
      return { numbers, effects: into.effects[index + 1]! };
    });
  }

  private readTheirs(text: string, index: number): NumbersRead {
    const channel = this.market.channels[index]!;
    const raw = JSON.parse(text);
    const codesKey = codesKeyOf(channel);
    return {
      numbers: numberFieldsOf(channel).map(({ key }) => expectedOf(raw[key], text)),
      effects: codesKey === undefined ? 255 : expectedEffects(raw[codesKey]),
    };
  }

  /** A message of the market; many are odd, and some broken. */
  private message(): Message {
    const { random, market } = this;
    const channel = random.integer(0, market.channels.length - 1);
    const of = market.channels[channel]!;
    const members = of.fields.flatMap(({ key, role }) => {
      if (key === symbolKeyOf(of)) return [`"${key}":"AAPL"`];
      if (random.chance(0.1)) return [];
      if (role === 'conditions') return [`"${key}":${this.codes()}`];
      return [`"${key}":${random.chance(0.02) ? random.pick(oddValues) : this.value()}`];
    });
    if (random.chance(0.05)) members.push(random.pick(members) ?? '"p":1');
    if (random.chance(0.05)) members.push(random.pick(oddMembers));
    if (random.chance(0.05)) members.reverse();
    const text = `{${[`"ev":"${of.prefix}"`, ...members].join(random.chance(0.02) ? ', ' : ',')}}`;
    return { text: random.chance(0.1) ? this.mutated(text) : text, channel };
  }

  private mutated(text: string): string {
    const { random } = this;
    const at = random.integer(Math.min(8, text.length), text.length);
    return text.slice(0, at) + random.pick(signs) + text.slice(at + random.integer(0, 2));
  }

  private value(): string {
    const { random } = this;
    switch (random.integer(0, 9)) {
      case 0:
        return String(random.integer(-1_000, 2_000_000_000));
      case 1:
        return (random.bell() * 10 ** random.integer(-4, 6)).toFixed(random.integer(0, 12));
      case 2:
        return String(random.bell() * 10 ** random.integer(-30, 30));
      case 3:
        return `"${(random.next() * 10 ** random.integer(0, 12)).toFixed(random.integer(0, 12))}"`;
      case 4:
        return String(1_789_654_286_204 + random.integer(0, 1_000_000));
      case 5:
        return `${random.integer(0, 99_999_999)}.${this.digits()}`;
      case 6:
        return `${random.integer(1, 9)}${this.digits()}`;
      default:
        return (random.integer(0, 10_000_000) / 10 ** random.integer(0, 6)).toString();
    }
  }

  private digits(): string {
    return Array.from({ length: this.random.integer(1, 16) }, () => this.random.integer(0, 9)).join('');
  }

  private codes(): string {
    const { random } = this;
    if (random.chance(0.02)) return random.pick(oddCodes);
    return `[${Array.from({ length: random.integer(0, 4) }, () => random.integer(0, random.chance(0.1) ? 300 : 20)).join()}]`;
  }
}

function isSame(one: NumbersRead, other: NumbersRead): boolean {
  if (one.effects !== other.effects || one.numbers.length !== other.numbers.length) return false;
  return one.numbers.every(([number, decimals], index) => {
    const [theirNumber, theirDecimals] = other.numbers[index]!;
    return number === theirNumber && decimals === theirDecimals;
  });
}

/** The sign of zero included. */
function spelled(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** What a value counts as, from what it looks like when it is written down. */
function expectedOf(value: unknown, text: string): readonly [string, number] {
  if (typeof value === 'number' && Number.isFinite(value)) {
    const digits = String(value);
    // Whole numbers beyond 2^53 keep their digits, as texts do.
    const isExact = !Number.isInteger(value) || Number.isSafeInteger(value) || !wholeIn(text, value);
    return [spelled(value), decimalsIn(digits) ?? (isExact ? longNumber : longText)];
  }
  if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) && value.length <= 60) {
    return [spelled(Number(value)), decimalsIn(value) ?? longText];
  }
  return ['NaN', absent];
}

/** Whether a number was sent without dot and exponent. */
function wholeIn(text: string, value: number): boolean {
  return (text.match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g) ?? []).some(
    token => /^-?\d+$/.test(token) && Number(token) === value,
  );
}

function decimalsIn(text: string): number | undefined {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+?)0*)?(?:e([+-]\d+))?$/.exec(text) ?? [];
  const kept = fraction === '0' ? '' : fraction;
  const decimals = Math.max(0, kept.length - Number(exponent));
  const significant = `${whole}${kept}${'0'.repeat(Math.max(0, Number(exponent) - kept.length))}`.replace(/^0+/, '');
  return significant.length <= 15 && decimals <= 22 ? decimals : undefined;
}

function expectedEffects(value: unknown): number {
  if (value === undefined || value === null) return 255;
  const codes: readonly unknown[] = Array.isArray(value) ? value : [value];
  return codes.reduce<number>((allowed, code) => {
    return allowed & (Number.isInteger(code) ? (effectsByCode[code as number] ?? 0b0010_0100) : 0b0010_0100);
  }, 255);
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const signs = [...'{}[]",:\\ 0123456789.eE+-tfn', '\n', 'é', '\\u0070', ' "', '",', '"p":', ',"s":1'];
// biome-ignore format: one to a line would be a page
const oddValues = [
  'null', 'true', 'false', '{}', '{"p":1}', '[]', '[1,2]', '["a","b"]', '[[1]]', '""', '"abc"', '"1e5"', '" 1"', '"-0"', '"-1.50"', '"007"', '"00.5"', '"1."', '".5"', '"+1"',
  '-0', '-0.0', '0.0', '0e0', '1E+5', '2e-3', '1e400', '1e-400', '5e-324', '1.7976931348623157e308', '9007199254740993', '12345678901234567890', '999999999999999', '1000000000000000',
  '0.1234567890123456', '0.000000000000001', '0.0000000000000001', '1e-22', '1e-23', '123456789012345.6', '"123456789012345.6"', '"0.12345678901234567890"', `"${'1'.repeat(61)}"`, `${'1'.repeat(40)}`,
  '100', '1.10', '1.00', '10.0100', '"\\u0031"', '"é"', ' 1', '1 ', '" "',
];
// biome-ignore format: one to a line would be a page
const oddMembers = ['"x": "a,"', '"x": "a}"', '"x":"a,\\"p\\":5"', '"":1', '"":"p"', '"p":2', '"\\u0070":3', '"__proto__":5', '"pp":1', '":p":1', '",":2', '"p\\"":1', '"longerthaneight":"x"', '"ev":"Q"', '"é":1'];
const oddCodes = [
  'null',
  '5',
  '"5"',
  '[null]',
  '["5"]',
  '[1.5]',
  '[-1]',
  '[1e1]',
  '[1, 2]',
  '[[1]]',
  '[256]',
  '[99999999999]',
  '[ ]',
  '{}',
  'true',
  '[0,true]',
];
