import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Logger, nullLogger, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { containerdPaths, removeContainerd, type RunningContainerd, startContainerd } from 'tiphys/kubelet/containerd';
import { type ConnectedRuntime, connectRuntime, type Image } from 'tiphys/kubelet/cri';
import { imageFromHost, importImage } from 'tiphys/kubelet/images';

/** Why this machine can't run real containers; undefined when it can. */
export async function whyNoContainers(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'needs root to run containers';
  for (const program of ['containerd', 'runc']) if (!(await programNamed(program))) return `needs ${program}`;
  return undefined;
}

/** The first of that name in the PATH or the directories. */
export async function programNamed(name: string, more: readonly string[] = []): Promise<string | undefined> {
  for (const dir of [...(process.env['PATH'] ?? '').split(delimiter), ...more]) {
    const path = join(dir, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

export const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

interface LabOptions {
  log?: Logger;
  dir?: string;
  binary?: string;
}

/** A containerd of its own with an image of host programs. Disposing leaves nothing of it. */
export class ContainerdLab implements AsyncDisposable {
  readonly dir: string;
  readonly log: Logger;
  readonly cniConfDir: string;
  runtime!: ConnectedRuntime;
  containerd!: RunningContainerd;
  #stop = new AbortController();

  private constructor(dir: string, log: Logger) {
    this.dir = dir;
    this.log = log;
    this.cniConfDir = join(dir, 'net.d');
  }

  /** `dir`: one that a containerd was in before; a fresh one unless given. */
  static async open({ log = nullLogger, dir, binary }: LabOptions = {}): Promise<ContainerdLab> {
    const lab = new ContainerdLab(dir ?? (await mkdtemp(join(tmpdir(), 'tiphys-node-'))), log);
    try {
      await lab.start(binary);
      return lab;
    } catch (err) {
      await lab[Symbol.asyncDispose]();
      throw err;
    }
  }

  /** Reaches the one that somebody else keeps in `dir`. */
  static attach(dir: string): Pick<ContainerdLab, 'runtime'> {
    const { socket } = containerdPaths(join(dir, 'containerd'));
    return { runtime: connectRuntime(socket, { clock: systemClock }) };
  }

  async start(binary?: string): Promise<void> {
    this.#stop = new AbortController();
    const deps = { clock: systemClock, random: systemRandom, log: this.log };
    const { cniConfDir } = this;
    this.containerd = await startContainerd(
      { dir: this.containerdDir, cniConfDir, architecture, ...(binary && { binary }) },
      deps,
      this.#stop.signal,
    );
    this.runtime = connectRuntime(this.containerd.socket, { clock: systemClock });
  }

  get containerdDir(): string {
    return join(this.dir, 'containerd');
  }

  /** Makes an image of programs of this machine. */
  async addImage(name: string, files: readonly string[]): Promise<void> {
    const image = await imageFromHost({ files, architecture, path: process.env['PATH'] ?? '' });
    const { socket } = this.containerd;
    const { signal } = this.#stop;
    await importImage(name, image, { socket, clock: systemClock, random: systemRandom, signal });
  }

  images(): Promise<Image[]> {
    return this.runtime.images.list(this.#stop);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.runtime?.close();
    await this.containerd?.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await removeContainerd(this.containerdDir, { clock: systemClock, data: true });
    await rm(this.dir, { recursive: true, force: true });
  }
}
