/**
 * The bill of materials of the program, in CycloneDX 1.5: exactly the packages inside. The tools that build and
 * test it are in the lock file and in `npm sbom`. It has no time and no random number, so the same tree gives the same
 * bill.
 */
import type { BundledPackage } from './packages.js';

export interface Subject {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly description: string;
}

/** @returns the text of `sbom.cdx.json` */
export function writeSbom(subject: Subject, packages: readonly BundledPackage[]): string {
  const refs = new Map(packages.map(one => [one.folder, purlOf(one)]));
  const own = purlOf(subject);
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', ...describe(subject, own), description: subject.description } },
    components: packages.map(one => ({
      type: 'library',
      ...describe(one, purlOf(one)),
      scope: 'required',
      hashes: [hashOf(one)],
    })),
    dependencies: [
      { ref: own, dependsOn: packages.filter(({ direct }) => direct).map(purlOf) },
      ...packages.map(one => ({ ref: purlOf(one), dependsOn: one.imports.map(folder => refs.get(folder)!) })),
    ],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function describe({ name, version, license }: Omit<Subject, 'description'>, purl: string): object {
  const licenses = /^[\w.-]+$/.test(license) ? [{ license: { id: license } }] : [{ expression: license }];
  return { 'bom-ref': purl, name, version, purl, licenses };
}

function purlOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function hashOf({ name, integrity }: BundledPackage): { alg: string; content: string } {
  const [, digest] = /^sha512-([\w+/]+={0,2})$/.exec(integrity) ?? [];
  if (digest === undefined) throw new Error(`the lock file has no SHA-512 digest of ${name}`);
  return { alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') };
}
