import { accessSync } from 'node:fs';
import { arch } from 'node:os';
import { delimiter, sep } from 'node:path';
import { messageOf, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import {
  containerdPaths,
  fullImageName,
  imageFromHost,
  imageProblem,
  importImage,
  isUnavailable,
} from '../kubelet/index.ts';
import { filesIn } from './data-dir.ts';
import { Failure } from './failure.ts';
import { readRunning } from './running.ts';

export interface ImageFromHostOptions {
  readonly name: string;
  readonly files: readonly string[];
  readonly dataDir: string;
  /** Of the node's own containerd unless given. */
  readonly socket: string | undefined;
}

/** Makes an image and gives it to a containerd; says what came of it on stdout. */
export async function makeImageFromHost({ name, files, dataDir, socket }: ImageFromHostOptions): Promise<void> {
  const problem = imageProblem(name);
  if (problem) throw new Failure(problem);
  if (socket === undefined && runsSimulatedNodes(dataDir)) {
    process.stdout.write(
      `the nodes of ${dataDir} are simulated and need no image: pods may name ${name} as they are\n`,
    );
    return;
  }
  const target = socket ?? containerdPaths(filesIn(dataDir).containerd).socket;
  if (socket === undefined && !isThere(target)) {
    throw new Failure(
      `no node of ${dataDir} is running: start it with tiphys up, or name a containerd with --container-runtime-endpoint`,
    );
  }
  // npx puts the programs of packages before the machine's own.
  const dirs = (process.env['PATH'] ?? '').split(delimiter).filter((dir) => !dir.endsWith(`node_modules${sep}.bin`));
  const path = dirs.join(delimiter);
  const architecture = arch() === 'x64' ? 'amd64' : arch();
  const image = await imageFromHost({ files, architecture, path }).catch((cause: unknown) => {
    throw new Failure(messageOf(cause), { cause });
  });
  const full = fullImageName(name);
  const { signal } = new AbortController();
  const deps = { socket: target, clock: systemClock, random: systemRandom };
  await importImage(full, image, { ...deps, signal }).catch((cause: unknown) => {
    if (!isUnavailable(cause)) throw cause;
    throw new Failure(`no containerd answers at ${target}: is the node running?`, { cause });
  });
  const mib = image.layers.reduce((sum, l) => sum + l.size, 0) / 1024 ** 2;
  process.stdout.write(`${full} ${image.config.digest} ${mib.toFixed(1)} MiB\n`);
}

const runsSimulatedNodes = (dataDir: string) => readRunning(dataDir)?.nodes.endsWith('simulated') ?? false;

function isThere(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
