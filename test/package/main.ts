/**
 * `npm run package:check`: the npm package, installed as a user would, streams under every Node that it supports.
 * The other Nodes come from the npm registry.
 */
import { delimiter } from 'node:path';
import { offline, run } from '../support/command.js';
import { fetchNode } from '../support/nodes.js';
import { makeFolder, removeFolders } from '../support/project.js';
import { install, pack, type Tarball } from '../support/tarball.js';
import { isSound, type Trial, tryOut } from '../support/trial.js';

const majors = [20, 22, 24];

interface Row extends Trial {
  readonly node: string;
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
  return { node, ...(await tryOut({ command: ['npx', '-y', 'mcp-polygon'], cwd: folder, env })) };
}

try {
  const tarball = await pack(makeFolder());
  const rows: Row[] = [];
  for (const major of majors) rows.push(await check(tarball, major));
  console.table(rows);
  const sound = rows.every(isSound);
  console.log(sound ? 'the package runs under every Node' : 'some Node lacks tools or messages');
  process.exitCode = sound ? 0 : 1;
} finally {
  removeFolders();
}
