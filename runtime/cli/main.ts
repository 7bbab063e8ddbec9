/** The process: reads settings, runs a command or the server, and ends cleanly. */

import type { Offer } from '../config/served.js';
import { remarksOnVariables } from '../config/settings.js';
import { describeTrouble } from '../core/thrown.js';
import { dialVia, readProxies } from '../feed/proxy.js';
import type { HttpServer } from '../mcp/http/server.js';
import { serve } from '../mcp/stdio.js';
import { systemClock } from '../pacing/system-clock.js';
import { Hub } from '../stream/hub.js';
import { Pages } from '../tools/pages.js';
import { endOf, guard } from './ending.js';
import { whenOrphaned } from './parent.js';
import { readSetup, type Setup } from './setup.js';

/** What the generated entry point passes in. */
export interface Root extends Offer {
  readonly version: string;
  /** Folder of the documentation pages. */
  readonly pages: URL;
}

/** The command line or the settings are wrong. */
const wrongUsage = 2;

/** Does what the command line says; without a command it serves. */
export async function main(root: Root): Promise<void> {
  // First of all, since errors' messages quote input.
  const release = guard();
  const setup = readSetup(root, process.argv.slice(2), process.env);
  const { name } = setup.command;
  if (name === 'version') {
    print(`${root.version}\n`);
  } else if (name === 'help') {
    const { describeUsage } = await import('../config/help.js');
    print(describeUsage(root.version));
  } else if (setup.problems.length > 0) {
    complain(setup);
  } else if (name === 'doctor') {
    const { runDoctor } = await import('./doctor/doctor.js');
    await runDoctor(setup, root.version);
  } else if (name === 'watch') {
    const { runWatch } = await import('./watch/watch.js');
    await runWatch(setup);
  } else {
    await run(setup, root, release);
  }
}

/**
 * Serves until the host goes away (end of stdin, broken stdout, death of the parent) or a signal arrives.
 *
 * @param release removes the early error handler
 */
async function run({ suite, markets, settings }: Setup, { pages, version }: Root, release: () => void): Promise<void> {
  const write = (line: string): void => void process.stderr.write(line);
  const { find, problem } = await readProxies(process.env);
  for (const remark of [...remarksOnVariables(process.env), ...(problem ? [problem] : [])]) {
    write(`mcp-polygon: ${remark}\n`);
  }
  const hub = new Hub(suite, markets, settings, { clock: systemClock, write, dial: dialVia(find), findProxy: find });
  const alone = settings.http ? undefined : hub.client({ alone: true });
  let http: HttpServer | undefined;
  const end = endOf(hub, () => http?.close());
  release();
  const parts = { pages: new Pages(pages), version };
  if (alone) {
    if (process.stdin.isTTY) process.stderr.write(explainWaiting(version));
    whenOrphaned(() => end(0));
    serve({ hub: alone, ...parts }, () => end(0));
    return;
  }
  const { HttpServer: Server } = await import('../mcp/http/server.js');
  try {
    http = await Server.listen({ hub, ...parts }, settings.http!);
    process.stderr.write(`mcp-polygon ${version} serves MCP at ${http.url}\n`);
  } catch (error) {
    const { TokenFileError } = await import('../config/token-store.js');
    const { port } = settings.options;
    const trouble = error instanceof TokenFileError ? error.message : `${describeTrouble(error)} on port ${port}`;
    process.stderr.write(`mcp-polygon cannot serve over HTTP: ${trouble}\n`);
    end(wrongUsage);
  }
}

/** Shown to a person who started the program in a terminal; a host has stdin on a pipe. */
function explainWaiting(version: string): string {
  return [
    `mcp-polygon ${version} waits for an MCP host on stdin; Ctrl-C ends it.`,
    'To use it yourself, run mcp-polygon watch, mcp-polygon doctor or mcp-polygon --help.',
    '',
  ].join('\n');
}

function print(text: string): void {
  process.stdout.on('error', () => {});
  process.stdout.write(text);
}

function complain({ problems }: Setup): void {
  const text = [...problems, 'Run mcp-polygon --help to see every option.'].join('\n');
  process.stderr.write(`${text}\n`);
  process.exitCode = wrongUsage;
}
