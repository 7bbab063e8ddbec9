/** Checks that need no network, and the clock. */

import { cleanKey, type Environment, keyVariables, remarksOnVariables, type Settings } from '../../config/settings.js';
import { isKeyless } from '../../feed/endpoint.js';
import { operatorsWayOutOf } from '../way-out.js';
import type { Finding } from './finding.js';
import type { Probe } from './host.js';

const oldestNode = 20;

/** @param version such as `20.11.1` */
export function judgeNode(version: string): Finding {
  const enough = Number(version.split('.')[0]) >= oldestNode;
  return {
    check: 'node',
    result: enough ? 'ok' : 'fail',
    message: `${version}; ${oldestNode} or later is needed`,
    ...(enough ? {} : { toDo: `Install Node.js ${oldestNode} or later.` }),
    facts: { version },
  };
}

/** Variables that look like settings but are not. */
export function judgeVariables(env: Environment): Finding[] {
  return remarksOnVariables(env).map(message => ({ check: 'variable', result: 'note', message }));
}

/** Says where the key comes from, never what it is. */
export function judgeKey({ key, feed }: Settings, env: Environment): Finding {
  const facts = { from: key?.from ?? null };
  if (key && !key.value.isCleaned) {
    const message = `set in ${key.from}; it is so short that it is not taken out of what the feed says`;
    return { check: 'key', result: 'note', message, facts };
  }
  if (key) return { check: 'key', result: 'ok', message: `set in ${key.from}`, facts };
  const unfilled = keyVariables.filter(name => env[name]?.trim() && cleanKey(env[name]) === undefined);
  const message =
    unfilled.length > 0
      ? `${unfilled.join(' and ')} still holds the placeholder of the host's configuration`
      : `none in ${keyVariables.join(' or ')}`;
  if (isKeyless(feed)) return { check: 'key', result: 'ok', message: `${message}; none is needed`, facts };
  return { check: 'key', result: 'fail', message, toDo: operatorsWayOutOf(undefined, 'NO_API_KEY'), facts };
}

const noticedSkewMs = 2_000;
const harmfulSkewMs = 30_000;

/** Compares this machine's clock with that of the first host that told the time. */
export function judgeClock(probes: readonly Probe[]): Finding {
  const told = probes.find(({ skewMs }) => skewMs !== undefined);
  if (told?.skewMs === undefined) {
    return { check: 'clock', result: 'skip', message: 'no host told the time', facts: { skew_ms: null, source: null } };
  }
  const { skewMs } = told;
  const size = Math.abs(skewMs);
  const source = `the Date header of ${told.host}`;
  const how =
    size <= noticedSkewMs ? 'agrees with' : `is ${Math.round(size / 1_000)} s ${skewMs > 0 ? 'behind' : 'ahead of'}`;
  return {
    check: 'clock',
    result: size <= noticedSkewMs ? 'ok' : size <= harmfulSkewMs ? 'note' : 'fail',
    message: `this machine ${how} ${source}`,
    ...(size > harmfulSkewMs
      ? { toDo: "Set this machine's clock: ages of messages and opening hours are judged by it." }
      : {}),
    facts: { skew_ms: skewMs, source },
  };
}
