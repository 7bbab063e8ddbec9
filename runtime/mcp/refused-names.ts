/** Refuses names of tools and prompts that there are not. The unknown name is not repeated; the nearest of ours is. */
import { toolUri } from '../core/citation.js';
import { nearest, suggest } from '../core/nearest.js';
import type { HubView } from '../stream/view.js';
import { exampleArguments } from '../symbols/example.js';
import type { OwnedTool } from '../tools/tools.js';
import { wayToPrompt } from './prompts.js';

/** The longest name that we have. */
const longestName = 100;

export function describeNoTool(hub: HubView, name: string, tools: ReadonlyMap<string, OwnedTool>): string {
  const meant = nearest(name.slice(0, longestName), [...tools.keys()]);
  const owned = meant === undefined ? undefined : tools.get(meant);
  if (!owned) return `There is no such tool; tools/list names the ${tools.size} that there are.`;
  const { tool, market = hub.markets[0]! } = owned;
  // The page of a request has a call that makes sense; its schema alone does not tell a ticker from another text.
  if (tool.verb === 'request') return `There is no such tool${suggest(tool.name)} See ${toolUri(tool.name)}`;
  const example = exampleArguments(tool, market);
  return `There is no such tool${suggest(tool.name)} Call ${tool.name} with ${example}. See ${toolUri(tool.name)}`;
}

export function describeNoPrompt(hub: HubView, name: string): string {
  const { prompts } = hub.suite;
  const meant = nearest(
    name.slice(0, longestName),
    prompts.map(prompt => prompt.name),
  );
  const prompt = prompts.find(one => one.name === meant);
  if (!prompt) return `There is no such prompt; prompts/list names the ${prompts.length} that there are.`;
  return `There is no such prompt${suggest(prompt.name)} ${wayToPrompt(hub, prompt)}`;
}
