import { parse, stringify } from 'yaml';
import { type Channel, formatSee, type Market, type Model, type Tool } from '../model.js';
import { aboutFeed } from './feeds.js';
import { header } from './file.js';
import { eventSchema, frameSchema, type Json, pairsPattern, requestSchema, statusSchema } from './payload.js';

/** AsyncAPI demands a version, but the feed has none. */
const feedVersion = '1.0.0';

const about = `The WebSocket feed behind the tools, from the side of a client.
Every frame of the server is a JSON array that may mix events of several channels with statuses; a message here is one element of it, and x-frame names the schema of the whole frame. The client sends one JSON object in each frame.
x-see cites the page and the lines below spec/ that prove a fact.`;

/** `generated/asyncapi.yaml`: hosts, channels, requests and events of the feed, as an AsyncAPI 3 document. */
export function emitAsyncApi(model: Model): string {
  const document: Json = {
    asyncapi: '3.0.0',
    info: { title: `${model.suite.title}, WebSocket feed`, version: feedVersion, description: about },
    defaultContentType: 'application/json',
    servers: emitServers(model),
    channels: Object.fromEntries(model.markets.flatMap(market => emitChannels(market, model))),
    operations: Object.fromEntries(model.markets.flatMap(market => emitOperations(market, model))),
    components: emitComponents(model),
  };
  const opening = header('spec/').map(line => `# ${line}\n`);
  return `${opening.join('')}\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

function ref(...path: readonly string[]): Json {
  return { $ref: `#/${path.join('/')}` };
}

/** Every host of every feed that a market has. */
function emitServers({ suite, markets, citations }: Model): Json {
  const used = new Set(markets.flatMap(({ raw }) => raw.feeds.map(({ feed }) => feed)));
  const servers = suite.feeds
    .filter(({ name }) => used.has(name))
    .flatMap(feed => {
      const { name, hosts } = feed;
      const description = aboutFeed(feed, markets);
      const cited = citations.find(({ what }) => what === `feed ${name}`)!;
      const security = [ref('components', 'securitySchemes', 'key')];
      return hosts.map(host => [
        serverName(name, host),
        { host, protocol: 'wss', description, security, 'x-see': formatSee(cited) },
      ]);
    });
  return Object.fromEntries(servers);
}

/** `realtime-massive` for socket.massive.com. */
function serverName(feed: string, host: string): string {
  return `${feed}-${host.split('.').at(-2)}`;
}

/** One channel for each path, by its name: `stocks`, `futures-cme`. */
function emitChannels(market: Market, { suite, citations }: Model): [string, Json][] {
  const { raw, channels } = market;
  const feeds = suite.feeds.filter(({ name }) => raw.feeds.some(({ feed }) => feed === name));
  return raw.paths.map(({ path }) => [
    channelName(path),
    {
      address: path,
      title: raw.title,
      servers: feeds.flatMap(({ name, hosts }) => hosts.map(host => ref('servers', serverName(name, host)))),
      messages: {
        auth: ref('components', 'messages', 'auth'),
        subscribe: ref('components', 'messages', `${raw.market}.subscribe`),
        unsubscribe: ref('components', 'messages', `${raw.market}.unsubscribe`),
        status: ref('components', 'messages', 'status'),
        ...Object.fromEntries(
          channels.map(({ raw: { prefix } }) => [prefix, ref('components', 'messages', `${raw.market}.${prefix}`)]),
        ),
      },
      'x-frame': ref('components', 'schemas', `${raw.market}.frame`),
      'x-delay-minutes': Object.fromEntries(raw.feeds.map(({ feed, delay_minutes: minutes }) => [feed, minutes])),
      'x-see': formatSee(citations.find(({ what }) => what === `${raw.market}.paths ${path}`)!),
    },
  ]);
}

function channelName(path: string): string {
  return path.slice(1).replaceAll('/', '-');
}

