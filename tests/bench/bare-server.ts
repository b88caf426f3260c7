import { fork } from 'node:child_process';
import { createSecureServer } from 'node:http2';
import { fileURLToPath } from 'node:url';
import { seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { Pki } from 'tiphys/pki';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadClient } from './load.ts';
import { cpuMicros } from './process-usage.ts';
import { freePort } from './tiphys-process.ts';

/**
 * A `node:http2` server in a process of its own that does nothing but answer: 2.6 KB to a GET, 201 and the body to a POST,
 * to `?watch=true` of a path whatever is POSTed to it. What it costs is what Node costs.
 */
export class BareServer implements AsyncDisposable {
  readonly client: LoadClient;
  readonly #child: ReturnType<typeof fork>;

  private constructor(child: ReturnType<typeof fork>, url: string) {
    this.#child = child;
    this.client = new LoadClient(url);
  }

  static async start(): Promise<BareServer> {
    const port = await freePort();
    const child = fork(fileURLToPath(import.meta.url), ['serve', String(port)]);
    await new Promise((resolve, reject) => child.once('message', resolve).once('exit', reject));
    return new BareServer(child, `https://127.0.0.1:${port}`);
  }

  async measure<T>(operations: number, work: () => Promise<T>): Promise<{ result: T; cpuUs: number }> {
    const before = cpuMicros(this.#child.pid!);
    const result = await work();
    return { result, cpuUs: (cpuMicros(this.#child.pid!) - before) / operations };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await gone;
  }
}

function serve(port: number): void {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-bare-'));
  const { apiserver } = new Pki(dir, { clock: systemClock, random: seededRandom(1) }, { serverNames: ['127.0.0.1'] });
  rmSync(dir, { recursive: true });
  const body = Buffer.alloc(2600, 'x');
  const watched = new Map<string, Set<{ write(chunk: Buffer): unknown }>>();
  const server = createSecureServer({ ...apiserver, settings: { maxConcurrentStreams: 4096 }, maxSessionMemory: 256 });
  server.on('request', (request, response) => {
    const [path = '', query] = request.url.split('?');
    if (request.method === 'GET') {
      if (query !== 'watch=true') return void response.end(body);
      response.writeHead(200);
      response.write('\n');
      const watchers = watched.get(path) ?? new Set();
      watched.set(path, watchers.add(response.stream));
      return void response.stream.once('close', () => watchers.delete(response.stream));
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = Buffer.concat(chunks);
      const watchers = watched.get(path);
      if (watchers?.size) {
        const frame = Buffer.concat([sent, Buffer.from('\n')]);
        for (const w of watchers) w.write(frame);
      }
      response.writeHead(201);
      response.end(sent);
    });
  });
  server.listen(port, '127.0.0.1', () => process.send?.('listening'));
}

if (process.argv[2] === 'serve') serve(Number(process.argv[3]));
