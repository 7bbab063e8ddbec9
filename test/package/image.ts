/** `npm run image:check`: builds the image with the Docker engine of this machine, and streams with a container of it. */
import { run } from '../support/command.js';
import { repository } from '../support/project.js';
import { isSound, tryOut } from '../support/trial.js';

const buildTimeoutMs = 600_000;

const env = { ...process.env } as Record<string, string>;
try {
  await run(['docker', 'build', '-t', 'mcp-polygon', '.'], { cwd: repository, env, timeoutMs: buildTimeoutMs });
  const trial = await tryOut({ command: ['docker', 'run', '-i', '--rm', 'mcp-polygon'], env });
  console.table([trial]);
  console.log(isSound(trial) ? 'the image runs' : 'the image lacks tools or messages');
  process.exitCode = isSound(trial) ? 0 : 1;
} catch (error) {
  console.error(
    `The image could not be tried; a Docker engine is needed. ${error instanceof Error ? error.message : error}`,
  );
  process.exitCode = 1;
}
