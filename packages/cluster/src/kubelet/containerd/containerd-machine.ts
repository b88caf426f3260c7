import { execFile } from 'node:child_process';
import { access, readFile, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { CgroupDriver } from '../cgroups/index.ts';

/** What a containerd has to be told of its machine. */
export interface ContainerdMachine {
  readonly version: { readonly major: number; readonly minor: number };
  readonly cgroupDriver: CgroupDriver;
  readonly mayLowerOomScore: boolean;
  readonly cniBinDir: string;
  readonly snapshotter: 'overlayfs' | 'native';
}

const run = promisify(execFile);

/** Where distributions put the plugins; upstream's own place first. */
const cniBinDirs = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'];
const capSysResource = 24n;
const overlayMagic = 0x794c7630;

/** Looks at the machine. `root`: where images will lie; `cniBinDir`: found unless given. */
export async function containerdMachine(binary: string, root: string, cniBinDir?: string): Promise<ContainerdMachine> {
  const [{ stdout }, status, isSystemd, isUnified] = await Promise.all([
    run(binary, ['--version']),
    readFile('/proc/self/status', 'utf8'),
    exists('/run/systemd/system'),
    exists('/sys/fs/cgroup/cgroup.controllers'),
  ]);
  return {
    version: versionIn(stdout),
    // systemd rules the whole tree where there is only one.
    cgroupDriver: isSystemd && isUnified ? 'systemd' : 'cgroupfs',
    mayLowerOomScore: hasCapability(status, capSysResource),
    cniBinDir: cniBinDir ?? (await firstWith('bridge', cniBinDirs)) ?? cniBinDirs[0]!,
    // An overlay can't lie on another one.
    snapshotter: (await fileSystemOf(root)) === overlayMagic ? 'native' : 'overlayfs',
  };
}

/** `containerd github.com/containerd/containerd 1.6.20~ds1 …`, `containerd …/v2 v2.1.4 …`. */
export function versionIn(text: string): ContainerdMachine['version'] {
  const found = /\sv?(\d+)\.(\d+)\.\d/.exec(text);
  if (!found) throw new Error(`containerd gives no version that could be read: ${text.trim()}`);
  return { major: Number(found[1]), minor: Number(found[2]) };
}

/** From /proc/PID/status. */
export function hasCapability(status: string, bit: bigint): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${mask}`) >> bit) & 1n) === 1n;
}

async function firstWith(file: string, dirs: readonly string[]): Promise<string | undefined> {
  for (const dir of dirs) if (await exists(`${dir}/${file}`)) return dir;
  return undefined;
}

/** Of the nearest ancestor that is there. */
async function fileSystemOf(path: string): Promise<number> {
  try {
    return (await statfs(path)).type;
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw err;
    return fileSystemOf(dirname(path));
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
