/** The WebAssembly kernels: `npm run kernel` compiles them, `generated/` holds each with the digest of its source. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../problem.js';
import { emitFile } from './file.js';

/** A kernel: where its source is, and where what it compiles to. */
export interface KernelPlace {
  readonly source: string;
  /** File name below `generated/`. */
  readonly emitted: string;
  /** Of the emitted constant. */
  readonly name: string;
  readonly about: string;
}

/** Every kernel. */
export const kernelPlaces: readonly KernelPlace[] = [
  {
    source: 'runtime/decode/scanner/kernel/kernel.as',
    emitted: 'kernel.ts',
    name: 'kernel',
    about: 'The kernel of the scanner, a WebAssembly module, with the digest of its source.',
  },
  {
    source: 'runtime/decode/numbers/kernel/kernel.as',
    emitted: 'number-kernel.ts',
    name: 'numberKernel',
    about: 'The kernel that reads numbers, a WebAssembly module, with the digest of its source.',
  },
];

/** A compiled kernel. */
export interface CompiledKernel {
  readonly place: KernelPlace;
  /** SHA-256 of the source, hexadecimal. */
  readonly source: string;
  /** The compiler and its version. */
  readonly compiler: string;
  /** The module, base64. */
  readonly bytes: string;
}

/**
 * Reads the kernels that were compiled last.
 *
 * @param root folder that holds `runtime/` and `generated/`
 * @returns those that can be used, and what is wrong with others
 */
export function readKernels(root: string): { kernels: readonly CompiledKernel[]; problems: readonly Problem[] } {
  const kernels: CompiledKernel[] = [];
  const problems: Problem[] = [];
  for (const place of kernelPlaces) {
    const emitted = `generated/${place.emitted}`;
    const kernel = parseKernel(place, join(root, emitted));
    if (!kernel) problems.push(problem(place, `${emitted} is missing or broken`));
    else if (kernel.source === digestOf(readFileSync(join(root, place.source), 'utf8'))) kernels.push(kernel);
    else problems.push(problem(place, `it changed after ${emitted} was compiled from it`));
  }
  return { kernels, problems };
}

/** Ignores line ends. */
export function digestOf(source: string): string {
  return createHash('sha256').update(source.replaceAll('\r\n', '\n')).digest('hex');
}

/** The file of a kernel below `generated/`. */
export function emitKernel({ place, source, compiler, bytes }: CompiledKernel): string {
  return emitFile({
    from: place.source,
    command: 'npm run kernel',
    imports: [],
    declarations: [{ name: place.name, exported: true, docs: [place.about], value: { source, compiler, bytes } }],
  });
}

function parseKernel(place: KernelPlace, path: string): CompiledKernel | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const read = (name: string): string | undefined => new RegExp(`^  ${name}: '([^']+)',$`, 'm').exec(text)?.[1];
  const [source, compiler, bytes] = [read('source'), read('compiler'), read('bytes')];
  return source && compiler && bytes ? { place, source, compiler, bytes } : undefined;
}

function problem({ source }: KernelPlace, message: string): Problem {
  return { at: { path: source, line: 1, column: 1 }, message: `${message}. Run: npm run kernel` };
}
