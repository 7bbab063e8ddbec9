/** `mcp-polygon watch`: the stream of a market for people, live on a terminal, or as lines. */

import { remarksOnVariables } from '../../config/settings.js';
import { StreamError } from '../../core/errors.js';
import { dialVia, readProxies } from '../../feed/proxy.js';
import { systemClock } from '../../pacing/system-clock.js';
import { Hub } from '../../stream/hub.js';
import { describeTrouble } from '../../tools/describe.js';
import { endOf } from '../ending.js';
import type { Setup } from '../setup.js';
import { operatorsWayOut } from '../way-out.js';
import { Printer } from './printer.js';
import { TerminalDisplay } from './terminal.js';
import type { Display } from './view.js';
import { Watcher } from './watcher.js';

/** Runs until the user quits, and ends the process: 0, or 1 if there is no stream. */
export async function runWatch({ suite, markets, settings, command }: Setup): Promise<void> {
  const { stdout, stderr, env } = process;
  const [name, ...channels] = command.words;
  const market = markets.find(other => other.name === name)!;
  const onScreen = stdout.isTTY && env.TERM !== 'dumb';
  // Log lines would break the screen; the remarks say the same.
  const write = onScreen && stderr.isTTY ? () => {} : (line: string) => void stderr.write(line);
  const { find, problem } = await readProxies(env);
  for (const remark of [...remarksOnVariables(env), ...(problem ? [problem] : [])]) {
    stderr.write(`mcp-polygon: ${remark}\n`);
  }
  const hub = new Hub(suite, markets, settings, { clock: systemClock, write, dial: dialVia(find) });
  const print = (text: string): void => void stdout.write(text);
  const watcher = new Watcher(hub.client({ alone: true }), market, channels);
  let display: Display | undefined;
  const end = endOf(hub, () => {
    watcher.stop();
    display?.close();
  });
  display = onScreen
    ? new TerminalDisplay(process.stdin, stdout, print, !env.NO_COLOR, () => end(0))
    : new Printer(print);
  try {
    await watcher.run(display);
    end(0);
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    display.close();
    stderr.write(`${describeTrouble(error, operatorsWayOut(error, market))}\n`);
    end(1);
  }
}
