import { describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import { type ChannelPage, type DocumentedField, readChannelPages, rowsUnder } from '../support/examples.js';
import { marketFiles } from '../support/spec.js';

const pages = readChannelPages();

const judges: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: value => typeof value === 'string',
  boolean: value => typeof value === 'boolean',
  number: value => typeof value === 'number',
  integer: value => Number.isInteger(value),
  decimal: value => typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value),
  'array of integers': value => Array.isArray(value) && value.every(Number.isInteger),
};

const exceptions: readonly { said: RegExp; allowed: (value: unknown) => boolean }[] = [
  { said: /accept any number|accept fractions/, allowed: value => typeof value === 'number' },
  { said: /arrives as a UUID string/, allowed: value => typeof value === 'string' && value.length === 36 },
  { said: /decimal string/, allowed: value => typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) },
];

const digits: Readonly<Record<string, number>> = { 'Unix ms': 13, 'Unix ns': 19 };

function fits({ type, meaning }: DocumentedField, value: unknown): boolean {
  return judges[type]!(value) || exceptions.some(({ said, allowed }) => said.test(meaning) && allowed(value));
}

function digitsOf({ unit, meaning }: DocumentedField): number | undefined {
  return /(?:frames carry|its sample and later pages have) nanoseconds/.test(meaning) ? 19 : digits[unit];
}

describe.each(pages)('the page $path', (page: ChannelPage) => {
  const { market, path, prefix, text, sections, fields, examples } = page;
  const optional = fields.filter(field => field.optional === 'yes').map(({ key }) => key);
  const required = fields.filter(field => field.optional === 'no').map(({ key }) => key);
  const second = optional.length > 0 ? 'Example without the optional fields' : 'Second example';
  const channel = new Map(rowsUnder(text.split('\n'), '## Channel').map(([name, value]) => [name, value ?? '']));

  test('is headed by its title and the page of the vendor', () => {
    const [heading, , vendor] = text.split('\n');
    expect(heading).toMatch(/^# \w[\w :,]+: `[A-Z]+`$/);
    expect(vendor).toMatch(
      new RegExp(`^Vendor page: https://massive\\.com/docs/websocket/${path.replace('.md', '')}\\. Written \\d{4}-`),
    );
  });

  test('has the fixed sections in their order', () => {
    expect(sections.map(({ title }) => title)).toEqual([
      'Channel',
      'Fields',
      'Example',
      second,
      'Disputed and unknown',
    ]);
  });

  test('says of its channel what every page says', () => {
    const names = [...channel.keys()].filter(name => name !== 'Alias');
    expect(names).toEqual(['Title', 'Prefix', 'Event', 'Symbol', 'Wildcard', 'Plans', 'Delay', 'Limits']);
    expect(channel.get('Prefix')).toMatch(new RegExp(`^\`${prefix}\` \\(channel name \`${prefix}\\.[^*]+\`\\)`));
    expect(channel.get('Event')).toContain(`\`${prefix}\``);
  });

  test('has complete rows in its Fields table', () => {
    expect(fields.length).toBeGreaterThan(3);
    expect(new Set(fields.map(({ key }) => key)).size).toBe(fields.length);
    for (const field of fields) {
      expect(Object.keys(judges)).toContain(field.type);
      expect(['yes', 'no']).toContain(field.optional);
      expect(field.meaning).toMatch(/^.+\.$/);
    }
  });

  test('names its symbol key in the Fields table', () => {
    const [, key] = /^under the key `(\w+)`/.exec(channel.get('Symbol') ?? '') ?? [];
    expect(required).toContain(key);
    expect(fields.find(field => field.key === key)?.type).toBe('string');
  });

  test('has one line of JSON in each of its two examples', () => {
    expect(examples.map(({ section }) => section)).toEqual(['Example', second]);
    for (const example of examples) expect(example.text).not.toContain('\n');
  });

  test('shows every documented key in its first example', () => {
    const keys = Object.keys(JSON.parse(examples[0]!.text));
    expect(keys.toSorted()).toEqual([...required, ...optional].toSorted());
  });

  test('shows exactly the required keys in its second example', () => {
    expect(Object.keys(JSON.parse(examples[1]!.text)).toSorted()).toEqual(required.toSorted());
  });

  test.each(examples)('has values of the documented types in $section', example => {
    const values = Object.entries<unknown>(JSON.parse(example.text));
    const wrong = values.filter(([key, value]) => !fits(fields.find(field => field.key === key)!, value));
    expect(wrong).toEqual([]);
  });

  test.each(examples)('has times of the documented size in $section', example => {
    const times = fields.filter(field => digitsOf(field) !== undefined && example.text.includes(`"${field.key}":`));
    for (const field of times) {
      const [, number = ''] = new RegExp(`"${field.key}":(\\d+)[,}]`).exec(example.text) ?? [];
      expect(`${field.key} ${number.length}`).toBe(`${field.key} ${digitsOf(field)}`);
    }
  });

  test.each(examples)('marks $section with its own event', example => {
    expect(JSON.parse(example.text).ev).toBe(prefix);
  });

  test('has two examples that differ', () => {
    const [first, other] = examples.map(example => JSON.parse(example.text));
    const differing = Object.keys(other).filter(key => JSON.stringify(first[key]) !== JSON.stringify(other[key]));
    expect(differing.length).toBeGreaterThan(1);
  });

  test('closes with notes on what is disputed', () => {
    const notes = sections.at(-1)!.lines.filter(line => line !== '');
    expect(notes.length).toBeGreaterThan(0);
    for (const note of notes) expect(note).toMatch(/^- .+\.$/);
    expect(market).toBe(path.split('/')[0]);
  });
});

describe.each(pages.filter(({ path }) => path.includes('aggregates')))('the bars of $path', ({ path, examples }) => {
  const length = path.includes('minute') ? 60_000 : 1_000;

  test.each(examples)('span one whole window in $section', example => {
    const { s, e = s + length } = JSON.parse(example.text);
    expect([s % length, e - s]).toEqual([0, length]);
  });

  test.each(examples)('hold their prices between low and high in $section', example => {
    const bar = JSON.parse(example.text);
    const prices = [bar.o, bar.h, bar.l, bar.c].map(Number);
    expect([Number(bar.h), Number(bar.l)]).toEqual([Math.max(...prices), Math.min(...prices)]);
  });
});

test('a fair value is in the currency of the market, in the pages as in the spec', () => {
  const currencies = { stocks: 'USD', options: 'USD', forex: 'quote currency', crypto: 'quote currency' };
  const fair = pages.filter(({ prefix }) => prefix === 'FMV');
  const documented = fair.map(({ market, fields }) => [market, fields.find(({ key }) => key === 'fmv')?.unit]);
  const specified = markets.flatMap(({ name, channels }) =>
    channels.flatMap(({ fields }) => fields.flatMap(({ key, unit }) => (key === 'fmv' ? [[name, unit]] : []))),
  );
  expect(Object.fromEntries(documented)).toEqual(currencies);
  expect(Object.fromEntries(specified)).toEqual(currencies);
});

test('every channel of every market has its page, and there is no other', () => {
  const names = [...new Set(pages.map(({ market }) => market))];
  const counts = names.map(name => [name, pages.filter(({ market }) => market === name).length]);
  expect(Object.fromEntries(counts)).toEqual(
    Object.fromEntries(marketFiles.map(({ market, channels }) => [market, channels.length])),
  );
});
