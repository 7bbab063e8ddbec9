/** What the Dockerfile says, read by its instructions. */
import { cpSync, readFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { repository } from './project.js';

export interface Copy {
  /** The stage it copies from; absent: the folder of the build. */
  readonly from?: string;
  readonly sources: readonly string[];
  /** Absolute. */
  readonly to: string;
}

export interface Stage {
  readonly base: string;
  readonly name?: string;
  readonly copies: readonly Copy[];
  /** Shell lines. */
  readonly runs: readonly string[];
  readonly labels: readonly string[];
  readonly workdir: string;
  readonly user?: string;
  readonly entrypoint: readonly string[];
}

export function readStages(): Stage[] {
  const text = readFileSync(join(repository, 'Dockerfile'), 'utf8');
  return text
    .split(/^(?=FROM )/m)
    .slice(1)
    .map(readStage);
}

function readStage(text: string): Stage {
  const instructions = text
    .split('\n')
    .filter(line => /^[A-Z]/.test(line))
    .map(line => ({ verb: line.split(' ', 1)[0], rest: line.slice(line.indexOf(' ') + 1) }));
  const all = (verb: string): string[] => instructions.filter(item => item.verb === verb).map(({ rest }) => rest);
  const [base = '', , name] = all('FROM')[0]!.split(' ');
  const [workdir = '/'] = all('WORKDIR');
  const [user] = all('USER');
  return {
    base,
    ...(name === undefined ? {} : { name }),
    copies: all('COPY').map(rest => readCopy(rest, workdir)),
    runs: all('RUN'),
    labels: all('LABEL'),
    workdir,
    ...(user === undefined ? {} : { user }),
    entrypoint: JSON.parse(all('ENTRYPOINT')[0] ?? '[]'),
  };
}

function readCopy(rest: string, workdir: string): Copy {
  const words = rest.split(' ');
  const [, from] = /^--from=(.+)$/.exec(words[0]!) ?? [];
  const sources = words.slice(from === undefined ? 0 : 1, -1);
  return { ...(from === undefined ? {} : { from }), sources, to: posix.resolve(workdir, words.at(-1)!) };
}

/**
 * Copies into a folder what the last stage takes out of the build, which is the repository once it is built.
 *
 * @returns the entry point, as if the folder were the root
 */
export function assemble([build, last]: readonly Stage[], root: string): string[] {
  for (const { sources, to } of last!.copies) {
    for (const source of sources) {
      const path = join(repository, posix.relative(build!.workdir, source));
      // A lone source takes the name of its target, as a folder does; several go into it.
      cpSync(path, join(root, sources.length > 1 ? join(to, basename(source)) : to), { recursive: true });
    }
  }
  return last!.entrypoint.map(word => (word.startsWith('/') ? join(root, word) : word));
}
