import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { marketNames } from '../support/spec.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('a short soak accounts for every message, loses some in outages, and leaves nothing behind', () => {
  const args = ['--expose-gc', '--import', 'tsx', 'test/soak/main.ts', '--minutes', '0.1'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(stdout).toContain('every message is accounted for');
  expect(stdout).toContain('0 sockets left');
  for (const market of marketNames) expect(stdout).toContain(market);
  expect(status).toBe(0);
});
