import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../codegen/command.js';
import { removeFolders } from '../support/project.js';
import { document, RestProject } from '../support/rest-project.js';

afterEach(removeFolders);

interface Ran {
  readonly code: number;
  readonly lines: readonly string[];
}

/** Compares the small project with a document. */
async function drift(text: string, project = new RestProject()): Promise<Ran> {
  project.write('new.json', text);
  const printed: string[] = [];
  const print = (line: string): void => {
    printed.push(...line.split('\n'));
  };
  const from = join(project.root, 'new.json');
  const code = await runCommand(['--drift', '--rest', from, '--root', project.root], { log: print, error: print });
  return { code, lines: printed.map(line => line.replace(from, 'new.json')) };
}

type Paths = Record<string, { get: { parameters: Record<string, unknown>[] } }>;

/** The document with other paths. */
function edited(change: (paths: Paths) => void): string {
  const parsed = JSON.parse(document);
  change(parsed.paths);
  return JSON.stringify(parsed);
}

describe('the drift of the REST API', () => {
  test('has no news where the document is the one that is pinned', async () => {
    expect(await drift(document)).toEqual({
      code: 0,
      lines: ['Compared spec/rest/digest.json with new.json: 6 paths stand in both.', '', 'No news.'],
    });
  });

  test('tells a path that came, with what the spec has to say of it', async () => {
    const { code, lines } = await drift(
      edited(paths => {
        paths['/v2/mines'] = paths['/v2/kinds']!;
      }),
    );

    expect(code).toBe(1);
    expect(lines).toEqual([
      'Compared spec/rest/digest.json with new.json: 6 paths stand in both.',
      '',
      'News (1)',
      '  /v2/mines  digest: none  document: a path',
      '',
      'What the spec would have to mend (1)',
      '  spec/rest/shared.yaml:15:1 no operation has the path /v2/mines; add one, or say under left_out why there is none',
      '',
      'Once the spec is mended, pin the document: npm run digest -- DOCUMENT',
    ]);
  });

  test('tells a path that went, and the operation that it was for', async () => {
    const { code, lines } = await drift(
      edited(paths => {
        delete paths['/v2/kinds'];
      }),
    );

    expect(code).toBe(1);
    expect(lines).toContain('  /v2/kinds  digest: a path  document: none (list_metal_kinds)');
    expect(lines).toContain('  spec/rest/metals.yaml:39:5 list_metal_kinds: the document has no path /v2/kinds');
  });

  test('tells parameters that came, went and changed, each with what both sides say', async () => {
    const { lines } = await drift(
      edited(paths => {
        const { parameters } = paths['/v3/trades/{goldTicker}']!.get;
        const order = parameters.findIndex(({ name }) => name === 'order');
        parameters.splice(order, 1);
        parameters.push({ name: 'venue', in: 'query', schema: { type: 'string' } });
        parameters.push({ name: 'timestamp.gt', in: 'query', schema: { type: 'string' } });
        const limit = parameters.find(({ name }) => name === 'limit')!;
        limit.schema = { type: 'integer', minimum: 1, maximum: 501, default: 10 };
      }),
    );

    expect(lines.slice(2, 7)).toEqual([
      'News (4)',
      '  /v3/trades/{goldTicker}  limit  digest: maximum 1001  document: maximum 501 (list_metal_trades)',
      '  /v3/trades/{goldTicker}  order  digest: a parameter  document: none (list_metal_trades)',
      '  /v3/trades/{goldTicker}  timestamp  digest: operators gte lt  document: operators gt gte lt (list_metal_trades)',
      '  /v3/trades/{goldTicker}  venue  digest: none  document: a parameter (list_metal_trades)',
    ]);
    expect(lines).toContain(
      '  spec/rest/metals.yaml:13:23 list_metal_trades: venue is a parameter of /v3/trades/{ticker}; do not ignore it',
    );
  });

  test('tells columns, and marks of a path', async () => {
    const { lines } = await drift(
      document
        .replace('"price": { "type": "number" }', '"cost": { "type": "number" }')
        .replace('"x-polygon-experimental": {}', '"x-polygon-deprecation": {}'),
    );

    expect(lines.slice(2, 7)).toEqual([
      'News (4)',
      '  /v2/kinds  deprecated  digest: none  document: true (list_metal_kinds)',
      '  /v2/kinds  experimental  digest: true  document: none (list_metal_kinds)',
      '  /v3/trades/{goldTicker}  column cost  digest: none  document: number (list_metal_trades)',
      '  /v3/trades/{goldTicker}  column price  digest: number  document: none (list_metal_trades)',
    ]);
  });

  test('lets no control character of a document through', async () => {
    const { lines } = await drift(document.replaceAll('"pure"', '"pu\\u001b[31mre"'));

    expect(lines.join('\n')).toContain('pu?[31mre');
    expect(lines.join('\n')).not.toContain('\u001b');
  });

  test('ends with 2 where nothing can be compared', async () => {
    const broken = new RestProject();
    broken.edit('spec/rest/metals.yaml', ['order: 1', 'order: one']);

    expect((await drift('<html>')).code).toBe(2);
    expect((await drift('<html>')).lines[0]).toBe('new.json could not be read: it should be JSON, but is not.');
    expect((await drift(document, broken)).code).toBe(2);
    expect((await drift(document, broken)).lines.at(-1)).toBe(
      '1 problem in the spec or in its citations; nothing was compared.',
    );
  });

  test('is asked of the command for drift alone', async () => {
    const printed: string[] = [];
    const print = (line: string): void => {
      printed.push(line);
    };

    expect(await runCommand(['--rest', 'new.json'], { log: print, error: print })).toBe(2);
    expect(printed).toEqual(['--rest belongs to another command: npm run drift -- --rest']);
  });
});
