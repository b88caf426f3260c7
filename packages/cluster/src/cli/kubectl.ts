import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { filesIn } from './data-dir.ts';
import { Failure } from './failure.ts';

/** Runs the user's kubectl as the cluster's admin; resolves to its exit code. */
export async function kubectl(args: readonly string[], dataDir: string): Promise<number> {
  const { adminKubeconfig } = filesIn(dataDir);
  if (!existsSync(adminKubeconfig)) {
    throw new Failure(`there is no cluster in ${dataDir} yet: start one with "tiphys up", or name another --data-dir`);
  }
  // Ctrl-C is kubectl's; it reaches it without us.
  process.on('SIGINT', () => {});
  return new Promise((resolve, reject) => {
    const child = spawn('kubectl', args, { stdio: 'inherit', env: { ...process.env, KUBECONFIG: adminKubeconfig } });
    child.once('error', (cause: NodeJS.ErrnoException) =>
      reject(cause.code === 'ENOENT' ? new Failure(howToGetKubectl(), { cause }) : cause),
    );
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function howToGetKubectl(): string {
  const { platform, arch } = process;
  const [os, cpu] = [platform === 'win32' ? 'windows' : platform, arch === 'x64' ? 'amd64' : arch];
  return (
    'there is no kubectl on the PATH: get one with ' +
    `"curl -fLo /usr/local/bin/kubectl https://dl.k8s.io/release/v1.36.3/bin/${os}/${cpu}/kubectl && chmod +x /usr/local/bin/kubectl"`
  );
}
