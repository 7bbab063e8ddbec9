/**
 * `npm run kernel` compiles the scanner's kernel and writes `generated/kernel.ts`; with `-- --check` it only compares.
 * It installs a fixed version of the compiler into a temporary folder.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf, emitKernel, kernelSource } from './emit/kernel.js';
import { optionsOf } from './options.js';

const compiler = { name: 'assemblyscript', version: '0.28.20' };
/** The module imports its memory and contains no runtime library. */
const flags = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--disable', 'bulk-memory'],
  ...['--importMemory', '--initialMemory', '1'],
];

const root = fileURLToPath(new URL('..', import.meta.url));
const values = optionsOf({ check: { type: 'boolean' } });
const folder = mkdtempSync(join(tmpdir(), 'mcp-polygon-kernel-'));
try {
  const text = emitKernel({
    source: digestOf(readFileSync(join(root, kernelSource), 'utf8')),
    compiler: `${compiler.name} ${compiler.version}`,
    bytes: compile().toString('base64'),
  });
  const path = join(root, 'generated/kernel.ts');
  if (!values.check) {
    writeFileSync(path, text);
    console.log('Wrote generated/kernel.ts.');
  } else if (readFileSync(path, 'utf8').replaceAll('\r\n', '\n') === text) {
    console.log('generated/kernel.ts is what its source compiles to.');
  } else {
    console.error('generated/kernel.ts is not what its source compiles to. Run: npm run kernel');
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns the bytes of the module */
function compile(): Buffer {
  const run = (command: string, ...args: string[]): void => {
    execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  run('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', `${compiler.name}@${compiler.version}`);
  // The compiler takes only .ts files, but tsc would check one in the repository.
  copyFileSync(join(root, kernelSource), join(folder, 'kernel.ts'));
  run(process.execPath, `node_modules/${compiler.name}/bin/asc.js`, 'kernel.ts', '--outFile', 'kernel.wasm', ...flags);
  return readFileSync(join(folder, 'kernel.wasm'));
}
