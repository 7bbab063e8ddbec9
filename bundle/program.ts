import { resolve } from 'node:path';
import { type BuildResult, build, type Plugin } from 'esbuild';

/** Where the program goes, from the root of the repository. */
export const programPath = 'dist/mcp-polygon.js';

/** The file in place of which a few lines go into the program. */
export const replaced = /@modelcontextprotocol\/server\/dist\/ajvProvider-[\w-]+\.mjs$/;

export type Metafile = BuildResult<{ metafile: true }>['metafile'];

/**
 * Makes one file of the server and all that it imports.
 *
 * @param root folder of the repository
 * @param write whether to write the file, or only to find out what would go into it
 */
export async function bundleProgram(root: string, version: string, write: boolean): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['generated/main.ts'],
    outfile: programPath,
    write,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Packages in the older module format call `require` for what Node itself has.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    legalComments: 'inline',
    metafile: true,
    logLevel: 'warning',
    plugins: [versionOnly(resolve(root, 'package.json'), version), withoutDebug(), withoutValidator()],
  });
  return metafile;
}

/** The packages that reach a proxy can write down what they do, settings and all; nothing of that goes in. */
function withoutDebug(): Plugin {
  return {
    name: 'without-debug',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^debug$/ }, () => ({ path: 'debug', namespace: 'silent' }));
      onLoad({ filter: /.*/, namespace: 'silent' }, () => ({ contents: 'export default () => () => {};' }));
    },
  };
}

/**
 * The protocol's package has a whole validator of JSON Schema inside, for answers of a user whom a server asked; this one
 * asks nobody.
 */
function withoutValidator(): Plugin {
  const contents = `export class n {
  getValidator() {
    throw new Error('This program asks no user.');
  }
}
export { n as t };`;
  return {
    name: 'without-validator',
    setup({ onLoad }) {
      onLoad({ filter: replaced }, () => ({ contents }));
    },
  };
}

/** Of the manifest nothing else goes into the program. */
function versionOnly(manifest: string, version: string): Plugin {
  const contents = JSON.stringify({ version });
  return {
    name: 'version-only',
    setup({ onLoad }) {
      onLoad({ filter: /package\.json$/ }, ({ path }) =>
        path === manifest ? { contents, loader: 'json' } : undefined,
      );
    },
  };
}
