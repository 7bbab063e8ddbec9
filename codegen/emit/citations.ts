import type { Pages } from '../load/pages.js';
import { formatSee, type Model } from '../model.js';
import { header } from './file.js';

const wordsShown = 12;

/**
 * `generated/citations.json`: every citation of the spec with the first words of its first line, so that after an edit
 * of a page the diff shows which citations now point at something else.
 */
export function emitCitations(model: Model, pages: Pages): string {
  const lines = model.citations.map(citation => {
    const line = pages.get(citation.file)?.[citation.from - 1] ?? '';
    const words = line.split(/\s+/).filter(Boolean).slice(0, wordsShown).join(' ');
    return `  ${JSON.stringify({ what: citation.what, see: formatSee(citation), says: words })}`;
  });
  const [origin, note] = header('spec/');
  return `{\n"//": ${JSON.stringify(origin)},\n"//note": ${JSON.stringify(note)},\n"citations": [\n${lines.join(',\n')}\n]\n}\n`;
}
