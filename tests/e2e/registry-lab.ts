import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@tiphys/sdk/runtime';
import type { OciImage } from 'tiphys/kubelet/images';
import { programNamed } from './containerd-lab.ts';

export const registryUser = { username: 'puller', password: 's3cret' };
const hashed = '$2y$05$H8ftUR4ia/AJrmlPFNLX2.MEWwTAAbu7Pkf.24jKIY.TvLvsqsBP.';

/** Why there is no registry to try; undefined when there is. */
export async function whyNoRegistry(): Promise<string | false> {
  return (await program()) ? false : 'needs docker-registry';
}

/** Installed, or unpacked by the set-up of the tests. */
const program = (): Promise<string | undefined> => programNamed('docker-registry', [unpacked]);

const unpacked = fileURLToPath(new URL('../../../.cache/registry/usr/bin', import.meta.url));

/** A registry on this machine that lets nobody in without a password. Disposing ends it. */
export class RegistryLab implements AsyncDisposable {
  readonly host: string;
  readonly #process: ChildProcess;
  readonly #dir: string;

  private constructor(host: string, process: ChildProcess, dir: string) {
    this.host = host;
    this.#process = process;
    this.#dir = dir;
  }

  static async open(): Promise<RegistryLab> {
    const dir = await mkdtemp(join(tmpdir(), 'tiphys-registry-'));
    const host = `127.0.0.1:${await freePort()}`;
    await writeFile(join(dir, 'htpasswd'), `${registryUser.username}:${hashed}\n`);
    const config = {
      version: 0.1,
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: join(dir, 'data') } },
      http: { addr: host },
      auth: { htpasswd: { realm: 'test', path: join(dir, 'htpasswd') } },
    };
    // JSON is YAML.
    await writeFile(join(dir, 'config.yml'), JSON.stringify(config));
    const child = spawn((await program())!, ['serve', join(dir, 'config.yml')], { stdio: 'ignore' });
    await once(child, 'spawn');
    const lab = new RegistryLab(host, child, dir);
    for (let tries = 0; tries < 200; tries++) {
      if (
        await lab.#request('GET', '/v2/').then(
          (r) => r.ok,
          () => false,
        )
      )
        return lab;
      await systemClock.sleep(25);
    }
    await lab[Symbol.asyncDispose]();
    throw new Error('the registry does not answer');
  }

  /** Resolves to the name by which it is pulled. */
  async push(repository: string, tag: string, { manifest, config, layers }: OciImage): Promise<string> {
    for (const { digest, data } of [config, ...layers]) {
      const started = await this.#request('POST', `/v2/${repository}/blobs/uploads/`);
      const location = new URL(started.headers.get('location') ?? '', `http://${this.host}`);
      location.searchParams.set('digest', digest);
      await this.#request('PUT', `${location.pathname}${location.search}`, data);
    }
    await this.#request('PUT', `/v2/${repository}/manifests/${tag}`, manifest.data, manifest.mediaType);
    return `${this.host}/${repository}:${tag}`;
  }

  async #request(method: string, path: string, body?: Buffer, type = 'application/octet-stream'): Promise<Response> {
    const { username, password } = registryUser;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const response = await fetch(`http://${this.host}${path}`, {
      method,
      headers: { authorization, ...(body && { 'content-type': type }) },
      ...(body && { body: new Uint8Array(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await rm(this.#dir, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
