/** What agents are shown never expires: a server whose clock shows 2030, and one that lives from 2026 to 2030. */
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Clock } from '../../runtime/core/clock.js';
import { Resources } from '../../runtime/mcp/resources.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { Hub } from '../../runtime/stream/hub.js';
import { exampleSymbol } from '../../runtime/symbols/example.js';
import { judgeExpiry } from '../../runtime/symbols/expiry.js';
import { FreshExamples } from '../../runtime/symbols/fresh-examples.js';
import { wayOutOf } from '../../runtime/symbols/way-out.js';
import { Pages } from '../../runtime/tools/pages.js';
import { testOptions } from '../support/bench.js';
import { closeAfterEach, open } from '../support/closing.js';
import { errorCodes } from '../support/error-codes.js';
import { visit } from '../support/http-clients.js';
import { HttpBench } from '../support/http-server.js';
import { marketOf } from '../support/markets.js';

closeAfterEach();

const in2026 = Date.UTC(2026, 10, 28, 12);
const in2030 = Date.UTC(2030, 5, 3, 12);

/** Everything in a text that looks like a contract of an option or of futures of 2020 to 2039, and has expired. */
function expiredIn(text: string, nowMs: number): string[] {
  const found = [
    ...[...text.matchAll(/O:[A-Z]{1,6}\d{6}[CP]\d{8}/g)].map(([symbol]) => ({ market: 'options', symbol })),
    ...[...text.matchAll(/\b(?:ES|NQ|MES|CL|GC)[FGHJKMNQUVXZ]\d{1,2}\b/g)].map(([symbol]) => ({
      market: 'futures',
      symbol,
    })),
  ];
  expect(found.length).toBeGreaterThan(0);
  return found
    .filter(({ market, symbol }) => judgeExpiry(marketOf(market), symbol, nowMs) !== undefined)
    .map(({ symbol }) => symbol);
}

function show(nowMs: number): { readonly clock: Clock; jump: (toMs: number) => void } {
  let shownMs = nowMs;
  return {
    clock: { ...systemClock, now: () => shownMs },
    jump: toMs => {
      shownMs = toMs;
    },
  };
}

describe('in 2030', () => {
  test('the examples of the spec are moved to a year that has begun not long ago or will come', () => {
    const { markets: living } = new FreshExamples(markets, show(in2030).clock);
    const [options, futures] = ['options', 'futures'].map(name => living.find(one => one.name === name)!);
    expect(exampleSymbol(options!)).toBe('O:SPY311219C00700000');
    expect(futures!.simulation.instruments.map(({ symbol }) => symbol)).toEqual([
      'ESZ1',
      'NQZ1',
      'MESZ1',
      'CLZ1',
      'GCZ1',
      'MNQZ1',
      'YMZ1',
      'RTYZ1',
      'M2KZ1',
      'SIZ1',
      'ZNZ1',
      'ZCZ1',
      'ZSZ1',
    ]);
    expect(futures!.symbol.description).toBe(
      'contract, like ESZ1 (product code, month letter, one or two year digits)',
    );
    expect(options!.symbol.description).toContain('O:SPY311219C00700000');
  });

  test('no way out shows a contract that has expired', () => {
    for (const market of new FreshExamples(markets, show(in2030).clock).markets) {
      if (!market.symbol.expiry) continue;
      const shown = errorCodes.map(code => wayOutOf(market, code)).join(' ');
      expect(expiredIn(shown, in2030), market.name).toEqual([]);
    }
  });
});

test('a server that was started in 2026 lists tools and prompts in 2030, and shows guides, with contracts that trade', async () => {
  const { clock, jump } = show(in2026);
  const bench = await HttpBench.open({ clock });
  open.push(bench);
  const peer = await visit(bench.url);
  const listed = async (): Promise<string> => JSON.stringify([await peer.tools(), await peer.prompts()]);

  expect(await listed()).toContain('T.ESZ7');
  expect(expiredIn(await listed(), in2026)).toEqual([]);

  jump(in2030);
  expect(await listed()).toContain('T.ESZ1');
  expect(expiredIn(await listed(), in2030)).toEqual([]);
  const refused = await peer.call('start_futures_stream', { channels: ['T.ESZ7', 'T.ES', 'nonsense'] });
  expect(JSON.stringify(refused.structuredContent)).toContain('ESZ7 expired in December 2027; the front month is ESM0');
  expect(JSON.stringify(refused.structuredContent)).toContain('ES names no month; the front month is ESM0: T.ESM0');
  expect(JSON.stringify(refused.structuredContent)).toContain('such as T.ESZ1');
});

test('the guides that agents read show contracts of today, and the pages of the vendor those of their day', async () => {
  const settings = { feed: 'simulated', allowedHosts: [], options: testOptions };
  const hub = new Hub(suite, markets, settings, { clock: show(in2030).clock, write: () => {} }).client({ alone: true });
  const resources = new Resources(hub, new Pages(new URL('../../dist/polygon-docs/', import.meta.url)));
  const guides = (await resources.list()).filter(({ name }) => name.startsWith('guides/'));
  const texts = await Promise.all(guides.map(async ({ uri }) => (await resources.read(uri))?.text));
  expect(expiredIn(texts.join('\n'), in2030)).toEqual([]);
  const page = await resources.read('polygon-docs://websockets/futures/overview.md');
  expect(expiredIn(page?.text ?? '', in2030)).toContain('ESZ6');
  await hub.close();
});
