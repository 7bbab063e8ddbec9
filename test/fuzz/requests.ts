import { markets, suite } from '../../generated/suite.js';
import { readSettings } from '../../runtime/config/settings.js';
import { HttpServer } from '../../runtime/mcp/http/server.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { Hub } from '../../runtime/stream/hub.js';
import { Pages } from '../../runtime/tools/pages.js';
import { RequestFuzz } from '../support/request-fuzz.js';
import type { Fuzzer } from './fuzzer.js';

const token = 'token-of-the-fuzzer-0123456789';
/** Whether the server still serves is asked as often. */
const casesBetween = 25;

export const requestFuzzer: Fuzzer = {
  name: 'requests',
  claim: 'No bytes on a connection over HTTP are answered with 500 or never, and the server serves on.',
  usualCases: 400,
  async open(random) {
    const env = {
      POLYGON_FEED: 'simulated',
      MCP_POLYGON_TRANSPORT: 'http',
      MCP_POLYGON_PORT: '0',
      MCP_POLYGON_HTTP_TOKENS: token,
      MCP_POLYGON_HTTP_TIMEOUT_MS: '1000',
      MCP_POLYGON_HTTP_HEAD_TIMEOUT_MS: '1000',
    };
    const { settings } = readSettings(env, []);
    const hub = new Hub(suite, markets, settings, { clock: systemClock, write: () => {} });
    const pages = new Pages(new URL('../../spec/polygon-docs/', import.meta.url));
    const server = await HttpServer.listen({ hub, pages, version: '1' }, settings.http!);
    const fuzz = new RequestFuzz(random, server.url, token);
    let cases = 0;
    return {
      async next() {
        return (await fuzz.try()) ?? (++cases % casesBetween === 0 ? await fuzz.tryUsual() : undefined);
      },
      async close() {
        server.close();
        await hub.close();
      },
    };
  },
};
