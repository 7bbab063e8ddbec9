/** Reads the instructions of the Dockerfile. */
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { repository } from './project.js';

export interface Copy {
  /** The stage that it copies from; absent: the build context. */
  readonly from?: string;
  readonly sources: readonly string[];
  /** Absolute. */
  readonly to: string;
}

type Step = Copy | string;

export interface Stage {
  readonly base: string;
  readonly name?: string;
  /** Its copies and shell lines, in order. */
  readonly steps: readonly Step[];
  readonly labels: readonly string[];
  readonly workdir: string;
  readonly user?: string;
  readonly entrypoint: readonly string[];
}

export const dockerfile = readFileSync(join(repository, 'Dockerfile'), 'utf8');

export function copiesOf({ steps }: Stage): Copy[] {
  return steps.filter(step => typeof step !== 'string');
}

export function runsOf({ steps }: Stage): string[] {
  return steps.filter(step => typeof step === 'string');
}

/** The paths that `.dockerignore` lets through. */
export function readContext(): string[] {
  const [all, ...others] = readFileSync(join(repository, '.dockerignore'), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'));
  const wrong = others.find(line => !/^![\w./-]+$/.test(line));
  if (all !== '*' || wrong !== undefined)
    throw new Error(`.dockerignore must be * and exceptions, has ${wrong ?? all}`);
  return others.map(line => line.slice(1));
}

export function readStages(): Stage[] {
  return dockerfile
    .split(/^(?=FROM )/m)
    .slice(1)
    .map(readStage);
}

function readStage(text: string): Stage {
  const instructions = text
    .split('\n')
    .filter(line => /^[A-Z]/.test(line))
    .map(line => ({ verb: line.split(' ', 1)[0]!, rest: line.slice(line.indexOf(' ') + 1) }));
  const all = (verb: string): string[] => instructions.filter(item => item.verb === verb).map(({ rest }) => rest);
  const [base = '', , name] = all('FROM')[0]!.split(' ');
  const [workdir = '/'] = all('WORKDIR');
  const [user] = all('USER');
  return {
    base,
    ...(name === undefined ? {} : { name }),
    steps: instructions.flatMap(item => readStep(item, workdir)),
    labels: all('LABEL'),
    workdir,
    ...(user === undefined ? {} : { user }),
    entrypoint: JSON.parse(all('ENTRYPOINT')[0] ?? '[]'),
  };
}

function readStep({ verb, rest }: { verb: string; rest: string }, workdir: string): Step[] {
  if (verb === 'COPY') return [readCopy(rest, workdir)];
  return verb === 'RUN' ? [rest] : [];
}

function readCopy(rest: string, workdir: string): Copy {
  const words = rest.split(' ');
  const [, from] = /^--from=(.+)$/.exec(words[0]!) ?? [];
  const sources = words.slice(from === undefined ? 0 : 1, -1);
  return { ...(from === undefined ? {} : { from }), sources, to: posix.resolve(workdir, words.at(-1)!) };
}
