import { HostedServer, type Launch } from './stdio.js';
import { toolNames } from './tool-names.js';

/** The result of starting a server as a host would. */
export interface Trial {
  readonly tools: number;
  readonly started_ms: number;
  readonly messages: number;
}

/** Starts a server, lists its tools, and streams from the simulated feed. */
export async function tryOut(launch: Launch): Promise<Trial> {
  const beganMs = performance.now();
  const server = await HostedServer.launch(launch);
  try {
    const { tools } = await server.client.listTools();
    const startedMs = Math.round(performance.now() - beganMs);
    await server.call('start_crypto_stream', { channels: ['XT.*'], endpoint: 'simulated' });
    const { structuredContent } = await server.call('wait_for_stream_message', { market: 'crypto', count: 3 });
    const { count } = structuredContent as { count: number };
    return { tools: tools.length, started_ms: startedMs, messages: count };
  } finally {
    await server.close();
  }
}

/** Whether it has all tools and delivered messages. */
export function isSound({ tools, messages }: Trial): boolean {
  return tools === toolNames().length && messages >= 3;
}
