import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BareServer, bin } from '../support/stdio.js';
import type { Part, Setting } from './part.js';
import { compete } from './rounds.js';
import { atMost, type Goal, type Row, rowOf } from './row.js';

const version = '2026.8.31';
/** Other MCP servers that npm has, and the arguments that they need. */
const others: Readonly<Record<string, readonly string[]>> = {
  'server-everything': [],
  'server-filesystem': [tmpdir()],
  'server-memory': [],
};

/** What a start came to. */
interface Started {
  /** From nothing to the answer to tools/list. */
  readonly readyMs: number;
  readonly listMs: number;
  readonly listBytes: number;
}

const nothing = { listMs: 0, listBytes: 0 };

export const start: Part = {
  name: 'start',
  quick: false,
  async run(setting) {
    const servers = await findOthers(setting);
    const contestants = {
      own: () => startServer([process.execPath, bin]),
      node: runNothing,
      ...Object.fromEntries(Object.entries(servers).map(([name, command]) => [name, () => startServer(command)])),
    } as Record<string, () => Promise<Started>>;
    await compete(1, contestants);
    const results = await compete(setting.rounds, contestants);
    const [own, node] = [results.own!, results.node!];
    const ready = (of: readonly Started[]): number[] => of.map(({ readyMs }) => readyMs);
    const allowed = { name: '1.5 × node -e 0 + 200 ms', values: ready(node).map(ms => 1.5 * ms + 200) };
    const what = 'until tools/list is answered';
    return [
      rowOf('start', { what, unit: 'ms', values: ready(own), against: { name: 'node -e 0', values: ready(node) } }),
      rowOf('start', { what, unit: 'ms', values: ready(own), against: allowed, goal: atMost(1) }),
      ...Object.keys(servers).flatMap(name => compareWith(name, own, results[name]!)),
    ];
  },
};

function compareWith(name: string, own: readonly Started[], other: readonly Started[]): Row[] {
  const row = (what: string, unit: string, get: (started: Started) => number, goal?: Goal): Row =>
    rowOf('start', {
      what,
      unit,
      values: own.map(get),
      against: { name, values: other.map(get) },
      ...(goal && { goal }),
    });
  return [
    row('until tools/list is answered', 'ms', ({ readyMs }) => readyMs, atMost(1)),
    row('tools/list alone', 'ms', ({ listMs }) => listMs, atMost(1)),
    row('tools/list', 'bytes', ({ listBytes }) => listBytes),
  ];
}

/** @returns commands by name, as far as they can be installed */
async function findOthers({ install }: Setting): Promise<Record<string, readonly string[]>> {
  const names = Object.keys(others);
  const folder = await install(...names.map(name => `@modelcontextprotocol/${name}@${version}`));
  if (folder === undefined) return {};
  return Object.fromEntries(names.map(name => [name, [process.execPath, programOf(folder, name), ...others[name]!]]));
}

function programOf(folder: string, name: string): string {
  const home = join(folder, 'node_modules/@modelcontextprotocol', name);
  const { bin: programs } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  const file = join(home, (Object.values(programs) as string[])[0]!);
  if (!existsSync(file)) throw new Error(`${name} has no ${file}`);
  return file;
}

async function startServer(command: readonly string[]): Promise<Started> {
  const beganMs = performance.now();
  const server = BareServer.start({}, command);
  await server.initialize();
  const askedMs = performance.now();
  const { result } = await server.request('tools/list');
  const endMs = performance.now();
  server.child.kill('SIGKILL');
  await server.ended();
  const listBytes = Buffer.byteLength(JSON.stringify(result));
  return { readyMs: endMs - beganMs, listMs: endMs - askedMs, listBytes };
}

async function runNothing(): Promise<Started> {
  const beganMs = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'close');
  return { ...nothing, readyMs: performance.now() - beganMs };
}
