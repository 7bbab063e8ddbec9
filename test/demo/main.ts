/** `npm run demo`: the server as a host runs it, a real MCP client, and the simulated feed. Ends by itself. */
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Row } from '../../generated/types.js';
import { answered, called, heading, line, messageRow, paint, table } from './screen.js';

type Json = Record<string, unknown>;

const bin = fileURLToPath(new URL('../../dist/mcp-polygon.js', import.meta.url));
const client = new Client({ name: 'demo', version: '1.0.0' });

/** Calls a tool, shows the call and the answer, and gives what the model would see. */
async function call(name: string, args: Json = {}, show?: (answer: Json) => string): Promise<Json> {
  called(name, args);
  const result = (await client.callTool({ name, arguments: args })) as CallToolResult;
  const [first] = result.content as { text: string }[];
  const answer = result.structuredContent as Json;
  answered(show ? show(answer) : withoutCursor(first?.text ?? ''), result.isError ?? false);
  return answer;
}

function withoutCursor(text: string): string {
  return text
    .split('\n')
    .filter(row => !row.startsWith('Cursor: ') && !row.startsWith('Note: Simulated'))
    .join('\n');
}

function showMessages({ messages, count, has_more: more }: Json): string {
  const rows = (messages as Json[]).map(messageRow);
  return [`${count} ${count === 1 ? 'message' : 'messages'}${more ? ', more to read' : ''}`, ...rows].join('\n');
}

function showSummary({ symbols }: Json): string {
  return table(summaryColumns, symbols as Json[]);
}

/** A key that a row no longer has does not compile. */
const summaryColumns: readonly (keyof Row)[] = [
  ...(['symbol', 'last', 'change_pct', 'prev_close', 'bid', 'ask'] as const),
  ...(['window_high', 'window_low', 'window_volume', 'trades'] as const),
];

await client.connect(new StdioClientTransport({ command: process.execPath, args: [bin], stderr: 'inherit' }));
const { tools } = await client.listTools();
line(paint('bold', `mcp-polygon ${client.getServerVersion()?.version}: live market data over MCP`));
line(
  `An MCP client talks to the server over stdio; ${tools.length} tools, ${Math.round(JSON.stringify(tools).length / 1024)} KB. The feed is simulated: all prices are made up.`,
);

heading('1. Stream US stocks');
const stocks = await call('start_stocks_stream', {
  channels: ['T.AAPL', 'Q.AAPL', 'A.*', 'LULD.*'],
  endpoint: 'simulated',
});
await call(
  'wait_for_stream_message',
  { market: 'stocks', condition: { field: 'event', op: '==', value: 'AGGREGATE_SECOND' }, cursor: stocks.cursor },
  showMessages,
);
await call('read_stream_messages', { market: 'stocks', cursor: stocks.cursor, limit: 8 }, showMessages);
await call('subscribe_stocks_channels', { channels: ['T.MSFT', 'Q.MSFT'] });

heading('2. Crypto and forex beside it, in any usual spelling');
await call('start_crypto_stream', { channels: ['XT.X:BTC-USD', 'XQ.ETH-USD', 'XAS.*'], endpoint: 'simulated' });
await call('start_forex_stream', { channels: ['C.EUR-USD', 'CAS.*'], endpoint: 'simulated' });
await call('wait_for_stream_message', { market: 'crypto', channels: ['XT.*'], count: 3 }, showMessages);
await call('read_stream_messages', { market: 'forex', limit: 4 }, showMessages);

heading('3. Options: mistakes are answered, not swallowed');
await call('start_options_stream', {
  channels: ['AM.O:SPY*', 'Q.*', 'ZZ.O:SPY261218C00670000'],
  endpoint: 'simulated',
});

heading('4. Snapshots');
await call(
  'wait_for_stream_message',
  { market: 'stocks', channels: ['T.MSFT'], count: 5 },
  ({ count, waited_ms: ms }) => `${count} trades within ${ms} ms`,
);
await call('summarize_stream', { market: 'stocks', symbols: ['AAPL', 'MSFT'] }, showSummary);
await call('get_stocks_stream_status');
await call('list_crypto_subscriptions');

heading('5. The days before, from the same world by REST');
await call('find_rest_tool', { query: 'what did AAPL close at yesterday', limit: 1 });
const dayMs = 86_400_000;
const [from, to] = [7, 1].map(days => new Date(Date.now() - days * dayMs).toISOString().slice(0, 10));
await call('get_aggs', { ticker: 'AAPL', multiplier: 1, timespan: 'day', from, to, endpoint: 'simulated' });

heading('6. The end');
for (const market of ['stocks', 'crypto', 'forex']) await call(`stop_${market}_stream`);
await client.close();
line();
