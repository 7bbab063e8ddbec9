import { readFile } from 'node:fs/promises';
import { DescriptionError } from './part.js';

/** Where the vendor publishes the description of its WebSocket. */
export const published = 'https://api.massive.com/specs/websocket.json';

const timeoutMs = 30_000;

/**
 * @param from a file, or an address that begins with `http://` or `https://`
 * @returns the parsed document
 * @throws DescriptionError if it cannot be fetched or is not JSON
 */
export async function readDescription(from: string): Promise<unknown> {
  const bytes = await readBytes(from);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new DescriptionError('it should be JSON, but is not');
  }
}

/**
 * @param from as for `readDescription`
 * @throws DescriptionError if it cannot be fetched or read
 */
export async function readBytes(from: string): Promise<Buffer> {
  return (/^https?:\/\//.test(from) ? fetchBytes(from) : readFile(from)).catch((error: Error) => {
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    throw new DescriptionError(`${error.message}${cause}`);
  });
}

async function fetchBytes(address: string): Promise<Buffer> {
  const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`the answer was HTTP ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
