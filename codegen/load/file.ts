import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { RawCalendar, RawConditions, RawErratum, RawMarket, RawSilence, RawSuite } from '../model.js';
import type { Problem } from '../problem.js';
import type { Digest } from '../rest/digest.js';
import { explainErrors, regexFault } from './explain.js';
import type { RawRestErratum, RawRestGroup, RawRestShared } from './spec-types.js';
import { Source } from './yaml.js';

/** A valid file of the spec, with the places of its parts. */
export interface Loaded<T> {
  readonly source: Source;
  readonly value: T;
}

/** What `spec/rest/` holds. */
export interface RestSpec {
  readonly digest: Digest;
  readonly shared: Loaded<RawRestShared>;
  readonly groups: readonly Loaded<RawRestGroup>[];
  readonly errata: Loaded<readonly RawRestErratum[]>;
}

/** The raw spec: every file matches `spec.schema.json`, but its meaning is not checked yet. */
export interface Spec {
  readonly suite: Loaded<RawSuite>;
  readonly markets: readonly Loaded<RawMarket>[];
  readonly calendars: readonly Loaded<RawCalendar>[];
  readonly conditions: readonly Loaded<RawConditions>[];
  readonly errata: Loaded<readonly RawErratum[]>;
  readonly unsaid: Loaded<readonly RawSilence[]>;
  /** Absent where there is no such folder. */
  readonly rest?: RestSpec;
}

/** A schema, and what judges by it. */
interface Judge {
  readonly text: string;
  readonly schema: object;
  readonly ajv: Ajv;
}

let newest: Judge | undefined;

/** Compiles the schema unless it is the one of the last call: compiling takes longer than all the rest of a reading. */
function judgeOf(text: string): Judge {
  if (newest?.text === text) return newest;
  const schema = JSON.parse(text);
  const ajv = new Ajv({ allErrors: true, verbose: true, formats: { regex: form => regexFault(form) === '' } });
  ajv.addSchema(schema, 'spec');
  newest = { text, schema, ajv };
  return newest;
}

/** How each definition is called where its file has the wrong name. */
const kinds = {
  market: 'a market is',
  calendar: 'a calendar is',
  conditions: 'conditions are',
  restGroup: 'a group is',
};

/**
 * Reads and validates the YAML below `specDir`.
 *
 * @returns the spec, or all problems of all files
 */
export function loadSpec(specDir: string): { spec?: Spec; problems: readonly Problem[] } {
  const { schema, ajv } = judgeOf(readFileSync(join(specDir, 'spec.schema.json'), 'utf8'));
  const problems: Problem[] = [];

  const load = <T>(file: string, definition: string): Loaded<T> => {
    const path = join(specDir, file);
    const source = new Source(`spec/${file}`, existsSync(path) ? readFileSync(path, 'utf8') : '');
    problems.push(...source.problems);
    if (source.problems.length === 0 && (source.value === null || source.value === undefined)) {
      problems.push({
        at: source.at([]),
        message: `the file is ${existsSync(path) ? 'empty' : 'missing'}; spec/spec.schema.json says what it needs`,
      });
    } else if (source.problems.length === 0) {
      const validate = ajv.getSchema(`spec#/definitions/${definition}`)!;
      if (!validate(source.value)) problems.push(...explainErrors(validate.errors ?? [], source, schema));
    }
    return { source, value: source.value as T };
  };

  const suite = load<RawSuite>('suite.yaml', 'suite');
  const errata = load<readonly RawErratum[]>('errata.yaml', 'errata');
  const unsaid = load<readonly RawSilence[]>('unsaid.yaml', 'unsaid');
  const loadAll = <T>(folder: string, definition: keyof typeof kinds, others: readonly string[] = []): Loaded<T>[] => {
    const all = existsSync(join(specDir, folder)) ? readdirSync(join(specDir, folder)).sort() : [];
    const names = all.filter(name => !others.includes(name));
    for (const name of names.filter(other => other.endsWith('.yml'))) {
      const at = { path: `spec/${folder}/${name}`, line: 1, column: 1 };
      problems.push({ at, message: `is not read; ${kinds[definition]} a file whose name ends with .yaml` });
    }
    return names.filter(name => name.endsWith('.yaml')).map(name => load<T>(`${folder}/${name}`, definition));
  };
  const markets = loadAll<RawMarket>('markets', 'market');
  const calendars = loadAll<RawCalendar>('calendars', 'calendar');
  const conditions = loadAll<RawConditions>('conditions', 'conditions');
  const rest = existsSync(join(specDir, 'rest')) ? loadRest() : undefined;
  if (problems.length > 0) return { problems };
  return {
    spec: {
      suite,
      markets: markets.toSorted((a, b) => a.value.order - b.value.order),
      calendars,
      conditions,
      errata,
      unsaid,
      ...(rest ? { rest } : {}),
    },
    problems,
  };

  function loadRest(): RestSpec {
    const shared = load<RawRestShared>('rest/shared.yaml', 'restShared');
    const corrections = load<readonly RawRestErratum[]>('rest/errata.yaml', 'restErrata');
    const groups = loadAll<RawRestGroup>('rest', 'restGroup', ['shared.yaml', 'errata.yaml']);
    return { digest: readDigest(specDir, problems), shared, errata: corrections, groups };
  }
}

/** The digest is written by a command: it is there and whole, or it is made anew. */
function readDigest(specDir: string, problems: Problem[]): Digest {
  try {
    const digest: Partial<Digest> | null = JSON.parse(readFileSync(join(specDir, 'rest/digest.json'), 'utf8'));
    if (digest?.document && digest.operations) return { document: digest.document, operations: digest.operations };
    throw new Error('a part is missing');
  } catch {
    const message = 'the digest is missing or cannot be read; make it anew: npm run digest -- DOCUMENT';
    problems.push({ at: { path: 'spec/rest/digest.json', line: 1, column: 1 }, message });
    return { document: { sha256: '', version: '' }, operations: {} };
  }
}
