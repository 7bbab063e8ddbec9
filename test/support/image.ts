/** Builds the image without a container. */
import { cpSync, mkdirSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { run } from './command.js';
import { type Copy, copiesOf, readContext, type Stage } from './dockerfile.js';
import { makeFolder, repository } from './project.js';

/**
 * Runs the build steps as Docker would, with this Node, on the files that `.dockerignore` lets through.
 *
 * @returns the root folder of the stage
 */
export async function build(stage: Stage): Promise<string> {
  const [context, root] = [makeFolder(), makeFolder()];
  for (const path of readContext()) cpSync(join(repository, path), join(context, path), { recursive: true });
  const cwd = join(root, stage.workdir);
  mkdirSync(cwd);
  // Use packages from the cache of npm instead of fetching them again.
  const env = { ...process.env, npm_config_prefer_offline: 'true', npm_config_audit: 'false' };
  for (const step of stage.steps) {
    if (typeof step === 'string') await run(['sh', '-c', step], { cwd, env, timeoutMs: 170_000 });
    else copy(step, context, root);
  }
  return root;
}

/**
 * Copies what the last stage takes from the build into a folder.
 *
 * @param built root of the build; absent: the repository with its own build
 * @returns the entry point, as if the folder were the root
 */
export function assemble([stage, last]: readonly Stage[], root: string, built?: string): string[] {
  for (const step of copiesOf(last!)) {
    const sources = built === undefined ? step.sources.map(path => posix.relative(stage!.workdir, path)) : step.sources;
    copy({ ...step, sources }, built ?? repository, root);
  }
  return last!.entrypoint.map(word => (word.startsWith('/') ? join(root, word) : word));
}

/** A single source is renamed to the target; several sources go into the target as a folder. */
function copy({ sources, to }: Copy, from: string, root: string): void {
  const into = (source: string): string => (sources.length > 1 ? join(to, basename(source)) : to);
  for (const source of sources) cpSync(join(from, source), join(root, into(source)), { recursive: true });
}
