import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { TarEntry } from '../../tar/index.ts';

const permissions = 0o7777;

/** Files of the host gathered as the tree of an image: each where it lies, with the directories and links that lead to it. */
export class HostTree {
  /** By absolute path, in the order in which they were found: a directory comes before what is in it. */
  readonly #entries = new Map<string, TarEntry>();

  /** Takes a file with all links on its way, or a directory with all that is in it. Resolves to the real path. */
  async add(path: string): Promise<string> {
    const steps = path.split('/').filter(Boolean);
    let at = '';
    for (const [i, step] of steps.entries()) {
      at = `${at}/${step}`;
      const found = await lstat(at);
      if (found.isSymbolicLink()) {
        const target = await readlink(at);
        this.#put(at, { type: 'link', target, mode: 0o777 });
        return this.add(join(resolve(dirname(at), target), ...steps.slice(i + 1)));
      }
      const about = { mode: found.mode & permissions, mtimeSeconds: found.mtimeMs / 1000 };
      if (found.isDirectory()) this.#put(at, { type: 'directory', ...about });
      else if (!found.isFile()) throw new Error(`${at} is neither a file nor a directory`);
      else if (!this.#entries.has(at)) this.#put(at, { type: 'file', data: await readFile(at), ...about });
      if (i === steps.length - 1 && found.isDirectory()) {
        for (const name of (await readdir(at)).toSorted()) await this.add(join(at, name));
      }
    }
    return at;
  }

  data(realPath: string): Buffer | undefined {
    const entry = this.#entries.get(realPath);
    return entry?.type === 'file'
      ? Buffer.from(entry.data.buffer, entry.data.byteOffset, entry.data.length)
      : undefined;
  }

  get files(): string[] {
    return [...this.#entries].filter(([, e]) => e.type === 'file').map(([path]) => path);
  }

  /** Puts what isn't the host's, unless there is something already. Its directory may be a link. */
  make(path: string, entry: Made): void {
    const parent = this.#real(dirname(path));
    if (parent !== '/' && !this.#entries.has(parent)) this.make(parent, { type: 'directory', mode: 0o755 });
    this.#put(join(parent, path.slice(path.lastIndexOf('/') + 1)), entry);
  }

  *entries(): Iterable<TarEntry> {
    yield* this.#entries.values();
  }

  #put(path: string, entry: Made): void {
    if (!this.#entries.has(path)) this.#entries.set(path, { ...entry, path: path.slice(1) } as TarEntry);
  }

  #real(directory: string): string {
    if (directory === '/') return directory;
    const path = join(this.#real(dirname(directory)), directory.slice(directory.lastIndexOf('/') + 1));
    const entry = this.#entries.get(path);
    return entry?.type === 'link' ? this.#real(resolve(dirname(path), entry.target)) : path;
  }
}

type Made = TarEntry extends infer E ? (E extends TarEntry ? Omit<E, 'path'> : never) : never;
