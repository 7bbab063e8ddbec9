/** Looks at the REST API with one request, the cheapest that there is: whether it is reached, and takes the key. */
import { type ErrorCode, StreamError } from '../../core/errors.js';
import type { HubView } from '../../stream/view.js';
import { callOperation, operationNamed } from '../../tools/requests.js';
import type { Finding } from './finding.js';

const asked = 'get_market_status';
const nobody: readonly ErrorCode[] = ['NO_API_KEY', 'ENDPOINT_NOT_ALLOWED'];

/** @param skipped why not to ask */
export async function judgeRest(hub: HubView, skipped: string | undefined): Promise<Finding> {
  const operation = await operationNamed(hub, asked);
  const skip = (message: string): Finding => ({ check: 'rest', result: 'skip', message: `not asked: ${message}` });
  if (!operation || skipped !== undefined) return skip(skipped ?? 'there are no requests');
  const begunMs = hub.clock.elapsed();
  try {
    const { endpoint } = await hub.restTarget(undefined, undefined);
    if (endpoint !== 'vendor') return skip(`the feed is ${endpoint === 'replay' ? 'a replay' : endpoint}`);
    const { source } = await callOperation(hub, operation, {});
    const ms = Math.round(hub.clock.elapsed() - begunMs);
    const host = 'host' in source && source.host !== undefined ? source.host : 'the REST API';
    const message = `${host} answered after ${ms} ms and took the key; what the plan covers, each tool of it says`;
    return { check: 'rest', result: 'ok', message, facts: { host, answered_ms: ms } };
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    const { code, message, hint } = error;
    if (nobody.includes(code))
      return skip(code === 'NO_API_KEY' ? 'there is no key' : 'POLYGON_REST_URL names no host');
    // Streams work without it.
    const isPlan = code === 'NOT_ENTITLED' || code === 'RATE_LIMITED';
    return {
      ...{ check: 'rest', result: isPlan ? 'note' : 'fail', message: `${code}: ${message}`, facts: { code } },
      ...(isPlan ? {} : { toDo: hint }),
    };
  }
}
