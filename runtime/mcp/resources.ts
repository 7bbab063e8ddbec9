/** Resources: running streams and their channels, documentation pages and guides, and how to use each tool. */

import type { Market } from '../contract/market.js';
import type { Tool, Verb } from '../contract/tool.js';
import { propertiesOf } from '../core/argument-forms.js';
import { citationUri, pageScheme, toolUri } from '../core/citation.js';
import type { StreamError } from '../core/errors.js';
import { isWanted } from '../feed/state.js';
import type { SubscriptionState, SubscriptionsView } from '../feed/subscription-state.js';
import type { HubView } from '../stream/view.js';
import type { ChannelName } from '../symbols/channels.js';
import { exampleArguments, spellJson } from '../symbols/example.js';
import { type Address, channelTemplate, formatAddress, marketTemplate, parseAddress } from '../tools/address.js';
import { describeOperationPage } from '../tools/operation-page.js';
import type { Pages } from '../tools/pages.js';
import { operationNamed } from '../tools/requests.js';
import { callTool, listTools, type OwnedTool } from '../tools/tools.js';
import { refusalOfMarket } from './served-hub.js';

const guides = `${pageScheme}guides/`;
const json = 'application/json';
const markdown = 'text/markdown';

export interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType: string;
}

export interface Content {
  readonly uri: string;
  readonly mimeType: string;
  readonly text: string;
}

export const resourceTemplates = [
  {
    uriTemplate: marketTemplate,
    name: 'Stream of a market',
    description: 'Its status and its newest messages',
    mimeType: json,
  },
  {
    uriTemplate: channelTemplate,
    name: 'Channel of a stream',
    description: 'Status of the stream and newest messages of the channel, percent-encoded: T.AAPL, T.*, C.EUR%2FUSD',
    mimeType: json,
  },
  { uriTemplate: 'polygon-docs://{+page}:{from}-{to}', name: 'Lines of a documentation page', mimeType: markdown },
  {
    uriTemplate: toolUri('{tool}'),
    name: 'Arguments of a tool by example, and its documentation references',
    mimeType: markdown,
  },
];

/** The running streams, each followed by as many of its channels as an answer lists; the template reads the rest. */
export function listStreams(hub: HubView): Resource[] {
  return hub.markets.flatMap(({ name: market, title }) => {
    const { state, subscriptions } = hub.stream(market);
    if (!isWanted(state)) return [];
    const channels = subscriptions.names.slice(0, hub.suite.limits.listed);
    return [
      {
        uri: formatAddress(market),
        name: `${market} stream`,
        description: `${title}: status and newest messages`,
        mimeType: json,
      },
      ...channels.map(channel => ({
        uri: formatAddress(market, channel),
        name: channel,
        description: `${title}: newest messages of ${channel}`,
        mimeType: json,
      })),
    ];
  });
}

/** All resources. */
export class Resources {
  constructor(
    private readonly hub: HubView,
    private readonly pages: Pages,
    /** With the tools that are not served, too: a stream is read by two of them. */
    private readonly whole: HubView = hub,
  ) {}

  async list(): Promise<Resource[]> {
    const pages = await this.pages.list();
    return [
      ...listStreams(this.hub),
      ...pages.map(({ uri, path, title, description }) => ({
        uri,
        name: path,
        ...(title === undefined ? {} : { title }),
        ...(description === undefined ? {} : { description }),
        mimeType: markdown,
      })),
    ];
  }

  /** @returns nothing if there is no such resource */
  async read(uri: string): Promise<Content | undefined> {
    const address = parseAddress(this.hub.markets, uri, market => this.hub.stream(market).buffer.knows);
    if (address) return { uri, mimeType: json, text: await this.readStream(address) };
    const tool = listTools(this.hub).find(owned => toolUri(owned.tool.name) === uri);
    const text = tool ? await this.describeTool(tool) : ((await this.readOperation(uri)) ?? (await this.readPage(uri)));
    return text === undefined ? undefined : { uri, mimeType: markdown, text };
  }

  /** Why there is nothing to read: the stream or tool is of a market that the operator left out. */
  refusalOf(uri: string): StreamError | undefined {
    for (const market of this.hub.suite.unserved ?? []) {
      if (parseAddress([market], uri)) return refusalOfMarket(`The stream of ${market.title}`, market);
      const tool = market.tools.find(({ name }) => toolUri(name) === uri);
      if (tool) return refusalOfMarket(tool.name, market);
    }
    return undefined;
  }

  private async describeTool({ tool, market = this.hub.markets[0] }: OwnedTool): Promise<string | undefined> {
    return tool.verb === 'request' ? this.readOperation(toolUri(tool.name)) : describeUse(tool, market);
  }

  /** Those without a tool have pages, too: call_rest_tool calls them. */
  private async readOperation(uri: string): Promise<string | undefined> {
    const operation = uri.startsWith(toolUri(''))
      ? await operationNamed(this.hub, uri.slice(toolUri('').length))
      : undefined;
    return operation && this.hub.examples.text(describeOperationPage(operation, this.hub.suite.rest!));
  }

  /** What a guide shows can be tried; the pages of the documentation stay as they are. */
  private async readPage(uri: string): Promise<string | undefined> {
    const text = await this.pages.read(uri);
    return text !== undefined && uri.startsWith(guides) ? this.hub.examples.text(text) : text;
  }

  /** The same as the status tool and a read without cursor, so a resource reveals nothing more than they do. */
  private async readStream({ market, channel }: Address): Promise<string> {
    const { subscriptions } = this.hub.stream(market.name);
    const held = channel && { channel: channel.name, subscription: subscriptionOf(subscriptions, channel) };
    const filter = channel ? { channels: [channel.name] } : {};
    return JSON.stringify({
      ...held,
      status: await this.answer('status', market.name, {}),
      newest: await this.answer('read', undefined, { market: market.name, ...filter }),
    });
  }

  private async answer(verb: Verb, market: string | undefined, args: unknown): Promise<unknown> {
    const owned = listTools(this.whole).find(({ tool, market: owner }) => tool.verb === verb && owner?.name === market);
    return (await callTool(this.whole, owned!, args)).structured;
  }
}

/** State of the channel, or of the wildcard that covers it. */
function subscriptionOf(subscriptions: SubscriptionsView, { channel, name }: ChannelName): SubscriptionState | null {
  return subscriptions.stateOf(name) ?? subscriptions.stateOf(`${channel.prefix}.*`) ?? null;
}

/** @param example the market in examples */
function describeUse(tool: Tool, example: Market | undefined): string {
  const lines = tool.citations.map(({ what, see }) => `- ${what}: ${citationUri(see)}`);
  return [
    ...(example ? describeArguments(tool, example) : []),
    `# Documentation references of ${tool.name}`,
    '',
    ...lines,
    '',
  ].join('\n');
}

function describeSeveral({ inputSchema }: Tool): string[] {
  const { markets } = propertiesOf(inputSchema);
  return markets ? [`- Several markets: ${spellJson({ markets: markets.items?.enum?.slice(0, 2) })}`] : [];
}

function describeArguments(tool: Tool, market: Market): string[] {
  const title = `# Arguments of ${tool.name}`;
  const names = Object.keys(propertiesOf(tool.inputSchema));
  if (names.length === 0) return [title, '', 'It takes none: call it with {}.', ''];
  return [
    title,
    '',
    `- The least: ${exampleArguments(tool, market)}`,
    `- Everything: ${exampleArguments(tool, market, names)}`,
    ...describeSeveral(tool),
    '- A list may also come as JSON text, as text with commas or as one bare text, and a number as text; leave out what is not needed.',
    '',
  ];
}
