/** The process: settings in, server up, and an end that leaves nothing behind. */
import { systemClock } from './clock.js';
import { Redactor } from './foreign.js';
import type { HttpServer } from './http.js';
import { Hub } from './hub.js';
import { Pages } from './pages.js';
import type { Offer } from './served.js';
import { serve } from './server.js';
import { secretsOf } from './settings.js';
import { readSetup, type Setup } from './setup.js';

/** What the composition root hands over. */
export interface Root extends Offer {
  readonly version: string;
  /** Folder of the documentation pages. */
  readonly pages: URL;
}

/** After so long the process ends, closed sockets or not. */
const patienceMs = 800;

/** The command line or the settings are wrong. */
const wrongUsage = 2;

/** Does what the command line says; without a command it serves. */
export async function main(root: Root): Promise<void> {
  const setup = readSetup(root, process.argv.slice(2), process.env);
  const { name } = setup.command;
  if (name === 'version') {
    print(`${root.version}\n`);
  } else if (name === 'help') {
    const { describeUsage } = await import('./help.js');
    print(describeUsage(root.version));
  } else if (setup.problems.length > 0) {
    complain(setup);
  } else if (name === 'doctor') {
    const { runDoctor } = await import('./doctor/doctor.js');
    await runDoctor(setup, root.version);
  } else {
    await run(setup, root);
  }
}

/** Serves until the host goes away (the end of stdin, a broken stdout) or a signal comes. */
async function run({ suite, markets, settings }: Setup, { pages, version }: Root): Promise<void> {
  const hub = new Hub(suite, markets, settings, { clock: systemClock, write: line => process.stderr.write(line) });

  let http: HttpServer | undefined;
  let ending = false;
  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(code), patienceMs).unref();
    http?.close();
    void hub.close().finally(() => process.exit(code));
  };
  const crash = (error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${hub.redactor.redact(text)}\n`);
    end(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(0));
  process.stdout.on('error', () => end(0));
  process.stderr.on('error', () => end(0));

  const parts = { hub, pages: new Pages(pages), version };
  if (!settings.http) {
    serve(parts, () => end(0));
    return;
  }
  const { HttpServer: Server } = await import('./http.js');
  try {
    http = await Server.listen(parts, settings.http);
    process.stderr.write(`mcp-polygon ${version} serves MCP at ${http.url}\n`);
  } catch (error) {
    process.stderr.write(`mcp-polygon cannot serve over HTTP: ${error instanceof Error ? error.message : error}\n`);
    end(wrongUsage);
  }
}

function print(text: string): void {
  process.stdout.on('error', () => {});
  process.stdout.write(text);
}

function complain({ problems, settings }: Setup): void {
  const redactor = new Redactor();
  for (const secret of secretsOf(settings)) redactor.add(secret);
  const text = [...problems, 'Run mcp-polygon --help to see every option.'].join('\n');
  process.stderr.write(`${redactor.redact(text)}\n`);
  process.exitCode = wrongUsage;
}
