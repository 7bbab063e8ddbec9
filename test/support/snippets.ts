/** The snippets for hosts that start the server, read as those hosts read them. */
import { z } from 'zod';
import { readStages } from './dockerfile.js';
import { type Block, readBlocks } from './guides.js';
import { assemble } from './image.js';
import { makeFolder } from './project.js';
import type { Launch } from './stdio.js';

const page = 'spec/guides/connecting.md';

/** Every snippet: those for a clone, and those that work once the package is published. */
export function readSnippets(): Block[] {
  return [...readBlocks(page, 'Hosts'), ...readBlocks(page, 'Once it is published')];
}

function snippet(intro: string, from: readonly Block[] = readSnippets()): string {
  const [found, ...others] = from.filter(item => item.intro.startsWith(intro));
  if (!found || others.length > 0) throw new Error(`there must be one snippet that begins with ${intro}`);
  return found.text;
}

/** An entry of a host's configuration. It is strict because hosts ignore unknown keys, and so hide typos. */
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

/** How a host, or the person who pastes the snippet, fills in the value of a variable. */
export type Fill = (value: string) => string;

function launchOf({ command, args, env }: z.infer<typeof entry>, fill: Fill): Launch {
  const values = Object.entries(env).map(([name, value]) => [name, fill(value)]);
  return { command: [command, ...args], env: Object.fromEntries(values) };
}

/** The line that a person types. The placeholder is a plain word, since the shell fills in nothing. */
function lineOf(line: string, fill: Fill): Launch {
  const [, name = '', value = '', command = ''] =
    /^claude mcp add [a-z]+ --env (\w+)=(\S+) -- (.+)$/.exec(line) ??
    fail(`claude mcp add must look as documented, was ${line}`);
  return { command: command.split(' '), env: { [name]: fill(value) } };
}

export function readCommandLine(fill: Fill): Launch {
  return lineOf(snippet('Claude Code:'), fill);
}

export function readProjectFile(fill: Fill): Launch {
  return fileOf(snippet('`.mcp.json`'), fill);
}

/** The same for the package from npm. */
export function readPublishedLine(fill: Fill): Launch {
  return lineOf(snippet('With `npx`, Claude Code'), fill);
}

export function readPublishedFile(fill: Fill): Launch {
  return fileOf(snippet('With `npx`, `.mcp.json`'), fill);
}

/** The same for README. */
export function readFirstLine(fill: Fill): Launch {
  return lineOf(snippet('The server is the file', readBlocks('README.md', 'Connect it')), fill);
}

export function readFirstFile(fill: Fill): Launch {
  return fileOf(snippet('Most other hosts', readBlocks('README.md', 'Connect it')), fill);
}

function fileOf(text: string, fill: Fill): Launch {
  return launchOf(projectFile.parse(JSON.parse(text)).mcpServers.polygon, fill);
}

export function readDesktopFile(fill: Fill): Launch {
  return fileOf(snippet('Claude Desktop'), fill);
}

/** @param text default: the block of the guide */
export function parseEditorFile(text = snippet('`.vscode/mcp.json`')): z.infer<typeof editorFile> {
  return editorFile.parse(JSON.parse(text));
}

export function readEditorFile(fill: Fill): Launch {
  return launchOf(parseEditorFile().servers.polygon, fill);
}

/** What a container of the image runs: its entry point, with the variables that the command passes on. */
export function readContainer(fill: Fill): Launch {
  const { command, env = {} } = fileOf(snippet('Docker'), fill);
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
