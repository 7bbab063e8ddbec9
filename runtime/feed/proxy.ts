/** The proxy that the environment names for the way to a feed, by the variables that other programs heed too. */
import type { Agent } from 'node:http';
import type { Environment } from '../config/settings.js';
import { isLoopback } from './endpoint.js';
import { type Dial, dialNetwork } from './socket.js';
import type { Tunnel } from './tunnel.js';

/** A proxy, and the way through it. */
export interface FeedProxy {
  /** Names it; nothing of its value is ever shown, since with a slip a secret can stand in any part of it. */
  readonly variable: string;
  /** Opens a tunnel for one connection; TLS is spoken with the host behind it, whose certificate is judged as ever. */
  readonly dig: () => { readonly agent: Agent; readonly tunnel: Tunnel };
}

/** Finds the proxy for a URL of a feed, if it is to go through one. */
export type FindProxy = (url: URL) => FeedProxy | undefined;

/** In the order in which they count; that in small letters goes first, as everywhere. */
const variables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const;

/** What the environment names, and what of it cannot be used. */
export interface Proxies {
  readonly find: FindProxy;
  /** For the operator; the value of a variable is not shown. */
  readonly problem?: string;
}

/** No proxy at all. */
export const straight: Proxies = { find: () => undefined };

/** Loads what is needed for proxies only where the environment names one, so that every other start stays as fast. */
export async function readProxies(env: Environment): Promise<Proxies> {
  const variable = variables.find(name => env[name]?.trim());
  if (variable === undefined) return straight;
  const proxy = parseProxy(env[variable]!.trim());
  if (!proxy) {
    return {
      ...straight,
      problem: `${variable} is no URL of an HTTP proxy, such as http://proxy.example:8080; it is not used`,
    };
  }
  const [{ getProxyForUrl }, { HttpsProxyAgent }] = await Promise.all([
    import('proxy-from-env'),
    import('https-proxy-agent'),
  ]);
  const headers = authorizationOf(proxy);
  // The package shows the URL in its own log.
  const { origin } = proxy;
  const found: FeedProxy = {
    variable,
    dig: () => {
      const agent = new HttpsProxyAgent(origin, { headers, keepAlive: false });
      let status: number | undefined;
      agent.on('proxyConnect', ({ statusCode }) => {
        status = statusCode;
      });
      return {
        agent,
        tunnel: {
          variable,
          get status() {
            return status;
          },
        },
      };
    },
  };
  return {
    // Of this machine no proxy knows; NO_PROXY says which others are reached without one.
    find: url => {
      if (url.protocol !== 'wss:' || isLoopback(url)) return undefined;
      const asked = new URL(url.href.replace(/^wss:/, 'https:'));
      return getProxyForUrl(asked.href) === '' ? undefined : found;
    },
  };
}

/** Dials through the proxy where one is to be used. */
export function dialVia(find: FindProxy): Dial {
  return (url, options) => {
    const proxy = find(new URL(url));
    if (!proxy) return dialNetwork(url, options);
    const { agent, tunnel } = proxy.dig();
    return Object.assign(dialNetwork(url, { ...options, agent }), { tunnel });
  };
}

/** Without a scheme it is one that speaks HTTP. */
function parseProxy(text: string): URL | undefined {
  const whole = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url : undefined;
}

function authorizationOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const user = `${decode(username)}:${decode(password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(user).toString('base64')}` };
}

/** A percent sign that escapes nothing stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
