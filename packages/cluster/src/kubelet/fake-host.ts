import { noCgroups } from './cgroups/index.ts';
import type { KubeletHost } from './host.ts';
import type { MachineUsage } from './node/machine.ts';
import type { PodFiles } from './pods/pod-files.ts';

const gib = 1024 ** 3;

/** A machine in memory, for nodes on simulated time: what is written can be read back, and nothing is mounted. */
export class FakeHost implements KubeletHost {
  readonly machine = {
    facts: {
      cpus: 4,
      memoryBytes: 8 * gib,
      diskBytes: 100 * gib,
      hugepages: {},
      architecture: 'amd64',
      kernelVersion: '6.1.0',
      osImage: 'Debian GNU/Linux 12 (bookworm)',
      machineID: 'machine',
      systemUUID: 'system',
      bootID: 'boot',
      swapBytes: 0,
    },
    usage: () => Promise.resolve(this.usage),
  };
  usage: MachineUsage = {
    memoryAvailableBytes: 4 * gib,
    diskAvailableBytes: 50 * gib,
    diskBytes: 100 * gib,
    inodesFree: 1000,
    inodes: 2000,
    pids: 100,
    pidLimit: 32_768,
  };
  readonly diskUsage = async () => ({ bytes: this.usage.diskBytes, availableBytes: this.usage.diskAvailableBytes });
  readonly cgroups = noCgroups;
  /** By path. */
  readonly written = new Map<string, string>();
  readonly #pods = new Set<string>();

  readonly files: PodFiles = {
    logDirectory: ({ metadata }) => `/var/log/pods/${metadata.namespace}_${metadata.name}_${metadata.uid}`,
    prepare: async (pod) => void this.#pods.add(pod.metadata.uid!),
    writeHosts: async (pod, text) => this.#write(`/pods/${pod.metadata.uid}/etc-hosts`, text),
    makeTerminationLog: async (pod, container, attempt) =>
      this.#write(terminationLogPath(pod.metadata.uid!, container, attempt), ''),
    readTerminationLog: async (uid, container, attempt) =>
      this.written.get(terminationLogPath(uid, container, attempt)) || undefined,
    logTail: async (path) => this.written.get(path) ?? '',
    readHostFile: async (path) => this.written.get(path) ?? '',
    list: async () => [...this.#pods],
    remove: async (uid) => void this.#pods.delete(uid),
    logBytes: async (path) => this.written.get(path)?.length ?? 0,
    rotateLog: async (path, { reopen }) => {
      this.written.delete(path);
      await reopen();
    },
    removeLog: async (path) => void this.written.delete(path),
    removeLogs: async () => undefined,
  };

  volumes(): ReturnType<KubeletHost['volumes']> {
    return {
      setUp: async (pod) => new Map((pod.spec.volumes ?? []).map(({ name }) => [name, `/volumes/${name}`])),
      tearDown: async () => undefined,
      letGo: async () => undefined,
      dueInMs: () => undefined,
      subPath: async (volume, subPath) => `${volume}/${subPath}`,
    };
  }

  #write(path: string, text: string): string {
    this.written.set(path, text);
    return path;
  }
}

/** Where the fake keeps what a container's run leaves to be told of its end. */
export const terminationLogPath = (uid: string, container: string, attempt: number): string =>
  `/pods/${uid}/${container}/${attempt}`;
