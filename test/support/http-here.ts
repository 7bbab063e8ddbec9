/** The server over HTTP in this process: for tests of what it answers, not of the program that serves it. */
import { markets, suite } from '../../generated/suite.js';
import { readSetup } from '../../runtime/cli/setup.js';
import { HttpServer } from '../../runtime/mcp/http/server.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { Hub } from '../../runtime/stream/hub.js';
import { Pages } from '../../runtime/tools/pages.js';

const pages = new URL('../../spec/polygon-docs/', import.meta.url);

export class HttpHere {
  private constructor(
    private readonly hub: Hub,
    private readonly server: HttpServer,
    private readonly lines: readonly string[],
  ) {}

  /**
   * Starts it on a free port.
   *
   * @throws what keeps the program from serving: problems of the settings, a line each, or an error of the server
   */
  static async start(env: Readonly<Record<string, string>> = {}, args: readonly string[] = []): Promise<HttpHere> {
    const command = ['--transport', 'http', '--port', '0', ...args];
    const { problems, settings, ...offer } = readSetup({ suite, markets }, command, env);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const hub = new Hub(offer.suite, offer.markets, settings, { clock: systemClock, write });
    try {
      const parts = { hub, pages: new Pages(pages), version: '1' };
      return new HttpHere(hub, await HttpServer.listen(parts, settings.http!), lines);
    } catch (error) {
      await hub.close();
      throw error;
    }
  }

  get url(): string {
    return this.server.url;
  }

  /** What the program would print on stderr. */
  get printed(): string {
    return this.lines.join('');
  }

  async close(): Promise<void> {
    this.server.close();
    await this.hub.close();
  }
}
