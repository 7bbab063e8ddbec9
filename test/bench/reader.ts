/** A process with a full buffer, of which tools are asked. Arguments: how many messages, how many symbols. */
import { markets, suite } from '../../generated/suite.js';
import { cursorOf } from '../../runtime/reading/answer.js';
import { callTool, listTools } from '../../runtime/tools/tools.js';
import { hubOn } from '../support/bench.js';
import { handFrame } from '../support/hand-feed.js';
import { marketOf } from '../support/markets.js';
import { answerCalls } from './call.js';
import { eventsOf, framesOf, symbolOf } from './load.js';

const [messages = 0, symbols = 0] = process.argv.slice(2).map(Number);
const market = marketOf('stocks');
const hub = hubOn(suite, markets, 'realtime', { bufferMessages: messages, bufferBytes: 512 * 2 ** 20 });
const stream = hub.stream(market.name);
const { buffer } = stream;
const target = symbolOf(market, 0);
const longEnoughMs = 40;
const day = 86_400;

const batch = 10;
const texts = eventsOf(market, symbols, Math.max(symbols, 10_000));
const frames = framesOf(texts, batch);
for (let taken = 0; taken * batch < messages; taken++) handFrame(stream, Buffer.from(frames[taken % frames.length]!));
// What waits look for comes last of all.
handFrame(
  stream,
  Buffer.from(`[{"ev":"T","sym":"${target}","x":4,"i":"1","z":3,"p":99999.5,"s":1,"t":1795446000000,"q":1}]`),
);

const jump = { field: 'price', op: '>', value: 99_999, symbol: target };
const tasks = {
  newest: () => call('read_stream_messages', {}),
  symbol: () => call('read_stream_messages', { channels: [target], limit: 10 }),
  waitForSymbol: () => call('wait_for_stream_message', { condition: jump, ...fromStart() }),
  waitOnChannel: () => call('wait_for_stream_message', { condition: jump, channels: [`T.${target}`], ...fromStart() }),
  summarizeWindow: () => call('summarize_stream', { window_s: day }),
  summarize: () => call('summarize_stream', {}),
  parse: () => parseNewest(50),
  parseAll: () => parseNewest(buffer.size),
} as const satisfies Record<string, () => unknown>;

export type Task = keyof typeof tasks;

function fromStart(): { cursor: string } {
  return { cursor: cursorOf(hub, stream, buffer.oldestSeq) };
}

async function call(name: string, args: object): Promise<void> {
  const owned = listTools(hub).find(({ tool }) => tool.name === name)!;
  const { isError, text } = await callTool(hub, owned, { market: market.name, ...args });
  if (isError) throw new Error(text);
}

/** What the shortest program would do to look at the newest messages. */
function parseNewest(count: number): void {
  for (let index = 0; index < count; index++) JSON.parse(texts[index % texts.length]!);
}

const calls = {
  /** @returns ms that a task takes: the least of several runs, in which others were in the way the least */
  async time(task: Task): Promise<number> {
    const endMs = performance.now() + longEnoughMs;
    let leastMs = Number.POSITIVE_INFINITY;
    while (performance.now() < endMs) {
      const beganMs = performance.now();
      await tasks[task]();
      leastMs = Math.min(leastMs, performance.now() - beganMs);
    }
    return leastMs;
  },
};

export type ReaderCalls = typeof calls;

answerCalls(calls);
