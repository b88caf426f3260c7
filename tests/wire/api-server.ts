import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An API server in a process of its own, and a kubeconfig for each of its users. */
export interface ServerProcess {
  readonly url: string;
  /** Of somebody who may do everything. */
  readonly token: string;
  readonly dataDir: string;
  /** The kubeconfig of `admin`, of `ada`, who may do nothing yet, or of nobody. */
  kubeconfig(user: 'admin' | 'ada' | 'nobody'): string;
  stop(): Promise<void>;
}

export const program = fileURLToPath(import.meta.resolve('tiphys/apiserver')).replace(
  /apiserver\/index\.js$/,
  'cli/main.js',
);

export async function startServer(...extra: readonly string[]): Promise<ServerProcess> {
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-wire-'));
  const tokens = join(dir, 'tokens');
  writeFileSync(tokens, 'tok,admin,1,"system:masters"\nada,ada,2,"devs"\n');
  const flags = ['--data-dir', join(dir, 'data'), '--secure-port', '0', '--token-auth-file', tokens, ...extra];
  const server = spawn(process.execPath, [program, 'apiserver', '--bind-address', '127.0.0.1', ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.once('exit', () => server.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    let told = '';
    server.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      const found = /ready on port (\d+)/.exec(told)?.[1];
      if (found) resolve(found);
    });
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${told}`)));
  });
  const url = `https://127.0.0.1:${port}`;
  const ca = readFileSync(join(dir, 'data/pki/ca.crt')).toString('base64');
  const kubeconfig = (user: string, credentials: object) => {
    const path = join(dir, `${user}.kubeconfig`);
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: url, 'certificate-authority-data': ca } }],
      users: [{ name: user, user: credentials }],
      contexts: [{ name: 'c', context: { cluster: 'c', user } }],
      'current-context': 'c',
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  };
  const paths = {
    admin: kubeconfig('admin', { token: 'tok' }),
    ada: kubeconfig('ada', { token: 'ada' }),
    nobody: kubeconfig('nobody', {}),
  };
  return {
    url,
    token: 'tok',
    dataDir: join(dir, 'data'),
    kubeconfig: (user) => paths[user],
    async stop() {
      server.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
