import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitAsyncApi } from './emit/asyncapi.js';
import { emitCalendars } from './emit/calendars.js';
import { emitCitations } from './emit/citations.js';
import { emitConditions } from './emit/conditions.js';
import { type CompiledKernel, emitKernel, readKernels } from './emit/kernel.js';
import { emitMarket } from './emit/market.js';
import { emitReference } from './emit/reference.js';
import { emitSpecTypes, type SpecSchema } from './emit/spec-types.js';
import { emitMain, emitSuite } from './emit/suite.js';
import { emitTest } from './emit/test.js';
import { emitTypes } from './emit/types.js';
import { buildModel } from './load/build.js';
import { checkCitations, findCitations } from './load/citations.js';
import { loadSpec } from './load/file.js';
import { fileOf, loadPages, type Pages } from './load/pages.js';
import { checkSections } from './load/sections.js';
import type { Model } from './model.js';
import { type Problem, sortProblems } from './problem.js';
import { emitRest } from './rest/emit.js';
import { emitRestReference } from './rest/reference.js';

/** What the spec says, and all problems in it. */
export interface Reading {
  /** Absent if the spec does not match its schema; do not use it if there are problems. */
  readonly model?: Model;
  readonly pages: Pages;
  readonly problems: readonly Problem[];
  /** How many citations were checked. */
  readonly citations: number;
}

/** The result of a run of the generator, which writes nothing itself. */
export interface Generation extends Pick<Reading, 'problems' | 'citations'> {
  /** Text by path below `generated/`; empty if there are problems. */
  readonly files: ReadonlyMap<string, string>;
  /** Text of `codegen/load/spec-types.ts`; it follows from the schema alone. */
  readonly specTypes: string;
}

/** @param root folder that holds `spec/`, `runtime/` and `README.md` */
export function generate(root: string): Generation {
  const { model, pages, problems: faults, citations } = readSpec(root);
  const { kernels, problems: stale } = readKernels(root);
  const problems = sortProblems([...faults, ...stale]);
  const files = model && problems.length === 0 ? emit(model, pages, kernels) : new Map<string, string>();
  const schema: SpecSchema = JSON.parse(readFileSync(join(root, 'spec/spec.schema.json'), 'utf8'));
  return { files, specTypes: emitSpecTypes(schema), problems, citations };
}

/** @param root as for `generate` */
export function readSpec(root: string): Reading {
  const specDir = join(root, 'spec');
  const pages = loadPages(specDir);
  const { spec, problems: faults } = loadSpec(specDir);
  const texts = readTexts(root, pages);
  const written = texts.flatMap(({ path, text, folder }) => findCitations(path, text, folder));
  const broken = texts.flatMap(({ path, text }) => checkSections(path, text, pages));
  if (!spec) {
    return {
      pages,
      problems: sortProblems([...faults, ...broken, ...checkCitations(written, pages)]),
      citations: written.length,
    };
  }
  const { model, problems } = buildModel(spec, pages);
  const citations = [...model.citations, ...written];
  const all = sortProblems([...problems, ...broken, ...checkCitations(citations, pages)]);
  return { model, pages, problems: all, citations: citations.length };
}

function emit(model: Model, pages: Pages, kernels: readonly CompiledKernel[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const market of model.markets) {
    files.set(`${market.raw.market}.ts`, emitMarket(market));
    files.set(`${market.raw.market}.test.ts`, emitTest(market));
  }
  if (model.calendars.length > 0) files.set('calendars.ts', emitCalendars(model));
  if (model.conditions.length > 0) files.set('conditions.ts', emitConditions(model));
  for (const kernel of kernels) files.set(kernel.place.emitted, emitKernel(kernel));
  files.set('suite.ts', emitSuite(model));
  files.set('types.ts', emitTypes(model));
  files.set('main.ts', emitMain());
  files.set('TOOLS.md', emitReference(model));
  files.set('asyncapi.yaml', emitAsyncApi(model));
  if (model.rest) {
    for (const [path, text] of emitRest(model.rest)) files.set(path, text);
    files.set('REST.md', emitRestReference(model.rest, model.ofRequests));
  }
  files.set('citations.json', emitCitations(model, pages));
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A text that may hold citations. */
interface Text {
  readonly path: string;
  readonly text: string;
  /** The folder that its short citations are relative to. */
  readonly folder?: string;
}

/** Comments of handwritten code, README, the pages and the guides (C6). */
function readTexts(root: string, pages: Pages): Text[] {
  const sources = readdirSync(join(root, 'runtime'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .sort()
    .map(name => `runtime/${name.replaceAll('\\', '/')}`);
  return [
    ...['README.md', ...sources].map(path => ({ path, text: readFileSync(join(root, path), 'utf8') })),
    ...[...pages].map(([path, lines]) => ({ path: fileOf(path), text: lines.join('\n'), folder: partOf(path) })),
  ];
}

/** The part of the documentation that has the page; short references are relative to it: `polygon-docs/websockets`. */
function partOf(page: string): string {
  return page.split('/').slice(0, 2).join('/');
}
