import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readDescription } from '../../codegen/drift/description.js';
import { runCodegen } from '../support/codegen.js';
import { crypto, description, fixture, unsaid } from '../support/drift.js';
import { removeFolders, repository, SmallProject } from '../support/project.js';

afterEach(removeFolders);

describe('the command', { timeout: 60_000 }, () => {
  const servers: Server[] = [];

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** A server on the loopback that answers everything alike. */
  async function serve(status: number, body: string): Promise<string> {
    const server = createServer((_, response) => response.writeHead(status, { connection: 'close' }).end(body));
    servers.push(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.json`;
  }

  function run(root: string, against: string, ...more: readonly string[]): ReturnType<typeof runCodegen> {
    return runCodegen('--drift', '--against', against, '--root', root, ...more);
  }

  const agreed = (from: string): string =>
    `Compared the spec with ${from}: 1 channels and 3 fields stand in both.\n` +
    "Not compared, because the vendor's description does not say it: optional 3.\n\n" +
    'Explained in spec/errata.yaml (1)\n' +
    '  crypto.XT.p  type  spec: decimal  vendor: number  spec/errata.yaml:1:3\n\n' +
    'No news.\n';

  test('reads a file or an address, and ends with 0 without news', async () => {
    const { root } = new SmallProject();
    const address = await serve(200, description);

    expect(await run(root, fixture)).toEqual({ code: 0, stdout: agreed(fixture), stderr: '' });
    expect(await run(root, address)).toEqual({ code: 0, stdout: agreed(address), stderr: '' });
  });

  test('ends with 1 on news', async () => {
    const address = await serve(200, description.replace('in milliseconds', 'in nanoseconds'));
    const { code, stdout } = await run(new SmallProject().root, address);

    expect(code).toBe(1);
    expect(stdout).toContain('  crypto.XT.t  epoch  spec: ms  vendor: ns\n\n1 news, 0 stale lines.\n');
  });

  test('locks what is left unsaid, and then has no news of it', async () => {
    const project = new SmallProject();
    const address = await serve(200, description.replace('in milliseconds', 'as we have it'));

    expect((await run(project.root, address)).code).toBe(1);
    expect(await run(project.root, address, '--lock')).toEqual({
      code: 0,
      stdout: 'Wrote spec/unsaid.yaml: 4 statements on 3 subjects are left unsaid. Read its diff.\n',
      stderr: '',
    });
    expect(project.read(unsaid)).toBe(
      '# Written by: npm run drift -- --lock\n' +
        '- { at: crypto.XT.p, unsaid: [optional] }\n' +
        '- { at: crypto.XT.pair, unsaid: [optional] }\n' +
        '- { at: crypto.XT.t, unsaid: [epoch, optional], words: "482779d5" }\n',
    );
    expect((await run(project.root, address)).code).toBe(0);
  });

  test('ends with 2 when the address refuses, and says what to do', async () => {
    const address = await serve(503, description);

    expect(await run(new SmallProject().root, address)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `${address} could not be compared: the answer was HTTP 503.\n` +
        'Name another file or address with: npm run drift -- --against FILE_OR_URL\n',
    });
  });

  test('ends with 2 when the description is not what it should be', async () => {
    const { code, stdout, stderr } = await run(new SmallProject().root, join(repository, 'package.json'));

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('could not be compared: the description should have servers, but has not.\n');
  });

  test('ends with 2 when the spec itself has problems', async () => {
    const project = new SmallProject();
    project.edit(crypto, ['see: 19,', 'see: 20,']);
    const { code, stdout, stderr } = await run(project.root, fixture);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('1 problem in the spec or in its citations; nothing was compared.\n');
  });

  test('cannot read a missing file, a closed port, or what is no JSON', async () => {
    const page = await serve(200, '<html></html>');
    const closed = await serve(200, '');
    await new Promise(resolve => servers.pop()!.close(resolve));

    await expect(readDescription(join(repository, 'none.json'))).rejects.toThrow('ENOENT');
    await expect(readDescription(closed)).rejects.toThrow(/^fetch failed: .*ECONNREFUSED/);
    await expect(readDescription(page)).rejects.toThrow('it should be JSON, but is not');
  });
});
