/** Runs doctor on feeds made for the test. */
import { afterAll, expect } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { examine, hubOf } from '../../runtime/cli/doctor/doctor.js';
import type { Finding } from '../../runtime/cli/doctor/finding.js';
import { showReport } from '../../runtime/cli/doctor/report.js';
import { readSetup } from '../../runtime/cli/setup.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { type Run, runProgram } from './program.js';

export const key = 'sentinel-key-0815-very-secret';

export const running: { close(): Promise<void> }[] = [];

export interface Check {
  readonly check: string;
  readonly name?: string;
  readonly result: string;
  readonly message: string;
  readonly channels?: readonly { readonly channel: string; readonly result: string; readonly code?: string }[];
  readonly [fact: string]: unknown;
}

export interface Report {
  readonly ok: boolean;
  readonly checks: readonly Check[];
  readonly to_do: readonly string[];
}

export function doctor(
  url: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  return runProgram(['doctor', '--feed', url, ...args], { POLYGON_API_KEY: key, ...env });
}

/** The document that `doctor --json` would print. */
export async function report(url: string, args: readonly string[] = [], env = {}): Promise<Report> {
  const given = { POLYGON_API_KEY: key, ...env };
  const setup = readSetup({ suite, markets }, ['doctor', '--feed', url, ...args], given);
  expect(setup.problems).toEqual([]);
  const hub = hubOf(setup, systemClock);
  const findings: Finding[] = [];
  for await (const finding of examine(hub, setup.command.connect, given)) findings.push(finding);
  await hub.close();
  const document = JSON.parse(JSON.stringify(showReport('1.2.3', systemClock.now(), findings))) as Report;
  expect(document.to_do.length > 0).toBe(!document.ok);
  return document;
}

export function find({ checks }: Report, check: string, name?: string): Check {
  const found = checks.filter(other => other.check === check && (name === undefined || other.name === name));
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** Cleans up after the whole file, since its tests may run concurrently. */
export function setUp(): void {
  afterAll(async () => {
    for (const item of running.splice(0)) await item.close();
  });
}
