import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { OpenResponses } from '../../../runtime/mcp/http/node-web.js';

const sockets: Socket[] = [];
const responses: ServerResponse[] = [];
const server = createServer((_, response) => responses.push(response));

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

test('a response that nobody reads is ended when there is news, and one that is read stays', async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = new OpenResponses();
  const closed = vi.fn();
  for (const reads of [true, false]) {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    if (reads) socket.resume();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await vi.waitFor(() => expect(responses).toHaveLength(reads ? 1 : 2));
    open.add(responses.at(-1)!, reads ? undefined : closed);
    responses.at(-1)!.write(Buffer.alloc(16_000_000));
  }
  await vi.waitFor(() => expect(responses[0]!.writableNeedDrain).toBe(false));

  open.dropUnread();

  await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  expect(responses.map(({ destroyed }) => destroyed)).toEqual([false, true]);
});
