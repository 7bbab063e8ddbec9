/** Collects the citations of the spec for the model. */
import { type Citation, formatSee, type See } from '../model.js';
import type { Source, YamlPath } from './yaml.js';

/** What a citation proves, and the words that prove it. */
export type Claim = Pick<Citation, 'what' | 'kind' | 'mentions'>;

/** Collects the citations of one file. */
export class Citing {
  constructor(
    private readonly source: Source,
    private readonly folder: string,
    private readonly citations: Citation[],
  ) {}

  /** Adds a citation. @returns `see` in full; it may be relative to `page`, to the folder or to the spec */
  cite(see: See, path: YamlPath, claim: Claim, page?: string): string {
    const [, prefix = '', from = '', to] = /^(?:(.*\.md):)?(\d+)(?:-(\d+))?$/.exec(String(see)) ?? [];
    const name = prefix || page || '';
    const file = name.startsWith('polygon-docs/') ? name : `${this.folder}/${name}`;
    const citation = { ...claim, file, from: Number(from), to: Number(to ?? from), at: this.source.at(path) };
    this.citations.push(citation);
    return formatSee(citation);
  }
}
