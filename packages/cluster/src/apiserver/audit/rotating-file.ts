import { createReadStream, createWriteStream } from 'node:fs';
import { chown, type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Output } from './log-backend.ts';

export interface RotatingFileOptions {
  readonly path: string;
  /** Another file is begun before one would be larger; 0 for one file for ever. */
  readonly maxBytes: number;
  /** How many old files are kept, 0 for all. */
  readonly maxBackups: number;
  /** How many days they are kept, 0 for ever. */
  readonly maxAgeDays: number;
  readonly compress: boolean;
}

interface Pending {
  readonly bytes: Buffer;
  readonly written: () => void;
  readonly failed: (why: unknown) => void;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * A file that is put aside under the time of day when it is full (`audit-2026-01-02T03-04-05.678.log`), as upstream's are, so that
 * whatever collects those finds these. What is written while a write is under way goes out together in the next.
 */
export class RotatingFile implements Output {
  readonly #options: RotatingFileOptions;
  readonly #clock: Clock;
  #pending: Pending[] = [];
  #writing: Promise<void> | undefined;
  #tidying: Promise<void> = Promise.resolve();
  #file: FileHandle | undefined;
  #size = 0;

  constructor(options: RotatingFileOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  write(text: string): Promise<void> {
    return new Promise((written, failed) => {
      this.#pending.push({ bytes: Buffer.from(text), written, failed });
      this.#writing ??= this.#writeAll();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
    await this.#tidying;
  }

  async #writeAll(): Promise<void> {
    // Whoever else writes in this turn of the event loop is in the first batch.
    await Promise.resolve();
    while (this.#pending.length) {
      const pending = this.#pending;
      this.#pending = [];
      for (let at = 0; at < pending.length;) at += await this.#writeSome(pending, at);
    }
    this.#writing = undefined;
  }

  /** Writes as many as fit into one file, and at least one; tells those that wait for it how that went. */
  async #writeSome(pending: readonly Pending[], from: number): Promise<number> {
    const { maxBytes } = this.#options;
    const first = pending[from]!;
    let to = from;
    try {
      if (maxBytes && first.bytes.length > maxBytes)
        throw new Error(`write length ${first.bytes.length} exceeds maximum file size ${maxBytes}`);
      const file = await this.#fileFor(first.bytes.length);
      let size = this.#size;
      while (to < pending.length && (to === from || !maxBytes || size + pending[to]!.bytes.length <= maxBytes))
        size += pending[to++]!.bytes.length;
      await file.appendFile(Buffer.concat(pending.slice(from, to).map((p) => p.bytes)));
      this.#size = size;
      for (const p of pending.slice(from, to)) p.written();
    } catch (err) {
      to = Math.max(to, from + 1);
      for (const p of pending.slice(from, to)) p.failed(err);
    }
    return to - from;
  }

  async #fileFor(more: number): Promise<FileHandle> {
    const { maxBytes, path } = this.#options;
    if (!this.#file) {
      const found = await stat(path).catch(() => undefined);
      if (found && maxBytes && found.size + more >= maxBytes) await this.#putAside();
      else this.#tidy();
      return this.#open();
    }
    if (!maxBytes || this.#size + more <= maxBytes) return this.#file;
    await this.#file.close();
    this.#file = undefined;
    await this.#putAside();
    return this.#open();
  }

  async #open(mode = 0o600): Promise<FileHandle> {
    const { path } = this.#options;
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    this.#file = await open(path, 'a', this.#aside?.mode ?? mode);
    if (this.#aside) await chown(path, this.#aside.uid, this.#aside.gid).catch(() => {});
    this.#size = (await this.#file.stat()).size;
    return this.#file;
  }

  /** Of the file that was put aside last: the next is made as it was. */
  #aside: { readonly mode: number; readonly uid: number; readonly gid: number } | undefined;

  async #putAside(): Promise<void> {
    const { path } = this.#options;
    this.#aside = await stat(path).catch(() => undefined);
    if (this.#aside) await rename(path, join(dirname(path), this.#backupName(this.#clock.now())));
    this.#tidy();
  }

  #backupName(ms: number): string {
    const { prefix, extension } = this.#nameParts();
    return `${prefix}${new Date(ms).toISOString().slice(0, 23).replaceAll(':', '-')}${extension}`;
  }

  #nameParts(): { prefix: string; extension: string } {
    const name = basename(this.#options.path);
    const extension = extname(name);
    return { prefix: `${name.slice(0, name.length - extension.length)}-`, extension };
  }

  #tidy(): void {
    // What can't be tidied now is tidied the next time.
    this.#tidying = this.#tidying.then(() => this.#tidyNow()).catch(() => {});
  }

  /** Removes old files that are too many or too old, and compresses the rest. */
  async #tidyNow(): Promise<void> {
    const { path, maxBackups, maxAgeDays, compress } = this.#options;
    if (!maxBackups && !maxAgeDays && !compress) return;
    const directory = dirname(path);
    const backups = (await readdir(directory)).flatMap((name) => this.#backupOf(name) ?? []);
    backups.sort((a, b) => b.at - a.at);
    const moments = [...new Set(backups.map((b) => b.at))];
    const kept = new Set(maxBackups ? moments.slice(0, maxBackups) : moments);
    const oldest = maxAgeDays ? this.#clock.now() - maxAgeDays * dayMs : -Infinity;
    for (const { name, at, isCompressed } of backups) {
      const file = join(directory, name);
      if (!kept.has(at) || at < oldest) await rm(file, { force: true });
      else if (compress && !isCompressed) await compressed(file);
    }
  }

  #backupOf(name: string): { name: string; at: number; isCompressed: boolean } | undefined {
    const { prefix, extension } = this.#nameParts();
    const isCompressed = name.endsWith(`${extension}.gz`);
    const end = isCompressed ? `${extension}.gz` : extension;
    if (!name.startsWith(prefix) || !name.endsWith(end)) return undefined;
    const text = name.slice(prefix.length, name.length - end.length);
    const [, day, h, m, s] = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})$/.exec(text) ?? [];
    const at = day === undefined ? NaN : Date.parse(`${day}T${h}:${m}:${s}Z`);
    return Number.isNaN(at) ? undefined : { name, at, isCompressed };
  }
}

/** Replaces a file by a smaller one of the same content. */
async function compressed(file: string): Promise<void> {
  const { mode } = await stat(file);
  try {
    await pipeline(createReadStream(file), createGzip(), createWriteStream(`${file}.gz`, { mode }));
  } catch (err) {
    await rm(`${file}.gz`, { force: true });
    throw err;
  }
  await rm(file);
}
