/** The generator as npm runs it, which takes seconds to load. */
import { afterEach, expect, test } from 'vitest';
import { run } from '../support/command.js';
import { removeFolders, repository, SmallProject } from '../support/project.js';

afterEach(removeFolders);

test('the command, in a process of its own, prints what it found and what is wrong, and ends with its code', async () => {
  const { root } = new SmallProject();
  const inProcess = (...flags: readonly string[]) =>
    run([process.execPath, '--import', 'tsx', 'codegen/main.ts', '--root', root, ...flags], {
      cwd: repository,
    });

  expect(await inProcess('--docs')).toEqual({ stdout: '25 citations hold.\n', stderr: '' });
  await expect(inProcess('--chek')).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'there is no option --chek; did you mean --check?\n',
  });
});
