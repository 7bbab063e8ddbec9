/** Where the operator says that the REST API is. */
import { isLoopback } from './http-settings.js';
import type { Lookup } from './options.js';

const plainPath = /^(?:\/[\w.~-]{1,64}){0,8}\/?$/;

/** @returns the URL without a slash at its end, or what is wrong with it, without showing it */
export function readRestUrl({ name, text }: ReturnType<Lookup>): { url?: string; problems: string[] } {
  if (text === undefined) return { problems: [] };
  const fault = faultOf(text);
  if (fault !== undefined) return { problems: [`${name} ${fault}, such as https://market.example/polygon`] };
  const { origin, pathname } = new URL(text);
  return { url: `${origin}${pathname.replace(/\/+$/, '')}`, problems: [] };
}

function faultOf(text: string): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL';
  const url = new URL(text);
  const isHere = isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere))
    return 'must be an https:// URL, or http:// on this machine';
  if (url.username !== '' || url.password !== '') return 'must not carry a user or a password';
  if (url.search !== '' || url.hash !== '') return 'must not carry a query or a fragment';
  return plainPath.test(url.pathname) ? undefined : 'must have a plain path or none';
}
