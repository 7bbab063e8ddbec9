/**
 * `npm run soak -- --minutes N`: six markets on the simulated feed, cut every few seconds, with bursts. Every message
 * that was sent and not received must fall into an outage that the ledger shows, and memory, sockets and timers must
 * not become more. Meanwhile the scanner reads as many random frames as the machine has time for, and must read them as
 * `JSON.parse` does; and the reader of recordings as many that have something wrong in them, which it must say.
 */
import { parseArgs } from 'node:util';
import { markets, suite } from '../../generated/suite.js';
import { defaultOptions } from '../../runtime/config/options.js';
import { Secret } from '../../runtime/core/secret.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { type LiveSession, SimulatedFeed } from '../../runtime/simulator/feed.js';
import { Hub } from '../../runtime/stream/hub.js';
import { callTool, listTools } from '../../runtime/tools/tools.js';
import { FrameTrial } from './frame-trial.js';
import { RecordingTrial } from './recording-trial.js';
import { Tally } from './tally.js';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '0.5' } } });
const durationMs = Number(values.minutes) * 60_000;
if (!(durationMs > 0)) throw new Error(`--minutes must be a positive number, was ${values.minutes}`);

const burstMessages = 2_000;
const turnMs = 50;
const cutEveryMs = 2_000;
/** How much more the last third may take than the middle one; each market may be on its way back. */
const margins = { heapMb: 8, sockets: markets.length, timers: markets.length };
const random = seeded(7);

const feed = new SimulatedFeed(markets, { stepMs: 0 });
const hub = new Hub(
  suite,
  markets,
  {
    key: { value: new Secret('soak-key-0123456789'), from: 'POLYGON_API_KEY' },
    feed: await feed.listen(),
    allowedHosts: [],
    options: { ...defaultOptions, backoffInitialMs: 50, backoffMaxMs: 400, bufferMessages: 5_000 },
  },
  { clock: systemClock, write: () => {} },
).client({ alone: true });
const trial = new FrameTrial(markets, Date.now());
const recordings = new RecordingTrial(Date.now());
const tallies = new Map(markets.map(market => [market.name, new Tally(market)]));
let stopping = false;
process.once('SIGINT', () => {
  stopping = true;
});

for (const market of markets) {
  const channels = market.channels.map(({ prefix }) => `${prefix}.${market.simulation.instruments[0]!.symbol}`);
  await call(`start_${market.name}_stream`, { channels });
}

const beganMs = performance.now();
const samples = [sample()];
for (let loopBudget = 0; !stopping && performance.now() - beganMs < durationMs; loopBudget++) {
  for (const market of markets) {
    const [session] = feed.sessions(market.name);
    const count = random() < 0.02 ? burstMessages : 20;
    if (!session || session.held.size === 0) {
      tallies.get(market.name)!.miss(count);
      continue;
    }
    tallies.get(market.name)!.send(session, hub.stream(market.name), count);
    if (random() < turnMs / cutEveryMs) cut(session);
  }
  if (loopBudget % 20 === 0) {
    samples.push(sample());
  }
  await trial.run(turnMs * 0.8);
  await recordings.run(turnMs * 0.2);
}
recordings.close();

// What is still on its way arrives before anything is added up.
for (const market of markets) {
  const stream = hub.stream(market.name);
  await stream.changes.until(
    () => stream.state === 'live' && stream.subscriptions.namesIn('pending').length === 0,
    5_000,
  );
  const [session] = feed.sessions(market.name);
  if (session) tallies.get(market.name)!.send(session, stream, 1);
}
await pause(500);

const rows = markets.map(({ name }) => tallies.get(name)!.account(hub.stream(name)));
await hub.close();
await feed.close();
await pause(300);
const left = process.getActiveResourcesInfo();
const sockets = left.filter(isSocket).length;
const timers = left.filter(name => name === 'Timeout').length;
const part = (from: number, to: number): Sample[] => {
  const begin = Math.min(Math.floor(samples.length * from), samples.length - 1);
  return samples.slice(begin, Math.max(begin + 1, Math.floor(samples.length * to)));
};
// The buffers fill in the first third.
const [middle, end] = [part(1 / 3, 2 / 3), part(2 / 3, 1)];
const names = ['heapMb', 'sockets', 'timers'] as const;
const growths = names.map(name => ({ name, growth: average(end, name) - average(middle, name), most: margins[name] }));
const [first, last] = [part(0, 0.1), part(0.9, 1)];
const minutes = (last.at(-1)!.atMs - first[0]!.atMs) / 60_000;

console.table(Object.fromEntries(rows.map(({ market, ...row }) => [market, row])));
for (const name of names) {
  const [from, to] = [average(first, name), average(last, name)];
  const slope = minutes > 0 ? (to - from) / minutes : 0;
  console.log(
    `${name}: ${from.toFixed(1)} in the first tenth, ${to.toFixed(1)} in the last, ${slope.toFixed(1)} a minute`,
  );
}
for (const { name, growth, most } of growths) {
  console.log(`${name}: ${growth.toFixed(1)} more in the last third than in the middle one, at most ${most} allowed`);
}
console.log(`${sockets} sockets left, ${timers} timers left`);
console.log(`scanner and JSON.parse read ${trial.frames} random frames, and disagree on ${trial.disagreements.length}`);
console.log(
  `${recordings.files} recordings with something wrong in them were read, of which ${recordings.faults.length} badly`,
);
const unaccounted = rows.reduce((sum, row) => sum + row.unaccounted, 0);
const faults = [
  ...(unaccounted === 0 ? [] : [`${unaccounted} messages are unaccounted for`]),
  ...growths
    .filter(({ growth, most }) => growth > most)
    .map(({ name, growth }) => `${name} grew by ${growth.toFixed(1)}`),
  ...(sockets === 0 ? [] : [`${sockets} sockets are left`]),
  ...(timers === 0 ? [] : [`${timers} timers are left`]),
  ...recordings.faults.slice(0, 3).map(fault => `the reader of recordings failed: ${fault}`),
  ...trial.disagreements.slice(0, 3).map(frame => `the scanner misread ${frame}`),
  ...(rows.every(({ malformed }) => malformed === 0) ? [] : ['frames were malformed']),
];
console.log(faults.length === 0 ? 'every message is accounted for' : faults.join('; '));
process.exitCode = faults.length === 0 ? 0 : 1;

async function call(name: string, args: object): Promise<void> {
  const owned = listTools(hub).find(({ tool }) => tool.name === name)!;
  const { isError, text } = await callTool(hub, owned, args);
  if (isError) throw new Error(text);
}

function cut(session: LiveSession): void {
  if (random() < 0.5) session.terminate();
  else session.close(random() < 0.5 ? 1000 : 1012);
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

interface Sample {
  readonly atMs: number;
  readonly heapMb: number;
  readonly sockets: number;
  readonly timers: number;
}

function sample(): Sample {
  globalThis.gc?.();
  const active = process.getActiveResourcesInfo();
  const memory = process.memoryUsage();
  return {
    atMs: performance.now(),
    heapMb: (memory.heapUsed + memory.arrayBuffers) / 2 ** 20,
    sockets: active.filter(isSocket).length,
    timers: active.filter(name => name === 'Timeout').length,
  };
}

function isSocket(name: string): boolean {
  return name === 'TCPSocketWrap' || name === 'TCPServerWrap';
}

function average(of: readonly Sample[], name: keyof Sample): number {
  return of.reduce((sum, one) => sum + one[name], 0) / of.length;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
