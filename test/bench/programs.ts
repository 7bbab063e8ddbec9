import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { CallTable } from './call.js';
import { Child } from './child.js';

const sources = ['sender', 'receiver', 'store', 'reader'] as const;
type Source = (typeof sources)[number] | 'before/receiver';

/** The programs that are measured, bundled: a loader in their processes would be measured too. */
export class Programs {
  private readonly running: Child<CallTable>[] = [];

  private constructor(private readonly folder: string) {}

  /**
   * @param folder for the bundles
   * @param before another checkout, with its dependencies, whose receiver can be started as well
   */
  static async bundle(folder: string, before?: string): Promise<Programs> {
    await bundleInto(
      folder,
      sources.map(name => fileURLToPath(new URL(`${name}.ts`, import.meta.url))),
    );
    if (before !== undefined) {
      await bundleInto(join(folder, 'before'), [resolve(before, 'test/bench/receiver.ts')]);
    }
    return new Programs(folder);
  }

  start<Calls extends CallTable>(
    source: Source,
    args: readonly string[] = [],
    flags?: readonly string[],
  ): Child<Calls> {
    const child = Child.start<Calls>(join(this.folder, `${source}.mjs`), args, flags);
    this.running.push(child as unknown as Child<CallTable>);
    return child;
  }

  /** Ends all that were started. */
  async close(): Promise<void> {
    await Promise.all(this.running.splice(0).map(child => child.close()));
  }
}

async function bundleInto(folder: string, entryPoints: string[]): Promise<void> {
  await build({
    entryPoints,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
}
