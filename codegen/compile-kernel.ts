/**
 * `npm run kernel` compiles the kernels and writes `generated/kernel.ts` and its like; with `-- --check` it only compares.
 * It installs a fixed version of the compiler into a temporary folder.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf, emitKernel, type KernelPlace, kernelPlaces } from './emit/kernel.js';
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
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  run('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', `${compiler.name}@${compiler.version}`);
  for (const place of kernelPlaces) bring(place);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function bring(place: KernelPlace): void {
  const text = emitKernel({
    place,
    source: digestOf(readFileSync(join(root, place.source), 'utf8')),
    compiler: `${compiler.name} ${compiler.version}`,
    bytes: compile(place).toString('base64'),
  });
  const name = `generated/${place.emitted}`;
  const path = join(root, name);
  if (!values.check) {
    writeFileSync(path, text);
    console.log(`Wrote ${name}.`);
  } else if (existsSync(path) && readFileSync(path, 'utf8').replaceAll('\r\n', '\n') === text) {
    console.log(`${name} is what its source compiles to.`);
  } else {
    console.error(`${name} is not what its source compiles to. Run: npm run kernel`);
    process.exitCode = 1;
  }
}

/** @returns the bytes of the module */
function compile({ source }: KernelPlace): Buffer {
  // The compiler takes only .ts files, but tsc would check one in the repository.
  copyFileSync(join(root, source), join(folder, 'kernel.ts'));
  run(process.execPath, `node_modules/${compiler.name}/bin/asc.js`, 'kernel.ts', '--outFile', 'kernel.wasm', ...flags);
  return readFileSync(join(folder, 'kernel.wasm'));
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}
