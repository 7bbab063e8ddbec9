/** The documentation pages of the channels, read from their Markdown. */
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../spec/polygon-docs/websockets/', import.meta.url);

/** A section of a page, its title first. */
export interface Section {
  readonly title: string;
  /** Line of the title, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

/** A fenced JSON text. */
export interface Example {
  readonly section: string;
  /** Line of the JSON, from 1. */
  readonly line: number;
  readonly text: string;
}

/** A row of the Fields table. */
export interface DocumentedField {
  readonly key: string;
  readonly type: string;
  readonly unit: string;
  readonly optional: string;
  readonly meaning: string;
}

export interface ChannelPage {
  readonly market: string;
  /** `stocks/trades.md` */
  readonly path: string;
  readonly text: string;
  readonly prefix: string;
  readonly sections: readonly Section[];
  readonly fields: readonly DocumentedField[];
  readonly examples: readonly Example[];
}

/** Every page of a market but its overview, in the order of the paths. */
export function readChannelPages(): ChannelPage[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => /^[^/]+\/[^/]+\.md$/.test(path) && !path.endsWith('/overview.md'))
    .toSorted()
    .map(readPage);
}

function readPage(path: string): ChannelPage {
  const text = readFileSync(new URL(path, folder), 'utf8');
  const lines = text.split('\n');
  return {
    market: path.slice(0, path.indexOf('/')),
    path,
    text,
    prefix: /`(\w+)`/.exec(lines[0] ?? '')?.[1] ?? '',
    sections: sectionsOf(lines),
    fields: rowsUnder(lines, '## Fields').map(([key = '', type = '', unit = '', optional = '', meaning = '']) => ({
      key: key.replaceAll('`', ''),
      type,
      unit,
      optional,
      meaning,
    })),
    examples: sectionsOf(lines).flatMap(examplesOf),
  };
}

function sectionsOf(lines: readonly string[]): Section[] {
  const starts = lines.flatMap((line, index) => (line.startsWith('## ') ? [index] : []));
  return starts.map((start, index) => ({
    title: lines[start]!.slice(3),
    line: start + 1,
    lines: lines.slice(start + 1, starts[index + 1] ?? lines.length),
  }));
}

function examplesOf({ title, line, lines }: Section): Example[] {
  const opens = lines.flatMap((text, index) => (text === '```json' ? [index] : []));
  return opens.map(open => ({
    section: title,
    line: line + open + 2,
    text: lines.slice(open + 1, lines.indexOf('```', open + 1)).join('\n'),
  }));
}

/** Cells of the first table under a heading, without its head. */
export function rowsUnder(lines: readonly string[], heading: string): string[][] {
  const start = lines.findIndex((line, index) => index > lines.indexOf(heading) && line.startsWith('|'));
  const table = lines.slice(start);
  const end = table.findIndex(line => !line.startsWith('|'));
  return table.slice(2, end < 0 ? table.length : end).map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  );
}
