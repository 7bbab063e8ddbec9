import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../codegen/command.js';
import { formatDigest } from '../../codegen/rest/digest.js';
import { digestDocument } from '../../codegen/rest/document.js';
import { removeFolders, repository } from '../support/project.js';
import { document, RestProject } from '../support/rest-project.js';

afterEach(removeFolders);

const text = { in: 'query', type: 'string' };

/** Keyed by hand from the invented document. */
const expected = {
  '/v1/old/{goldTicker}': {
    deprecated: true,
    parameters: { goldTicker: { in: 'path', type: 'string' } },
    columns: {},
  },
  '/v1/state/global/metals/silver': { rows: 'tickers[]', parameters: {}, columns: { name: 'text' } },
  '/v1/state/us/metals/gold': {
    rows: 'tickers[]',
    parameters: { pure: { in: 'query', type: 'boolean', default: false }, vaults: { in: 'query', type: 'array' } },
    columns: { name: 'text' },
  },
  '/v2/kinds': {
    experimental: true,
    rows: '{}',
    parameters: {
      day: { in: 'query', type: 'string', format: 'date', required: true },
      decimals: { in: 'query', type: 'integer', enum: [0, 1, 2, 3] },
      kind: { ...text, enum: ['bar', 'coin', 'wire'], operators: ['any_of'], enumerated: ['any_of'] },
      sort: { ...text, default: 'kind.asc' },
    },
    columns: { last_bid: 'number', next_url: 'text', rate: 'number' },
  },
  '/v3/trades/{goldTicker}': {
    rows: 'results[]',
    paged: true,
    parameters: {
      goldTicker: { in: 'path', type: 'string' },
      limit: { in: 'query', type: 'integer', minimum: 1, maximum: 1001, default: 10 },
      order: { ...text, enum: ['asc', 'desc'], default: 'desc' },
      timestamp: { ...text, operators: ['gte', 'lt'] },
    },
    columns: {
      at: 'exact ns',
      marks: 'list',
      price: 'number',
      seen: 'integer ms',
      serial: 'exact',
      vault_id: 'integer',
      vault_open: 'boolean',
    },
  },
  '/v3/trades/{silverTicker}': {
    rows: 'results[]',
    parameters: {
      limit: { in: 'query', type: 'integer', minimum: 1, maximum: 1001, default: 10 },
      silverTicker: { in: 'path', type: 'string' },
    },
    columns: { price: 'integer' },
  },
};

describe('a digest', () => {
  const digest = digestDocument(Buffer.from(document));

  test('has the facts of a document and none of its sentences', () => {
    expect(digest.document.version).toBe('2.1.0');
    expect(digest.operations).toEqual(expected);
    expect(formatDigest(digest)).not.toContain('Prose');
  });

  test('is written in the order of the names, whatever that of the document, and can be read back', () => {
    const { paths, ...rest } = JSON.parse(document);
    const turned = { ...rest, paths: Object.fromEntries(Object.entries(paths).reverse()) };
    const other = digestDocument(Buffer.from(JSON.stringify(turned)));

    expect(Object.keys(other.operations)).toEqual(Object.keys(digest.operations));
    expect(JSON.parse(formatDigest(digest))).toEqual(digest);
    expect(formatDigest(digest)).toContain('        "price": "number",\n');
  });
});

describe('the pinned digest', () => {
  const pinned = readFileSync(join(repository, 'spec/rest/digest.json'), 'utf8').replaceAll('\r\n', '\n');

  test('is of the document of July 2026, with its 142 paths', () => {
    const digest = JSON.parse(pinned);

    expect(digest.document.sha256).toBe('6b41368864102b21b2e2ed5ba85fdf712db0f1e6d571f0af0c00798716cecaa6');
    expect(Object.keys(digest.operations)).toHaveLength(142);
    expect(formatDigest(digest)).toBe(pinned);
  });
});

describe('npm run digest', () => {
  async function run(project: RestProject, from: string): Promise<{ code: number; lines: string[] }> {
    const lines: string[] = [];
    const print = (line: string): unknown => lines.push(line);
    const code = await runCommand(['--digest', from, '--root', project.root], {
      log: print as (line: string) => void,
      error: print as (line: string) => void,
    });
    return { code, lines };
  }

  test('pins a document, packed or not, with the sum of what is in it', async () => {
    const project = new RestProject();
    const before = project.read('spec/rest/digest.json');
    const [plain, packed] = [join(project.root, 'a.json'), join(project.root, 'a.json.gz')];
    project.write('a.json', document);
    project.write('a.json.gz', gzipSync(document) as unknown as string);
    const sum = createHash('sha256').update(document).digest('hex');
    project.remove('spec/rest/digest.json');

    for (const from of [plain, packed]) {
      const { code, lines } = await run(project, from);

      expect(code).toBe(0);
      expect(lines).toEqual([`Wrote spec/rest/digest.json: 6 paths of the document ${sum}. Read its diff.`]);
      expect(project.read('spec/rest/digest.json')).toBe(before);
    }
  });

  test.each([
    ['what is no JSON', '<html>', 'it should be JSON, but is not'],
    ['another document', '{"swagger": "2.0"}', 'the description should have paths, but has not'],
    [
      'a parameter of a header',
      document.replace('"name": "pure", "in": "query"', '"name": "pure", "in": "header"'),
      'the description > paths > /v1/state/us/metals/gold > get > parameters > 0 should be of the path or the query, but is not',
    ],
  ])('refuses %s, and leaves the digest as it is', async (_, text, reason) => {
    const project = new RestProject();
    const before = project.read('spec/rest/digest.json');
    project.write('a.json', text);
    const from = join(project.root, 'a.json');
    const { code, lines } = await run(project, from);

    expect(code).toBe(2);
    expect(lines[0]).toBe(`${from} could not be read: ${reason}.`);
    expect(project.read('spec/rest/digest.json')).toBe(before);
  });

  test('says that it needs a document', async () => {
    const lines: string[] = [];
    const print = (line: string): void => {
      lines.push(line);
    };

    expect(await runCommand(['--digest'], { log: print, error: print })).toBe(2);
    expect(lines).toEqual(['--digest needs a value behind it']);
  });
});
