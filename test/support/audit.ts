import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A registry that knows of no vulnerability, and records what `npm audit` asks. */
export class AuditRegistry {
  /** Versions by package name, one entry for each request. */
  readonly asked: unknown[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', part => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts);
        const zipped = request.headers['content-encoding'] === 'gzip';
        if (request.url?.endsWith('/advisories/bulk'))
          this.asked.push(JSON.parse(String(zipped ? gunzipSync(body) : body)));
        response.setHeader('content-type', 'application/json');
        response.end('{}');
      });
    });
  }

  static async open(): Promise<AuditRegistry> {
    const registry = new AuditRegistry();
    await new Promise<void>(resolve => registry.server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.server.close();
  }
}
