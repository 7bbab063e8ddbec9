/** A client of either protocol era, behind one interface. */
import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { vi } from 'vitest';
import { bin } from './stdio.js';

type Environment = Readonly<Record<string, string>>;
type Arguments = Readonly<Record<string, unknown>>;

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { progress: number; message?: string | undefined }) => void;
}

/** What a tool answered. */
export interface Called {
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
}

type Reference = { type: 'ref/prompt'; name: string } | { type: 'ref/resource'; uri: string };

/** What both clients can do, and the notifications that came from the server. */
export abstract class Peer {
  /** URIs of `resources/updated`, in the order of arrival. */
  readonly updated: string[] = [];
  /** How often the server said that the list of resources had changed. */
  listChanges = 0;
  private printed = '';

  protected constructor(protected readonly client: LegacyClient | ModernClient) {}

  abstract readonly pid: number;
  abstract call(name: string, args?: Arguments, options?: CallOptions): Promise<Called>;
  /** @param json the arguments, of any shape */
  abstract callWith(name: string, json: string): Promise<Called>;
  /** Subscribes to resources, each on its own. */
  abstract follow(...uris: readonly string[]): Promise<void>;
  /** Asks for notifications when the list of resources changes. */
  abstract followList(): Promise<void>;
  /** Unsubscribes from a resource. */
  abstract unfollow(uri: string): Promise<void>;

  async tools(): Promise<readonly { name: string }[]> {
    return (await this.client.listTools()).tools;
  }

  async resources(): Promise<readonly { uri: string; name: string; mimeType?: string | undefined }[]> {
    return (await this.client.listResources()).resources;
  }

  async templates(): Promise<readonly string[]> {
    const { resourceTemplates } = await this.client.listResourceTemplates();
    return resourceTemplates.map(({ uriTemplate }) => uriTemplate);
  }

  async readText(uri: string): Promise<string> {
    const { contents } = await this.client.readResource({ uri });
    return (contents[0] as { text: string }).text;
  }

  async prompts(): Promise<
    readonly { name: string; arguments?: readonly { name: string; description?: string | undefined }[] | undefined }[]
  > {
    return (await this.client.listPrompts()).prompts;
  }

  async prompt(name: string, args: Record<string, string>): Promise<string> {
    const { messages } = await this.client.getPrompt({ name, arguments: args });
    return messages.map(({ content }) => (content as { text: string }).text).join('\n');
  }

  async complete(ref: Reference, name: string, value: string, others: Record<string, string> = {}): Promise<string[]> {
    const { completion } = await this.client.complete({
      ref,
      argument: { name, value },
      context: { arguments: others },
    });
    return completion.values;
  }

