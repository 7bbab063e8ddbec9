/** Tools and prompts as clients see them in lists. */

import type { OperationTool } from '../contract/operation.js';
import type { Prompt } from '../contract/suite.js';
import type { Tool } from '../contract/tool.js';
import { toolUri } from '../core/citation.js';

/** Of requests there are many, so that nothing stands there that all of them have alike. */
const ofRequests = { readOnlyHint: true };

export function describeTool(tool: Tool | OperationTool) {
  if (tool.verb === 'request') {
    const { name, title, description, inputSchema } = tool;
    return { name, title, description, inputSchema: { ...inputSchema }, annotations: ofRequests };
  }
  const { name, title, description, inputSchema, annotations } = tool;
  return {
    name,
    title,
    description: `${description}\nDocs: ${shortCitations(tool)}`,
    inputSchema: { ...inputSchema },
    annotations,
    _meta: { docs: toolUri(name) },
  };
}

/** `quickstart.md:62-72,74-95 stocks/trades.md:10-19` */
function shortCitations({ citations }: Tool): string {
  const lines = new Map<string, string[]>();
  for (const { see } of citations) {
    const [page = '', range = ''] = see.replace('polygon-docs/websockets/', '').split(':');
    lines.set(page, [...(lines.get(page) ?? []), range]);
  }
  return [...lines].map(([page, ranges]) => `${page}:${ranges.join(',')}`).join(' ');
}

export function describePrompt(prompt: Prompt) {
  const { name, title, description } = prompt;
  return { name, title, description, arguments: prompt.arguments.map(argument => ({ ...argument, required: true })) };
}
