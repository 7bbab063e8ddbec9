/** Reads the proxy for feeds from the usual environment variables. */
import type { Agent } from 'node:http';
import type { Environment } from '../config/settings.js';
import { isLoopback } from './endpoint.js';
import { type Dial, dialNetwork } from './socket.js';
import type { Tunnel } from './tunnel.js';

/** A proxy, and how to get through it. */
export interface FeedProxy {
  /** Where it is set. Its value is never shown: after a typo, any part of it can hold a secret. */
  readonly variable: string;
  /** Opens a tunnel for one connection. TLS is with the host behind the proxy, whose certificate is verified. */
  readonly openTunnel: () => { readonly agent: Agent; readonly tunnel: Tunnel };
}

/** Finds the proxy for a URL of a feed or of the REST API, if it needs one. */
export type FindProxy = (url: URL) => FeedProxy | undefined;

/** By precedence; lower case first, as in other programs. */
const variables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const;

/** The proxies of the environment. */
export interface Proxies {
  readonly find: FindProxy;
  /** Tells the operator what cannot be used, without the value of the variable. */
  readonly problem?: string;
}

/** No proxy at all. */
export const straight: Proxies = { find: () => undefined };

/** Loads the proxy packages only if the environment names a proxy, so that other starts stay fast. */
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
  // The package logs the URL, so it gets one without user and password.
  const { origin } = proxy;
  const found: FeedProxy = {
    variable,
    openTunnel: () => {
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
    // Loopback never goes through a proxy; NO_PROXY names other hosts that do not.
    find: url => {
      if (!/^(?:wss|https):$/.test(url.protocol) || isLoopback(url)) return undefined;
      const asked = new URL(url.href.replace(/^wss:/, 'https:'));
      return getProxyForUrl(asked.href) === '' ? undefined : found;
    },
  };
}

/** Dials through a proxy if the URL needs one. */
export function dialVia(find: FindProxy): Dial {
  return (url, options) => {
    const proxy = find(new URL(url));
    if (!proxy) return dialNetwork(url, options);
    const { agent, tunnel } = proxy.openTunnel();
    return Object.assign(dialNetwork(url, { ...options, agent }), { tunnel });
  };
}

/** A value without a scheme means HTTP. */
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

/** Keeps a percent sign that escapes nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
