/** The small project with a small `spec/rest/`, whose digest is made of an invented document. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Loaded, RestSpec } from '../../codegen/load/file.js';
import { Source } from '../../codegen/load/yaml.js';
import { formatDigest } from '../../codegen/rest/digest.js';
import { digestDocument } from '../../codegen/rest/document.js';
import { repository, SmallProject } from './project.js';

/** The invented document, for tests to edit. */
export const document = readFileSync(join(repository, 'test/fixtures/rest/document.json'), 'utf8');

const folder = join(repository, 'test/fixtures/rest/small');
const digest = digestDocument(Buffer.from(document));

/** The small `spec/rest/` with some texts replaced, each of which must occur exactly once; without a file, for speed. */
export function restSpec(path: string, edits: readonly (readonly [from: string, to: string])[]): RestSpec {
  const load = <T>(name: string): Loaded<T> => {
    const at = `spec/rest/${name}`;
    let text = readFileSync(join(folder, at), 'utf8');
    for (const [from, to] of at === path ? edits : []) {
      if (text.split(from).length !== 2) throw new Error(`${path} does not hold exactly one ${from}`);
      text = text.replace(from, () => to);
    }
    const source = new Source(at, text);
    return { source, value: source.value as T };
  };
  return { digest, shared: load('shared.yaml'), groups: [load('metals.yaml')], errata: load('errata.yaml') };
}

export class RestProject extends SmallProject {
  constructor() {
    super();
    cpSync(folder, this.root, { recursive: true });
    this.write('spec/rest/digest.json', formatDigest(digest));
  }
}
