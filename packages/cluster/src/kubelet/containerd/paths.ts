import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Where a private containerd has its things. */
export interface ContainerdPaths {
  readonly root: string;
  /** Gone with the machine's restart, or should be. */
  readonly state: string;
  readonly socket: string;
  readonly config: string;
  readonly log: string;
  /** A directory per registry, with its hosts.toml. */
  readonly certsDir: string;
}

/** What the kernel takes as the name of a socket, less room for the names that containerd makes of it. */
const longestSocket = 107 - '.ttrpc'.length;

export function containerdPaths(dir: string): ContainerdPaths {
  const inside = join(dir, 'containerd.sock');
  const short = join('/run/tiphys', createHash('sha256').update(dir).digest('hex').slice(0, 12));
  const isShort = Buffer.byteLength(inside) <= longestSocket;
  return {
    root: join(dir, 'root'),
    state: isShort ? join(dir, 'state') : join(short, 'state'),
    socket: isShort ? inside : join(short, 'containerd.sock'),
    config: join(dir, 'config.toml'),
    log: join(dir, 'containerd.log'),
    certsDir: join(dir, 'certs.d'),
  };
}
