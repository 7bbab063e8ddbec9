import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repository } from './project.js';

/** In the build folder, so that it finds its packages; one for each worker. */
const program = join(repository, `build/codegen.${process.env.VITEST_POOL_ID ?? 0}.mjs`);
let bundled: Promise<unknown> | undefined;

/** Runs the generator bundled into one file: with a loader, most of the time would go into loading. */
export async function runCodegen(
  ...args: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  bundled ??= build({
    entryPoints: [join(repository, 'codegen/main.ts')],
    outfile: program,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  await bundled;
  const child = spawn(process.execPath, [program, ...args], { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', data => {
    stdout += data;
  });
  child.stderr.on('data', data => {
    stderr += data;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
