import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadClient } from '../bench/load.ts';
import { freePort } from '../bench/tiphys-process.ts';
import { buildProgram } from './go-program.ts';

const token = 'upstream';

/** A real kube-apiserver 1.36 over an etcd, and an administrator's client of it. */
export class UpstreamApiServer implements AsyncDisposable {
  readonly client: LoadClient;
  /** How other clients are told of it. */
  readonly credentials: readonly string[];
  readonly #child: ChildProcess;
  readonly #dir: string;

  private constructor(child: ChildProcess, dir: string, url: string) {
    this.#child = child;
    this.#dir = dir;
    this.client = new LoadClient(url, { token });
    this.credentials = ['-server', url, '-token', token];
  }

  static async start(etcd: readonly string[], ...flags: string[]): Promise<UpstreamApiServer> {
    const program = buildProgram('kube-apiserver');
    const dir = mkdtempSync(join(tmpdir(), 'tiphys-upstream-'));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = join(dir, 'sa.key');
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const tokens = join(dir, 'tokens.csv');
    writeFileSync(tokens, `${token},admin,1,"system:masters"\n`);
    const port = await freePort();
    const args = Object.entries({
      'etcd-servers': etcd.join(','),
      'secure-port': port,
      'bind-address': '127.0.0.1',
      'cert-dir': dir,
      'token-auth-file': tokens,
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': key,
      'service-account-signing-key-file': key,
      'service-cluster-ip-range': '10.0.0.0/16',
      'authorization-mode': 'Node,RBAC',
      'allow-privileged': true,
    }).map(([name, value]) => `--${name}=${value}`);
    const child = spawn(program, [...args, ...flags], { stdio: 'ignore' });
    const url = `https://127.0.0.1:${port}`;
    try {
      await untilReady(url, child);
      return new UpstreamApiServer(child, dir, url);
    } catch (error) {
      rmSync(dir, { recursive: true, force: true });
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await gone;
    }
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const client = new LoadClient(url, { connections: 1, token });
    try {
      if ((await client.request('GET', '/readyz')).status === 200) return;
    } catch {
      // Nobody listens yet.
    } finally {
      client.close();
    }
    await sleep(200);
  }
  throw new Error(`kube-apiserver ended with code ${child.exitCode} before it was ready`);
}
