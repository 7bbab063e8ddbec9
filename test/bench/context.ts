import { pathToFileURL } from 'node:url';
import { markets, suite } from '../../generated/suite.js';
import type { Market } from '../../runtime/contract/market.js';
import type { Message } from '../../runtime/market/format.js';
import { lineOf } from '../../runtime/reading/text.js';
import type { Client } from '../../runtime/stream/client.js';
import { type Answered, callOn, hubOn } from '../support/bench.js';
import { handFrame } from '../support/hand-feed.js';
import { BareServer } from '../support/stdio.js';
import { eventsOf, framesOf } from './load.js';
import type { Part, Setting } from './part.js';
import { atMost, type Goal, type Row, rowOf, valueAtMost } from './row.js';

const tokenizer = 'gpt-tokenizer@4.0.0';
const tokenizerFile = 'node_modules/gpt-tokenizer/esm/encoding/o200k_base.js';
const usualBytesPerToken = 4;
const symbols = 10;
const messages = 1_000;

/** Size of a text, in bytes or tokens. */
type Measure = (text: string) => number;

/** What answers cost those who must read them. */
export const context: Part = {
  name: 'context',
  quick: true,
  async run(setting) {
    const countTokens = await findTokenizer(setting);
    const list = await listOfTools();
    const rows = [
      rowOf('context', {
        what: 'tools/list',
        unit: 'bytes',
        values: [Buffer.byteLength(list)],
        goal: valueAtMost(40 * 1_024),
      }),
      rowOf('context', { what: 'tools/list', unit: 'tokens', values: [countTokens(list)] }),
    ];
    const hub = hubOn(suite, markets, 'realtime');
    const answers: Forms[] = [];
    for (const market of markets) answers.push(await askFor(hub, market));
    return [
      ...rows,
      ...rowsIn('bytes/message', answers, text => Buffer.byteLength(text)),
      ...rowsIn('tokens/message', answers, countTokens),
    ];
  },
};

function rowsIn(unit: string, answers: readonly Forms[], measure: Measure): Row[] {
  const weights = answers.map(forms => weigh(forms, measure));
  const row = (what: string, form: keyof Weights, goal?: Goal): Row =>
    rowOf('context', {
      what: `${what}, each of six markets`,
      unit,
      values: weights.map(weight => weight[form]),
      against: { name: 'raw JSON', values: weights.map(({ raw }) => raw) },
      ...(goal && { goal }),
    });
  return [
    row('message', 'message'),
    row('message in full', 'full'),
    row('message as text', 'text'),
    row('message in CSV', 'csv'),
    row(`summary of ${messages} messages`, 'summary', atMost(0.05)),
  ];
}

/** The same messages in every form. */
interface Forms {
  readonly raw: readonly string[];
  readonly message: readonly string[];
  readonly full: readonly string[];
  readonly text: readonly string[];
  readonly csv: { readonly table: string; readonly rows: number };
  readonly summary: string;
}

/** What a message costs in each form. */
interface Weights {
  readonly raw: number;
  readonly message: number;
  readonly full: number;
  readonly text: number;
  readonly csv: number;
  readonly summary: number;
}

async function findTokenizer({ short, install, note }: Setting): Promise<Measure> {
  const folder = short ? undefined : await install(tokenizer);
  if (folder === undefined) {
    note(`Tokens are estimated: ${usualBytesPerToken} bytes each.`);
    return text => Math.round(Buffer.byteLength(text) / usualBytesPerToken);
  }
  const { countTokens } = await import(pathToFileURL(`${folder}/${tokenizerFile}`).href);
  note('Tokens are those of o200k_base.');
  return countTokens;
}

async function listOfTools(): Promise<string> {
  const server = BareServer.start();
  await server.initialize();
  const { result } = await server.request('tools/list');
  server.child.kill('SIGKILL');
  return JSON.stringify(result);
}

/** Trades, quotes and values of a market, in every form in which they are answered. */
async function askFor(hub: Client, market: Market): Promise<Forms> {
  const events = eventsOf(market, symbols, messages);
  for (const frame of framesOf(events, 10)) handFrame(hub.stream(market.name), frame);
  const read = { market: market.name, limit: 200, max_bytes: 200_000 };
  const [short, full, csv, summary] = await Promise.all([
    ask(hub, 'read_stream_messages', read),
    ask(hub, 'read_stream_messages', { ...read, detail: 'full' }),
    ask(hub, 'read_stream_messages', { ...read, format: 'csv' }),
    ask(hub, 'summarize_stream', { market: market.name }),
  ]);
  return {
    raw: events,
    message: textsOf(short),
    full: textsOf(full),
    text: (short.messages as Message[]).map(lineOf),
    csv: { table: csv.csv as string, rows: csv.count as number },
    summary: JSON.stringify(summary.symbols),
  };
}

function weigh({ raw, message, full, text, csv, summary }: Forms, measure: Measure): Weights {
  const each = (texts: readonly string[]): number => texts.reduce((sum, one) => sum + measure(one), 0) / texts.length;
  return {
    raw: each(raw),
    message: each(message),
    full: each(full),
    text: each(text),
    csv: measure(csv.table) / csv.rows,
    summary: measure(summary) / messages,
  };
}

async function ask(hub: Client, name: string, args: object): Promise<Answered> {
  const { structured, isError, text } = await callOn(hub, name, args);
  if (isError) throw new Error(text);
  return structured;
}

function textsOf({ messages: shown }: Answered): string[] {
  return (shown as object[]).map(message => JSON.stringify(message));
}
