/**
 * `npm run build`: makes `dist/`, with the program in one file, its documentation pages, its licences and its bill of
 * materials, and `build/npm/`, the npm package as it is published.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { collectLicences } from './licences.js';
import { judgePackages, readBundledPackages } from './packages.js';
import { bundleProgram } from './program.js';
import { writeSbom } from './sbom.js';
import { stagePackage } from './stage.js';

const root = process.cwd();
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

// Leftovers of an earlier build would go into the packages.
for (const folder of ['dist', 'build']) rmSync(folder, { recursive: true, force: true });

const packages = readBundledPackages(root, await bundleProgram(root, manifest.version, true));
judgePackages(packages, manifest.bundled);
writeFileSync('dist/LICENSES.txt', collectLicences(root, packages));
writeFileSync('dist/sbom.cdx.json', writeSbom(manifest, packages));
cpSync('spec/polygon-docs', 'dist/polygon-docs', { recursive: true });
cpSync('spec/guides', 'dist/polygon-docs/guides', { recursive: true });
stagePackage(root, manifest, packages);