function emitOperations({ raw, channels, tools }: Market, model: Model): [string, Json][] {
  const prefixes = channels.map(channel => channel.raw.prefix);
  return raw.paths.flatMap(({ path }): [string, Json][] => {
    const name = channelName(path);
    const operation = (verb: string, action: string, messages: readonly string[], cited: Json): [string, Json] => [
      `${name}.${verb}`,
      {
        action,
        channel: ref('channels', name),
        messages: messages.map(message => ref('channels', name, 'messages', message)),
        ...cited,
      },
    ];
    return [
      operation('authenticate', 'send', ['auth'], citationsOf('start', tools)),
      operation('subscribe', 'send', ['subscribe'], citationsOf('subscribe', tools)),
      operation('unsubscribe', 'send', ['unsubscribe'], citationsOf('unsubscribe', tools)),
      operation('receive', 'receive', ['status', ...prefixes], citationsOf('read', model.tools)),
    ];
  });
}

/** The citations of the tool of a verb, without those of its channels. */
function citationsOf(verb: string, tools: readonly Tool[]): Json {
  const tool = tools.find(({ raw }) => raw.verb === verb);
  return tool ? { 'x-see': tool.citations.slice(0, tool.raw.see.length).map(({ see }) => see) } : {};
}

function emitComponents(model: Model): Json {
  const { markets } = model;
  const events = markets.flatMap(({ raw, channels }) =>
    channels.map(channel => ({ name: `${raw.market}.${channel.raw.prefix}`, channel })),
  );
  return {
    securitySchemes: {
      key: {
        type: 'apiKey',
        in: 'password',
        description: 'The API key, in params of the auth message; not in a header or a query.',
      },
    },
    messages: {
      auth: { title: 'Authenticate', payload: requestSchema('auth', { description: 'The API key.' }) },
      status: { title: 'Status', payload: ref('components', 'schemas', 'status'), 'x-statuses': emitStatuses(model) },
      ...Object.fromEntries(
        markets.flatMap(market =>
          ['subscribe', 'unsubscribe'].map(action => [`${market.raw.market}.${action}`, emitRequest(market, action)]),
        ),
      ),
      ...Object.fromEntries(events.map(({ name, channel }) => [name, emitMessage(name, channel)])),
    },
    schemas: {
      status: statusSchema,
      ...Object.fromEntries(events.map(({ name, channel }) => [name, eventSchema(channel)])),
      ...Object.fromEntries(markets.map(market => [`${market.raw.market}.frame`, emitFrame(market)])),
    },
  };
}

function emitStatuses({ suite, citations }: Model): readonly Json[] {
  return suite.statuses.map(({ status, message, means }) => {
    const cited = citations.find(({ what }) => what === `status ${status} "${message}"`)!;
    return { status, ...(message ? { 'message-begins': message } : {}), means, 'x-see': formatSee(cited) };
  });
}

function emitRequest(market: Market, action: string): Json {
  const [first] = market.raw.channels;
  const params = market.raw.symbol.examples.map(symbol => `${first!.prefix}.${symbol}`).join(',');
  return {
    title: `${action[0]!.toUpperCase()}${action.slice(1)}`,
    payload: requestSchema(action, {
      description: 'Channels, separated by commas without blanks.',
      pattern: pairsPattern(market),
    }),
    examples: [{ payload: { action, params } }],
  };
}

function emitMessage(name: string, { raw, samples, see }: Channel): Json {
  return {
    name: raw.prefix,
    title: raw.title,
    payload: ref('components', 'schemas', name),
    // Read as YAML, because JSON.parse would round nanoseconds.
    examples: samples.map(({ json }) => ({ payload: parse(json, { intAsBigInt: true }) })),
    'x-event': raw.event,
    'x-plans': raw.plans.text,
    'x-wildcard': raw.wildcard.supported,
    'x-see': see,
  };
}

function emitFrame({ raw, channels }: Market): Json {
  const names = ['status', ...channels.map(channel => `${raw.market}.${channel.raw.prefix}`)];
  return frameSchema(names.map(name => ref('components', 'schemas', name)));
}
