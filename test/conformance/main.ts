/**
 * `npm run conformance`: the MCP conformance suite on the built server over HTTP, and the Inspector on both transports.
 * They, and the Node that they need, come from the npm registry; without it this says so, and ends well where nobody
 * relies on it: in continuous integration it fails.
 */
import { join } from 'node:path';
import { fetchPackages } from '../support/nodes.js';
import { removeFolders } from '../support/project.js';
import { SpawnedHttp } from '../support/spawned-http.js';
import { inspect } from './inspector.js';
import { leftOut, type Scenario, scenarios } from './scenarios.js';
import { Suite, type Verdict } from './suite.js';

const packages = [
  'node@22.23.3',
  '@modelcontextprotocol/conformance@0.2.0-alpha.12',
  '@modelcontextprotocol/inspector@2.12.0',
];
/** Whether this runs in continuous integration. */
const isRelied = (process.env.CI ?? '') !== '';
/** Scenarios that run at the same time. */
const lanes = 3;

async function fetchTools(): Promise<string | undefined> {
  try {
    return join(await fetchPackages(...packages), 'node_modules');
  } catch (error) {
    const cause = `nothing was judged, because npm has not brought ${packages.join(', ')}.`;
    console.log(isRelied ? `Failed: ${cause} Continuous integration needs them.` : `Skipped: ${cause}`);
    console.log(error instanceof Error ? error.message : error);
    return undefined;
  }
}

async function judgeAll(suite: Suite): Promise<Verdict[]> {
  const waiting = scenarios.flatMap(scenario =>
    scenario.versions.map((version): [Scenario, string] => [scenario, version]),
  );
  const verdicts: Verdict[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) verdicts.push(await suite.judge(...next));
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return verdicts.sort((a, b) => (a.what < b.what ? -1 : 1));
}

function report(verdicts: readonly Verdict[], undecided: readonly string[]): boolean {
  console.table(
    verdicts.map(({ what, passed, warnings, trouble }) => ({ what, passed, warnings, trouble: trouble.join('; ') })),
  );
  console.log('Left out:');
  for (const { why, names } of leftOut) console.log(`  ${why}: ${names.join(', ')}`);
  for (const { name, unless = {} } of scenarios) {
    for (const [check, why] of Object.entries(unless)) console.log(`  ${name}, ${check}: ${why}`);
  }
  for (const text of undecided) console.log(`Undecided: ${text}; see test/conformance/scenarios.ts`);
  const bad = verdicts.filter(({ trouble }) => trouble.length > 0);
  console.log(bad.length + undecided.length === 0 ? 'the server conforms' : 'the server does not conform');
  return bad.length + undecided.length === 0;
}

let server: SpawnedHttp | undefined;
try {
  const tools = await fetchTools();
  if (tools === undefined) process.exitCode = isRelied ? 1 : 0;
  else {
    const node = join(tools, '.bin/node');
    server = await SpawnedHttp.start({ POLYGON_FEED: 'simulated' });
    const suite = new Suite([node, join(tools, '@modelcontextprotocol/conformance/dist/index.js')], server.url);
    const verdicts = [
      ...(await judgeAll(suite)),
      ...(await inspect([node, join(tools, '.bin/mcp-inspector')], server.url)),
    ];
    process.exitCode = report(verdicts, await suite.undecided()) ? 0 : 1;
  }
} finally {
  await server?.close();
  removeFolders();
}
