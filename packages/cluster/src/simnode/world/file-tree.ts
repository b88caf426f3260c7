import { posix } from 'node:path';

export interface SimFile {
  readonly type: 'file';
  readonly data: Uint8Array;
  readonly mode: number;
  readonly mtimeMs: number;
}

export interface SimDirectory {
  readonly type: 'directory';
  readonly entries: Map<string, SimFile | SimDirectory>;
  readonly mode: number;
  readonly mtimeMs: number;
  /** Nothing below can be changed by way of this one. */
  readonly readOnly?: boolean;
}

export type SimEntry = SimFile | SimDirectory;

const problems = {
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EEXIST: 'File exists',
  EROFS: 'Read-only file system',
  EFBIG: 'File too large',
} as const;

/** Worded as the C library does, since programs print it. */
export class FileProblem extends Error {
  constructor(path: string, code: keyof typeof problems) {
    super(`${path}: ${problems[code]}`);
    this.name = 'FileProblem';
  }
}

/** A simulated container is for trying things out. */
const largestFile = 16 * 1024 ** 2;

export const directory = (mtimeMs: number, more: { readOnly?: boolean; mode?: number } = {}): SimDirectory => ({
  type: 'directory',
  entries: new Map(),
  mode: 0o755,
  mtimeMs,
  ...more,
});

/** The files that a container sees, in memory. Volumes are directories that several trees share. */
export class FileTree {
  readonly root: SimDirectory;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.root = directory(now());
  }

  find(path: string): SimEntry | undefined {
    return this.#walk(path).entry;
  }

  entry(path: string): SimEntry {
    const found = this.find(path);
    if (!found) throw new FileProblem(path, 'ENOENT');
    return found;
  }

  read(path: string): Uint8Array {
    const found = this.entry(path);
    if (found.type === 'directory') throw new FileProblem(path, 'EISDIR');
    return found.data;
  }

  /** Names, sorted; a file lists itself. */
  list(path: string): string[] {
    const found = this.entry(path);
    return found.type === 'file' ? [path] : [...found.entries.keys()].toSorted();
  }

  write(path: string, data: Uint8Array, { append = false, mode }: { append?: boolean; mode?: number } = {}): void {
    const { parent, name, entry } = this.#place(path);
    if (entry?.type === 'directory') throw new FileProblem(path, 'EISDIR');
    const whole = append && entry ? Buffer.concat([entry.data, data]) : Buffer.from(data);
    if (whole.length > largestFile) throw new FileProblem(path, 'EFBIG');
    parent.entries.set(name, {
      type: 'file',
      data: whole,
      mode: mode ?? entry?.mode ?? 0o644,
      mtimeMs: this.#now(),
    });
  }

  /** With its parents when asked, and then content with one that exists. */
  makeDirectory(path: string, { parents = false, mode = 0o755 } = {}): void {
    const whole = posix.normalize(path);
    if (parents && posix.dirname(whole) !== whole) this.makeDirectory(posix.dirname(whole), { parents });
    const found = this.find(path);
    if (parents && found?.type === 'directory') return;
    if (found) throw new FileProblem(path, 'EEXIST');
    const { parent, name } = this.#place(path);
    parent.entries.set(name, directory(this.#now(), { mode }));
  }

  /** Puts a volume, or one file of it, where the path says, over what is there. */
  mount(path: string, entry: SimEntry): void {
    this.makeDirectory(posix.dirname(path), { parents: true });
    const { parent, name } = this.#place(path);
    parent.entries.set(name, entry);
  }

  remove(path: string, { recursive = false } = {}): void {
    const { parent, name, entry } = this.#place(path);
    if (!entry) throw new FileProblem(path, 'ENOENT');
    if (entry.type === 'directory' && !recursive) throw new FileProblem(path, 'EISDIR');
    parent.entries.delete(name);
  }

  #place(path: string): { parent: SimDirectory; name: string; entry: SimEntry | undefined } {
    const { parent, name, entry, readOnly } = this.#walk(path);
    if (!parent || !name) throw new FileProblem(path, parent ? 'EISDIR' : 'ENOENT');
    if (readOnly) throw new FileProblem(path, 'EROFS');
    return { parent, name, entry };
  }

  #walk(path: string): { parent?: SimDirectory; name: string; entry: SimEntry | undefined; readOnly: boolean } {
    const names = posix.resolve('/', path).split('/').filter(Boolean);
    const name = names.pop();
    if (name === undefined) return { parent: this.root, name: '', entry: this.root, readOnly: false };
    let parent: SimEntry | undefined = this.root;
    let readOnly = false;
    for (const step of names) {
      parent = parent.entries.get(step);
      if (!parent) return { name, entry: undefined, readOnly };
      if (parent.type === 'file') throw new FileProblem(path, 'ENOTDIR');
      readOnly ||= parent.readOnly ?? false;
    }
    return { parent, name, entry: parent.entries.get(name), readOnly };
  }
}
