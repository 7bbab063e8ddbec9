/** The scanner's kernel: `npm run kernel` compiles it, `generated/` holds it with the digest of its source. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../problem.js';
import { emitFile } from './file.js';

export const kernelSource = 'runtime/decode/scanner/kernel/kernel.as';
const emitted = 'generated/kernel.ts';

/** A compiled kernel. */
export interface CompiledKernel {
  /** SHA-256 of the source, hexadecimal. */
  readonly source: string;
  /** The compiler and its version. */
  readonly compiler: string;
  /** The module, base64. */
  readonly bytes: string;
}

/**
 * Reads the kernel that was compiled last.
 *
 * @param root folder that holds `runtime/` and `generated/`
 * @returns the kernel, or the problems that keep it from being used
 */
export function readKernel(root: string): { kernel?: CompiledKernel; problems: readonly Problem[] } {
  const kernel = parseKernel(join(root, emitted));
  if (!kernel) return { problems: [problem(`${emitted} is missing or broken`)] };
  if (kernel.source === digestOf(readFileSync(join(root, kernelSource), 'utf8'))) return { kernel, problems: [] };
  return { problems: [problem(`it changed after ${emitted} was compiled from it`)] };
}

/** Ignores line ends. */
export function digestOf(source: string): string {
  return createHash('sha256').update(source.replaceAll('\r\n', '\n')).digest('hex');
}

/** `generated/kernel.ts`. */
export function emitKernel({ source, compiler, bytes }: CompiledKernel): string {
  return emitFile({
    from: kernelSource,
    command: 'npm run kernel',
    imports: [],
    declarations: [
      {
        name: 'kernel',
        exported: true,
        docs: ['The kernel of the scanner, a WebAssembly module, with the digest of its source.'],
        value: { source, compiler, bytes },
      },
    ],
  });
}

function parseKernel(path: string): CompiledKernel | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const read = (name: keyof CompiledKernel): string | undefined =>
    new RegExp(`^  ${name}: '([^']+)',$`, 'm').exec(text)?.[1];
  const [source, compiler, bytes] = [read('source'), read('compiler'), read('bytes')];
  return source && compiler && bytes ? { source, compiler, bytes } : undefined;
}

function problem(message: string): Problem {
  return { at: { path: kernelSource, line: 1, column: 1 }, message: `${message}. Run: npm run kernel` };
}
