import { resolve } from 'node:path';
import { type BuildResult, build, type Plugin } from 'esbuild';

/** Path of the program, from the root of the repository. */
export const programPath = 'dist/mcp-polygon.js';

/** The file that `withoutValidator` replaces by a few lines. */
export const replaced = /@modelcontextprotocol\/server\/dist\/ajvProvider-[\w-]+\.mjs$/;

export type Metafile = BuildResult<{ metafile: true }>['metafile'];

/**
 * Bundles the server and everything that it imports into one file.
 *
 * @param root folder of the repository
 * @param write false: only find out what would go into the file
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
    // CommonJS packages call `require` for modules of Node.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    legalComments: 'inline',
    metafile: true,
    logLevel: 'warning',
    plugins: [versionOnly(resolve(root, 'package.json'), version), withoutDebug(), withoutValidator()],
  });
  return metafile;
}

/** Leaves out `debug`: with it, the proxy packages can log what they do, including secrets in settings. */
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
 * The MCP package contains a JSON Schema validator for answers to elicitation, that is, to questions of a server to its
 * user. This server asks none.
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

/** Bundles only the version of the manifest. */
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
