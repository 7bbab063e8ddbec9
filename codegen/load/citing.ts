/** Citations on their way from a file of the spec into the model. */
import { type Citation, formatSee, type See } from '../model.js';
import type { Source, YamlPath } from './yaml.js';

/** A citation before it has a place: what it proves, and by which words. */
export type Claim = Pick<Citation, 'what' | 'kind' | 'mentions'>;

/** Collects citations of one file. */
export class Citing {
  constructor(
    private readonly source: Source,
    private readonly folder: string,
    private readonly citations: Citation[],
  ) {}

  /** Resolves `see` (relative to `page`, to the folder, or to the spec) and returns its full form. */
  cite(see: See, path: YamlPath, claim: Claim, page?: string): string {
    const [, prefix = '', from = '', to] = /^(?:(.*\.md):)?(\d+)(?:-(\d+))?$/.exec(String(see)) ?? [];
    const name = prefix || page || '';
    const file = name.startsWith('polygon-docs/') ? name : `${this.folder}/${name}`;
    const citation = { ...claim, file, from: Number(from), to: Number(to ?? from), at: this.source.at(path) };
    this.citations.push(citation);
    return formatSee(citation);
  }
}
