/**
 * `npm run soak -- --minutes N`, or `--hours N` for a long one by hand: six markets on the simulated feed, cut every few seconds, with bursts. Every message
 * that was sent and not received must fall into an outage that the ledger shows, and memory, sockets and timers must
 * not become more. Meanwhile the scanner reads as many random frames as the machine has time for, and must read them as
 * `JSON.parse` does; and the reader of recordings as many that have something wrong in them, which it must say.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { markets, suite } from '../../generated/suite.js';
import { Secret } from '../../runtime/core/secret.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import type { LiveSession } from '../../runtime/simulator/live-connection.js';
import { Hub } from '../../runtime/stream/hub.js';
import { callTool, listTools } from '../../runtime/tools/tools.js';
import { defaultOptions } from '../support/options.js';
import { FrameTrial } from './frame-trial.js';
import { RecordingTrial } from './recording-trial.js';
import { isSocket, type Sample, takeSample } from './sample.js';
import { Tally } from './tally.js';
import { judgeTrend } from './trend.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    hours: { type: 'string' },
    file: { type: 'string', default: 'build/soak.ndjson' },
  },
});
const { file } = values;
const durationMs = readDuration();
/** Often enough for a trend, and not so often that the samples themselves take memory. */
const sampleEveryMs = Math.min(60_000, Math.max(500, durationMs / 60));

const burstMessages = 2_000;
const turnMs = 50;
const cutEveryMs = 2_000;
/** How much more there may be at the end than after the warm-up; each market may be on its way back. */
const margins = {
  rssMb: 64,
  heapMb: 8,
  externalMb: 16,
  sockets: markets.length,
  timers: markets.length,
  files: 2 * markets.length,
};
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
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, '');
const samples = [sample()];
while (!stopping && performance.now() - beganMs < durationMs) {
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
  if (performance.now() - samples.at(-1)!.atMs >= sampleEveryMs) samples.push(sample());
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
const trends = Object.entries(margins).map(([name, most]) => {
  const points = samples.map(one => ({ atMs: one.atMs, value: one[name as keyof typeof margins] }));
  return { name, ...judgeTrend(points, most) };
});

console.table(Object.fromEntries(rows.map(({ market, ...row }) => [market, row])));
for (const { name, perHour, growth, most, grew } of trends) {
  const verdict = grew ? 'GREW' : 'did not grow';
  console.log(
    `${name} ${verdict}: ${growth.toFixed(1)} more after the warm-up, at most ${most} allowed; ${perHour.toFixed(2)} an hour`,
  );
}
console.log(`${sockets} sockets left, ${timers} timers left`);
console.log(`scanner and JSON.parse read ${trial.frames} random frames, and disagree on ${trial.disagreements.length}`);
console.log(
  `${recordings.files} recordings with something wrong in them were read, of which ${recordings.faults.length} badly`,
);
const unaccounted = rows.reduce((sum, row) => sum + row.unaccounted, 0);
const faults = [
  ...(unaccounted === 0 ? [] : [`${unaccounted} messages are unaccounted for`]),
  ...trends.filter(({ grew }) => grew).map(({ name, growth }) => `${name} grew by ${growth.toFixed(1)}`),
  ...(sockets === 0 ? [] : [`${sockets} sockets are left`]),
  ...(timers === 0 ? [] : [`${timers} timers are left`]),
  ...recordings.faults.slice(0, 3).map(fault => `the reader of recordings failed: ${fault}`),
  ...trial.disagreements.slice(0, 3).map(frame => `the scanner misread ${frame}`),
  ...(rows.every(({ malformed }) => malformed === 0) ? [] : ['frames were malformed']),
];
console.log(faults.length === 0 ? 'every message is accounted for' : faults.join('; '));
note({ trends, accounts: rows, faults });
console.log(`every sample is in ${file}`);
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

function sample(): Sample {
  const taken = takeSample();
  note({ ...taken, messages: markets.map(({ name }) => tallies.get(name)!.soFar(hub.stream(name))) });
  return taken;
}

/** Adds a line to the file. */
function note(line: object): void {
  appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
}

/** @returns ms */
function readDuration(): number {
  const { hours, minutes = '0.5' } = values;
  const [given, unitMs] = hours === undefined ? [minutes, 60_000] : [hours, 3_600_000];
  if (!(Number(given) > 0)) throw new Error(`--hours or --minutes must be a positive number, was ${given}`);
  return Number(given) * unitMs;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
