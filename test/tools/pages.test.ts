import { describe, expect, test } from 'vitest';
import { citationUri } from '../../runtime/core/citation.js';
import { Pages } from '../../runtime/tools/pages.js';

const pages = new Pages(new URL('../../spec/polygon-docs/', import.meta.url));

describe('a documentation page', () => {
  test('is listed by its URI', async () => {
    expect(await pages.list()).toContainEqual({
      uri: 'polygon-docs://websockets/forex/quotes.md',
      path: 'websockets/forex/quotes.md',
    });
  });

  test('is read whole, by line, or by a range of lines', async () => {
    expect(await pages.read('polygon-docs://websockets/quickstart.md')).toMatch(/^# WebSocket quickstart\n/);
    expect(await pages.read('polygon-docs://websockets/quickstart.md:8')).toBe('## Hosts');
    expect(await pages.read('polygon-docs://websockets/quickstart.md:8-10')).toMatch(/^## Hosts\n\n\| Feed \|/);
    expect(await pages.read('polygon-docs://websockets/quickstart.md:8,1-2')).toBe(
      '## Hosts\n\n# WebSocket quickstart\n',
    );
  });

  test.each([
    'polygon-docs://websockets/none.md',
    'polygon-docs://../README.md',
    'polygon-docs://websockets/quickstart.md:0',
    'polygon-docs://websockets/quickstart.md:9999',
    'polygon-docs://websockets/quickstart.md:8,9999',
    'polygon-docs://websockets/quickstart.md:8,',
    'polygon-docs://websockets/quickstart.md:a',
    'https://example.com/quickstart.md',
  ])('is not to be had as %s', async uri => {
    expect(await pages.read(uri)).toBeUndefined();
  });

  test('is what a citation leads to', () => {
    expect(citationUri('polygon-docs/websockets/forex/quotes.md:9-18')).toBe(
      'polygon-docs://websockets/forex/quotes.md:9-18',
    );
  });
});
