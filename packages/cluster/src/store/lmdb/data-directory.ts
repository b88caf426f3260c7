import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@tiphys/sdk/runtime';

/** The layout of this program's stores. One that reads them otherwise counts it up. */
const version = 1;

/** The directory can't be used; the message says why and what to do. */
export class DataDirectoryError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DataDirectoryError';
  }
}

/**
 * A directory that one process at a time may use. The lock is flock(2)'s: the kernel drops it when its owner dies, however it
 * dies, and it holds between containers, whatever namespaces they are in. docs/decisions/0006 says how Node comes by it.
 */
export class DataDirectory {
  readonly #path: string;
  readonly #lock: number;

  private constructor(path: string, lock: number) {
    this.#path = path;
    this.#lock = lock;
  }

  static open(path: string, clock: Clock): DataDirectory {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const directory = new DataDirectory(path, lockFile(path));
    try {
      directory.#sign(clock);
      directory.#checkVersion();
      return directory;
    } catch (error) {
      directory.close();
      throw error;
    }
  }

  /** Makes the names of the files in the directory durable. */
  sync(): void {
    for (const path of [join(this.#path, 'data'), this.#path, join(this.#path, '..')]) {
      const fd = openSync(path, 'r');
      fsyncSync(fd);
      closeSync(fd);
    }
  }

  close(): void {
    closeSync(this.#lock);
  }

  #sign(clock: Clock): void {
    const owner: Owner = { pid: process.pid, host: hostname(), since: new Date(clock.now()).toISOString() };
    ftruncateSync(this.#lock);
    writeSync(this.#lock, `${JSON.stringify(owner)}\n`, 0);
  }

  #checkVersion(): void {
    const file = join(this.#path, 'version');
    const found = readIfThere(file);
    if (found === undefined) {
      writeFileSync(`${file}.new`, `${version}\n`, { flush: true });
      renameSync(`${file}.new`, file);
    } else if (Number(found) > version) {
      throw new DataDirectoryError(
        `${this.#path} was written by a newer Tiphys (store version ${found.trim()}; this one reads up to ${version}). ` +
          'Use that one, or another data directory.',
      );
    } else if (Number(found) !== version) {
      throw new DataDirectoryError(`${file} should hold the version of the store and holds ${JSON.stringify(found)}.`);
    }
  }
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** Opens the lock file and takes its lock; throws when another process has it. */
function lockFile(path: string): number {
  const file = join(path, 'lock');
  // Darwin's open takes the lock itself; on Linux flock(1) takes it for the open file that we hand it and keep.
  const locksOnOpen = process.platform === 'darwin';
  const flags = constants.O_RDWR | constants.O_CREAT | (locksOnOpen ? exclusiveLock | constants.O_NONBLOCK : 0);
  let fd: number;
  try {
    fd = openSync(file, flags, 0o600);
  } catch (error) {
    if (locksOnOpen && (error as NodeJS.ErrnoException).code === 'EAGAIN') throw inUse(path, file);
    throw error;
  }
  if (locksOnOpen) return fd;
  const { status, error } = spawnSync('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
  if (status === 0) return fd;
  closeSync(fd);
  if (!error) throw inUse(path, file);
  throw new DataDirectoryError(`${path} can't be locked: install \`flock\` (of util-linux, or busybox).`, {
    cause: error,
  });
}

const exclusiveLock = 0x20;

function inUse(path: string, file: string): DataDirectoryError {
  const owner = ownerIn(readIfThere(file));
  const by = owner ? `process ${owner.pid} on ${owner.host} since ${owner.since}` : 'another process';
  const stop = owner ? ` Stop it (\`tiphys down\`, or \`kill ${owner.pid}\`), or` : ' Stop that, or';
  return new DataDirectoryError(`${path} is in use by ${by}.${stop} choose another with --data-dir.`);
}

function ownerIn(text: string | undefined): Owner | undefined {
  try {
    return text ? (JSON.parse(text) as Owner) : undefined;
  } catch {
    // It has the lock and hasn't written its name yet.
    return undefined;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