  /** How many timers run in a server that was started with `timerCounter`. */
  async timers(): Promise<number> {
    const before = this.printed.length;
    process.kill(this.pid, 'SIGUSR2');
    return vi.waitFor(() => Number(/timers (\d+)\n/.exec(this.printed.slice(before))![1]));
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  /** Disconnects, and says so if the protocol provides for it. */
  leave(): Promise<void> {
    return this.close();
  }

  protected print(data: unknown): void {
    this.printed += String(data);
  }
}

const counter = `process.on('SIGUSR2', () => process.stderr.write('timers ' + process.getActiveResourcesInfo().filter(name => name === 'Timeout').length + '\\n'))`;

/** Makes a server print its number of timers on SIGUSR2. */
export const timerCounter = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(counter)}` };

function launch(env: Environment) {
  const inherited = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
  return { command: process.execPath, args: [bin], env: { ...inherited, ...env }, stderr: 'pipe' as const };
}

function withToken(token: string | undefined) {
  return token === undefined ? {} : { requestInit: { headers: { authorization: `Bearer ${token}` } } };
}

const information = { name: 'test', version: '1' };

/** Protocol 2025-11-25, with the first generation of the client. */
class LegacyPeer extends Peer {
  private constructor(
    protected override readonly client: LegacyClient,
    private readonly transport: LegacyTransport | LegacyHttp,
  ) {
    super(client);
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      this.updated.push(params.uri);
    });
    client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
      this.listChanges++;
    });
    if (transport instanceof LegacyTransport) transport.stderr?.on('data', data => this.print(data));
  }

  static async connect(env: Environment): Promise<Peer> {
    const transport = new LegacyTransport(launch(env));
    const peer = new LegacyPeer(new LegacyClient(information), transport);
    await peer.client.connect(transport);
    return peer;
  }

  static async visit(url: string, token?: string): Promise<Peer> {
    const transport = new LegacyHttp(new URL(url), withToken(token));
    const peer = new LegacyPeer(new LegacyClient(information), transport);
    await peer.client.connect(transport as Parameters<LegacyClient['connect']>[0]);
    return peer;
  }

  get pid(): number {
    return (this.transport as LegacyTransport).pid!;
  }

  override async leave(): Promise<void> {
    await (this.transport as LegacyHttp).terminateSession();
    await this.close();
  }

  async call(name: string, args: Arguments = {}, options: CallOptions = {}): Promise<Called> {
    return (await this.client.callTool({ name, arguments: { ...args } }, undefined, options)) as Called;
  }

  async callWith(name: string, json: string): Promise<Called> {
    return (await this.client.callTool({ name, arguments: JSON.parse(json) })) as Called;
  }

  async follow(...uris: readonly string[]): Promise<void> {
    for (const uri of uris) await this.client.subscribeResource({ uri });
  }

  /** Does nothing: the server always notifies. */
  async followList(): Promise<void> {}

  async unfollow(uri: string): Promise<void> {
    await this.client.unsubscribeResource({ uri });
  }
}

/** Protocol 2026-07-28, with the second generation of the client. */
class ModernPeer extends Peer {
  private readonly listening = new Map<string, { close(): Promise<void> }>();

  private constructor(
    protected override readonly client: ModernClient,
    private readonly transport: ModernTransport | ModernHttp,
  ) {
    super(client);
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      this.updated.push(params.uri);
    });
    client.setNotificationHandler('notifications/resources/list_changed', () => {
      this.listChanges++;
    });
    if (transport instanceof ModernTransport) transport.stderr?.on('data', data => this.print(data));
  }

  static connect(env: Environment): Promise<Peer> {
    return ModernPeer.over(new ModernTransport(launch(env)));
  }

  static visit(url: string, token?: string): Promise<Peer> {
    return ModernPeer.over(new ModernHttp(new URL(url), withToken(token)));
  }

  private static async over(transport: ModernTransport | ModernHttp): Promise<Peer> {
    const client = new ModernClient(information, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    const peer = new ModernPeer(client, transport);
    await client.connect(transport);
    return peer;
  }

  get pid(): number {
    return (this.transport as ModernTransport).pid!;
  }

  async call(name: string, args: Arguments = {}, options: CallOptions = {}): Promise<Called> {
    return this.client.callTool({ name, arguments: { ...args } }, options);
  }

  callWith(name: string, json: string): Promise<Called> {
    return this.client.callTool({ name, arguments: JSON.parse(json) });
  }

  async follow(...uris: readonly string[]): Promise<void> {
    for (const uri of uris) this.listening.set(uri, await this.client.listen({ resourceSubscriptions: [uri] }));
  }

  async followList(): Promise<void> {
    await this.client.listen({ resourcesListChanged: true });
  }

  async unfollow(uri: string): Promise<void> {
    await this.listening.get(uri)?.close();
  }
}

/** Connects a client of each era to its own server. */
export const eras = [
  ['2025-11-25', LegacyPeer.connect],
  ['2026-07-28', ModernPeer.connect],
] as const;

/** Connects a client of each era to a running server. */
export const httpEras = [
  ['2025-11-25', LegacyPeer.visit],
  ['2026-07-28', ModernPeer.visit],
] as const;
