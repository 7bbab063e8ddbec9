/** The snippets of README for hosts, read as those hosts read them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble, readStages } from './image.js';
import { makeFolder, repository } from './project.js';
import type { Launch } from './stdio.js';

/** A block of code, and the line of text that introduces it. */
interface Snippet {
  readonly intro: string;
  readonly text: string;
}

/** @returns the blocks of code under the heading about hosts, in their order */
export function readSnippets(): Snippet[] {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const section = readme.split(/^(?=## )/m).find(text => text.startsWith('## Connect it to a host\n')) ?? '';
  return [...section.matchAll(/^([^\n]+)\n\n```\w+\n(.*?)\n```$/gms)].map(([, intro = '', text = '']) => ({
    intro,
    text,
  }));
}

function snippet(intro: string): string {
  const [found, ...others] = readSnippets().filter(item => item.intro.startsWith(intro));
  if (!found || others.length > 0) throw new Error(`README must have one snippet that begins with ${intro}`);
  return found.text;
}

/** An entry of a host's configuration. */
interface Entry {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a host, or the person who pastes, makes of the value of a variable. */
export type Fill = (value: string) => string;

function launchOf({ command, args, env }: Entry, fill: Fill): Launch {
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
  return launchOf(JSON.parse(snippet('`.mcp.json`')).mcpServers.polygon, fill);
}

export function readDesktopFile(fill: Fill): Launch {
  return launchOf(JSON.parse(snippet('Claude Desktop')).mcpServers.polygon, fill);
}

export interface EditorFile {
  readonly inputs: readonly { readonly type: string; readonly id: string; readonly password: boolean }[];
  readonly servers: { readonly polygon: Entry & { readonly type: string } };
}

export function parseEditorFile(): EditorFile {
  return JSON.parse(snippet('`.vscode/mcp.json`'));
}

export function readEditorFile(fill: Fill): Launch {
  return launchOf(parseEditorFile().servers.polygon, fill);
}

/** What a container of the image runs: its entry point, with the variables that the command lets in. */
export function readContainer(fill: Fill): Launch {
  const { command, env = {} } = launchOf(JSON.parse(snippet('Docker')).mcpServers.polygon, fill);
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
