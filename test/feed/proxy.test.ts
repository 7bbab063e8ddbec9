/** What the environment says of proxies; `proxy.long.test.ts` goes through them. */
import { describe, expect, test } from 'vitest';
import { readProxies } from '../../runtime/feed/proxy.js';

describe('the variables', () => {
  test.each([
    [{}, undefined],
    [{ HTTPS_PROXY: ' ' }, undefined],
    [{ HTTPS_PROXY: 'proxy.example:3128' }, 'HTTPS_PROXY'],
    [{ HTTPS_PROXY: 'https://u:p@proxy.example', ALL_PROXY: 'http://other.example' }, 'HTTPS_PROXY'],
    [{ HTTP_PROXY: 'http://proxy.example' }, undefined],
    [{ https_proxy: 'http://proxy.example' }, 'https_proxy'],
    [{ ALL_PROXY: 'http://proxy.example' }, 'ALL_PROXY'],
    [{ HTTPS_PROXY: 'http://proxy.example', NO_PROXY: 'feed.example' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy.example', NO_PROXY: '*' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy.example', NO_PROXY: '.example' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy.example', NO_PROXY: 'other.example' }, 'HTTPS_PROXY'],
  ])('%j lead to %s', async (env, variable) => {
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      const { find } = await readProxies(env);
      expect(find(new URL('wss://feed.example/stocks'))?.variable).toBe(variable);
      expect(find(new URL('ws://feed.example/stocks'))).toBeUndefined();
      expect(find(new URL('wss://127.0.0.1:9/stocks'))).toBeUndefined();
    } finally {
      for (const name of Object.keys(env)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
  });
});
