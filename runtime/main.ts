/** The process: settings in, server up, and an end that leaves nothing behind. */
import { systemClock } from './clock.js';
import type { Market, Suite } from './contract.js';
import { Hub } from './hub.js';
import { Pages } from './pages.js';
import { serve } from './server.js';
import { readSettings } from './settings.js';

/** What the composition root hands over. */
export interface Root {
  readonly suite: Suite;
  readonly markets: readonly Market[];
  readonly version: string;
  /** Folder of the documentation pages. */
  readonly pages: URL;
}

/** After so long the process ends, closed sockets or not. */
const patienceMs = 800;

/** Serves until the host goes away: the end of stdin, a broken stdout, or a signal. */
export function main({ suite, markets, version, pages }: Root): void {
  const names = markets.map(({ name }) => name);
  const { settings, problems } = readSettings(process.env, names);
  if (problems.length > 0) {
    process.stderr.write(`${problems.join('\n')}\n`);
    process.exit(1);
  }
  const served = markets.filter(({ name }) => settings.markets?.includes(name) ?? true);
  const hub = new Hub(suite, served, settings, { clock: systemClock, write: line => process.stderr.write(line) });

  let ending = false;
  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(code), patienceMs).unref();
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

  serve({ hub, pages: new Pages(pages), version }, () => end(0));
}
