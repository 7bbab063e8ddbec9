/** The snippets of README for hosts that start the server, read as those hosts read them. */
import { z } from 'zod';
import { readStages } from './dockerfile.js';
import { assemble } from './image.js';
import { makeFolder } from './project.js';
import { readBlocks } from './readme.js';
import type { Launch } from './stdio.js';

export const section = 'Connect it to a host';

function snippet(intro: string): string {
  const [found, ...others] = readBlocks(section).filter(item => item.intro.startsWith(intro));
  if (!found || others.length > 0) throw new Error(`README must have one snippet that begins with ${intro}`);
  return found.text;
}

/** An entry of a host's configuration; hosts pass over a key that they do not know, so a slip is told here. */
const entry = z.strictObject({
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
});
const projectFile = z.strictObject({ mcpServers: z.strictObject({ polygon: entry }) });
const editorFile = z.strictObject({
  inputs: z.array(
    z.strictObject({
      type: z.literal('promptString'),
      id: z.string(),
      description: z.string(),
      password: z.boolean(),
    }),
  ),
  servers: z.strictObject({ polygon: entry.extend({ type: z.literal('stdio') }) }),
});

/** What a host, or the person who pastes, makes of the value of a variable. */
export type Fill = (value: string) => string;

function launchOf({ command, args, env }: z.infer<typeof entry>, fill: Fill): Launch {
  const values = Object.entries(env).map(([name, value]) => [name, fill(value)]);
  return { command: [command, ...args], env: Object.fromEntries(values) };
}

/** The line that a person types; a shell has nothing to fill in here, so the placeholder is a word. */
export function readCommandLine(fill: Fill): Launch {
  const line = snippet('Claude Code:');
  const [, name = '', value = '', command = ''] =
    /^claude mcp add [a-z]+ --env (\w+)=(\S+) -- (.+)$/.exec(line) ??
    fail(`claude mcp add must look as documented, was ${line}`);
  return { command: command.split(' '), env: { [name]: fill(value) } };
}

export function readProjectFile(fill: Fill): Launch {
  return launchOf(projectFile.parse(JSON.parse(snippet('`.mcp.json`'))).mcpServers.polygon, fill);
}

export function readDesktopFile(fill: Fill): Launch {
  return launchOf(projectFile.parse(JSON.parse(snippet('Claude Desktop'))).mcpServers.polygon, fill);
}

/** @param text default: that of README */
export function parseEditorFile(text = snippet('`.vscode/mcp.json`')): z.infer<typeof editorFile> {
  return editorFile.parse(JSON.parse(text));
}

export function readEditorFile(fill: Fill): Launch {
  return launchOf(parseEditorFile().servers.polygon, fill);
}

/** What a container of the image runs: its entry point, with the variables that the command lets in. */
export function readContainer(fill: Fill): Launch {
  const { command, env = {} } = launchOf(projectFile.parse(JSON.parse(snippet('Docker'))).mcpServers.polygon, fill);
  const line = command.join(' ');
  const [, flags = ''] =
    /^docker run -i --rm((?: -e \w+)*) mcp-polygon$/.exec(line) ?? fail(`docker run keeps stdin open, was ${line}`);
  const letIn = [...flags.matchAll(/ -e (\w+)/g)].map(([, name = '']) => [name, env[name] ?? '']);
  const root = makeFolder();
  return { command: assemble(readStages(), root), env: Object.fromEntries(letIn), cwd: root };
}

function fail(message: string): never {
  throw new Error(message);
}
