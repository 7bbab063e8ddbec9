import { runCommand } from '../../codegen/command.js';
import { generate } from '../../codegen/generate.js';
import { repository } from './project.js';

let ours: ReturnType<typeof generate> | undefined;

/** What the generator makes of this repository; made once for all test files of a worker. */
export function generatedHere(): ReturnType<typeof generate> {
  ours ??= generate(repository);
  return ours;
}

/** Runs a command of the generator here: a process for each would spend most of its time on loading the code. */
export async function runCodegen(
  ...words: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const code = await runCommand(words, {
    log: line => {
      stdout += `${line}\n`;
    },
    error: line => {
      stderr += `${line}\n`;
    },
  });
  return { code, stdout, stderr };
}
