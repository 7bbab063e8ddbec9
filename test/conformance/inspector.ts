/** The Inspector's command line on both transports, in both protocol eras. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../support/command.js';
import { makeFolder } from '../support/project.js';
import { bin } from '../support/stdio.js';
import { toolNames } from '../support/tool-names.js';
import type { Verdict } from './suite.js';

const start = ['--tool-name', 'start_crypto_stream', '--tool-arg', 'channels=["XT.BTC-USD"]'];

/** @param command runs the Inspector */
export async function inspect(command: readonly string[], url: string): Promise<Verdict[]> {
  const folder = makeFolder();
  const config = join(folder, 'mcp.json');
  const stdio = { command: process.execPath, args: [bin], env: { POLYGON_FEED: 'simulated' } };
  const http = { type: 'streamable-http', url };
  const modern = { protocolEra: 'modern' };
  const servers: Readonly<Record<string, object>> = {
    'stdio 2025': stdio,
    'stdio 2026': { ...stdio, ...modern },
    'http 2025': http,
    'http 2026': { ...http, ...modern },
  };
  writeFileSync(config, JSON.stringify({ mcpServers: servers }));
  const ask = async (server: string, ...args: readonly string[]): Promise<string> => {
    const options = ['--cli', '--config', config, '--server', server, '--format', 'json', '--method'];
    const env = { ...process.env, MCP_INSPECTOR_SECRET_STORE: 'memory' };
    return (await run([...command, ...options, ...args], { cwd: folder, env })).stdout;
  };
  const verdicts: Verdict[] = [];
  for (const server of Object.keys(servers)) {
    const { tools } = JSON.parse(await ask(server, 'tools/list')).result;
    const { structuredContent } = JSON.parse(await ask(server, 'tools/call', ...start)).result;
    const listed = tools.length === toolNames().length;
    const live = structuredContent.state === 'live' && structuredContent.accepted.length === 1;
    verdicts.push({
      what: `inspector ${server}`,
      passed: Number(listed) + Number(live),
      warnings: 0,
      trouble: [
        ...(listed ? [] : [`${tools.length} tools`]),
        ...(live ? [] : [`the stream is ${structuredContent.state}`]),
      ],
    });
  }
  return verdicts;
}
