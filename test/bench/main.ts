/**
 * `npm run bench`: how fast the server is, always against something that is measured in the same run.
 *
 * `--short` does what is quick, `--only ingest,latency` some parts, `--rounds N` more rounds, `--json FILE` writes all
 * figures, `--markdown` prints those with a goal for the guide on performance. `--before FOLDER` has the part ingest measure the server of
 * another checkout, too, in turn with this one and from the same sender. A part is measured until its ratios tell
 * whether they are at least half as good as they should be. Exits with 1 if one is not, or cannot be told.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { makeFolder, removeFolders } from '../support/project.js';
import { calls } from './calls.js';
import { columns } from './columns.js';
import { context } from './context.js';
import { generation } from './generation.js';
import { ingest } from './ingest.js';
import { kernel } from './kernel.js';
import { latency } from './latency.js';
import { thisMachine } from './machine.js';
import { memory } from './memory.js';
import { installPackages } from './packages.js';
import type { Part, Setting } from './part.js';
import { Programs } from './programs.js';
import { reading } from './reading.js';
import { showReport } from './report.js';
import type { Row } from './row.js';
import { start } from './start.js';
import { complaintOf, measureUntilTold } from './until-told.js';
import { windows } from './windows.js';

const parts: readonly Part[] = [
  kernel,
  columns,
  ingest,
  memory,
  latency,
  reading,
  windows,
  calls,
  start,
  context,
  generation,
];

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string', default: '6' },
    before: { type: 'string' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
});
const chosen = choose(values.only?.split(','));
const rounds = Number(values.rounds);
if (!(rounds >= 1)) throw new Error(`--rounds must be a positive number, was ${values.rounds}`);

/** With so many, the interval of a median leaves out nearly all that a busy machine does to it. */
const mostRounds = Math.max(rounds, 36);

const beganMs = performance.now();
const notes: { readonly of: Part | undefined; readonly text: string }[] = [];
let running: Part | undefined;
const rows: Row[] = [];
const programs = await Programs.bundle(makeFolder(), values.before);
const setting: Setting = {
  short: values.short,
  rounds,
  comparesBefore: values.before !== undefined,
  programs,
  note: text => notes.push({ of: running, text }),
  async install(...packages) {
    try {
      return await installPackages(packages);
    } catch {
      setting.note(`Not compared, since npm could not install it: ${packages.join(', ')}.`);
      return undefined;
    }
  },
};
try {
  for (const part of chosen) {
    const partMs = performance.now();
    const found = await measureUntilTold(part.name, () => runAnew(part), { rounds, mostRounds });
    rows.push(...found.rows);
    process.stderr.write(`${part.name}: ${found.rounds} rounds, ${seconds(partMs)} s\n`);
  }
} finally {
  await programs.close();
  removeFolders();
}

const report = { machine: thisMachine(), rounds, tookS: seconds(beganMs), notes: notes.map(({ text }) => text), rows };
console.log(showReport(report, values.markdown));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
const complaints = rows.flatMap(row => complaintOf(row) ?? []);
for (const complaint of complaints) console.log(complaint);
process.exitCode = complaints.length === 0 ? 0 : 1;

/** What an earlier run of the part noted holds no longer. */
function runAnew(part: Part): Promise<readonly Row[]> {
  const kept = notes.filter(({ of }) => of !== part);
  notes.splice(0, notes.length, ...kept);
  running = part;
  return part.run(setting);
}

function choose(names: readonly string[] | undefined): readonly Part[] {
  if (!names) return parts.filter(({ quick }) => quick || !values.short);
  const known = parts.map(({ name }) => name);
  const unknown = names.filter(name => !known.includes(name));
  if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(', ')}; the parts are ${known.join(', ')}`);
  return parts.filter(({ name }) => names.includes(name));
}

function seconds(sinceMs: number): number {
  return Math.round((performance.now() - sinceMs) / 1_000);
}
