import { appendFile, chmod, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Pod } from '@tiphys/sdk/api';
import { rotateLog, type RotationOptions } from '../garbage/index.ts';

/** The files of a pod that aren't volumes: its logs, its hosts file, where its containers leave their last words. */
export interface PodFiles {
  /** Makes what a pod's containers need before the first starts. */
  prepare(pod: Pod): Promise<void>;
  readonly logDirectory: (pod: Pod) => string;
  /** The host path of the file, written anew. */
  writeHosts(pod: Pod, text: string): Promise<string>;
  /** An empty file that whoever runs in the container may write. */
  makeTerminationLog(pod: Pod, container: string, attempt: number): Promise<string>;
  /** Undefined when the container left none. */
  readTerminationLog(uid: string, container: string, attempt: number): Promise<string | undefined>;
  /** The end of a container's log, as the container wrote it. */
  logTail(path: string): Promise<string>;
  readHostFile(path: string): Promise<string>;
  /** Pods of which there are files, by uid. */
  list(): Promise<string[]>;
  remove(uid: string): Promise<void>;
  /** 0 when it isn't there. */
  logBytes(path: string): Promise<number>;
  rotateLog(path: string, options: RotationOptions): Promise<void>;
  /** One container's log, with what was rotated out of it. */
  removeLog(path: string): Promise<void>;
  removeLogs(pod: Pod): Promise<void>;
}

/** Upstream's bounds on what a status repeats of a container's words. */
const longest = { message: 4096, log: 2048, logLines: 80 };

export function systemPodFiles(rootDir: string, podLogsDir: string): PodFiles {
  const podDir = (uid: string) => join(rootDir, 'pods', uid);
  const terminationLog = (uid: string, container: string, attempt: number) =>
    join(podDir(uid), 'containers', container, String(attempt));
  const logDirectory = ({ metadata }: Pod) =>
    join(podLogsDir, `${metadata.namespace}_${metadata.name}_${metadata.uid}`);
  return {
    logDirectory,
    async prepare(pod) {
      await mkdir(join(podDir(pod.metadata.uid!), 'volumes'), { recursive: true, mode: 0o750 });
      await mkdir(logDirectory(pod), { recursive: true, mode: 0o755 });
    },
    async writeHosts(pod, text) {
      const path = join(podDir(pod.metadata.uid!), 'etc-hosts');
      // Mounted as a file: it must stay the same inode.
      await writeFile(path, text, { mode: 0o644 });
      return path;
    },
    async makeTerminationLog(pod, container, attempt) {
      const path = terminationLog(pod.metadata.uid!, container, attempt);
      await mkdir(dirname(path), { recursive: true, mode: 0o750 });
      await appendFile(path, '');
      // Past the umask: the process may be anybody.
      await chmod(path, 0o666);
      return path;
    },
    async readTerminationLog(uid, container, attempt) {
      const text = await readEnd(terminationLog(uid, container, attempt), longest.message).catch(ignoreMissing);
      return text || undefined;
    },
    logTail: async (path) => {
      const text = (await readEnd(path, longest.log * 4).catch(ignoreMissing)) ?? '';
      return lastWords(text);
    },
    readHostFile: async (path) => (await readFile(path, 'utf8').catch(ignoreMissing)) ?? '',
    list: async () => (await readdir(join(rootDir, 'pods')).catch(ignoreMissing)) ?? [],
    remove: (uid) => rm(podDir(uid), { recursive: true, force: true }),
    logBytes: async (path) => (await stat(path).catch(ignoreMissing))?.size ?? 0,
    rotateLog,
    async removeLog(path) {
      const directory = dirname(path);
      const names = (await readdir(directory).catch(ignoreMissing)) ?? [];
      const ofThis = names.filter((name) => name === basename(path) || name.startsWith(`${basename(path)}.`));
      for (const name of ofThis) await rm(join(directory, name), { force: true });
    },
    removeLogs: (pod) => rm(logDirectory(pod), { recursive: true, force: true }),
  };
}

/** What was said in the last lines of a log in CRI's format: `time stream tag text`. */
export function lastWords(log: string): string {
  const lines = log.split('\n').slice(-longest.logLines - 1);
  let out = '';
  for (const line of lines) {
    const [, stream, tag, ...words] = line.split(' ');
    if (stream !== 'stdout' && stream !== 'stderr') continue;
    out += `${words.join(' ')}${tag === 'P' ? '' : '\n'}`;
  }
  return out.slice(-longest.log);
}

async function readEnd(path: string, bytes: number): Promise<string> {
  const { size } = await stat(path);
  const file = await open(path, 'r');
  try {
    const length = Math.min(size, bytes);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}

function ignoreMissing(err: NodeJS.ErrnoException): undefined {
  if (err.code !== 'ENOENT') throw err;
}
