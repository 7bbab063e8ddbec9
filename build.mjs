// `npm run build`: one file that runs, the pages it serves, and the licences of the packages that went into it.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';

const outfile = 'dist/mcp-polygon.js';
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

// What an earlier build left would go into the packages.
rmSync('dist', { recursive: true, force: true });

const { metafile } = await build({
  entryPoints: ['generated/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Packages in the older module format call `require` for what Node itself has.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  legalComments: 'inline',
  metafile: true,
  logLevel: 'warning',
  plugins: [versionOnly(), withoutDebug()],
});

const bundled = Object.keys(metafile.outputs[outfile].inputs).flatMap(
  path => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [],
);
writeFileSync('dist/LICENSES.txt', [...new Set(bundled)].sort().map(licenseOf).join('\n'));
cpSync('spec/polygon-docs', 'dist/polygon-docs', { recursive: true });

/** @param folder of a package */
function licenseOf(folder) {
  const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} ${version} goes into the bundle and brings no licence`);
  return `${name} ${version}\n\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`;
}

/** The packages that reach a proxy can write down what they do, settings and all; nothing of that goes in. */
function withoutDebug() {
  return {
    name: 'without-debug',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^debug$/ }, () => ({ path: 'debug', namespace: 'silent' }));
      onLoad({ filter: /.*/, namespace: 'silent' }, () => ({ contents: 'export default () => () => {};' }));
    },
  };
}

/** Of the manifest nothing else goes into the program. */
function versionOnly() {
  const manifest = resolve('package.json');
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
