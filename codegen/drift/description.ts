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
  const text = await (/^https?:\/\//.test(from) ? fetchText(from) : readFile(from, 'utf8')).catch((error: Error) => {
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    throw new DescriptionError(`${error.message}${cause}`);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new DescriptionError('it should be JSON, but is not');
  }
}

async function fetchText(address: string): Promise<string> {
  const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`the answer was HTTP ${response.status}`);
  return await response.text();
}
