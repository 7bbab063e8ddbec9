/**
 * `npm run package:check`: the npm package, installed as a user would, streams under every Node that it supports.
 * The other Nodes come from the npm registry.
 */
import { delimiter } from 'node:path';
import { offline, run } from '../support/command.js';
import { fetchNode } from '../support/nodes.js';
import { makeFolder, removeFolders } from '../support/project.js';
import { HostedServer } from '../support/stdio.js';
import { install, pack, type Tarball } from '../support/tarball.js';
import { toolNames } from '../support/toolnames.js';

const majors = [20, 22, 24];

interface Row {
  readonly node: string;
  readonly tools: number;
  readonly started_ms: number;
  readonly messages: number;
}

/** Installs the package and streams with it, everything under one Node. */
async function check(tarball: Tarball, major: number): Promise<Row> {
  const bin = await fetchNode(major);
  const { PATH = '', ...others } = offline();
  const env = { ...others, PATH: bin === undefined ? PATH : `${bin}${delimiter}${PATH}` };
  const folder = makeFolder();
  await install(tarball, folder, env);
  const { stdout } = await run(['node', '--version'], { cwd: folder, env });
  const node = stdout.trim();
  if (!node.startsWith(`v${major}.`)) throw new Error(`wanted Node ${major}, got ${node}`);
  const beganMs = performance.now();
  const server = await HostedServer.launch({ command: ['npx', '-y', 'mcp-polygon'], cwd: folder, env });
  try {
    const { tools } = await server.client.listTools();
    const startedMs = Math.round(performance.now() - beganMs);
    await server.call('start_crypto_stream', { channels: ['XT.*'], endpoint: 'simulated' });
    const { structuredContent } = await server.call('wait_for_stream_message', { market: 'crypto', count: 3 });
    const { count } = structuredContent as { count: number };
    return { node, tools: tools.length, started_ms: startedMs, messages: count };
  } finally {
    await server.close();
  }
}

try {
  const tarball = await pack(makeFolder());
  const rows: Row[] = [];
  for (const major of majors) rows.push(await check(tarball, major));
  console.table(rows);
  const bad = rows.filter(({ tools, messages }) => tools !== toolNames().length || messages < 3);
  console.log(bad.length === 0 ? 'the package runs under every Node' : 'some Node lacks tools or messages');
  process.exitCode = bad.length === 0 ? 0 : 1;
} finally {
  removeFolders();
}
