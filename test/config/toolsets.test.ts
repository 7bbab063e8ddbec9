import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Offer } from '../../runtime/config/served.js';
import { chooseTools, faultsOfTools, faultsOfToolsets } from '../../runtime/config/toolsets.js';
import type { Tool } from '../../runtime/contract/tool.js';
import { validate } from '../../runtime/core/validation.js';
import { listTools } from '../../runtime/tools/tools.js';
import { generalNames, marketNames, readingNames, sharedNames, toolCount } from '../support/spec.js';

const offer: Offer = { suite, markets };
const everything = listTools(offer).map(({ tool }) => tool.name);
/** What is served where nobody chose. */
const usual = everything.filter(name => /_stream|_channels$|_subscriptions$/.test(name) || generalNames.includes(name));
const reading = readingNames;
const ofStocks = [
  'start_stocks_stream',
  'stop_stocks_stream',
  'get_stocks_stream_status',
  'subscribe_stocks_channels',
  'unsubscribe_stocks_channels',
  'list_stocks_subscriptions',
];

function chosen(toolsets: string, tools = ''): string[] {
  const names = (text: string): string[] => text.split(',').filter(name => name !== '');
  return listTools(chooseTools(offer, { toolsets: names(toolsets), tools: names(tools) })).map(({ tool }) => tool.name);
}

describe('toolsets', () => {
  test('are the standard ones where nobody chose: all streams, and a dozen of the REST API', () => {
    expect(usual).toHaveLength(toolCount);
    expect(chosen('')).toEqual(usual);
    expect(chosen('default')).toEqual(usual);
    expect(chosen('all')).toEqual(everything);
    expect(everything).toHaveLength(6 * marketNames.length + sharedNames.length + 81);
  });

  test('are served where they are named', () => {
    expect(chosen('stocks,reading')).toEqual([...ofStocks, ...reading]);
    expect(chosen('stocks')).toEqual(ofStocks);
  });

  test('are left out by a dash, of the default ones where no other is named', () => {
    expect(chosen('-stocks')).toEqual(usual.filter(name => !ofStocks.includes(name)));
    expect(chosen('stocks,reading,-reading')).toEqual(ofStocks);
    expect(chosen('all,-stocks,-reading')).toEqual(
      everything.filter(name => !ofStocks.includes(name) && !reading.includes(name)),
    );
  });

  test('count in the order in which they are written', () => {
    expect(chosen('-all,stocks')).toEqual(ofStocks);
    expect(chosen('stocks,-all')).toEqual([]);
  });

  test('leave no standard one where one is not standard', () => {
    const rare = suite.toolsets.map(toolset => ({ ...toolset, standard: toolset.name === 'reading' }));
    const names = (toolsets: readonly string[]): string[] =>
      listTools(chooseTools({ suite: { ...suite, toolsets: rare }, markets }, { toolsets, tools: [] })).map(
        ({ tool }) => tool.name,
      );

    expect(names([])).toEqual(reading);
    expect(names(['default', 'stocks'])).toEqual([...ofStocks, ...reading]);
    expect(names(['all'])).toEqual(everything);
  });
});

describe('single tools', () => {
  test('are the only ones where no toolset is named', () => {
    expect(chosen('', 'start_stocks_stream,read_stream_messages')).toEqual([
      'start_stocks_stream',
      'read_stream_messages',
    ]);
  });

  test('come beside the toolsets that are named', () => {
    expect(chosen('reading', 'start_stocks_stream')).toEqual(['start_stocks_stream', ...reading]);
  });

  test('are left out by a dash', () => {
    expect(chosen('stocks', '-stop_stocks_stream')).toEqual(ofStocks.filter(name => name !== 'stop_stocks_stream'));
    expect(chosen('', '-start_stocks_stream')).toEqual(usual.filter(name => name !== 'start_stocks_stream'));
  });
});

describe('the tools across markets', () => {
  const read = ({ suite: { tools } }: Offer): Tool => tools.find(({ name }) => name === 'read_stream_messages')!;

  test('take the markets alone of which a tool is served', () => {
    const tool = read(chooseTools(offer, { toolsets: ['stocks', 'crypto', 'reading'], tools: [] }));

    expect(tool.inputSchema.properties).toMatchObject({
      market: { enum: ['stocks', 'crypto'] },
      markets: { items: { enum: ['stocks', 'crypto'] } },
    });
    expect(validate(tool.validator, { market: 'crypto' }).success).toBe(true);
    expect(validate(tool.validator, { market: 'forex' }).success).toBe(false);
    expect(validate(tool.validator, { markets: ['crypto', 'stocks'] }).success).toBe(true);
    expect(validate(tool.validator, { markets: ['crypto', 'forex'] }).success).toBe(false);
    expect(validate(tool.validator, { markets: [] }).success).toBe(false);
  });

  test('take all markets where they stand alone, since others may start streams', () => {
    const tool = read(chooseTools(offer, { toolsets: ['reading'], tools: [] }));

    expect(tool.inputSchema.properties).toMatchObject({ market: { enum: markets.map(({ name }) => name) } });
  });
});

describe('a list', () => {
  test('may name what there is, with dashes and without', () => {
    expect(faultsOfToolsets(['stocks', '-reading', 'all', '-default'], offer)).toEqual([]);
    expect(faultsOfTools(['start_stocks_stream', '-summarize_stream'], offer)).toEqual([]);
  });

  test('is told which entries are none, without repeating them', () => {
    const groups = ['stocks', 'options', 'futures', 'crypto', 'forex', 'indices', 'economy'];
    const ofRest = ['rest', ...groups.map(name => `rest-${name}`)];
    const known = `${[...marketNames, 'reading', 'rest-find', ...ofRest].join(', ')}, all and default`;

    expect(faultsOfToolsets(['stocks', 'sk-secret-1234', 'redaing'], offer)).toEqual([
      `entry 2 is not a toolset; the toolsets are ${known}`,
      `entry 3 is not a toolset; the toolsets are ${known}; did you mean reading?`,
    ]);
    expect(faultsOfTools(['start_stock_stream'], offer)).toEqual([
      'entry 1 is not a tool, such as start_stocks_stream or stop_stocks_stream; did you mean start_stocks_stream?',
    ]);
  });
});
